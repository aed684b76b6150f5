"""What `next` and `solve` do to the code of people who never saw a solution."""

from __future__ import annotations

from pathlib import Path

import pytest

from starterkit.git.objects import File
from starterkit.progress import no_progress
from starterkit.project import check
from starterkit.project.layers import read_folder
from starterkit.project.learner_work import Choices
from starterkit.project.project import open_project
from starterkit.project.solve import NotSolved, SolveMethod, solve
from starterkit.template.bundled import bundled_folder
from starterkit.validation.external_solutions import ExternalSolutions
from starterkit.validation.target import template_under_test
from tests.support.external_projects import (
    FOLDER,
    ExternalSolution,
    at_moment,
    cases,
    external_solutions,
    last_solutions,
)
from tests.support.sites import copy_of

pytestmark = pytest.mark.slow


def copy_at(start: Path, tmp_path: Path, solution: ExternalSolution, moment: str) -> Path:
    """A copy of a project at its base, brought to this moment; it shares the environment of the original."""
    return at_moment(copy_of(start, tmp_path / "bare"), tmp_path / f"{solution.person}-{moment}", solution, moment)


@pytest.mark.parametrize("template", sorted({solution.template for solution in external_solutions()}))
def test_a_folder_holds_only_what_changed_in_its_step(template: str) -> None:
    target = template_under_test(template, bundled_folder() / template)
    solutions = ExternalSolutions(FOLDER / template)
    needless = []

    for solution in external_solutions(template):
        files = read_folder(solutions.folder / solution.person / solution.step)
        removed = files.pop("removed.txt", File("100644", b"")).data.decode().splitlines()
        before = solutions.project_before(solution.person, solution.step, target.template, target.layer)
        needless += [f"{solution}: {path}" for path in files if files[path] == before.get(path) or path in removed]
        needless += [f"{solution}: removes {path}" for path in removed if path not in before]

    assert not needless


@pytest.mark.nightly
@pytest.mark.parametrize("solution", last_solutions(), ids=str)
def test_an_external_solution_passes_and_givens_go_cleanly_onto_it(
    generated_site: Path, tmp_path: Path, solution: ExternalSolution
) -> None:
    folder = copy_at(generated_site, tmp_path, solution, "finished")

    with open_project(folder) as project:
        result = check.check(project)

    assert not result.red, [(one.test.id, one.message) for one in result.red]


@pytest.mark.nightly
@pytest.mark.parametrize(("solution", "moment"), list(cases()), ids=str)
def test_solve_ends_green_or_changes_nothing_and_replace_ends_green(
    generated_site: Path, tmp_path: Path, solution: ExternalSolution, moment: str
) -> None:
    folder = copy_at(generated_site, tmp_path, solution, moment)
    with open_project(folder) as project:
        before = project.read_work().id
        try:
            outcome = solve(project, Choices(), no_progress)
        except NotSolved:
            assert project.read_work().id == before
        else:
            assert outcome.result is not None
            assert outcome.result.green

    with open_project(folder) as project:
        outcome = solve(project, Choices(), no_progress, replace_all=True)

    assert outcome.method is SolveMethod.ALL
    assert outcome.result is not None
    assert outcome.result.green
