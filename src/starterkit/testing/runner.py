"""Running the tests of the path against a project, and pairing what the report says with what the path lists."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import IO, TYPE_CHECKING

from starterkit.errors import UsageError
from starterkit.git.repository import PATH_REF
from starterkit.process import interrupt, quoted, running, start, wait
from starterkit.progress import Progress, no_progress
from starterkit.runtime.environment import Environment
from starterkit.template.model import BASE, Template
from starterkit.testing.results import CheckResult, ExpectedTest, Outcome, TestResult
from starterkit.testing.stalled import LOOP, Stuck, read_stuck, watchdog_variables
from starterkit.yamlfile import did_you_mean

if TYPE_CHECKING:
    from starterkit.testing.junit import JUnitCase, JUnitReport
    from starterkit.testing.source_tree import Explanation, SourceTree

LIMIT_SECONDS = 120.0
_SECONDS_A_TEST = 3.0  # where that is more: a hundred tests of pages on a busy machine take their time
_INTERRUPT_SECONDS = 2.0
_OUTPUT_LIMIT_BYTES = 64 * 1024 * 1024
_TAIL_BYTES = 64 * 1024


@dataclass(frozen=True)
class _Ended:
    """How the test command ended; `cut` says why it was stopped ("" when it ended by itself)."""

    code: int
    seconds: float
    cut: str
    output: str
    stuck: Stuck | None = None

    @property
    def why_cut(self) -> str:
        """Why the run was stopped, as a sentence, and what to look for."""
        return f"{self.cut}. {self.stuck.question if self.stuck else LOOP}"

    @property
    def trace(self) -> str:
        """What tells where the run was when it was stopped."""
        return self.stuck.stack if self.stuck else self.output


def run_tests(
    folder: Path,
    prepared: Environment,
    template: Template,
    expected: Sequence[ExpectedTest],
    *,
    selected: Sequence[str] = (),
    remembered_green: Collection[str] = (),
    step: str = BASE,
    pristine: bool = False,
    limit_seconds: float | None = None,
    say: Progress = no_progress,
) -> CheckResult:
    """Run the test files of `expected` (or the `selected` tests alone) in `folder` and say how each listed test went.

    `remembered_green` are the ids that were green before; `step` is the one whose tests are new. The whole run is
    stopped after `limit_seconds` (None: two minutes, or more where there are many tests); tests that had ended by then
    keep their outcome. Raises `UsageError` for a selected id that is not listed, `ProgramMissing` when the program of
    the test command is gone.
    """
    tests = _chosen(expected, selected)
    present = [test for test in tests if test.file and (folder / test.file).is_file()]
    if not present:
        return _finish(tests, [_absent_file(test) for test in tests], "", step, pristine, remembered_green)
    import tempfile

    prepared.lend_to(folder)
    words = _words(template, present, selected)
    with tempfile.TemporaryDirectory(prefix="starterkit-", ignore_cleanup_errors=True) as scratch:
        report_file = Path(scratch) / "report.xml"
        command = prepared.command(template.commands.test, report=str(report_file), tests=words)
        variables = watchdog_variables(template.commands.test, Path(scratch) / "stuck", prepared.variables)
        say(f"Running {len(tests)} tests" if len(tests) != 1 else "Running one test")
        limit = max(LIMIT_SECONDS, _SECONDS_A_TEST * len(tests)) if limit_seconds is None else limit_seconds
        ended = _run(command, folder, variables, Path(scratch), limit)
        from starterkit.testing.junit import read_junit

        report = read_junit(report_file)
    pairing = _pairing(folder, prepared, template, report, tests, ended)
    results = [pairing.result(test) for test in tests]
    result = _finish(tests, results, pairing.problem(), step, pristine, remembered_green)
    return replace(result, seconds=ended.seconds, log=ended.output)


def _chosen(expected: Sequence[ExpectedTest], selected: Sequence[str]) -> list[ExpectedTest]:
    known = {test.id: test for test in expected}
    for name in selected:
        if name not in known:
            raise UsageError(f'There is no test "{name}" in the path so far.', did_you_mean(name, list(known)))
    return [test for test in expected if not selected or test.id in selected]


def _words(template: Template, present: list[ExpectedTest], selected: Sequence[str]) -> list[str]:
    if not selected:
        return list(dict.fromkeys(test.file for test in present))
    words = [_selecting(word, test) for test in present for word in template.select]
    # Options come before files: some programs read none after the first file.
    return sorted(dict.fromkeys(words), key=lambda word: not word.startswith("-"))


def _selecting(word: str, test: ExpectedTest) -> str:
    name = test.id
    if word.startswith("--test-name-pattern"):  # Node takes a regular expression
        name = re.sub(r"[\\^$.*+?()\[\]{}|/]", r"\\\g<0>", name)
    return word.replace("{file}", test.file).replace("{test}", name)


def _run(command: list[str], folder: Path, variables: dict[str, str], scratch: Path, limit_seconds: float) -> _Ended:
    variables = {name: value for name, value in variables.items() if name not in ("FORCE_COLOR", "PY_COLORS")}
    variables["NO_COLOR"] = "1"
    output = scratch / "output"
    begun = time.monotonic()
    with output.open("wb") as sink:
        with running(start(command, cwd=folder, env=variables, stdout=sink, stderr=sink)) as process:
            _import_readers()
            in_time = wait(process, limit_seconds, lambda: _size(sink) > _OUTPUT_LIMIT_BYTES)
            too_much = _size(sink) > _OUTPUT_LIMIT_BYTES
            if not in_time:
                interrupt(process)
                wait(process, _INTERRUPT_SECONDS)
        seconds = time.monotonic() - begun
    cut = "" if in_time else "more than 64 MiB printed" if too_much else f"still running after {limit_seconds:g} s"
    stuck = None if cut else read_stuck(scratch / "stuck")
    return _Ended(process.returncode, seconds, stuck.cut if stuck else cut, _tail(output), stuck)


def _size(sink: IO[bytes]) -> int:
    return os.fstat(sink.fileno()).st_size


def _import_readers() -> None:
    """Import what reads the report while the tests run."""
    import starterkit.testing.explain
    import starterkit.testing.junit  # noqa: F401


def _tail(file: Path) -> str:
    from starterkit.sanitize import strip_control

    with file.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - _TAIL_BYTES))
        return strip_control(stream.read().decode("utf-8", "replace"))


def _pairing(
    folder: Path,
    prepared: Environment,
    template: Template,
    report: JUnitReport | None,
    tests: list[ExpectedTest],
    ended: _Ended,
) -> _ReportMatcher:
    from starterkit.testing.explain import case_file, case_test, with_first_exit
    from starterkit.testing.source_tree import SourceTree

    project = SourceTree(folder, template.owns, prepared.programs)
    files = tuple(dict.fromkeys(test.file for test in tests if test.file))
    of_tests: dict[str, list[JUnitCase]] = {}
    of_files: dict[str, JUnitCase] = {}
    of_run: list[JUnitCase] = []
    stuck = ended.stuck
    reported = [case for case in report.cases if not stuck or case.name != stuck.test] if report else []
    for case in with_first_exit([*reported, *(stuck.cases if stuck else ())]):
        if file := case_file(case, files, folder):
            of_files[file] = case
        elif (case.classname, case.name) == ("pytest", "internal"):
            of_run.append(case)
        else:
            of_tests.setdefault(case_test(case), []).append(case)
    return _ReportMatcher(folder, project, tests, report, of_tests, of_files, of_run, ended)


@dataclass(frozen=True)
class _ReportMatcher:
    """The cases of a report, by test, by file, and for the run as a whole."""

    folder: Path
    project: SourceTree
    tests: list[ExpectedTest]
    report: JUnitReport | None
    of_tests: dict[str, list[JUnitCase]]
    of_files: dict[str, JUnitCase]
    of_run: list[JUnitCase]
    ended: _Ended

    def result(self, test: ExpectedTest) -> TestResult:
        """Return how a listed test went."""
        from starterkit.testing.explain import explain

        cases = self.of_tests.get(test.id, [])
        bad = next((case for case in cases if case.kind), None)
        if bad:
            words = explain(bad, self.project)
            test_place = self.project.place_in(test.file, bad.text)
            return TestResult(test, Outcome.FAILED, words.message, words.place, test_place, _details(bad))
        if cases:
            return TestResult(test, Outcome.PASSED)
        return self._absent(test)

    def problem(self) -> str:
        """Return what went wrong with the run as a whole, or ""."""
        if self.ended.cut:
            at = self.project.own_place(self.ended.trace)
            return f"The tests were stopped{f' in {at}' if at else ''}: {self.ended.why_cut}"
        if self.report and self.report.problem:
            return f"The tests ran, but {self.report.problem}."
        if self.of_run or not self.report:
            words = self._whole_run()
            place = f" ({words.place})" if words.place and str(words.place) not in words.message else ""
            return f"{words.message}{place}"
        return ""

    def _absent(self, test: ExpectedTest) -> TestResult:
        from starterkit.testing.explain import explain

        if not test.file or not (self.folder / test.file).is_file():
            return _absent_file(test)
        case = self.of_files.get(test.file)
        if case and case.kind:
            words = self._of_file(test.file, case)
            return TestResult(test, Outcome.DID_NOT_RUN, words.message, words.place, None, _details(case))
        if self.ended.cut:
            return self._cut_off(test)
        if self.report and self.report.problem:
            return TestResult(test, Outcome.DID_NOT_RUN, f"Nothing is known of it: {self.report.problem}.")
        if self.of_run or not self.report:
            whole = self._whole_run()
            return TestResult(test, Outcome.DID_NOT_RUN, whole.message, whole.place)
        file_ran = any(other.file == test.file and other.id in self.of_tests for other in self.tests)
        for file, broken in self.of_files.items():
            if broken.kind and not file_ran:
                words = explain(broken, self.project)
                message = f"Did not run, because {file} could not be read: {words.message}"
                return TestResult(test, Outcome.DID_NOT_RUN, message, words.place)
        message = f"There is no such test in {test.file} any more.{_get_back(test.file)}"
        return TestResult(test, Outcome.DID_NOT_RUN, message)

    def _of_file(self, file: str, case: JUnitCase) -> Explanation:
        from starterkit.testing.explain import explain, explain_output, output_of_file

        words, text = explain(case, self.project), case.text
        if words.message == "test failed":  # all that Node's report says of a file that cannot be imported
            text = output_of_file(self.ended.output, file)
            words = explain_output(text, self.project)
        place = words.place or self.project.place_in(file, text)
        return replace(words, place=place, message=words.message or f"{file} could not be run.")

    def _whole_run(self) -> Explanation:
        from starterkit.testing.explain import explain, explain_output

        if self.of_run:
            return explain(self.of_run[0], self.project)
        words = explain_output(self.ended.output, self.project)
        message = f"The test program ended without a report ({_ending(self.ended.code)})"
        if words.message:
            return replace(words, message=f"{message}: {words.message}")
        exit_call = self.project.exit_call()
        told = f": {exit_call} ends the whole program." if exit_call else "."
        return replace(words, message=f"{message}{told}", place=exit_call)

    def _cut_off(self, test: ExpectedTest) -> TestResult:
        if test != self._first_absent():
            return TestResult(test, Outcome.DID_NOT_RUN, "Not reached: the run was stopped before it.")
        from starterkit.testing.causes import explained
        from starterkit.testing.source_tree import Explanation

        stopped = Explanation(f"Stopped: {self.ended.why_cut}", self.project.own_place(self.ended.trace))
        words = explained(stopped, self.ended.trace, self.project)
        return TestResult(test, Outcome.DID_NOT_RUN, words.message, words.place)

    def _first_absent(self) -> ExpectedTest:
        """The test that was under way when the run was stopped: files run in the order given, tests by line."""
        files = list(dict.fromkeys(test.file for test in self.tests))
        absent = [test for test in self.tests if test.id not in self.of_tests]
        if self.ended.stuck and any(test.id == self.ended.stuck.test for test in absent):
            return next(test for test in absent if test.id == self.ended.stuck.test)
        return min(absent, key=lambda test: (files.index(test.file), test.line))


def _absent_file(test: ExpectedTest) -> TestResult:
    file = test.file or "its file"
    return TestResult(test, Outcome.DID_NOT_RUN, f"{file} is missing.{_get_back(test.file)}")


def _get_back(file: str) -> str:
    return f" Get it back: `git checkout {PATH_REF} -- {quoted(file)}`" if file else ""


def _details(case: JUnitCase) -> str:
    return case.text.strip() or case.message


def _ending(code: int) -> str:
    if code >= 0:
        return f"exit code {code}"
    import signal

    try:
        return f"ended by {signal.Signals(-code).name}"
    except ValueError:
        return f"ended by signal {-code}"


def _finish(
    tests: list[ExpectedTest],
    results: list[TestResult],
    problem: str,
    step: str,
    pristine: bool,
    remembered_green: Collection[str],
) -> CheckResult:
    marked = [
        replace(result, was_green=result.is_red and test.id in remembered_green, is_new=test.step == step)
        for test, result in zip(tests, results, strict=True)
    ]
    return CheckResult(tuple(marked), 0.0, step, pristine, problem)
