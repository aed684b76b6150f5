"""Whose commit counts, and when: what the workshop itself commits is nobody's own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from starterkit.errors import UsageError
from starterkit.runtime.environment import Environment
from starterkit.workshop import status
from starterkit.workshop.grading.batch import Grading, GradingRequest
from starterkit.workshop.grading.environments import EnvironmentCache, GradingPackages
from starterkit.workshop.grading.grader import LocalRunner
from starterkit.workshop.grading.model import Grade, Verdict
from starterkit.workshop.grading.reference_tests import ReferenceTests
from starterkit.workshop.store import parse_time
from tests.support.commands import starterkit
from tests.support.gradings import Feigned
from tests.support.workshops import FOOTER, Room, commit, corrected_template, git, push_fix

ADA, GRACE, TEAM = "ada-lovelace", "grace-hopper", "eniac"


class Empty(EnvironmentCache):
    """A shelf without packages: nothing is run from it."""

    def _packages(self, pristine: ReferenceTests, pins: bytes) -> GradingPackages:
        return GradingPackages(Environment({"python": "/usr/bin/python3"}, {}), "none")


def graded(room: Room, due: datetime | None = None, step: str = "") -> dict[str, Grade]:
    """Grade everybody by tests of which none runs: red, where there is something to grade."""
    shelf = Empty(room.folder)
    order = GradingRequest(room.opened.people, step=step, due=due)
    found = Grading(room.opened, order, LocalRunner(shelf, Feigned()), shelf, prove=False).run()
    return {one.person.folder: one for one in found}


def works(room: Room, folder: str, place: Path, when: str, text: str = "x = 1\n") -> Path:
    """Somebody commits and pushes, with their clock at that time."""
    clone = place / folder
    if not clone.exists():
        room.clone(folder, clone)
    commit(clone, {"conduit/more.py": text}, when=when)
    git("push", "-q", cwd=clone)
    return clone


NOON = datetime(2099, 5, 1, 12, tzinfo=UTC)
MORNING, EVENING = "2099-05-01T09:00:00+00:00", "2099-05-01T18:00:00+00:00"


@pytest.mark.parametrize("words", ["2026-11-30", "20261130", "2026-W49-1", "2026W491"])
def test_a_day_alone_is_due_at_its_end_however_it_is_written(words: str) -> None:
    assert parse_time(words) == datetime(2026, 11, 30, 23, 59, 59).astimezone()


@pytest.mark.parametrize("words", ["2026-W49", "2026W49", "0001-01-01T00:00", "0001-01-01T00:00+14:00", "2026-13-01"])
def test_a_week_alone_and_a_time_that_no_clock_knows_are_refused(words: str) -> None:
    with pytest.raises(UsageError, match="Invalid time"):
        parse_time(words)


def test_who_did_nothing_has_nothing_to_grade(room: Room, tmp_path: Path) -> None:
    works(room, ADA, tmp_path, MORNING)

    grades = graded(room)

    assert {folder: one.verdict for folder, one in grades.items()} == {
        ADA: Verdict.RED,
        GRACE: Verdict.NOTHING,
        TEAM: Verdict.NOTHING,
    }
    assert grades[GRACE].why == "no commit yet"


def test_who_has_begun_too_late_is_late(room: Room, tmp_path: Path) -> None:
    works(room, ADA, tmp_path, MORNING)
    works(room, ADA, tmp_path, EVENING, "x = 2\n")
    works(room, GRACE, tmp_path, EVENING)
    early = git("rev-parse", "main~1", cwd=room.repository(ADA)).strip()

    grades = graded(room, due=NOON)

    assert (grades[ADA].late, grades[ADA].commit) == (False, early)
    assert grades[GRACE].late
    assert grades[TEAM].verdict is Verdict.NOTHING
    assert not any("damaged" in note for one in grades.values() for note in one.notes)
    long_ago = graded(room, due=NOON - timedelta(days=40_000))
    assert (long_ago[ADA].late, long_ago[GRACE].late, long_ago[TEAM].late) == (True, True, False)


def test_a_correction_is_nobodys_own_work(room: Room, tmp_path: Path) -> None:
    works(room, ADA, tmp_path, MORNING)
    starterkit("workshop", "collect", cwd=room.folder)
    graded(room)

    push_fix(room, corrected_template(tmp_path / "corrected", FOOTER), "--yes")
    starterkit("workshop", "collect", cwd=room.folder)
    grades = graded(room)

    assert grades[ADA].commit == git("rev-parse", "main", cwd=room.repository(ADA)).strip()
    assert grades[ADA].worked == MORNING
    assert grades[GRACE].verdict is Verdict.NOTHING
    now = datetime.fromisoformat(MORNING) + timedelta(minutes=5)
    found = {one.person.folder: one for one in status.workshop_status(room.opened, now).people}
    assert (found[ADA].state, found[ADA].stuck) == ("red", "")
    assert found[ADA].active == datetime.fromisoformat(MORNING)
    assert (found[GRACE].state, found[GRACE].active) == ("not begun", None)


def test_what_was_put_in_or_filled_in_does_not_count_before_the_due_time_either(room: Room, tmp_path: Path) -> None:
    works(room, ADA, tmp_path, MORNING)
    starterkit("workshop", "catch-up", GRACE, "02", "--count-as", "green", cwd=room.folder)
    push_fix(room, corrected_template(tmp_path / "corrected", FOOTER), "--yes")
    before_all = datetime(2026, 6, 1, tzinfo=UTC)

    grades = graded(room, due=before_all)

    assert {folder: (one.verdict, one.late) for folder, one in grades.items()} == {
        ADA: (Verdict.RED, True),
        GRACE: (Verdict.NOTHING, False),
        TEAM: (Verdict.NOTHING, False),
    }
    assert not any(note for note in grades[ADA].notes if "damaged" in note)
    graded(room)
    found = {one.person.folder: one for one in status.workshop_status(room.opened, NOON).people}
    assert (found[ADA].state, found[GRACE].state, found[TEAM].state) == ("red", "not begun", "not begun")
    assert found[ADA].known.step == "base"
    assert found[GRACE].known.step == "02-two"
    events = len(room.events(GRACE))
    graded(room)
    assert len(room.events(GRACE)) == events


def test_a_grading_at_another_step_is_not_where_somebody_stands(room: Room, tmp_path: Path) -> None:
    works(room, ADA, tmp_path, MORNING)
    starterkit("workshop", "collect", cwd=room.folder)

    graded(room, step="01-one")

    found = status.workshop_status(room.opened, NOON).people[0]
    assert (found.person.folder, found.state) == (ADA, "not graded")
