"""A grading: what became of one submission."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from starterkit.template.model import BASE
from starterkit.testing.results import Outcome
from starterkit.workshop.model import Person

LOOK = "look at this: "  # begins a note that is for the instructor alone


class Verdict(StrEnum):
    """`tampered`: an outcome was forged. `unreadable`: its files cannot be used. `nothing`: there is no commit."""

    GREEN = "green"
    RED = "red"
    TAMPERED = "tampered"
    UNREADABLE = "unreadable"
    NOTHING = "nothing"


@dataclass(frozen=True)
class TestGrade:
    """One listed test."""

    __test__ = False  # not a test class for pytest

    test: str
    sentence: str
    step: str
    outcome: str
    message: str = ""

    @property
    def is_green(self) -> bool:
        return self.outcome == Outcome.PASSED


@dataclass(frozen=True)
class Grade:
    """One person's submission, graded; `kept` tells that it is from an earlier grading of the same.

    `at`, `committed` and `worked` are ISO 8601 in UTC; `own` and `worked` are as `Submission` has them. `aside` tells
    that this is not about their latest work at the step where it stands. `tests` is the fingerprint of all that judged
    it. `notes` is what the instructor should know: what was left out, which packages were used, what to look at.
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
        """The notes that the participant sees, too."""
        return tuple(one for one in self.notes if not one.startswith(LOOK))

    @property
    def is_honest(self) -> bool:
        """Whether passing tests count. With forged outcomes, none does."""
        return self.verdict in (Verdict.GREEN, Verdict.RED)

    @property
    def passed(self) -> int:
        """How many tests were earned."""
        return sum(one.is_green for one in self.results) if self.is_honest else 0

    @property
    def done(self) -> tuple[str, ...]:
        """The steps all of whose tests were earned, in the order of the path; the start is none."""
        if not self.is_honest:
            return ()
        red = {one.step for one in self.results if not one.is_green}
        return tuple(step for step in dict.fromkeys(one.step for one in self.results) if step not in (*red, BASE))

    @property
    def first_red(self) -> TestGrade | None:
        """The first red test, in the order in which a learner meets them."""
        return next((one for one in self.results if not one.is_green), None)

    def event(self) -> dict[str, Any]:
        """Return the grading as a line of results/<folder>.jsonl has it."""
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
            "results": [vars(one) for one in self.results],
            "first_red": first.test if first else None,
            "verdict": self.verdict.value,
            "why": self.why,
            "notes": list(self.notes),
            "seconds": round(self.seconds, 3),
            "late": self.late,
            "sandbox": self.sandbox,
        }


def grade_of(person: Person, event: Mapping[str, Any]) -> Grade | None:
    """Return the grading that a line of results holds; None where it holds none that we can read."""
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
            results=tuple(TestGrade(**{name: str(one[name]) for name in _NAMES}) for one in event["results"]),
            why=str(event["why"]),
            notes=tuple(map(str, event.get("notes", ()))),
            seconds=float(event["seconds"]),
            late=bool(event["late"]),
            sandbox=str(event["sandbox"]),
            kept=True,
        )
    except (KeyError, TypeError, ValueError):
        return None


_NAMES = ("test", "sentence", "step", "outcome", "message")
