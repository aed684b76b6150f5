"""`workshop import`: the roster of a GitHub Classroom becomes a workshop."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from starterkit.workshop.store import open_workshop
from tests.support.commands import starterkit
from tests.support.workshops import TINY, Room, said

pytestmark = pytest.mark.slow

ROSTER = """"identifier","github_username","github_id","name"
"ada@example.org","ada-l","12","Ada Lovelace"
"s1234567","grace","13",""
"late@example.org","","",""
"""
WORDS = ("workshop", "import", "classroom_roster.csv", "course", "--template", str(TINY))
OLD_KEYS = """imported:
  "from": "autograding.json"
  "tests":
    - "name": "first step"
      "points": "10"
people:"""


@pytest.fixture
def classroom(tmp_path: Path) -> Path:
    """A folder with the roster of a GitHub Classroom."""
    (tmp_path / "classroom_roster.csv").write_text(ROSTER)
    return tmp_path


def importing(folder: Path, *more: str) -> Any:
    return starterkit(*WORDS, *more, cwd=folder)


def test_a_classroom_becomes_a_workshop(classroom: Path) -> None:
    shown = " ".join(importing(classroom).out.split())

    found = open_workshop(classroom / "course")
    assert [(person.name, person.login, person.email) for person in found.people] == [
        ("Ada Lovelace", "ada-l", "ada@example.org"),
        ("s1234567", "grace", ""),
        ("late@example.org", "", "late@example.org"),
    ]
    assert all(found.repository(person).is_dir() for person in found.people)
    assert "Imported 3 people. People with a login: 2. People without a login: late@example.org." in shown
    assert "Ignored these columns of the roster: github_id." in shown


def test_import_again_adds_only_new_people(classroom: Path) -> None:
    importing(classroom)
    (classroom / "classroom_roster.csv").write_text(ROSTER + '"zoe@example.org","zoe","14","Zoe"\n')

    answer = importing(classroom, "--json").json

    assert (answer["command"], answer["added"], len(answer["people"])) == ("workshop import", 1, 4)


def test_an_autograding_file_is_not_taken_for_a_folder(classroom: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (classroom / "autograding.json").write_text("{}")
    words = ("workshop", "import", "classroom_roster.csv", "autograding.json", "--template", str(TINY))

    assert "autograding.json is a file" in said(capsys, "-C", str(classroom), *words, code=2)


def test_imported_tests_of_an_older_workshop_stay_in_its_file(room: Room, tmp_path: Path) -> None:
    room.edits("people:", OLD_KEYS)
    (tmp_path / "more.csv").write_text("name\nZoe\n")

    starterkit("workshop", "create", str(tmp_path / "more.csv"), "--due", "2026-11-30", cwd=room.folder)

    assert OLD_KEYS.replace("people:", "") in (room.folder / "workshop.yml").read_text().replace(
        '"imported"', "imported"
    )
