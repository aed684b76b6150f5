"""Run the learner's own tests: test files that the path doesn't know."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path, PurePosixPath

from starterkit.progress import Progress, no_progress
from starterkit.runtime.environment import Environment
from starterkit.template.model import Template
from starterkit.testing.discovery import found_tests
from starterkit.testing.explain import case_file
from starterkit.testing.junit import JUnitCase, JUnitReport
from starterkit.testing.results import ExpectedTest, TestResult
from starterkit.testing.runner import LIMIT_SECONDS, Ended, ReportMatcher, run_program, without_parameters
from starterkit.testing.source_tree import SourceTree


def run_own_tests(
    folder: Path, prepared: Environment, template: Template, files: Sequence[str], say: Progress = no_progress
) -> tuple[TestResult, ...]:
    """Run all tests in these files. Return the result of each test that the report or a file has.

    The id of a test in Python has its file, because two files may have tests with the same name.
    """
    if not files:
        return ()
    say("Running your own tests")
    prepared.lend_to(folder)
    report, ended = run_program(folder, prepared, template, list(files), LIMIT_SECONDS)
    project = SourceTree(folder, template.owns, prepared.programs)
    cases, tests, is_whole = [], dict[str, ExpectedTest](), report is not None and not ended.cut
    for case in report.cases if report else []:
        if case_file(case, tuple(files), folder):
            is_whole = False
            cases.append(case)
            continue
        file = _file_of(case, files) or project.relative(case.file)
        case = replace(case, name=_full_name(case, file))
        cases.append(case)
        name = without_parameters(case.name)
        tests[name] = ExpectedTest(name, file, "", name)
    for file in () if is_whole else files:
        for test in _tests_in(folder, file):
            tests.setdefault(test.id, test)
    named = JUnitReport(cases, report.problem) if report else None
    matcher = ReportMatcher(project, list(tests.values()), named, _with_full_names(ended, tuple(tests)))
    return tuple(map(matcher.result, tests.values()))


def _file_of(case: JUnitCase, files: Sequence[str]) -> str:
    """Return the test file of a case of pytest, whose class name starts with the file's, or ""."""
    return next((file for file in files if f"{case.classname}.".startswith(f"{_dotted(file)}.")), "")


def _dotted(file: str) -> str:
    return PurePosixPath(file).with_suffix("").as_posix().replace("/", ".")


def _full_name(case: JUnitCase, file: str) -> str:
    """Return the name of a case as the user can type it: `tests/test_mine.py::TestPages::test_home` for pytest."""
    if not file.endswith(".py"):
        return case.name
    classes = case.classname.removeprefix(_dotted(file)).strip(".").split(".")
    return "::".join(filter(None, [file, *classes, case.name]))


def _tests_in(folder: Path, file: str) -> list[ExpectedTest]:
    """Return the tests that can be found in a file, or one test that stands for the whole file."""
    prefix = f"{file}::" if file.endswith(".py") else ""
    found = found_tests(file, (folder / file).read_bytes())
    tests = [ExpectedTest(f"{prefix}{test.id}", file, "", test.sentence, line=test.line) for test in found]
    return tests or [ExpectedTest(file, file, "", file)]


def _with_full_names(ended: Ended, names: Iterable[str]) -> Ended:
    """Return the end of a run with full names for tests of which the watchdog knows only the function's name."""
    full = {name.rpartition("::")[2]: name for name in names}
    stuck = ended.stuck and replace(ended.stuck, test=full.get(ended.stuck.test, ended.stuck.test))
    return replace(ended, stuck=stuck, printed={full.get(name, name): text for name, text in ended.printed.items()})
