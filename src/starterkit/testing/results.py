"""The tests that the path lists, and the result of a check with the outcome of each test."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from enum import StrEnum

SYSTEM = {"win32": "windows", "darwin": "macos"}.get(sys.platform, "linux")  # its name in `platforms:` of step.yml


class Outcome(StrEnum):
    """The outcome of one test. A skipped test counts as failed. A test that isn't for this system doesn't count."""

    PASSED = "passed"
    FAILED = "failed"
    DID_NOT_RUN = "did not run"
    NOT_HERE = "not on this system"


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
    reason why a guard passes when its step begins, or "" for other tests. `is_stretch` is true for a test for careful
    work, and `is_kept` if such a test passed when its step ended. `Step` explains the other keys of step.yml.
    """

    id: str
    file: str
    step: str
    sentence: str
    guard: str = ""
    line: int = 0
    is_stretch: bool = False
    is_kept: bool = False
    behavior: str = ""
    platforms: tuple[str, ...] = ()
    in_process: str = ""

    @property
    def is_here(self) -> bool:
        """True if the test runs on this system."""
        return not self.platforms or SYSTEM in self.platforms

    @property
    def is_core(self) -> bool:
        """True if the test must pass, on this system, before the next step can start."""
        return self.is_here and not self.is_stretch


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
        return self.outcome in (Outcome.FAILED, Outcome.DID_NOT_RUN)

    @property
    def is_green(self) -> bool:
        return self.outcome is Outcome.PASSED

    @property
    def is_core(self) -> bool:
        """True if the result counts. A failing stretch test counts only if it passed when its step ended."""
        return self.test.is_core or (self.is_red and self.test.is_kept)


STOPPED_BEFORE = "Did not run, because the tests were stopped before it."
_FEW = 3  # up to this many failing tests can have the same message by chance


@dataclass(frozen=True)
class CheckResult:
    """The result of a check: a result for each test, and the duration in seconds.

    Only the `core` decides whether the check passes. `green`, `red` and what follows from them are about the core. The
    views `stretch` and `not_here` have the other results.

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
    def core(self) -> tuple[TestResult, ...]:
        """The results that count."""
        return tuple(result for result in self.results if result.is_core)

    @property
    def stretch(self) -> tuple[TestResult, ...]:
        """The results of stretch tests, which don't count."""
        return tuple(result for result in self.results if result.test.is_here and not result.is_core)

    @property
    def not_here(self) -> tuple[TestResult, ...]:
        """The results of tests that aren't for this system, so they didn't run."""
        return tuple(result for result in self.results if not result.test.is_here)

    @property
    def green(self) -> bool:
        """True if there are tests and all tests that count pass."""
        return bool(self.results) and not self.red

    @property
    def red(self) -> tuple[TestResult, ...]:
        """The failing tests that count."""
        return tuple(result for result in self.core if result.is_red)

    @property
    def stretch_red(self) -> tuple[TestResult, ...]:
        """The failing tests that don't count."""
        return tuple(result for result in self.stretch if result.is_red)

    @property
    def unsolved(self) -> tuple[TestResult, ...]:
        """The failing tests that a solution of the current step must make pass."""
        return (*self.red, *(result for result in self.stretch_red if result.is_new))

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
        return next(iter(_first_in_front(self.red)), None)

    @property
    def causes(self) -> tuple[tuple[TestResult, ...], ...]:
        """The failing tests, grouped by message and line. The group of the first failing test comes first."""
        return _by_cause(self.red)

    @property
    def stretch_causes(self) -> tuple[tuple[TestResult, ...], ...]:
        """The failing stretch tests that don't count, grouped in the same way."""
        return _by_cause(self.stretch_red)


def _first_in_front(red: Sequence[TestResult]) -> tuple[TestResult, ...]:
    """Return failing tests with the one to start with in front: the one that stopped the run, or the first."""
    first = next((result for result in red if result.message != STOPPED_BEFORE), None)
    return (*filter(None, [first]), *(result for result in red if result is not first))


def _by_cause(red: Sequence[TestResult]) -> tuple[tuple[TestResult, ...], ...]:
    groups: dict[tuple[str, SourceLine | None], list[TestResult]] = {}
    for result in _first_in_front(red):
        groups.setdefault((result.message, result.place), []).append(result)
    return tuple(map(tuple, groups.values()))
