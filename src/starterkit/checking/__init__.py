"""Running the tests of a path against a project, and saying in sentences how they went."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starterkit.checking.expected import FoundTest, expected_tests, found_tests
from starterkit.checking.results import CheckResult, ExpectedTest, Outcome, Place, TestResult

if TYPE_CHECKING:
    from starterkit.checking.running import LIMIT_SECONDS, run_tests

__all__ = [
    "LIMIT_SECONDS",
    "CheckResult",
    "ExpectedTest",
    "FoundTest",
    "Outcome",
    "Place",
    "TestResult",
    "expected_tests",
    "found_tests",
    "run_tests",
]

# Imported when first asked for: `next` and `status` list tests and run none.
_LATE = ("LIMIT_SECONDS", "run_tests")


def __getattr__(name: str) -> object:
    if name not in _LATE:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from starterkit.checking import running

    return getattr(running, name)
