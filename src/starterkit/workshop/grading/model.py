"""The grade of one submission as plain data: its verdict, and the result of each test."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starterkit.template.model import BASE
from starterkit.testing.results import Outcome
from starterkit.workshop.model import Person

LOOK = "look at this: "  # notes with this prefix are only for the instructor


class Verdict(StrEnum):
    """The verdict on a person's work.

    `TAMPERED` means that someone forged a test outcome. `UNREADABLE` means that the files can't be used. `NOTHING`
    means that the person has no commit yet.
    """

    GREEN = "green"
    RED = "red"
    TAMPERED = "tampered"
    UNREADABLE = "unreadable"
    NOTHING = "nothing"


@dataclass(frozen=True)
class TestGrade:
    """The result of one test. `sentence` says what it tests, and `step` is the step that it belongs to.

    `stretch` is true for a stretch test, which doesn't count.
    """

    __test__ = False  # keeps pytest from collecting this class

    test: str
    sentence: str
    step: str
    outcome: str
    message: str = ""
    stretch: bool = False

    @property
    def is_green(self) -> bool:
        return self.outcome == Outcome.PASSED

    @property
    def is_here(self) -> bool:
        """True if the test is for the system that graded the work."""
        return self.outcome != Outcome.NOT_HERE


@dataclass(frozen=True)
class Grade:
    """The grade of one person's submission.

    `at` (the grading), `committed` and `worked` are times in ISO 8601 and UTC. `Submission` explains `own` and
    `worked`. `aside` means that the grade is for older work or for another step than the work's own. `tests` is a
    fingerprint of the tests, packages, limits and sandbox. `notes` inform the instructor, for example about ignored
    files. `seconds` is the time of the run. `kept` means that the grade comes from an earlier grading.
    """

    person: Person
    at: str
    verdict: Verdict
    commit: str = ""
    committed: str = ""
    own: str = ""
    worked: str = ""
    step: str = ""
    tests: str = ""
    results: tuple[TestGrade, ...] = ()
    why: str = ""
    notes: tuple[str, ...] = ()
    seconds: float = 0.0
    late: bool = False
    aside: bool = False
    sandbox: str = ""
    kept: bool = False

    @property
    def shared_notes(self) -> tuple[str, ...]:
        """The notes that participants may see too. Other notes are only for the instructor."""
        return tuple(note for note in self.notes if not note.startswith(LOOK))

    @property
    def is_honest(self) -> bool:
        """True if the tests ran and no outcome was forged, so that passing tests count."""
        return self.verdict in (Verdict.GREEN, Verdict.RED)

    @property
    def core(self) -> tuple[TestGrade, ...]:
        """The results that count."""
        return tuple(test for test in self.results if test.is_here and not test.stretch)

    @property
    def stretch(self) -> tuple[TestGrade, ...]:
        """The results of the stretch tests, which don't count."""
        return tuple(test for test in self.results if test.is_here and test.stretch)

    @property
    def passed(self) -> int:
        """The number of passing tests that count, or 0 if an outcome was forged."""
        return sum(test.is_green for test in self.core) if self.is_honest else 0

    @property
    def stretch_passed(self) -> int:
        """The number of passing stretch tests, or 0 if an outcome was forged."""
        return sum(test.is_green for test in self.stretch) if self.is_honest else 0

    @property
    def done(self) -> tuple[str, ...]:
        """The steps whose tests all pass, in path order, without the base. Stretch tests don't count."""
        not_done = {BASE, *(test.step for test in self.core if not test.is_green or not self.is_honest)}
        return tuple(step for step in dict.fromkeys(test.step for test in self.core) if step not in not_done)

    @property
    def first_red(self) -> TestGrade | None:
        """The first failing test that counts, in path order, or None."""
        return next((test for test in self.core if not test.is_green), None)

    def event(self) -> dict[str, Any]:
        """Return the grade as an event for results/<folder>.jsonl."""
        first = self.first_red
        return {
            "kind": "graded",
            "at": self.at,
            "commit": self.commit or None,
            "committed": self.committed or None,
            "own": self.own or None,
            "worked": self.worked or None,
            "aside": self.aside,
            "step": self.step,
            "tests": self.tests,
            "results": [vars(test) for test in self.results],
            "first_red": first.test if first else None,
            "verdict": self.verdict.value,
            "why": self.why,
            "notes": list(self.notes),
            "seconds": round(self.seconds, 3),
            "late": self.late,
            "sandbox": self.sandbox,
        }


def grade_of(person: Person, event: Mapping[str, Any]) -> Grade | None:
    """Return the grade in an event that `Grade.event` wrote, or None if the event is invalid."""
    try:
        return Grade(
            person,
            at=str(event["at"]),
            verdict=Verdict(event["verdict"]),
            commit=str(event["commit"] or ""),
            committed=str(event["committed"] or ""),
            own=str(event.get("own") or ""),
            worked=str(event.get("worked") or ""),
            aside=event.get("aside") is True,
            step=str(event["step"]),
            tests=str(event["tests"]),
            results=tuple(map(_test_grade, event["results"])),
            why=str(event["why"]),
            notes=tuple(map(str, event.get("notes", ()))),
            seconds=float(event["seconds"]),
            late=bool(event["late"]),
            sandbox=str(event["sandbox"]),
            kept=True,
        )
    except (KeyError, TypeError, ValueError):
        return None


def _test_grade(test: Mapping[str, Any]) -> TestGrade:
    return TestGrade(**{name: str(test[name]) for name in _NAMES}, stretch=test.get("stretch") is True)


_NAMES = ("test", "sentence", "step", "outcome", "message")
