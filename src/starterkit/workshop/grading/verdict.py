"""Turns the report of a test run into a verdict. Failing tests get the messages of `starterkit check`."""

from __future__ import annotations

import os
import posixpath
import signal
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
from starterkit.workshop.sandbox.model import RunResult


@dataclass(frozen=True)
class SubmittedProject(SourceTree):
    """A submission's files in memory, for the messages of failing tests. `folder` is its folder in the sandbox."""

    files: Mapping[str, File] = field(default_factory=dict)

    def own_files(self, *suffixes: str) -> Iterator[tuple[str, bytes]]:
        """Yield the path and content of each file that isn't path-owned.

        The file's name ends with one of the suffixes.
        """
        for name, file in sorted(self.files.items()):
            if name.endswith(suffixes) and file.mode != LINK and not self.is_path_owned(name):
                yield name, file.data

    def relative(self, path: str) -> str:
        """Return a path relative to the project's folder, or "" if the project has no such file."""
        whole = posixpath.normpath(posixpath.join(str(self.folder), path))
        inside = os.path.relpath(whole, self.folder)
        return inside if inside in self.files else ""


def judge(
    pristine: ReferenceTests, files: Mapping[str, File], site: str, heard: SignedReport, ended: RunResult
) -> tuple[Verdict, str, tuple[TestGrade, ...]]:
    """Return the verdict on a test run, a reason or "", and the result of each test of the path.

    `heard` is the harness's report, and `ended` says how the run ended. `site` is the project's folder in the sandbox.
    The verdict is green only if every test of the path that counts reported itself and passed. A run may end early only
    in a stretch test, because these run last.
    """
    run = _Run(SubmittedProject(Path(site), pristine.template.owns, files=files), heard, ended)
    results = tuple(run.grade(test) for test in pristine.tests)
    if heard.tampered:
        return Verdict.TAMPERED, "; ".join(heard.tampered)[:1000], results
    counted = [result for result in results if result.is_here and not result.stretch]
    is_whole = "finished" in heard.events and not ended.stopped
    is_in_stretch = any(test.is_stretch and test.id == heard.under_way for test in pristine.tests)
    if counted and all(result.is_green for result in counted) and (is_whole or is_in_stretch):
        return Verdict.GREEN, run.problem, results
    return Verdict.RED, run.problem, results


class _Run:
    def __init__(self, project: SubmittedProject, heard: SignedReport, ended: RunResult) -> None:
        self._project, self._heard, self._ended = project, heard, ended
        self._cases: dict[str, list[JUnitCase]] = {}
        for case in with_first_exit(heard.ended):
            self._cases.setdefault(case.name, []).append(case)
        self._broken = {case.name: case for case in heard.broken_files}
        self.problem = self._problem()

    def grade(self, test: ExpectedTest) -> TestGrade:
        cases = self._cases.get(test.id, [])
        outcome, message = Outcome.PASSED, ""
        if not test.is_here:
            outcome = Outcome.NOT_HERE
        elif bad := next((case for case in cases if case.kind), None):
            outcome, message = Outcome.FAILED, self._message(bad)
        elif not cases or test.id == self._heard.under_way:
            outcome, message = Outcome.DID_NOT_RUN, self._why_it_did_not_run(test)
        return TestGrade(test.id, test.sentence, test.step, outcome.value, message, test.is_stretch)

    def _message(self, case: JUnitCase) -> str:
        return str(explain(case, self._project))

    def _why_it_did_not_run(self, test: ExpectedTest) -> str:
        if not test.file:
            return "The path has no such test."
        if test.file in self._broken:
            return self._message(self._broken[test.file])
        if test.id == self._heard.under_way:
            return self._how_it_broke_off()
        if "finished" in self._heard.events and self._broken:
            first = next(iter(self._broken.values()))
            return f"Did not run, because {first.name} can't be loaded: {self._message(first)}"
        return f"Did not run: {self.problem}" if self.problem else "Did not run: the test sent no result."

    def _how_it_broke_off(self) -> str:
        stopped = self._ended.stopped
        if stopped:
            loop = f" {LOOP}" if "still running" in stopped or "processor" in stopped else ""
            return f"Stopped: {stopped}.{loop}"
        line = self._project.exit_call()
        cause = f" The cause may be {line}." if line else ""
        return f"The code ended the whole test program with {_ending(self._ended.code)}.{cause}"

    def _problem(self) -> str:
        test = f" in {self._heard.under_way}" if self._heard.under_way else ""
        if self._ended.stopped:
            return f"the run was stopped{test}: {self._ended.stopped}"
        if self._heard.internal:
            return explain_output(self._heard.internal, self._project).message or "the test program crashed"
        if "finished" in self._heard.events:
            return ""
        if "collected" in self._heard.events:
            return f"the run ended{test} with {_ending(self._ended.code)}"
        output = strip_control(self._ended.output.decode("utf-8", "replace"))
        message = explain_output(output, self._project).message
        ending = _ending(self._ended.code)
        return f"the run ended before the first test{test} with {ending}{f': {message}' if message else ''}"


def _ending(code: int) -> str:
    number = -code if code < 0 else code - 128
    try:
        return f"signal {signal.Signals(number).name}" if code < 0 or code > 128 else f"exit code {code}"
    except ValueError:
        return f"exit code {code}"
