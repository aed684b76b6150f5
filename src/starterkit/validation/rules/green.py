"""The rules green, no-regression and alone: tests that should pass do pass."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from functools import partial

from starterkit.git.objects import digest
from starterkit.testing.results import ExpectedTest
from starterkit.validation.model import Finding
from starterkit.validation.rules.base_green import failures, problems, slow_tests
from starterkit.validation.workspace import RuleContext

_PROCESSES = 2  # a fixed number, so that every machine splits the tests in the same way
_NOON = 12
# The first run uses UTC. Each of these time zones has another date than UTC in one half of the day.
_YESTERDAY, _TOMORROW = "Etc/GMT+12", "Etc/GMT-14"
_LOCALE = "de_DE.UTF-8"


def green(work: RuleContext) -> list[Finding]:
    """Check that all tests pass on the solution, first in order, then in random order under other conditions."""
    result, _ = work.layer_run(work.solution)
    findings = failures(work, work.solution, result, "fails on solution")
    if findings:
        return findings
    first_seed = int(digest(work.subject.digests[work.solution])[:8], 16)
    for seed in range(first_seed, first_seed + work.workspace.repeat):
        findings = list(_in_random_order(work, seed))
        if findings:
            return findings
    return slow_tests(work, work.solution, result)


def _in_random_order(work: RuleContext, seed: int) -> Iterator[Finding]:
    """Run the tests in random order in parallel processes, with another time zone, date, locale and hash seed."""
    zone = _YESTERDAY if datetime.now(UTC).hour < _NOON else _TOMORROW
    conditions = f"seed {seed}, time zone {zone}, locale {_LOCALE}"
    variables = {"TZ": zone, "LANG": _LOCALE, "LC_ALL": _LOCALE, "PYTHONHASHSEED": str(seed % 2**32)}
    work.notes.append(f"random order with seed {seed}, in {_PROCESSES} processes at once")
    tests = list(work.subject.expected(work.step))
    random.Random(seed).shuffle(tests)  # noqa: S311  # not used for security
    slices = [part for part in (tests[start::_PROCESSES] for start in range(_PROCESSES)) if part]
    work.workspace.prepared(work.subject, work.solution)
    with (
        work.workspace.copy_of(work.subject, work.solution) as folder,
        work.workspace.slots.slot(),  # hold one slot for all processes, because they must run at the same time
        ThreadPoolExecutor(len(slices)) as pool,
    ):
        run_part = partial(work.run, folder, work.solution, each=True, has_slot=True, variables=variables)
        results = list(pool.map(run_part, slices))
    for number, part in enumerate(results, 1):
        how = f"fails in random order next to another process ({conditions}, process {number} of {len(slices)})"
        yield from work.of_failures(work.solution, ((test, how) for test in part.red))


def no_regression(work: RuleContext) -> list[Finding]:
    """Check that the tests of the base and of earlier steps pass with the step's new files."""
    result, _ = work.layer_run(work.given, work.subject.earlier_tests(work.step))
    reasons = ((test, f"fails on given (a test of {test.test.step})") for test in result.red)
    return work.of_failures(work.given, reasons) or problems(work, result, work.given)


def alone(work: RuleContext) -> list[Finding]:
    """Check that each new test also passes when it runs alone on its solution."""

    def run_alone(test: ExpectedTest) -> list[Finding]:
        with work.workspace.copy_of(work.subject, work.solution) as folder:
            result = work.run(folder, work.solution, [test], each=True)
        return [work.of_failure(work.solution, failed, "fails when it runs alone") for failed in result.red]

    findings = work.workspace.slots.map(run_alone, work.subject.new_tests(work.step))
    return [finding for of_test in findings for finding in of_test]
