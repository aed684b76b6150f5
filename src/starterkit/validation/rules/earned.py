"""The rule earned: a step's tests fail if its solution is changed, and each guard fails at least once."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import cache_from_source
from pathlib import Path

from starterkit.git.objects import File
from starterkit.git.worktree import write_file
from starterkit.template.model import AcceptedMutant
from starterkit.testing.results import ExpectedTest
from starterkit.validation.model import Finding
from starterkit.validation.mutation import MOST, Mutant, mutants_of, sampled
from starterkit.validation.target import line_of
from starterkit.validation.workspace import RuleContext, Skip

THRESHOLD = 0.85
_SLOWER = 5.0  # a mutant's time limit, as a multiple of the solution's time
_AT_LEAST_SECONDS = 20.0


@dataclass(frozen=True)
class _Tried:
    mutant: Mutant
    red: frozenset[str]


def earned(work: RuleContext) -> list[Finding]:
    """Check that a test fails for at least 85 % of the mutants, and each guard for at least one mutant."""
    given = {path: file.data for path, file in work.files(work.given).items()}
    # A command writes migrations, and the mutants of models already test them.
    own = {
        path: file.data
        for path, file in work.own_files(work.solution).items()
        if not work.template.owns(path) and not work.template.is_history(path)
    }
    named = re.findall(r"`([^`\n]+)`", work.template.lesson(work.step))
    promised = frozenset(word.strip(".") for code in named for word in code.split())
    mutants = mutants_of(own, given, promised)
    if not mutants:
        raise Skip("the solution has nothing to mutate")
    accepted = work.template.step(work.step).accepted_mutants
    findings = _unknown_accepted(work, accepted, mutants, own)
    tried = _try_all(work, sampled(mutants))
    if tried is None:
        return [*findings, work.finding("the tests of the step fail on solution, so mutants prove nothing")]
    return [*findings, *_judged(work, tried, accepted, len(mutants)), *_useless_guards(work, tried)]


def _try_all(work: RuleContext, mutants: list[Mutant]) -> list[_Tried] | None:
    tests = work.subject.new_tests(work.step)
    with work.workspace.copy_of(work.subject, work.solution) as folder:
        unchanged = work.run(folder, work.solution, tests)
    if not unchanged.green:
        return None
    limit = max(_AT_LEAST_SECONDS, _SLOWER * unchanged.seconds)
    # Only guards need all failing tests. Without guards, a run can stop at the first failing test.
    stop_at_first = not any(test.guard for test in tests)
    return work.workspace.slots.map(lambda mutant: _try(work, mutant, tests, limit, stop_at_first), mutants)


def _try(work: RuleContext, mutant: Mutant, tests: Sequence[ExpectedTest], limit: float, stop_at_first: bool) -> _Tried:
    before = work.files(work.solution)[mutant.file]
    with work.workspace.copy_of(work.subject, work.solution) as folder:
        _write(folder, mutant.file, File(before.mode, mutant.data))
        result = work.run(folder, work.solution, tests, stop_at_first=stop_at_first, limit_seconds=limit)
        _write(folder, mutant.file, before)
    red = {failed.test.id for failed in result.red} or ({"the whole run"} if result.problem else set())
    return _Tried(mutant, frozenset(red))


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
    work.score = (total - len(counted)) / total if total else 1.0
    sample = f", a sample of {of}" if of > MOST else ""
    work.notes.append(
        f"score {work.score:.0%}: {total - len(counted)} of {total} mutants noticed{sample}"
        + (f", {let_through} accepted" if let_through else "")
    )
    shown = [f"{work.subject.where(work.solution, mutant.file)}:{mutant.line} {mutant}" for mutant in counted]
    if work.score >= THRESHOLD:
        work.notes += [f"survivor: {line}" for line in shown]
        return []
    message = f"the tests notice {work.score:.0%} of the mutants, less than {THRESHOLD:.0%}. Survivors:\n"
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


def _useless_guards(work: RuleContext, tried: list[_Tried]) -> list[Finding]:
    failed = {test for entry in tried for test in entry.red}
    message = "this guard passes with every mutant of the solution, so it guards nothing"
    return [
        work.of_test(work.solution, test, message)
        for test in work.subject.new_tests(work.step)
        if test.guard and test.id not in failed
    ]
