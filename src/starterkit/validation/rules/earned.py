"""The rule earned: a step's tests fail if its solution is changed, and each test notices more than a missing page."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from importlib.util import cache_from_source
from pathlib import Path

from starterkit.git.objects import File
from starterkit.git.worktree import write_file
from starterkit.template.model import OWN_TESTS, AcceptedMutant
from starterkit.testing.launch import Launcher
from starterkit.testing.results import CheckResult, ExpectedTest, Outcome, TestResult
from starterkit.validation.model import Finding
from starterkit.validation.mutation import LEAST, MOST, Mutant, balanced, mutants_of, unmutated
from starterkit.validation.mutation.texts import Promised
from starterkit.validation.rules.red import is_assertion
from starterkit.validation.target import line_of
from starterkit.validation.workspace import RuleContext, Skip, first_line

THRESHOLD = 0.85
_SLOWER = 5.0  # a mutant's time limit, as a multiple of the solution's time
_AT_LEAST_SECONDS = 20.0
_MORE = 12  # mutants outside the sample, tried while a test has not earned its place with a mutant of the sample
# The statuses of a page that is missing or crashes.
_LOST = re.compile(r"\b(?:404|405|50[0-4])\b")
_SLOW_SECONDS = 5.0  # a test that takes longer runs only on the mutants that no other test notices
_AT_ONCE = 4  # not the number of cores, so that every machine tries the same mutants


@dataclass(frozen=True)
class _Tried:
    """A mutant and the tests that it makes fail.

    `red` also has the tests that don't run. `earned` has only the tests that notice more than a lost page.
    """

    mutant: Mutant
    red: frozenset[str]
    failed: frozenset[str]
    earned: frozenset[str]

    def and_also(self, other: _Tried) -> _Tried:
        """Return the same mutant with the failures of more tests."""
        return _Tried(self.mutant, self.red | other.red, self.failed | other.failed, self.earned | other.earned)


def earned(work: RuleContext) -> list[Finding]:
    """Check that the tests notice 85 % of the mutants, and that each test notices one by itself."""
    given = {path: file.data for path, file in work.files(work.given).items()}
    # A command writes migrations, and the mutants of models already test them. For the tests in own_tests/, the step's
    # test has its own mutants.
    own = {
        path: file.data
        for path, file in work.own_files(work.solution).items()
        if not work.template.owns(path) and not work.template.is_history(path) and not path.startswith(f"{OWN_TESTS}/")
    }
    mutants = mutants_of(own, given, Promised(work.template.lesson(work.step)))
    work.notes += [f"no mutants of {', '.join(files)}: {why}" for why, files in unmutated(own, mutants).items()]
    if not mutants:
        raise Skip("the solution has nothing to mutate")
    accepted = work.template.step(work.step).accepted_mutants
    findings = _unknown_accepted(work, accepted, mutants, own)
    tests = work.subject.new_tests(work.step)
    with work.workspace.copy_of(work.subject, work.solution) as folder:
        unchanged = work.run(folder, work.solution, tests)
    if not unchanged.green:
        failed = work.finding("the tests of the step fail on solution, so mutants prove nothing")
        return [*findings, replace(failed, breaks=tuple(test.test.id for test in unchanged.red))]
    slow = [result.test for result in unchanged.results if result.seconds > _SLOW_SECONDS]
    work.notes += [f"{test.id} is slow, so it runs only on mutants that no other test notices" for test in slow]
    quick = [test for test in tests if test not in slow]
    limit = max(_AT_LEAST_SECONDS, _SLOWER * unchanged.seconds)
    with work.warm(folder, work.solution) as launcher:
        trial = _Trial(work, quick, slow, limit, launcher)
        tried = _with_slow_tests(trial, _try_all(trial, mutants))
    work.lines_by_test = _lines_by_test(tests, tried)
    return [*findings, *_judged(work, tried[:MOST], accepted, len(mutants)), *_of_unearned(work, tests, tried)]


@dataclass(frozen=True)
class _Trial:
    """How each mutant is tried: the tests, and what they need to run."""

    work: RuleContext
    quick: Sequence[ExpectedTest]
    slow: Sequence[ExpectedTest]
    limit: float
    launcher: Launcher

    def of_all(self, mutants: Sequence[Mutant]) -> list[_Tried]:
        """Run the quick tests on each mutant. If none fails, also run the slow tests."""
        return self.work.workspace.slots.map(lambda mutant: self._of(mutant, self.quick, self.slow), mutants)

    def of_slow(self, mutants: Sequence[Mutant]) -> list[_Tried]:
        """Run only the slow tests on each mutant."""
        return self.work.workspace.slots.map(lambda mutant: self._of(mutant, self.slow), mutants)

    def _of(self, mutant: Mutant, *groups: Sequence[ExpectedTest]) -> _Tried:
        work, before = self.work, self.work.files(self.work.solution)[mutant.file]
        tried = _Tried(mutant, frozenset(), frozenset(), frozenset())
        with work.workspace.copy_of(work.subject, work.solution) as folder:
            _write(folder, mutant.file, File(before.mode, mutant.data))
            for tests in filter(None, groups):
                if not tried.red:
                    tried = self._tried(mutant, self._run(folder, tests))
            _write(folder, mutant.file, before)
        return tried

    def _run(self, folder: Path, tests: Sequence[ExpectedTest]) -> CheckResult:
        is_part = bool(self.quick and self.slow)
        label, limit, launcher = self.work.solution, self.limit, self.launcher
        return self.work.run(folder, label, tests, each=is_part, limit_seconds=limit, launcher=launcher)

    def _tried(self, mutant: Mutant, result: CheckResult) -> _Tried:
        tests = [*self.quick, *self.slow]
        red = {failed.test.id for failed in result.red} or ({"the whole run"} if result.problem else set())
        failed = [each for each in result.red if each.outcome is Outcome.FAILED]
        own = [each for each in failed if is_assertion(each) and not _is_of_lost_page(self.work, tests, each)]
        return _Tried(mutant, frozenset(red), *(frozenset(each.test.id for each in some) for some in (failed, own)))


def _try_all(trial: _Trial, mutants: list[Mutant]) -> list[_Tried]:
    """Return the sample of mutants, then more mutants if a test needs them."""
    order = balanced(mutants)
    sample = set(order[:MOST])
    tried = trial.of_all([mutant for mutant in mutants if mutant in sample])
    more = order[MOST : MOST + _MORE]
    while more and _unearned(trial.quick, tried):
        tried += trial.of_all(more[:_AT_ONCE])
        more = more[_AT_ONCE:]
    return tried


def _with_slow_tests(trial: _Trial, tried: list[_Tried]) -> list[_Tried]:
    """Run the slow tests on a few more mutants, while a slow test has not earned its place."""
    at = {entry.mutant: place for place, entry in enumerate(tried)}
    order = [mutant for mutant in balanced(list(at)) if tried[at[mutant]].red][:_MORE]
    while order and _unearned(trial.slow, tried):
        for entry in trial.of_slow(order[:_AT_ONCE]):
            tried[at[entry.mutant]] = tried[at[entry.mutant]].and_also(entry)
        order = order[_AT_ONCE:]
    return tried


def _is_of_lost_page(work: RuleContext, tests: Sequence[ExpectedTest], result: TestResult) -> bool:
    test = result.test
    lines = work.files(work.solution)[test.file].data.decode("utf-8", "replace").splitlines()
    next_line = min((other.line for other in tests if other.file == test.file and other.line > test.line), default=None)
    return names_lost_page(first_line(result), "\n".join(lines[test.line - 1 : next_line and next_line - 1]))


def names_lost_page(message: str, test_code: str) -> bool:
    """True if a message names the status of a page that is missing or crashes, such as 404.

    Then any test of this page would fail. A test whose code names the status itself expects it.
    """
    return not set(_LOST.findall(message)) <= set(_LOST.findall(test_code))


def _write(folder: Path, path: str, file: File) -> None:
    write_file(folder, path, file)
    if path.endswith(".py"):  # Python ignores a changed file if its time (in seconds) and size stay the same
        for level in ("", 1, 2):
            Path(cache_from_source(str(folder / path), optimization=level)).unlink(missing_ok=True)


def _judged(work: RuleContext, tried: list[_Tried], accepted: Sequence[AcceptedMutant], of: int) -> list[Finding]:
    lines = {(entry.file, entry.line_text.strip()) for entry in accepted}
    survivors = [entry.mutant for entry in tried if not entry.red]
    counted = [mutant for mutant in survivors if (mutant.file, mutant.line_text) not in lines]
    let_through = len(survivors) - len(counted)
    total = len(tried) - let_through
    score = (total - len(counted)) / total if total else 1.0
    is_enough = total >= LEAST
    work.score = score if is_enough else None
    sample = f", a sample of {of}" if of > MOST else ""
    work.notes.append(
        (f"score {score:.0%}" if is_enough else f"no score with fewer than {LEAST} mutants")
        + f": {total - len(counted)} of {total} mutants noticed{sample}"
        + (f", {let_through} accepted" if let_through else "")
    )
    shown = [f"{work.subject.where(work.solution, mutant.file)}:{mutant.line} {mutant}" for mutant in counted]
    if score >= THRESHOLD:
        work.notes += [f"survivor: {line}" for line in shown]
        return []
    message = f"the tests notice {score:.0%} of the mutants, less than {THRESHOLD:.0%}. Survivors:\n"
    return [work.finding_in(work.solution, counted[0].file, message + "\n".join(shown), counted[0].line)]


def _unknown_accepted(
    work: RuleContext, accepted: Sequence[AcceptedMutant], mutants: list[Mutant], own: dict[str, bytes]
) -> list[Finding]:
    known = {(mutant.file, mutant.line_text) for mutant in mutants}
    file = f"steps/{work.step}/step.yml"
    findings = []
    for entry in accepted:
        line = entry.line_text.strip()
        if (entry.file, line) not in known:
            why = "the solution doesn't have this file" if entry.file not in own else "no mutant changes this line"
            message = f'accepted_mutants: {entry.file}, "{line}": {why}. Remove the entry'
            findings.append(work.finding(message, file, line_of(work.subject.folder / file, entry.line_text)))
    return findings


def _of_unearned(work: RuleContext, tests: Sequence[ExpectedTest], tried: Sequence[_Tried]) -> list[Finding]:
    ever_failed = {test for entry in tried for test in entry.failed}
    findings = []
    for test in _unearned(tests, tried):
        if test.guard and test.id not in ever_failed:
            message = "this guard passes with every mutant of the solution, so it guards nothing"
            findings.append(work.of_test(work.solution, test, message))
        elif len(tried) >= LEAST:
            message = "no mutant makes this test fail, except those after which a page is missing or crashes"
            findings.append(work.of_test(work.solution, test, f"{message}. Assert what the test's title says"))
    return findings


def _unearned(tests: Sequence[ExpectedTest], tried: Sequence[_Tried]) -> list[ExpectedTest]:
    return [test for test in tests if test.is_here and not any(test.id in entry.earned for entry in tried)]


def _lines_by_test(tests: Sequence[ExpectedTest], tried: Sequence[_Tried]) -> dict[str, dict[str, list[int]]]:
    """Return, for each test, the lines of each file whose mutants make the test fail."""
    lines: dict[str, dict[str, set[int]]] = {test.id: {} for test in tests}
    for entry in tried:
        for test in entry.failed:
            lines[test].setdefault(entry.mutant.file, set()).add(entry.mutant.line)
    return {test: {file: sorted(found) for file, found in sorted(of.items())} for test, of in lines.items()}
