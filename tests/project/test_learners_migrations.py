"""Migrations of Alembic and knex: a solution follows the ones that a learner named, ordered and split differently.

The templates in tests/templates/history-* have external solutions by people who did this.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import starterkit
from tests.support.sites import made_once
from tests.support.trees import read_tree

pytestmark = pytest.mark.slow

TEMPLATES = Path(__file__).parents[1] / "templates"
LEFT_OUT = "Left out, because your project has its own migrations"
NOT_COPIED = (".venv", "node_modules", "__pycache__")


@dataclass(frozen=True)
class Site:
    """Somebody's project, and where the template keeps its migrations."""

    folder: Path
    template: Path
    migrations: str

    def types(self, *args: str, code: int = 0) -> Any:
        return starterkit(*args, "--json", cwd=self.folder, code=code).json

    def writes_as(self, person: str, step: str) -> None:
        """Write the files of an external solution."""
        shutil.copytree(self.template / "external_solutions" / person / step, self.folder, dirs_exist_ok=True)

    def solves(self) -> dict[str, Any]:
        solved: dict[str, Any] = self.types("solve")
        assert solved["check"]["counts"]["red"] == 0
        return solved

    def history(self) -> dict[str, str]:
        """The texts of all migrations by their file names."""
        files = (self.folder / self.migrations).glob("[0-9a-z]*.*")
        return {file.name: file.read_text("utf-8") for file in sorted(files)}

    def of_path(self, *steps: str) -> dict[str, str]:
        """The migrations that these solutions of the path bring."""
        folders = [self.template / "steps" / step / "solution" / self.migrations for step in steps]
        return {file.name: file.read_text("utf-8") for folder in folders for file in sorted(folder.iterdir())}


Make = Callable[[str], Site]


@pytest.fixture
def make(shared: Path, tmp_path: Path) -> Make:
    """Makes a site with migrations of a tool, at the beginning of its path. The packages are shared."""

    def create(tool: str) -> Site:
        template = TEMPLATES / f"history-{tool}"

        def new(place: Path) -> None:
            starterkit("new", place.name, "--template", str(template), "--trust", "--defaults", cwd=place.parent)

        made, folder = made_once(shared / f"history-{tool}", new), tmp_path / "site"
        shutil.copytree(made, folder, symlinks=True, ignore=shutil.ignore_patterns(*NOT_COPIED))
        packages = "node_modules" if tool == "knex" else ".venv"
        (folder / packages).symlink_to((made / packages).resolve(), target_is_directory=True)
        with (folder / ".git" / "info" / "exclude").open("a", encoding="utf-8") as exclude:
            exclude.write(f"{packages}\n")
        return Site(folder, template, "migrations" if tool == "knex" else "migrations/versions")

    return create


@pytest.mark.parametrize("tool", ["flask", "knex"])
def test_the_paths_migrations_come_unchanged_to_a_learner_who_has_the_paths(make: Make, tool: str) -> None:
    site = make(tool)
    site.types("next", "--no-check")
    site.types("solve", "--no-check")
    site.types("next", "--no-check")

    solved = site.solves()

    assert solved["skipped_migrations"] == []
    assert site.history() == site.of_path("01-drafts", "02-comments")


@pytest.mark.parametrize(
    ("tool", "person"),
    [
        ("flask", "ada"),
        ("knex", "finn"),
        pytest.param("flask", "bo", marks=pytest.mark.nightly),
        pytest.param("knex", "eva", marks=pytest.mark.nightly),
    ],
)
def test_solutions_follow_the_learners_own_migrations(make: Make, tool: str, person: str) -> None:
    site = make(tool)
    site.types("next", "--no-check")
    site.writes_as(person, "01-drafts")
    site.types("next", "--no-check")
    own = site.history()
    before = read_tree(site.folder)

    solved = site.solves()

    new = {name: text for name, text in site.history().items() if name not in own}
    assert solved["skipped_migrations"] == [] and len(new) == 1
    assert {name: text for name, text in site.history().items() if name in own} == own
    site.types("undo")
    assert read_tree(site.folder) == before
    site.types("undo", "--redo")
    site.types("next")
    # The models alone can't tell what old articles get: only the path's own migration can.
    assert site.solves()["skipped_migrations"] == []


def test_replacing_the_learners_migrations_needs_a_new_database(make: Make) -> None:
    site = make("flask")
    site.types("next", "--no-check")
    site.writes_as("ada", "01-drafts")
    own = site.history()

    solved = site.types("solve", "--replace", "--no-check")

    assert site.history() == site.of_path("01-drafts") != own
    assert solved["resets_data"] is True


@pytest.mark.parametrize(
    ("person", "follows"), [("ada", "0001"), ("bo", "bo_third")], ids=["one migration", "three migrations"]
)
def test_a_revision_of_alembic_names_the_learners_last_one(make: Make, person: str, follows: str) -> None:
    site = make("flask")
    site.types("next", "--no-check")
    site.writes_as(person, "01-drafts")
    site.types("next", "--no-check")

    site.types("solve", "--no-check")

    text = site.history()["05d7be9941ac_comments.py"]
    assert re.findall('^(?:Revises: |down_revision = ")([a-z0-9_]*)', text, re.MULTILINE) == [follows, follows]


@pytest.mark.parametrize(
    ("person", "name"), [("eva", "002_comments.js"), ("finn", "20271224200003_comments.js")], ids=["number", "stamp"]
)
def test_a_migration_of_knex_gets_a_name_after_the_learners_last_one(make: Make, person: str, name: str) -> None:
    site = make("knex")
    site.types("next", "--no-check")
    site.writes_as(person, "01-drafts")
    site.types("next", "--no-check")

    site.types("solve", "--no-check")

    assert list(site.history())[-1] == name
    assert [site.history()[name]] == list(site.of_path("02-comments").values())


def test_alembic_creates_what_neither_the_learner_nor_the_path_has(make: Make) -> None:
    """Bo keeps comments in a table with another name, which the solution's code doesn't use."""
    site = make("flask")
    for step in ("01-drafts", "02-comments"):
        site.types("next", "--no-check")
        site.writes_as("bo", step)
    site.types("next", "--no-check")
    own = site.history()

    site.solves()

    (created,) = [text for name, text in site.history().items() if name.endswith("_solution.py")]
    assert "create_table('comment'" in created and 'down_revision = "c83f05a6d7e9"'.replace('"', "'") in created
    assert 'down_revision = "bo_fourth"' in site.history()["c83f05a6d7e9_authors.py"]
    assert set(own) < set(site.history())


@pytest.mark.nightly
@pytest.mark.parametrize(("tool", "person"), [("flask", "cleo"), ("knex", "gus")])
def test_a_migration_that_the_learner_has_already_written_is_left_out(make: Make, tool: str, person: str) -> None:
    """They have the table for the comments, but neither the form nor the pages."""
    site = make(tool)
    site.types("next", "--no-check")
    site.types("solve", "--no-check")
    site.types("next", "--no-check")
    site.writes_as(person, "02-comments")
    own = site.history()

    solved = site.solves()

    assert solved["skipped_migrations"] == [f"{site.migrations}/{name}" for name in site.of_path("02-comments")]
    assert site.history() == own
    starterkit("undo", cwd=site.folder)
    shown = " ".join(starterkit("solve", cwd=site.folder).out.split())
    assert f"{LEFT_OUT}: {site.migrations}/" in shown


def test_next_leaves_out_migrations_of_a_step_that_do_not_fit_the_learners(make: Make, tmp_path: Path) -> None:
    template = shutil.copytree(TEMPLATES / "history-flask", tmp_path / "template")
    solution = template / "steps" / "02-comments" / "solution"
    shutil.move(solution / "migrations", template / "steps" / "02-comments" / "given" / "migrations")
    site = Site(tmp_path / "given", template, "migrations/versions")
    starterkit("new", "given", "--template", str(template), "--defaults", "--no-install", cwd=tmp_path)
    site.types("next", "--no-check")
    site.writes_as("ada", "01-drafts")

    started = site.types("next", "--no-check")

    assert started["skipped_migrations"] == ["migrations/versions/05d7be9941ac_comments.py"]
    assert list(site.history()) == ["0001_everything.py"]
    starterkit("undo", cwd=site.folder)
    shown = " ".join(starterkit("next", "--no-check", cwd=site.folder).out.split())
    assert (
        "Left out, because your project has its own migrations: migrations/versions/05d7be9941ac_comments.py" in shown
    )
