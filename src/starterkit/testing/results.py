"""What a check gives back: each listed test with its outcome, in the order in which a learner meets them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """What became of a listed test. A skipped test counts as failed: it was to pass, and did not."""

    PASSED = "passed"
    FAILED = "failed"
    DID_NOT_RUN = "did not run"


@dataclass(frozen=True)
class SourceLine:
    """A line of a file; the file is relative to the project, with forward slashes."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class ExpectedTest:
    """A test that the path lists. `step` is "base" or a step's name, `guard` the reason of a guard or ""."""

    id: str
    file: str
    step: str
    sentence: str
    guard: str = ""
    line: int = 0


@dataclass(frozen=True)
class TestResult:
    """One listed test after a run.

    `message` says in one or a few lines what was expected and what came; `place` is the deepest line of the learner's
    own code that the failure passed through, `test_place` the line of the test; `details` is the whole failure.
    """

    __test__ = False  # not a test class for pytest

    test: ExpectedTest
    outcome: Outcome
    message: str = ""
    place: SourceLine | None = None
    test_place: SourceLine | None = None
    details: str = ""
    was_green: bool = False
    is_new: bool = False

    @property
    def is_red(self) -> bool:
        return self.outcome is not Outcome.PASSED


_FEW = 3  # so many red tests may look alike by chance


@dataclass(frozen=True)
class CheckResult:
    """A whole run. `problem` says what went wrong with the run as a whole ("" when nothing did), `log` how it ended."""

    results: tuple[TestResult, ...]
    seconds: float
    step: str
    pristine: bool = False
    problem: str = ""
    log: str = ""

    @property
    def green(self) -> bool:
        """Whether there are tests and all of them pass."""
        return bool(self.results) and not self.red

    @property
    def red(self) -> tuple[TestResult, ...]:
        return tuple(result for result in self.results if result.is_red)

    @property
    def broken(self) -> tuple[TestResult, ...]:
        """The red tests that were green in the remembered check."""
        return tuple(result for result in self.red if result.was_green)

    @property
    def blocker(self) -> str:
        """What stands in the way of the tests, in one line: a file that cannot be read, a test file that is gone.

        Empty where the tests are red each for a reason of its own, so that hints are of use.
        """
        first = self.first_red
        alike = {(one.message, one.place) for one in self.red}
        if first is None or not (first.outcome is Outcome.DID_NOT_RUN or (len(alike) == 1 and len(self.red) > _FEW)):
            return ""
        message = first.message.strip().split("\n")[0]
        return f"{first.place}: {message}" if first.place and str(first.place) not in message else message

    @property
    def first_red(self) -> TestResult | None:
        """The first red test, in the order in which a learner meets them."""
        return next(iter(self.red), None)
