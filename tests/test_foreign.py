"""What happens to the code of learners who answered quite differently from the reference."""

from __future__ import annotations

from pathlib import Path

import pytest
from foreign_projects import EVERY_RUN, Foreign, at_moment, cases, foreign_answers, last_answers

from starterkit.project import checks
from starterkit.project.advance import Choices
from starterkit.project.creation import Order, create
from starterkit.project.opened import open_project
from starterkit.project.solving import NotSolved, Way, solve
from starterkit.template import bundled_template

pytestmark = pytest.mark.slow


def silent(line: str) -> None:
    """Say nothing."""


@pytest.fixture(scope="session")
def started(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """A project at base for each template that foreign answers are kept for, with its environment."""
    made = {}
    for name in {answer.template for answer in foreign_answers(EVERY_RUN)}:
        folder, template = bundled_template(name)
        project = tmp_path_factory.mktemp(name) / "site"
        create(Order(project, folder, template, {}), silent)
        made[name] = project
    return made


def copy_at(started: dict[str, Path], tmp_path: Path, answer: Foreign, moment: str) -> Path:
    """A copy of the project at this moment; it shares the environment of the one that it is a copy of."""
    start = started[answer.template]
    bare = tmp_path / "bare"
    if not bare.exists():
        import shutil

        shutil.copytree(start, bare, symlinks=True, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
        (bare / ".venv").symlink_to(start / ".venv")
    return at_moment(bare, tmp_path / f"{answer.who}-{moment}", answer, moment)


@pytest.mark.parametrize("answer", last_answers(), ids=str)
def test_a_foreign_answer_is_green_and_givens_go_cleanly_onto_it(
    started: dict[str, Path], tmp_path: Path, answer: Foreign
) -> None:
    folder = copy_at(started, tmp_path, answer, "finished")

    with open_project(folder) as project:
        result = checks.check(project)

    assert not result.red, [(one.test.id, one.message) for one in result.red]


@pytest.mark.parametrize(("answer", "moment"), list(cases()), ids=str)
def test_solve_ends_green_or_changes_nothing_and_replace_ends_green(
    started: dict[str, Path], tmp_path: Path, answer: Foreign, moment: str
) -> None:
    folder = copy_at(started, tmp_path, answer, moment)
    with open_project(folder) as project:
        before = project.read_work().id
        try:
            outcome = solve(project, Choices(), silent)
        except NotSolved:
            assert project.read_work().id == before
        else:
            assert outcome.result is not None
            assert outcome.result.green

    with open_project(folder) as project:
        outcome = solve(project, Choices(), silent, replace_all=True)

    assert outcome.way is Way.ALL
    assert outcome.result is not None
    assert outcome.result.green
