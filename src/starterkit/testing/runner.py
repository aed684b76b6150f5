"""Run the path's tests on a project, and find each test's result in the report."""

from __future__ import annotations

import os
import re
import signal
import tempfile
import time
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path
from types import MappingProxyType

from starterkit.errors import UsageError
from starterkit.git.repository import PATH_REF
from starterkit.process import interrupt, quoted, running, wait, wait_for_group
from starterkit.progress import Progress, no_progress
from starterkit.runtime.environment import Environment
from starterkit.sanitize import strip_control
from starterkit.template.model import BASE, Template
from starterkit.testing.causes import explained
from starterkit.testing.discovery import found_tests
from starterkit.testing.explain import (
    case_file,
    explain,
    explain_output,
    output_of_file,
    with_first_exit,
    with_source,
)
from starterkit.testing.groups import Group, run_groups, split_tests
from starterkit.testing.junit import JUnitCase, JUnitReport, read_junit
from starterkit.testing.launch import COLD, Launcher
from starterkit.testing.results import STOPPED_BEFORE, CheckResult, ExpectedTest, Outcome, TestResult
from starterkit.testing.source_tree import Explanation, SourceTree
from starterkit.testing.stalled import LOOP, Stuck, read_printed, read_stuck, watchdog_variables
from starterkit.yamlfile import did_you_mean

LIMIT_SECONDS = 120.0
_SECONDS_A_TEST = 3.0  # raises the limit of long paths, because a hundred tests can exceed it on a busy machine
_INTERRUPT_SECONDS = 2.0
_OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024
_TAIL_BYTES = 64 * 1024
_POLL_SECONDS = 0.01  # a cancelled run ends after this time


class Cancelled(Exception):
    """The run was cancelled, so it has no result. Its processes have ended."""


@dataclass(frozen=True)
class Ended:
    """How the test command ended. `cut` is the reason if starterkit or the watchdog stopped the command, or "".

    `printed` is what the code printed during failing tests, by the test's id or its file.
    """

    code: int
    seconds: float
    cut: str
    output: str
    stuck: Stuck | None = None
    printed: Mapping[str, str] = field(default_factory=dict)


def run_tests(
    folder: Path,
    prepared: Environment,
    template: Template,
    expected: Sequence[ExpectedTest],
    *,
    selected: Sequence[str] = (),
    remembered_green: Collection[str] = (),
    remembered_seconds: Mapping[str, float] = MappingProxyType({}),
    step: str = BASE,
    pristine: bool = False,
    limit_seconds: float | None = None,
    launcher: Launcher = COLD,
    processes: int = 1,
    cancelled: Callable[[], bool] = lambda: False,
    say: Progress = no_progress,
) -> CheckResult:
    """Run the listed tests, or only the `selected` ones, in `folder`. Return the results.

    `remembered_green` are the ids of tests that passed before, and `remembered_seconds` are durations by id. `step` is
    the current step, whose tests count as new. The run is stopped after `limit_seconds` (None: two minutes, or more for
    many tests). Tests that ended earlier keep their outcome. `launcher` starts the test command. If there are enough
    tests, up to `processes` run at the same time. `cancelled` is called every 10 ms, and from several threads. If it
    returns true, the run ends.

    Raises `UsageError` for a selected id that isn't listed, `ProgramMissing` if the test program is missing, and
    `Cancelled`.
    """
    tests = _chosen(expected, selected)
    here = [test for test in tests if test.is_here]
    present = [test for test in here if test.file and (folder / test.file).is_file()]
    matchers: list[ReportMatcher] = []
    if present:
        say(f"Running {len(here)} tests" if len(here) != 1 else "Running one test")
        limit = max(LIMIT_SECONDS, _SECONDS_A_TEST * len(here)) if limit_seconds is None else limit_seconds
        source_tree = SourceTree(folder, template.owns, prepared.programs)
        prepared.lend_to(folder)  # once, because the groups start at the same time

        def run_group(group: Group, cancelled: Callable[[], bool]) -> ReportMatcher:
            arguments = _arguments(template, group, () if selected else expected, folder)
            report, ended = run_program(folder, prepared, template, arguments, limit, launcher, cancelled)
            return ReportMatcher(source_tree, group, report, ended)

        matchers = run_groups(split_tests(present, folder, processes, remembered_seconds), run_group, cancelled)
    results = {test: matcher.result(test) for matcher in matchers for test in matcher.tests}
    marked = (
        replace(result, was_green=result.is_red and test.id in remembered_green, is_new=test.step == step)
        for test in tests
        for result in (results.get(test) or _not_run(test),)
    )
    ends = [matcher.ended for matcher in matchers]
    seconds, log = max((ended.seconds for ended in ends), default=0.0), "\n".join(ended.output for ended in ends)
    problem = next((problem for matcher in matchers if (problem := matcher.problem())), "")
    return CheckResult(tuple(marked), seconds, step, pristine, problem, log)


def _chosen(expected: Sequence[ExpectedTest], selected: Sequence[str]) -> list[ExpectedTest]:
    known = {test.id: test for test in expected}
    for name in selected:
        if name not in known:
            raise UsageError(f'The steps so far have no test "{name}".', did_you_mean(name, list(known)))
    return [test for test in expected if not selected or test.id in selected]


def _arguments(
    template: Template, tests: Sequence[ExpectedTest], expected: Sequence[ExpectedTest], folder: Path
) -> list[str]:
    """Return the arguments that run these tests. `_are_whole_files` explains `expected`."""

    @cache
    def on_disk(file: str) -> list[str]:
        return [found.id for found in found_tests(file, (folder / file).read_bytes())]

    if _are_whole_files(tests, expected, on_disk):
        return list(dict.fromkeys(test.file for test in tests))
    # pytest rejects a test that is missing from its file. Nothing is known about an unreadable file.
    there = [test for test in tests if test.id in on_disk(test.file) or not on_disk(test.file)]
    arguments = [_selecting(pattern, test) for test in there for pattern in template.select]
    # Options come before files, because some programs ignore options after the first file.
    return sorted(dict.fromkeys(arguments), key=lambda argument: not argument.startswith("-"))


def _are_whole_files(
    tests: Sequence[ExpectedTest], expected: Sequence[ExpectedTest], on_disk: Callable[[str], list[str]]
) -> bool:
    """True if these are all tests of their files. Then the files are enough, even if a test is missing from one.

    `expected` are all tests of a run, or empty if the caller selected tests. Then the files on disk decide: `on_disk`
    returns the tests of a file in order.
    """
    files = {test.file: [each.id for each in tests if each.file == test.file] for test in tests}
    if expected:
        return len(tests) == sum(test.file in files for test in expected)
    return all(on_disk(file) == [id for id in ids if id in on_disk(file)] for file, ids in files.items())


def _selecting(pattern: str, test: ExpectedTest) -> str:
    name = test.id
    if pattern.startswith("--test-name-pattern"):  # Node expects a regular expression, so escape the special characters
        name = re.sub(r"[\\^$.*+?()\[\]{}|/]", r"\\\g<0>", name)
    return pattern.replace("{file}", test.file).replace("{test}", name)


def run_program(
    folder: Path,
    prepared: Environment,
    template: Template,
    tests: list[str],
    limit_seconds: float,
    launcher: Launcher = COLD,
    cancelled: Callable[[], bool] = lambda: False,
) -> tuple[JUnitReport | None, Ended]:
    """Run the test command for `tests` (files, or arguments that select tests). Return its report and its end.

    The packages must be in `folder` already (`Environment.lend_to`).
    """
    with tempfile.TemporaryDirectory(prefix="starterkit-", ignore_cleanup_errors=True) as scratch:
        report, output, note = (Path(scratch) / name for name in ("report.xml", "output", "stuck"))
        command = prepared.command(template.commands.test, report=str(report), tests=tests)
        variables = watchdog_variables(template.commands.test, note, prepared.variables)
        variables = {name: value for name, value in variables.items() if name not in ("FORCE_COLOR", "PY_COLORS")}
        variables["NO_COLOR"] = "1"
        output.touch()  # a warm process opens it later
        begun, cut = time.monotonic(), ""
        with running(launcher.start(command, cwd=folder, env=variables, output=output)) as process:
            in_time = wait(process, limit_seconds, lambda: cancelled() or _too_much(output), interval=_POLL_SECONDS)
            if cancelled():
                raise Cancelled
            if not in_time:
                cut = "more than 64 MiB of output" if _too_much(output) else f"still running after {limit_seconds:g} s"
                interrupt(process)
                wait(process, _INTERRUPT_SECONDS, cancelled, interval=_POLL_SECONDS)
                wait_for_group(process, _INTERRUPT_SECONDS)  # bubblewrap ends before the tests that it started
        seconds = time.monotonic() - begun
        stuck = None if cut else read_stuck(note)
        return read_junit(report), Ended(
            process.wait(), seconds, stuck.cut if stuck else cut, _tail(output), stuck, read_printed(note)
        )


def _too_much(output: Path) -> bool:
    return output.stat().st_size > _OUTPUT_LIMIT_BYTES


def _tail(file: Path) -> str:
    with file.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - _TAIL_BYTES))
        return strip_control(stream.read().decode("utf-8", "replace"))


class ReportMatcher:
    """Finds the result of each test in a report."""

    def __init__(
        self, project: SourceTree, tests: list[ExpectedTest], report: JUnitReport | None, ended: Ended
    ) -> None:
        self.project, self.tests, self.report, self.ended = project, tests, report, ended
        self.of_tests: dict[str, list[JUnitCase]] = {}
        self.of_files: dict[str, JUnitCase] = {}
        self.of_run: list[JUnitCase] = []
        files = tuple(dict.fromkeys(test.file for test in tests if test.file))
        stuck = ended.stuck
        reported = [case for case in report.cases if not stuck or case.name != stuck.test] if report else []
        for case in with_first_exit([*reported, *(stuck.cases if stuck else ())]):
            if file := case_file(case, files, project.folder):
                self.of_files[file] = case
            elif (case.classname, case.name) == ("pytest", "internal"):
                self.of_run.append(case)
            else:
                self.of_tests.setdefault(without_parameters(case.name), []).append(case)

    def result(self, test: ExpectedTest) -> TestResult:
        """Return the result of a test. For a failing test, it has the line of code and what the code printed."""
        cases = self.of_tests.get(test.id, [])
        result = replace(self._result(test, cases), seconds=sum(case.seconds for case in cases))
        if not result.is_red:
            return result
        printed = self.ended.printed
        output = printed.get(test.id) or printed.get(test.file, "")
        return with_source(replace(result, output=output), self.ended.output, self.project)

    def _result(self, test: ExpectedTest, cases: Sequence[JUnitCase]) -> TestResult:
        if failed := next((case for case in cases if case.kind), None):
            failure = explain(failed, self.project)
            test_place = self.project.place_in(test.file, failed.text)
            return TestResult(test, Outcome.FAILED, failure.message, failure.place, test_place, _details(failed))
        if cases:
            return TestResult(test, Outcome.PASSED)
        if not test.file or not (self.project.folder / test.file).is_file():
            return _absent_file(test)
        case = self.of_files.get(test.file)
        if case and case.kind:
            failure = self._of_file(test.file, case)
            return TestResult(test, Outcome.DID_NOT_RUN, failure.message, failure.place, None, _details(case))
        failure = self._why_absent(test)
        return TestResult(test, Outcome.DID_NOT_RUN, failure.message, failure.place)

    def problem(self) -> str:
        """Return what went wrong with the whole run, or ""."""
        if self.ended.cut:
            line = self.project.own_place(self._trace)
            return f"The tests were stopped{f' in {line}' if line else ''}: {self._why_cut}"
        if self.report and self.report.problem:
            return f"The tests ran, but {self.report.problem}."
        if self.of_run or not self.report:
            return str(self._whole_run())
        return ""

    @property
    def _why_cut(self) -> str:
        return f"{self.ended.cut}. {self.ended.stuck.question if self.ended.stuck else LOOP}"

    @property
    def _trace(self) -> str:
        return self.ended.stuck.stack if self.ended.stuck else self.ended.output

    def _why_absent(self, test: ExpectedTest) -> Explanation:
        if self.ended.cut:
            if test != self._first_absent():
                return Explanation(STOPPED_BEFORE)
            stopped = Explanation(f"Stopped: {self._why_cut}", self.project.own_place(self._trace))
            return explained(stopped, self._trace, self.project)
        if self.report and self.report.problem:
            return Explanation(f"Did not run: {self.report.problem}.")
        if self.of_run or not self.report:
            return self._whole_run()
        file_ran = any(other.file == test.file and other.id in self.of_tests for other in self.tests)
        for file, broken in self.of_files.items():
            if broken.kind and not file_ran:
                failure = explain(broken, self.project)
                return replace(failure, message=f"Did not run, because {file} can't be loaded: {failure.message}")
        return Explanation(f"This test is missing from {test.file}.{_get_back(test.file)}")

    def _of_file(self, file: str, case: JUnitCase) -> Explanation:
        failure, text = explain(case, self.project), case.text
        if failure.message == "test failed":  # if a file can't be imported, Node's report has only this text
            text = output_of_file(self.ended.output, file)
            failure = explain_output(text, self.project)
        source_line = failure.place or self.project.place_in(file, text)
        return replace(failure, place=source_line, message=failure.message or f"{file} can't be loaded.")

    def _whole_run(self) -> Explanation:
        if self.of_run:
            return explain(self.of_run[0], self.project)
        failure = explain_output(self.ended.output, self.project)
        message = f"The test program ended without a report ({_ending(self.ended.code)})"
        if failure.message:
            return replace(failure, message=f"{message}: {failure.message}")
        exit_call = self.project.exit_call()
        cause = f": {exit_call} ends the whole program." if exit_call else "."
        return Explanation(f"{message}{cause}", exit_call)

    def _first_absent(self) -> ExpectedTest:
        """Return the test that was running when the run was stopped. If unknown, return the first without a result."""
        files = list(dict.fromkeys(test.file for test in self.tests))
        absent = [test for test in self.tests if test.id not in self.of_tests]
        stuck = [test for test in absent if self.ended.stuck and test.id == self.ended.stuck.test]
        return stuck[0] if stuck else min(absent, key=lambda test: (files.index(test.file), test.line))


def without_parameters(name: str) -> str:
    """Return the name of a test without the parameters that pytest adds: `test_a[1-2]` is `test_a`."""
    return re.sub(r"\[.*\]$", "", name, flags=re.DOTALL)


def _not_run(test: ExpectedTest) -> TestResult:
    return _absent_file(test) if test.is_here else TestResult(test, Outcome.NOT_HERE)


def _absent_file(test: ExpectedTest) -> TestResult:
    file = test.file or "its file"
    return TestResult(test, Outcome.DID_NOT_RUN, f"{file} is missing.{_get_back(test.file)}")


def _get_back(file: str) -> str:
    return f" Restore it: `git checkout {PATH_REF} -- {quoted(file)}`" if file else ""


def _details(case: JUnitCase) -> str:
    return case.text.strip() or case.message


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    try:
        return f"ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"ended by signal {-code}"
