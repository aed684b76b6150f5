"""A project, a killed command and a workshop that earlier code made still work (tests/data/made_by_0.1/README.md)."""

from __future__ import annotations

import subprocess
import tarfile
from pathlib import Path

import pytest

from tests.support.commands import starterkit

pytestmark = pytest.mark.slow

DATA = Path(__file__).parent / "data" / "made_by_0.1"
FEATURES = "conduit/features.py"
COMMITTED, UNCOMMITTED = "# a note of mine\n", "# not committed\n"


def unpacked(name: str, folder: Path) -> Path:
    """Unpack an archive into a folder, and put its place into the files that name it."""
    with tarfile.open(DATA / f"{name}.tar.gz") as archive:
        archive.extractall(folder, filter="tar")
    for file in [*folder.glob("room/workshop.yml"), *folder.glob("handouts/*/.git/config")]:
        file.write_text(file.read_text(encoding="utf-8").replace("@HERE@", folder.as_posix()), encoding="utf-8")
    return folder


@pytest.fixture
def project(tmp_path: Path) -> Path:
    return unpacked("project", tmp_path) / "project"


@pytest.fixture
def killed(tmp_path: Path) -> Path:
    return unpacked("killed", tmp_path) / "killed"


@pytest.fixture
def room(tmp_path: Path) -> Path:
    return unpacked("workshop", tmp_path) / "room"


def has_learner_work(project: Path) -> bool:
    text = (project / FEATURES).read_text(encoding="utf-8")
    return text.endswith(COMMITTED + UNCOMMITTED) and (project / "notes.txt").read_text(encoding="utf-8") == "draft\n"


def states(project: Path) -> dict[str, str]:
    return {step["id"]: step["state"] for step in starterkit("status", "--json", cwd=project).json["steps"]}


def test_a_project_in_the_middle_of_a_step_goes_on(project: Path) -> None:
    assert starterkit("lesson", cwd=project).out.startswith("# 02 · Tags")
    starterkit("solve", "--no-check", "--take-theirs", cwd=project)
    starterkit("next", "--no-check", cwd=project)
    assert (project / "lessons/03-accounts.md").is_file()
    starterkit("undo", cwd=project)
    starterkit("undo", cwd=project)
    assert has_learner_work(project)


def test_a_project_of_the_first_edition_goes_on_where_the_second_is_installed(project: Path) -> None:
    assert starterkit("list", "flask", "--json", cwd=project).json["frameworks"][0]["edition"] == 2

    starterkit("solve", "--no-check", "--take-theirs", cwd=project)
    starterkit("next", "--no-check", cwd=project)
    assert starterkit("lesson", cwd=project).out.startswith("# 03 · Accounts")
    starterkit("solve", cwd=project)
    starterkit("next", cwd=project)

    assert starterkit("lesson", cwd=project).out.startswith("# 04 · Authors")
    status = starterkit("status", "--json", cwd=project).json
    assert (status["step"], status["edition"], len(status["steps"])) == ("04-authors", 1, 7)
    assert "edition" not in (project / ".starterkit.yml").read_text("utf-8")


@pytest.mark.nightly
def test_a_project_of_the_first_edition_is_finished(project: Path) -> None:
    starterkit("solve", "--no-check", "--take-theirs", cwd=project)
    for _ in range(4):
        starterkit("next", "--no-check", cwd=project)
        starterkit("solve", "--no-check", cwd=project)
    starterkit("next", "--no-check", cwd=project)
    starterkit("solve", cwd=project)

    status = starterkit("status", "--json", cwd=project).json
    assert (status["step"], status["finished"], status["edition"]) == ("07-feed", True, 1)


def test_status_says_once_that_another_edition_is_installed(project: Path, site: Path) -> None:
    def shown(folder: Path) -> str:
        return " ".join(starterkit("status", cwd=folder).out.split())

    told = (
        "Edition 2 of the Flask path is installed. Your project has edition 1. You can finish it as before. "
        "To start edition 2:"
    )
    first = shown(project)
    assert told in first and "starterkit new ../my-site --framework flask" in first
    assert "Edition" not in shown(project)
    assert "Edition" not in shown(site)
    status = starterkit("status", "--json", cwd=project).json
    assert status["other_edition"] == {"edition": 2, "start": "new ../my-site --framework flask"}
    assert starterkit("status", "--json", cwd=site).json["other_edition"] is None


def test_a_clone_without_the_path_names_the_version_and_the_edition(project: Path, tmp_path: Path) -> None:
    subprocess.run(["git", "clone", "-q", f"file://{project}", str(tmp_path / "clone")], check=True)
    subprocess.run(["git", "remote", "remove", "origin"], cwd=tmp_path / "clone", check=True)

    stopped = " ".join(starterkit("next", "--no-check", cwd=tmp_path / "clone", code=4).err.split())

    assert "which starterkit 0.1.0 created. The path is edition 1." in stopped
    assert "which has edition 2." in stopped


def test_commands_of_earlier_code_can_be_undone(project: Path) -> None:
    subprocess.run(["git", "stash", "-q", "-u"], cwd=project, check=True)
    subprocess.run(["git", "reset", "-q", "--hard", "HEAD~1"], cwd=project, check=True)  # the learner's own commit
    starterkit("undo", cwd=project)
    assert not (project / "lessons/02-tags.md").exists()
    starterkit("undo", "--redo", cwd=project)
    assert (project / "lessons/02-tags.md").is_file()


def test_a_command_that_was_killed_is_finished_and_can_be_undone(killed: Path) -> None:
    ran = starterkit("status", cwd=killed)
    assert "interrupted" in ran.err
    starterkit("undo", cwd=killed)
    assert has_learner_work(killed)


def test_a_workshop_shows_its_results_and_goes_on(room: Path) -> None:
    people = {one["folder"]: one for one in starterkit("workshop", "status", "--json", cwd=room).json["people"]}
    assert {name: (one["state"], one["green"]) for name, one in people.items()} == {
        "ada-lovelace": ("green", 28),
        "grace-hopper": ("red", 16),
        "eniac": ("not begun", 0),
    }
    starterkit("workshop", "collect", cwd=room)
    starterkit("workshop", "catch-up", "grace-hopper", "02", "--count-as", "red", cwd=room)
    starterkit("pull", cwd=room.parent / "handouts/grace-hopper")
    assert (room.parent / "handouts/grace-hopper/lessons/02-tags.md").is_file()
