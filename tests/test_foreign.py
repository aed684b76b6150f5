"""What happens to the code of learners who answered quite differently from the reference."""

from __future__ import annotations

from pathlib import Path

import pytest
from foreign_projects import Foreign, at_moment, cases, last_answers
from sites import copy_of

from starterkit.progress import no_progress
from starterkit.project import check
from starterkit.project.next import Choices
from starterkit.project.project import open_project
from starterkit.project.solve import NotSolved, SolveMethod, solve

pytestmark = pytest.mark.slow


def copy_at(start: Path, tmp_path: Path, answer: Foreign, moment: str) -> Path:
    """A copy of a project at its base, brought to this moment; it shares the environment of the original."""
    return at_moment(copy_of(start, tmp_path / "bare"), tmp_path / f"{answer.who}-{moment}", answer, moment)


@pytest.mark.parametrize("answer", last_answers(), ids=str)
def test_a_foreign_answer_is_green_and_givens_go_cleanly_onto_it(
    generated_site: Path, tmp_path: Path, answer: Foreign
) -> None:
    folder = copy_at(generated_site, tmp_path, answer, "finished")

    with open_project(folder) as project:
        result = check.check(project)

    assert not result.red, [(one.test.id, one.message) for one in result.red]


@pytest.mark.parametrize(("answer", "moment"), list(cases()), ids=str)
def test_solve_ends_green_or_changes_nothing_and_replace_ends_green(
    generated_site: Path, tmp_path: Path, answer: Foreign, moment: str
) -> None:
    folder = copy_at(generated_site, tmp_path, answer, moment)
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

    assert outcome.way is SolveMethod.ALL
    assert outcome.result is not None
    assert outcome.result.green
