"""The rule red: each new test fails on the given, by an assertion."""

from __future__ import annotations

import re

from starterkit.testing.results import Outcome, TestResult
from starterkit.validation.model import Finding
from starterkit.validation.rules.base_green import problems
from starterkit.validation.workspace import RuleContext, first_line

# How the report of a failed assertion looks in pytest and in Node.
_ASSERTED = re.compile(r"^E\s+(?:AssertionError\b|assert |Failed: )|ERR_ASSERTION", re.MULTILINE)
_RAISED = re.compile(r"^E\s+((?:\w+\.)*[A-Z]\w*(?:Error|Exception|Warning|Exit|Interrupt)?)(?::|$)", re.MULTILINE)


def red(work: RuleContext) -> list[Finding]:
    """Every new test that isn't a guard fails on given by an assertion; every guard passes there."""
    result, _ = work.layer_run(work.given)
    findings = problems(work, result, work.given)
    if work.template.step(work.step).guards:
        work.notes.append("that a change in the solution turns each guard red is proven by `earned`")
    for test in result.results:
        if test.test.step != work.step:
            continue
        if test.test.guard:
            if test.is_red:
                findings.append(work.of_failure(work.given, test, "is listed as a guard, but is red on given"))
        elif not test.is_red:
            message = "passes on given already; let it ask for more, or list it under `guards:` with the reason"
            findings.append(work.of_test(work.given, test.test, message))
        else:
            findings += _crashes(work, test)
    return findings


def _crashes(work: RuleContext, test: TestResult) -> list[Finding]:
    """Return a finding if a failing test asserts nothing, because something crashed before.

    An exception counts as a failure only if it comes out of a file that this given adds (a stub with `raise
    NotImplementedError`), because the learner is asked to write that file. An exception from the test, its support, or
    older code of the site means that the test never reached its assertion.
    """
    if test.outcome is Outcome.DID_NOT_RUN:
        return [work.of_test(work.given, test.test, f"does not run on given: {first_line(test)}")]
    added = work.own_files(work.given)
    is_in_stub = test.place and test.place.file in added and not work.template.owns(test.place.file)
    if is_in_stub or _ASSERTED.search(test.details):
        return []
    name = next(iter(reversed(_RAISED.findall(test.details))), "an exception")
    where = f"in {test.place}" if test.place else f"in the test itself ({test.test_place or test.test.file})"
    message = f"fails on given by a crash and not by an assertion: {name} {where}: {first_line(test)}"
    return [work.of_test(work.given, test.test, message)]
