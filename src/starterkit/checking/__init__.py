"""Running the tests of a path against a project, and saying in sentences how they went."""

from __future__ import annotations

from starterkit.checking.expected import FoundTest, expected_tests, found_tests
from starterkit.checking.results import CheckResult, ExpectedTest, Outcome, Place, TestResult
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
