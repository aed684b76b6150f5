"""The rules green, no-regression and alone: tests that should pass do pass."""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from starterkit.git.objects import digest
from starterkit.testing.results import ExpectedTest
from starterkit.validation.model import Finding
from starterkit.validation.rules.base_green import problems
from starterkit.validation.workspace import RuleContext

_PROCESSES = 2  # a fixed number, so that every machine splits the tests in the same way


def green(work: RuleContext) -> list[Finding]:
    """Check that all tests pass on the solution, in order and in random order in parallel processes."""
    result, _ = work.layer_run(work.solution)
    findings = [work.of_failure(work.solution, test, "fails on solution") for test in result.red]
    findings += problems(work, result, work.solution)
    if findings:
        return findings
    seed = int(digest(work.subject.digests[work.solution])[:8], 16)
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
        run_part = partial(work.run, folder, work.solution, each=True, has_slot=True)
        results = list(pool.map(run_part, slices))
    for number, part in enumerate(results, 1):
        how = f"fails in random order next to another process (seed {seed}, process {number} of {len(slices)})"
        findings += [work.of_failure(work.solution, test, how) for test in part.red]
    return findings


def no_regression(work: RuleContext) -> list[Finding]:
    """Check that the tests of the base and of earlier steps pass with the step's new files."""
    result, _ = work.layer_run(work.given)
    return [
        work.of_failure(work.given, test, f"fails on given (a test of {test.test.step})")
        for test in result.red
        if test.test.step != work.step
    ]


def alone(work: RuleContext) -> list[Finding]:
    """Check that each new test also passes when it runs alone on its solution."""

    def run_alone(test: ExpectedTest) -> list[Finding]:
        with work.workspace.copy_of(work.subject, work.solution) as folder:
            result = work.run(folder, work.solution, [test], each=True)
        return [work.of_failure(work.solution, failed, "fails when it runs alone") for failed in result.red]

    findings = work.workspace.slots.map(run_alone, work.subject.new_tests(work.step))
    return [finding for of_test in findings for finding in of_test]
