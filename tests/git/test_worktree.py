"""Swap, lock and backup files of editors are never committed, also if a project's .gitignore lacks them."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from starterkit.paths import is_editor_file
from tests.support.commands import starterkit

pytestmark = pytest.mark.slow

LEFT = (
    "conduit/.articles.py.swp",
    "conduit/.articles.py.swo",
    "conduit/.articles.py.swn",
    "conduit/articles.py~",
    "conduit/#articles.py#",
    "#scratch#",
    ".~lock.notes.odt#",
)
LINK = "conduit/.#articles.py"


def tracked(site: Path) -> list[str]:
    return subprocess.run(["git", "ls-files"], cwd=site, check=True, capture_output=True, text=True).stdout.splitlines()


@pytest.fixture(params=["a new project", "a project without these lines"])
def project(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    starterkit("new", "site", "-f", "flask", "--defaults", "--no-install", cwd=tmp_path)
    site = tmp_path / "site"
    if request.param != "a new project":
        (site / ".gitignore").write_text(".venv\n")
    for name in LEFT:
        (site / name).write_text("x")
    (site / LINK).symlink_to("me@host.1:2")
    return site


def test_commands_leave_them_alone(project: Path) -> None:
    (project / "notes.txt").write_text("mine")

    starterkit("next", "--no-check", cwd=project)
    starterkit("solve", "--no-check", "--take-theirs", cwd=project)
    starterkit("undo", cwd=project)

    assert "notes.txt" in tracked(project)
    assert [name for name in tracked(project) if is_editor_file(name)] == []
    assert all((project / name).read_text() == "x" for name in LEFT) and (project / LINK).is_symlink()


def test_alone_they_are_no_work_to_save(project: Path) -> None:
    starterkit("next", "--no-check", cwd=project)
    (project / "late.py~").write_text("x")

    starterkit("undo", cwd=project)


def test_one_that_the_learner_committed_stays(tmp_path: Path) -> None:
    starterkit("new", "site", "-f", "flask", "--defaults", "--no-install", cwd=tmp_path)
    site = tmp_path / "site"
    (site / "mine~").write_text("1")
    subprocess.run(["git", "add", "-f", "mine~"], cwd=site, check=True)
    subprocess.run(["git", "commit", "-qm", "mine"], cwd=site, check=True)
    (site / "mine~").write_text("2")

    starterkit("next", "--no-check", cwd=site)

    shown = subprocess.run(["git", "show", "HEAD:mine~"], cwd=site, check=True, capture_output=True, text=True)
    assert shown.stdout == "2"


@pytest.mark.parametrize("framework", ["flask", "fastapi", "django", "express"])
def test_every_new_project_ignores_what_tools_leave_behind(framework: str, tmp_path: Path) -> None:
    starterkit("new", "site", "-f", framework, "--defaults", "--no-install", cwd=tmp_path)
    for name in (*LEFT, "a.bak", "a.py.orig", ".DS_Store", "Thumbs.db", "desktop.ini", ".idea/x", ".vscode/x"):
        (tmp_path / "site" / name).parent.mkdir(exist_ok=True)
        (tmp_path / "site" / name).write_text("x")

    status = subprocess.run(["git", "status", "--porcelain"], cwd=tmp_path / "site", capture_output=True, check=True)

    assert status.stdout == b""


@pytest.mark.parametrize(
    "name", ["a.py", ".gitignore", "swap", "a.swf", ".sw", "#a", "a#", "~", "a~b", ".env", "notes.bak", "page.orig"]
)
def test_other_files_are_the_learners(name: str) -> None:
    assert is_editor_file(name) is (name == "~")


@pytest.mark.parametrize(
    "name",
    ["a.py.save", "a.py.save.1", "a.py___jb_tmp___", "~$a.docx", ".goutputstream-A1", ".a.kate-swp", ".nfs0000a1"],
)
def test_leftovers_of_more_editors_are_known(name: str) -> None:
    assert is_editor_file(f"conduit/{name}")
