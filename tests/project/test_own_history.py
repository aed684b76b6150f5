"""Migrations of the Django path: databases keep what is in them, and learners their own names."""

from __future__ import annotations

import re
import sqlite3
import subprocess
from pathlib import Path

import pytest

from starterkit.process import run
from starterkit.progress import no_progress
from starterkit.project import check
from starterkit.project.learner_work import Choices
from starterkit.project.next import next_step
from starterkit.project.project import Project, open_project
from starterkit.project.solve import SolveMethod, SolveResult, solve
from tests.support.sites import copy_of

pytestmark = pytest.mark.slow

Table = dict[str, list[tuple[object, ...]]]


def begin_next(folder: Path) -> None:
    with open_project(folder) as project:
        next_step(project, Choices(check=False), no_progress)


def solved(folder: Path, *, replace_all: bool = False, check: bool = True) -> SolveResult:
    with open_project(folder) as project:
        return solve(project, Choices(check=check), no_progress, replace_all=replace_all)


def run_command(folder: Path, name: str) -> None:
    with open_project(folder) as project:
        prepared = check.prepared(project)
        args = getattr(project.template.commands, name)
        done = run(prepared.command(args), cwd=folder, env=prepared.variables, timeout=120)
        assert done.code == 0, done.text_out + done.text_err


def makes_its_database(folder: Path) -> None:
    """The migrations create a new database, which fits the code."""
    with open_project(folder) as project:
        database = folder / str(project.template.database)
    assert not database.exists(), "the project has a database already"
    run_command(folder, "reset")
    assert database.exists()
    run_command(folder, "schema")


def everything_in(folder: Path) -> dict[str, Table]:
    """Each table of the site's database: its columns, each with its values in the order of the rows."""
    with open_project(folder) as project:
        file = folder / str(project.template.database)
    with sqlite3.connect(file) as database:
        names = [name for (name,) in database.execute("select name from sqlite_master where type = 'table'")]
        return {name: columns_of(database, name) for name in names if not name.startswith(("sqlite_", "django_"))}


def columns_of(database: sqlite3.Connection, table: str) -> Table:
    columns = [row[1] for row in database.execute(f'pragma table_info("{table}")')]
    return {
        column: database.execute(f'select "{column}" from "{table}" order by 1, rowid').fetchall() for column in columns
    }


def named_differently(folder: Path, step: str) -> None:
    """Give each migration that is new since the last commit but one another name, as a learner's own would have."""
    with open_project(folder) as project:
        names = own_migrations(project)
    for path in names:
        old, new = Path(path).stem, f"{Path(path).stem[:4]}_mine_{step[:2]}_{Path(path).stem[5:8]}"
        app = Path(path).parts[0]
        (folder / path).rename((folder / path).with_stem(new))
        for file in folder.glob("*/migrations/*.py"):
            text = file.read_text("utf-8")
            file.write_text(re.sub(rf"""(['"]{app}['"], ['"]){old}(['"])""", rf"\g<1>{new}\2", text), "utf-8")


def own_migrations(project: Project) -> list[str]:
    files = project.read_work().files
    return [path for path in sorted(files) if project.template.is_history(path) and "_mine_" not in path]


@pytest.mark.nightly
def test_a_database_keeps_everything_from_step_to_step(generated_django_site: Path, tmp_path: Path) -> None:
    folder = copy_of(generated_django_site, tmp_path / "site")
    run_command(folder, "reset")
    with open_project(folder) as project:
        steps = project.template.step_names
        prepared = check.prepared(project)
    before = everything_in(folder)
    assert any(rows for table in before.values() for rows in table.values())

    for step in steps:
        begin_next(folder)
        solved(folder, check=False)
        migrate = prepared.command(["{python}", "manage.py", "migrate"])
        assert run(migrate, cwd=folder, env=prepared.variables, timeout=120).code == 0
        run_command(folder, "schema")

        after = everything_in(folder)

        for table, columns in before.items():
            assert table in after, f"{step}: the table {table} is gone"
            for column, rows in columns.items():
                lost = set(rows) - set(after[table].get(column, []))
                assert not lost, f"{step}: {table}.{column} lost {sorted(map(str, lost))[:3]}"
        fill = prepared.command(["{python}", "manage.py", "fill_db", "--others", "12"])
        assert run(fill, cwd=folder, env=prepared.variables, timeout=120).code == 0
        before = everything_in(folder)


@pytest.mark.nightly
@pytest.mark.timeout(1800)
def test_whoever_named_every_migration_differently_solves_each_step(
    generated_django_site: Path, tmp_path: Path
) -> None:
    folder = copy_of(generated_django_site, tmp_path / "site")
    with open_project(folder) as project:
        steps = project.template.step_names
    named_differently(folder, "00")
    for number, step in enumerate(steps):
        begin_next(folder)
        in_full = copy_of(folder, tmp_path / f"replaced-{number}")
        replaced = solved(in_full, replace_all=True, check=step == steps[-1])
        assert replaced.method is SolveMethod.ALL
        makes_its_database(in_full)
        if replaced.result is not None:
            assert replaced.result.green, step
        else:
            assert step != steps[-1], "the last step was to be checked"

        # Every second one and the last are checked: the tests of a step hold those of all before it.
        is_checked = number % 2 == 0 or step == steps[-1]
        outcome = solved(folder, check=is_checked)

        assert outcome.method in (SolveMethod.MERGED, SolveMethod.FILES)
        assert (outcome.result is not None) is is_checked
        assert outcome.result is None or outcome.result.green, step
        named_differently(folder, step)
        subprocess.run(["git", "commit", "-qam", "My own names"], cwd=folder, check=True)
