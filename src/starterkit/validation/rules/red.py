"""The rule red: each new test fails with an assertion before the step is solved."""

from __future__ import annotations

import re
from collections.abc import Iterator

from starterkit.testing.results import CheckResult, Outcome, TestResult
from starterkit.validation.markdown import blocks
from starterkit.validation.model import Finding
from starterkit.validation.rules.base_green import problems
from starterkit.validation.workspace import RuleContext

# Matches the report of a failed assertion in pytest and in Node.
_ASSERTED = re.compile(r"^E\s+(?:AssertionError\b|assert |Failed: )|ERR_ASSERTION", re.MULTILINE)
# Matches the sentence before a quoted failure, such as "The first test fails with this message:".
_FIRST_FAILURE = re.compile(r"\bfirst\b.*\b(?:fail|red\b)|\b(?:fail|red\b).*\b(?:first|begins?)\b", re.IGNORECASE)


def red(work: RuleContext) -> list[Finding]:
    """Check that each new test fails with an assertion before the step is solved, and that each guard passes."""
    result, _ = work.layer_run(work.given, work.subject.new_tests(work.step))
    findings = list(_quoted(work, result))
    if elsewhere := [each.test.id for each in result.not_here]:
        work.notes.append(f"not on this system, so nothing is proven about {', '.join(elsewhere)}")
    if work.template.step(work.step).guards:
        work.notes.append("the rule `earned` proves that each guard can fail")
    for test in result.results:
        if test.test.guard:
            if test.is_red:
                findings.append(work.of_failure(work.given, test, "is listed as a guard, but fails on given"))
        elif test.is_green:
            message = "passes on given already. Make it stricter, or list it under `guards:` with a reason"
            findings.append(work.of_test(work.given, test.test, message))
    crashes = ((test, _crash(work, test)) for test in result.red if not test.test.guard)
    findings += work.of_failures(work.given, ((test, crash) for test, crash in crashes if crash))
    return findings or problems(work, result, work.given)


def is_assertion(test: TestResult) -> bool:
    """True if an assertion failed, in pytest or in Node. False if the test or the code crashed."""
    return bool(_ASSERTED.search(test.details))


def _quoted(work: RuleContext, result: CheckResult) -> Iterator[Finding]:
    """Yield a finding if the lesson quotes a first failure that differs from the first failure on given."""
    stretch = work.template.step(work.step).stretch  # `starterkit check` shows the failures of other tests first
    new = (each for each in result.red if each.test.id not in stretch)
    message = next((test.message for test in new), "")
    for block in blocks(work.template.lesson(work.step)):
        is_quote = block.language in ("", "text") and _FIRST_FAILURE.search(block.above)
        if message and is_quote and not _is_part(" ".join(block.lines), message):
            first = message.strip().split("\n")[0]
            wrong = f"the lesson quotes another first failure than the tests have. They say: {first}"
            yield work.finding(wrong, f"steps/{work.step}/lesson.md", block.line)


def _is_part(quote: str, message: str) -> bool:
    """True if a message contains a quote. An ellipsis in the quote stands for any text. Line breaks don't matter."""
    parts = (" ".join(part.split()) for part in re.split(r"…|\.\.\.", quote))
    return bool(re.search(".*".join(map(re.escape, parts)), " ".join(message.split())))


def _crash(work: RuleContext, test: TestResult) -> str:
    """Return how a test crashes before its assertion, or "".

    An exception that this step's new files raise isn't a crash, for example a stub's `raise NotImplementedError`.
    """
    if test.outcome is Outcome.DID_NOT_RUN:
        return "doesn't run on given"
    added = work.own_files(work.given)
    is_in_stub = test.place and test.place.file in added and not work.template.owns(test.place.file)
    if is_in_stub or is_assertion(test):
        return ""
    where = "" if test.place else f" in the test itself ({test.test_place or test.test.file})"
    return f"crashes on given, but must fail with an assertion{where}"
