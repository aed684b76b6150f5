"""The rule earned: a changed solution turns a test of its step red, and so does each guard."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.util import cache_from_source
from pathlib import Path

from starterkit.git.objects import File
from starterkit.git.worktree import write_file
from starterkit.template.model import AcceptedMutant
from starterkit.testing.results import CheckResult, ExpectedTest
from starterkit.validation.line_numbers import line_of
from starterkit.validation.model import Finding
from starterkit.validation.mutation import MOST, Mutant, mutants_of, sampled
from starterkit.validation.workspace import RuleContext, Skip

THRESHOLD = 0.85
_SLOWER = 5.0  # a mutant that takes so many times as long as the solution is stopped, and counts as noticed
_AT_LEAST_SECONDS = 20.0


@dataclass(frozen=True)
class _Tried:
    """A mutant, and the tests that it turned red."""

    mutant: Mutant
    red: frozenset[str]


def earned(work: RuleContext) -> list[Finding]:
    """At least 85 of 100 mutants turn a test of this step red, and each guard is turned red by one."""
    template = work.subject.template
    given = {path: file.data for path, file in work.files(work.given).items()}
    # Migrations are written by a command, and what they do to a database is seen in the models' mutants.
    passed_over = (template.owns, template.is_history)
    files = work.subject.own_files[work.solution].items()
    own = {path: file.data for path, file in files if not any(is_so(path) for is_so in passed_over)}
    everything = mutants_of(own, given, _promised(work))
    if not everything:
        raise Skip("the solution holds nothing that can be mutated")
    accepted = template.step(work.step).accepted_mutants
    findings = _unknown_accepted(work, accepted, everything, own)
    tried = _try_all(work, sampled(everything))
    if tried is None:
        return [*findings, work.finding("the tests of the step are red on solution, so no mutant can turn them red")]
    return [*findings, *_judged(work, tried, accepted, len(everything)), *_sleeping_guards(work, tried)]


def _promised(work: RuleContext) -> frozenset[str]:
    """The words that the lesson names in backticks: addresses, fields, classes."""
    named = re.findall(r"`([^`\n]+)`", work.subject.template.lesson(work.step))
    return frozenset(word.strip(".") for words in named for word in words.split())


def _try_all(work: RuleContext, mutants: list[Mutant]) -> list[_Tried] | None:
    tests = work.subject.new_tests(work.step)
    with work.bench.copy_of(work.subject, work.solution) as folder:
        unchanged = work.run(folder, work.solution, tests)
    if not unchanged.green:
        return None
    limit = max(_AT_LEAST_SECONDS, _SLOWER * unchanged.seconds)
    has_guards = any(test.guard for test in tests)
    # Which test notices is of interest for guards alone; everyone else's run ends with the first red one.
    return work.bench.slots.map(lambda mutant: _try(work, mutant, tests, limit, stop_at_first=not has_guards), mutants)


def _try(
    work: RuleContext, mutant: Mutant, tests: Sequence[ExpectedTest], limit: float, *, stop_at_first: bool
) -> _Tried:
    before = work.files(work.solution)[mutant.file]
    with work.bench.copy_of(work.subject, work.solution) as folder:
        _put(folder, mutant.file, File(before.mode, mutant.data))
        result = work.run(folder, work.solution, tests, stop_at_first=stop_at_first, limit_seconds=limit)
        _put(folder, mutant.file, before)
    return _Tried(mutant, _noticed_by(result))


def _noticed_by(result: CheckResult) -> frozenset[str]:
    return frozenset(one.test.id for one in result.red) or frozenset({"the whole run"} if result.problem else ())


def _put(folder: Path, path: str, file: File) -> None:
    write_file(folder, path, file)
    if path.endswith(".py"):  # Python goes by time (in seconds) and size, and a mutant may have both in common
        for level in ("", 1, 2):
            Path(cache_from_source(str(folder / path), optimization=level)).unlink(missing_ok=True)


def _judged(work: RuleContext, tried: list[_Tried], accepted: Sequence[AcceptedMutant], of: int) -> list[Finding]:
    lines = {(one.file, one.line_text.strip()) for one in accepted}
    survivors = [one.mutant for one in tried if not one.red]
    counted = [mutant for mutant in survivors if (mutant.file, mutant.line_text) not in lines]
    let_through = len(survivors) - len(counted)
    total = len(tried) - let_through
    work.score = (total - len(counted)) / total if total else 1.0
    sample = f", a sample of {of}" if of > MOST else ""
    work.notes.append(
        f"score {work.score:.0%}: {total - len(counted)} of {total} mutants noticed{sample}"
        + (f", {let_through} accepted" if let_through else "")
    )
    shown = [_shown(work, mutant) for mutant in counted]
    if work.score >= THRESHOLD:
        work.notes += [f"survivor: {words}" for words in shown]
        return []
    listed = "\n".join(shown)
    words = f"the tests notice {work.score:.0%} of the mutants, less than {THRESHOLD:.0%}. Survivors:\n{listed}"
    return [work.finding(words, work.subject.where(work.solution, counted[0].file), counted[0].line)]


def _shown(work: RuleContext, mutant: Mutant) -> str:
    return f"{work.subject.where(work.solution, mutant.file)}:{mutant.line} {mutant}"


def _unknown_accepted(
    work: RuleContext, accepted: Sequence[AcceptedMutant], everything: list[Mutant], own: dict[str, bytes]
) -> list[Finding]:
    known = {(mutant.file, mutant.line_text) for mutant in everything}
    found = []
    for one in accepted:
        if (one.file, one.line_text.strip()) not in known:
            why = "the solution has no such file" if one.file not in own else "no mutant changes such a line"
            words = f'accepted_mutants: {one.file}, "{one.line_text.strip()}": {why} (any more); take the entry out'
            file = f"steps/{work.step}/step.yml"
            found.append(work.finding(words, file, line_of(work.subject.folder / file, one.line_text)))
    return found


def _sleeping_guards(work: RuleContext, tried: list[_Tried]) -> list[Finding]:
    woken = {test for one in tried for test in one.red}
    guards = [test for test in work.subject.new_tests(work.step) if test.guard]
    words = "this guard stays green whatever is changed in the solution: it guards nothing"
    return [work.of_test(work.solution, test, words) for test in guards if test.id not in woken]
