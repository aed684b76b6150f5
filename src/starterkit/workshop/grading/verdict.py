"""From what was heard of a run to a verdict, with the words that a learner would have read."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from starterkit.git.objects import LINK, File
from starterkit.sanitize import strip_control
from starterkit.testing.explain import explain, explain_output, with_first_exit
from starterkit.testing.junit import JUnitCase
from starterkit.testing.results import ExpectedTest, Outcome
from starterkit.testing.source_tree import SourceTree
from starterkit.testing.stalled import LOOP
from starterkit.workshop.grading.model import TestGrade, Verdict
from starterkit.workshop.grading.reference_tests import ReferenceTests
from starterkit.workshop.grading.signed_report import SignedReport
from starterkit.workshop.sandbox import RunResult


@dataclass(frozen=True)
class SubmittedProject(SourceTree):
    """A project whose files were never laid out here; `folder` is where they lay in the sandbox."""

    files: Mapping[str, File] = field(default_factory=dict)

    def own_files(self, *suffixes: str) -> Iterator[tuple[str, bytes]]:
        """Yield the learner's own files with such a suffix: the path and the content."""
        for name, file in sorted(self.files.items()):
            if name.endswith(suffixes) and file.mode != LINK and not self.is_path_owned(name):
                yield name, file.data

    def relative(self, path: str) -> str:
        """Return the path of a file inside the project, or "" for every other path."""
        whole = posixpath.normpath(posixpath.join(str(self.folder), path))
        inside = os.path.relpath(whole, self.folder)
        return inside if inside in self.files else ""


@dataclass(frozen=True)
class Judgement:
    """The verdict on a run, why (where the tests alone do not say it), and each listed test."""

    verdict: Verdict
    why: str
    results: tuple[TestGrade, ...]


def judge(
    pristine: ReferenceTests, files: Mapping[str, File], site: str, heard: SignedReport, ended: RunResult
) -> Judgement:
    """Return the verdict on a run. It is green only if every listed test reported itself and passed."""
    run = _Run(SubmittedProject(Path(site), pristine.template.owns, files=files), heard, ended)
    results = tuple(run.grade(test) for test in pristine.tests)
    if heard.tampered:
        return Judgement(Verdict.TAMPERED, "; ".join(heard.tampered)[:1000], results)
    if results and all(one.is_green for one in results) and heard.finished and not ended.stopped:
        return Judgement(Verdict.GREEN, "", results)
    return Judgement(Verdict.RED, run.problem(), results)


class _Run:
    def __init__(self, project: SubmittedProject, heard: SignedReport, ended: RunResult) -> None:
        self._project, self._heard, self._ended = project, heard, ended
        self._output = strip_control(ended.output.decode("utf-8", "replace"))
        self._cases: dict[str, list[JUnitCase]] = {}
        for case in with_first_exit(heard.ended):
            self._cases.setdefault(case.name, []).append(case)
        self._broken = {case.name: case for case in heard.broken_files}

    def grade(self, test: ExpectedTest) -> TestGrade:
        """Return what became of a listed test."""
        cases = self._cases.get(test.id, [])
        bad = next((case for case in cases if case.kind), None)
        if bad:
            return self._grade(test, Outcome.FAILED, self._with_place(bad))
        if cases and test.id != self._heard.under_way:
            return self._grade(test, Outcome.PASSED, "")
        return self._grade(test, Outcome.DID_NOT_RUN, self._why_it_did_not_run(test))

    def _grade(self, test: ExpectedTest, outcome: Outcome, message: str) -> TestGrade:
        return TestGrade(test.id, test.sentence, test.step, outcome.value, message)

    def _with_place(self, case: JUnitCase) -> str:
        words = explain(case, self._project)
        return (
            f"{words.message} ({words.place})"
            if words.place and str(words.place) not in words.message
            else words.message
        )

    def _why_it_did_not_run(self, test: ExpectedTest) -> str:
        if not test.file:
            return "The path has no such test."
        if test.file in self._broken:
            return self._with_place(self._broken[test.file])
        if test.id == self._heard.under_way:
            return self._how_it_broke_off()
        if self._heard.finished and self._broken:
            first = next(iter(self._broken.values()))
            return f"Did not run, because {first.name} could not be read: {self._with_place(first)}"
        return f"Not reached: {self.problem()}" if self.problem() else "It did not report itself."

    def _how_it_broke_off(self) -> str:
        if self._ended.stopped:
            loop = f" {LOOP}" if "still running" in self._ended.stopped or "processor" in self._ended.stopped else ""
            return f"Stopped: {self._ended.stopped}.{loop}"
        place = self._project.exit_call()
        told = f" ({place} does such a thing)" if place else ""
        return f"The code ended the whole program here, with {_ending(self._ended.code)}{told}."

    def problem(self) -> str:
        """What went wrong with the run as a whole, or nothing."""
        where = f" in {self._heard.under_way}" if self._heard.under_way else ""
        if self._ended.stopped:
            return f"the run was stopped{where}: {self._ended.stopped}"
        if self._heard.internal:
            return explain_output(self._heard.internal, self._project).message or "the test program broke down"
        if not self._heard.finished:
            before = "" if self._heard.collected else " before the first test"
            words = explain_output(self._output, self._project).message if not self._heard.collected else ""
            return f"the run ended{before}{where}, with {_ending(self._ended.code)}{f': {words}' if words else ''}"
        return ""


def _ending(code: int) -> str:
    import signal

    number = -code if code < 0 else code - 128
    try:
        return f"the signal {signal.Signals(number).name}" if code < 0 or code > 128 else f"exit code {code}"
    except ValueError:
        return f"exit code {code}"
