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
