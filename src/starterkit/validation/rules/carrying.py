"""The rule carries: a given goes cleanly onto the solution before it, onto variations of it, and onto foreign ones."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from starterkit.git.merge import Merger
from starterkit.git.objects import FILE, Entry, File
from starterkit.git.repository import make_repository
from starterkit.project.carry import Carried, Pins, carry
from starterkit.project.layers import read_folder
from starterkit.testing.results import Outcome
from starterkit.validation.model import Finding
from starterkit.validation.target import Files
from starterkit.validation.variations import VARIATIONS, Variation
from starterkit.validation.workspace import RuleContext, write_files

_REMOVED = "removed.txt"  # beside an answer's files: those of the path that it does without


@dataclass(frozen=True)
class _Case:
    """One state of somebody's project onto which the given is carried.

    `run_tests` says whether what comes out is tried too; `parts` are the cases that this one is made of, which are
    tried where it turns out red, so that the finding names the one that did it.
    """

    name: str
    files: Files
    run_tests: bool = True
    parts: tuple[_Case, ...] = ()


def carries(work: RuleContext) -> list[Finding]:
    """Each case is carried cleanly, brings nothing of a solution, and leaves the earlier tests green."""
    found = work.bench.slots.map(lambda case: _carry(work, case), list(_cases(work)))
    return [finding for one in found for finding in one]


def _cases(work: RuleContext) -> Iterator[_Case]:
    below = work.files(work.subject.below(work.given))
    yield _Case("the solution before it", below, run_tests=False)  # its outcome is given, and `no-regression` runs that
    varied = [_varied(work, below, [variation]) for variation in VARIATIONS]
    parts = tuple(case for case in varied if case is not None)
    yield from (replace(case, run_tests=False) for case in parts)
    together = _varied(work, below, VARIATIONS)
    if together:
        yield replace(together, parts=parts)
    foreign = list(_foreign(work))
    work.notes.append(f"{len(VARIATIONS)} variations, {len(foreign)} foreign answers")
    yield from foreign


def _varied(work: RuleContext, below: Files, variations: Sequence[Variation]) -> _Case | None:
    """The solution before the step in another form, varied in these ways one after another; None where nothing is."""
    template = work.subject.template
    own = {path: file.data for path, file in below.items() if not template.owns(path) and not template.is_pins(path)}
    changed: dict[str, bytes] = {}
    for variation in variations:
        changed |= variation.of({**own, **changed})
    if not changed:
        return None
    files = {path: File(below[path].mode if path in below else FILE, data) for path, data in changed.items()}
    return _Case(f"the solution before it, {', '.join(one.name for one in variations)}", {**below, **files})


def _foreign(work: RuleContext) -> Iterator[_Case]:
    """Answers that other people gave to the step before: files of theirs, over what the path has at its given."""
    names = work.subject.template.step_names
    position = names.index(work.step)
    if work.subject.foreign is None or position == 0:
        return
    before = names[position - 1]
    owns = work.subject.template.owns
    for folder in sorted(work.subject.foreign.glob(f"*/{before}")):
        theirs = read_folder(folder)
        removed = theirs.pop(_REMOVED, File(FILE, b"")).data.decode("utf-8", "replace").split("\n")
        own = {path: file for path, file in theirs.items() if not owns(path)}
        files = {path: file for path, file in {**work.files(f"given {before}"), **own}.items() if path not in removed}
        yield _Case(f"the answer of {folder.parent.name} to {before}", files)


def _carry(work: RuleContext, case: _Case) -> list[Finding]:
    folder = work.bench.new_folder()
    with work.bench.slots.one():
        carried, files = _carried(work, case, folder)
    found = []
    for conflict in carried.conflicts:
        words = f"given does not go cleanly onto {case.name}: conflict in {conflict.path}"
        found.append(work.finding(words, work.subject.where(work.given, conflict.path)))
    found += _smuggled(work, case, files)
    if case.run_tests and not found:
        found += _tests_after(work, case, files)
    if found and case.parts:
        return [finding for part in case.parts for finding in _carry(work, part)] or found
    return found


def _carried(work: RuleContext, case: _Case, folder: Path) -> tuple[Carried, Files]:
    repository = make_repository(folder)
    try:
        merger = Merger(repository.git, repository.reader)
        before, after, mine = (
            {path: Entry(file.mode, merger.add(file.data)) for path, file in files.items()}
            for files in (work.files(work.subject.below(work.given)), work.files(work.given), case.files)
        )
        carried = carry(merger, work.subject.template, before, after, mine, pins_rule=_pins)
        files = {path: File(entry.mode, merger.content(entry.id)) for path, entry in carried.tree.items()}
    finally:
        repository.close()
    return carried, files


def _pins(_before: Pins, after: Pins, _mine: Pins) -> Pins:
    """Packages of the learner's own are compiled again by `next`, which has tests of its own; here the path's serve."""
    return after


def _smuggled(work: RuleContext, case: _Case, files: Mapping[str, File]) -> Iterator[Finding]:
    """Each line that arrives in a learner's file must be one that this given adds to what the path had before."""
    template = work.subject.template
    below, given = work.files(work.subject.below(work.given)), work.files(work.given)
    for path, file in files.items():
        old = case.files.get(path)
        if old == file or template.owns(path) or template.is_pins(path):
            continue
        added = set(_lines(given.get(path))) - set(_lines(below.get(path)))
        known = set(_lines(old)) | added
        smuggled = next((line for line in _lines(file) if re.search(r"\w\w", line) and line not in known), "")
        if smuggled:
            words = f"carried onto {case.name}, {path} gains a line that only a solution holds: {smuggled.strip()}"
            yield work.finding(words, work.subject.where(work.given, path))


def _lines(file: File | None) -> list[str]:
    return file.data.decode("utf-8", "replace").splitlines() if file else []


def _tests_after(work: RuleContext, case: _Case, files: Files) -> list[Finding]:
    tests = work.subject.earlier_tests(work.step)
    folder = work.bench.new_folder()
    write_files(folder, files)
    result = work.run(folder, work.given, tests)
    found = []
    for one in result.red:
        how = "does not run" if one.outcome is Outcome.DID_NOT_RUN else "is red"
        message = one.message.strip().split("\n")[0]
        place = f" ({one.place})" if one.place else ""
        found.append(
            work.of_test(work.given, one.test, f"{how} after given is carried onto {case.name}: {message}{place}")
        )
    return found
