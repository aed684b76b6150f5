"""The rule carries: a step's new files merge cleanly with solutions, variations and external solutions."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import chain
from pathlib import Path

from starterkit.git.merge import Merger
from starterkit.git.objects import FILE, Entry, File
from starterkit.git.repository import make_repository
from starterkit.git.worktree import write_files
from starterkit.project.carry import Carried, carry
from starterkit.testing.results import Outcome, TestResult
from starterkit.validation.model import Finding
from starterkit.validation.rules.renders import changed_learner_files
from starterkit.validation.target import Files
from starterkit.validation.variations import VARIATIONS, Variation
from starterkit.validation.workspace import RuleContext, Skip


@dataclass(frozen=True)
class _Case:
    """A learner's project into which the step's new files are merged.

    `run_tests` says whether the merged project is also tested. If the tests fail, the cases in `parts` are tried one by
    one, so that the finding names the cause. This case combines all of `parts`. `may_fail` are tests that don't count.
    """

    name: str
    files: Files
    run_tests: bool = True
    parts: tuple[_Case, ...] = ()
    may_fail: frozenset[str] = frozenset()


def carries(work: RuleContext) -> list[Finding]:
    """Check that a step's new files merge cleanly into each kind of learner's project.

    The merged project must contain no solution code, and must pass the tests of the earlier steps.
    """
    if any(changed_learner_files(work)):
        raise Skip("because renders failed")
    findings = work.workspace.slots.map(lambda case: _carry(work, case), list(_cases(work)))
    once: dict[tuple[str, int], Finding] = {}
    for finding in chain.from_iterable(findings):
        once.setdefault((finding.file, finding.line), finding)
    return list(once.values())


def _cases(work: RuleContext) -> Iterator[_Case]:
    below = work.files(work.subject.below(work.given))
    # This case needs no test run. Its result is the step's starting files, which the rule `no-regression` tests.
    yield _Case("the previous solution", below, run_tests=False)
    varied = [_varied(work, below, [variation]) for variation in VARIATIONS]
    parts = tuple(case for case in varied if case is not None)
    yield from (replace(case, run_tests=False) for case in parts)
    together = _varied(work, below, VARIATIONS)
    if together:
        yield replace(together, parts=parts)
    external = list(_external_solutions(work))
    work.notes.append(f"variations: {len(VARIATIONS)}, external solutions: {len(external)}")
    yield from external


def _varied(work: RuleContext, below: Files, variations: Sequence[Variation]) -> _Case | None:
    template = work.template
    own = {path: file.data for path, file in below.items() if not template.owns(path) and not template.is_pins(path)}
    changed: dict[str, bytes] = {}
    for variation in variations:
        changed |= variation.of({**own, **changed})
    if not changed:
        return None
    files = {path: File(below[path].mode if path in below else FILE, data) for path, data in changed.items()}
    names = ", ".join(variation.name for variation in variations)
    return _Case(f"the previous solution, {names}", {**below, **files})


def _external_solutions(work: RuleContext) -> Iterator[_Case]:
    solutions = work.subject.external_solutions
    position = work.template.step_names.index(work.step)
    if solutions is None or position == 0:
        return
    before = work.template.step_names[position - 1]
    for person in solutions.people(before):
        files = solutions.project_after(person, before, work.template, work.files)
        stretch = frozenset(test for step in work.template.steps for test in step.stretch)
        yield _Case(f"the external solution of {person} to {before}", files, may_fail=stretch)


def _carry(work: RuleContext, case: _Case) -> list[Finding]:
    folder = work.workspace.new_folder()
    with work.workspace.slots.slot():
        carried, files = _carried(work, case, folder)
    findings = [
        work.finding_in(work.given, path, f"given doesn't merge cleanly into {case.name}: conflict in {path}")
        for path in (conflict.path for conflict in carried.conflicts)
    ]
    findings += _lines_of_solution(work, case, files)
    if case.run_tests and not findings:
        findings += _tests_after(work, case, files)
    if findings and case.parts:
        return [finding for part in case.parts for finding in _carry(work, part)] or findings
    return findings


def _carried(work: RuleContext, case: _Case, folder: Path) -> tuple[Carried, Files]:
    repository = make_repository(folder)
    try:
        merger = Merger(repository.git, repository.reader)
        before, after, mine = (
            {path: Entry(file.mode, merger.add(file.data)) for path, file in files.items()}
            for files in (work.files(work.subject.below(work.given)), work.files(work.given), case.files)
        )
        # Take the path's pins. Compiling pins for a learner's extra packages is slow, and other tests cover it.
        carried = carry(merger, work.template, before, after, mine, pins_rule=lambda _before, after, _mine: after)
        files = {path: File(entry.mode, merger.content(entry.id)) for path, entry in carried.tree.items()}
    finally:
        repository.close()
    return carried, files


def _lines_of_solution(work: RuleContext, case: _Case, files: Files) -> Iterator[Finding]:
    """Yield a finding for each new line in a learner's file that the step's new files don't add."""
    below, given = work.files(work.subject.below(work.given)), work.files(work.given)
    for path, file in files.items():
        old = case.files.get(path)
        if old == file or work.template.owns(path) or work.template.is_pins(path):
            continue
        added = set(_lines(given.get(path))) - set(_lines(below.get(path)))
        known = set(_lines(old)) | added
        line = next((line for line in _lines(file) if re.search(r"\w\w", line) and line not in known), "")
        if line:
            message = f"merged into {case.name}, given adds a line of a solution to {path}: {line.strip()}"
            yield work.finding_in(work.given, path, message)


def _lines(file: File | None) -> list[str]:
    return file.data.decode("utf-8", "replace").splitlines() if file else []


def _tests_after(work: RuleContext, case: _Case, files: Files) -> list[Finding]:
    folder = work.workspace.new_folder()
    write_files(folder, files)
    result = work.run(folder, work.given, work.subject.earlier_tests(work.step))

    def message(test: TestResult) -> str:
        how = "doesn't run" if test.outcome is Outcome.DID_NOT_RUN else "fails"
        return f"{how} after given is merged into {case.name}"

    red = (test for test in result.red if test.test.id not in case.may_fail)
    return work.of_failures(work.given, ((test, message(test)) for test in red))
