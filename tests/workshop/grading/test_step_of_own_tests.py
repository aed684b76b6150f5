"""Grading the step about the learner's own tests."""

from __future__ import annotations

from pathlib import Path

import pytest

from starterkit.workshop.grading.model import Verdict
from tests.support.gradings import Room, needs_a_sandbox, said
from tests.support.notes import NOTES, STEP, notes_site

pytestmark = [pytest.mark.slow, needs_a_sandbox]


def test_own_tests_are_graded_by_what_they_catch(tmp_path: Path) -> None:
    site = notes_site("flask", tmp_path / "site")
    room = Room(tmp_path / "room", source=NOTES / "flask", site=site.folder)
    own = {"own_tests/conftest.py": None, "own_tests/test_notes.py": "def test_nothing():\n    pass\n"}

    room.submit(step=STEP)
    good = room.grade()
    room.submit(own, step=STEP)
    empty = room.grade()

    assert good.verdict is Verdict.GREEN, said(good)
    assert empty.verdict is Verdict.RED
    assert "Your tests catch 0 of 6 faults, and 5 are needed." in said(empty)
