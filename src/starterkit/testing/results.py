"""The tests that the path lists, and the result of a check with the outcome of each test."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum


class Outcome(StrEnum):
    """The outcome of one test. A skipped test counts as failed."""

    PASSED = "passed"
    FAILED = "failed"
    DID_NOT_RUN = "did not run"


@dataclass(frozen=True)
class SourceLine:
    """A line in a file. The file is relative to the project and has forward slashes."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


@dataclass(frozen=True)
class ExpectedTest:
    """A test that the path lists. `sentence` is its title, and `step` is the step that lists the test (or `base`).

    `file` is relative to the project, and "" if no test file contains the test. `line` starts at 1. `guard` is the
    reason why a guard passes when its step begins, or "" for other tests.
    """

    id: str
    file: str
    step: str
    sentence: str
    guard: str = ""
    line: int = 0


@dataclass(frozen=True)
class TestResult:
    """The result of one listed test.

    `message` says in a few lines what was expected and what was found. `place` is the innermost line of the learner's
    own code in the failure. `source` is the text of this line. `caret` is the column of `source` that Python or Node
    points at, counted from 0. `test_place` is the line of the test. `details` is the full text of the failure. `output`
    is the end of what the code printed during a failing test. `was_green` is true for a failing test that passed in the
    last check. `is_new` is true for the current step's tests. `seconds` is the duration (0: unknown).
    """

    __test__ = False  # pytest must not collect this class as tests

    test: ExpectedTest
    outcome: Outcome
    message: str = ""
    place: SourceLine | None = None
    test_place: SourceLine | None = None
    details: str = ""
    source: str = ""
    caret: int | None = None
    output: str = ""
    was_green: bool = False
    is_new: bool = False
    seconds: float = field(default=0.0, compare=False)

    @property
    def is_red(self) -> bool:
        return self.outcome is not Outcome.PASSED


STOPPED_BEFORE = "Did not run, because the tests were stopped before it."
_FEW = 3  # up to this many failing tests can have the same message by chance


@dataclass(frozen=True)
class CheckResult:
    """The result of a check: a result for each test, and the duration in seconds.

    `step` is the current step. `pristine` is true if the path's own tests ran in a copy of the project. `problem`
    describes an error of the whole run, or is "". `log` is the output of the test program. `own` are the results of the
    learner's own tests, which don't count.
    """

    results: tuple[TestResult, ...]
    seconds: float
    step: str
    pristine: bool = False
    problem: str = ""
    log: str = ""
    own: tuple[TestResult, ...] = ()

    @property
    def green(self) -> bool:
        """True if there are tests and all tests pass."""
        return bool(self.results) and not self.red

    @property
    def red(self) -> tuple[TestResult, ...]:
        return tuple(result for result in self.results if result.is_red)

    @property
    def broken(self) -> tuple[TestResult, ...]:
        """The failing tests that passed in the last check."""
        return tuple(result for result in self.red if result.was_green)

    @property
    def blocker(self) -> str:
        """The single cause of all failures in one line, such as a missing file, or "".

        If the tests fail for different reasons, hints can help, so the cause is empty.
        """
        first = self.first_red
        alike = {(result.message, result.place) for result in self.red}
        if first is None or not (first.outcome is Outcome.DID_NOT_RUN or (len(alike) == 1 and len(self.red) > _FEW)):
            return ""
        message = first.message.strip().split("\n")[0]
        return f"{first.place}: {message}" if first.place and str(first.place) not in message else message

    @property
    def first_red(self) -> TestResult | None:
        """The failing test to start with: the one that stopped the run, or the first in the path's order."""
        return next((result for result in self.red if result.message != STOPPED_BEFORE), next(iter(self.red), None))

    @property
    def causes(self) -> tuple[tuple[TestResult, ...], ...]:
        """The failing tests, grouped by message and line. The group of the first failing test comes first."""
        groups: dict[tuple[str, SourceLine | None], list[TestResult]] = {}
        for result in (*filter(None, [self.first_red]), *self.red):
            group = groups.setdefault((result.message, result.place), [])
            if result not in group:
                group.append(result)
        return tuple(map(tuple, groups.values()))
