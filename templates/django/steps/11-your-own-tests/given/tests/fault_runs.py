"""Run the tests in own_tests/ without a fault, and then with each fault of faults.py.

All runs happen in one process, which isn't the process of the path's tests. Type a fault's name to see what your tests
say: `.venv/bin/python -m tests.fault_runs missing`. Without a name, the command lists all faults.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
import unittest
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass, field, replace
from io import StringIO
from pathlib import Path
from typing import Any

import django
from django.test.runner import DiscoverRunner

from tests import faults

__tracebackhide__ = True

FOLDER = "own_tests"
SETTINGS = "tests.faulty_settings"
NEEDED = 5  # of the six faults
LIMIT_SECONDS = 10.0  # of processor time, for all runs together
_WAIT_SECONDS = 110.0
_COMMAND = ".venv/bin/python -m tests.fault_runs"


class Run(unittest.TestResult):
    """The result of one run: how many tests pass, and the first line of each failure."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = 0
        self.messages: list[str] = []

    def addSuccess(self, test: unittest.TestCase) -> None:  # noqa: N802
        self.passed += 1

    def addFailure(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        super().addFailure(test, err)
        self._keep(test, err[1])

    def addError(self, test: unittest.TestCase, err: Any) -> None:  # noqa: N802
        super().addError(test, err)
        self._keep(test, err[1])

    def addSubTest(self, test: unittest.TestCase, subtest: unittest.TestCase, err: Any) -> None:  # noqa: N802
        super().addSubTest(test, subtest, err)
        if err:
            self._keep(subtest, err[1])

    def stopTest(self, test: unittest.TestCase) -> None:  # noqa: N802
        super().stopTest(test)
        if time.process_time() > LIMIT_SECONDS:
            self.stop()

    def _keep(self, test: unittest.TestCase, error: BaseException) -> None:
        lines = str(error).strip().splitlines() or [""]
        cannot_import = isinstance(error, ImportError) and "Traceback" in str(error)  # unittest's message is long
        text = lines[-1] if cannot_import else f"{type(error).__name__}: {lines[0]}"
        self.messages.append(f"{test.id().removeprefix('unittest.loader._FailedTest.')}: {text}")


@dataclass
class Result:
    """The result of all runs: how many tests pass without a fault, and the names of the faults that they miss.

    `failures` are the failing tests without a fault. `again` is the same for the last run. `problem` is why the runs
    are incomplete, or "". `used_site_database` is True if a test opened the database of the site.
    """

    passed: int = 0
    failures: list[str] = field(default_factory=list)
    again: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    problem: str = ""
    used_site_database: bool = False

    def expect_own_database(self) -> None:
        """Fail if there are no tests, or a test opened the database of the site."""
        if self.used_site_database:
            raise AssertionError(
                f"Expected the tests in {FOLDER}/ to use the test database. Found the database of the site. "
                "Write classes that inherit from `django.test.TestCase`."
            )
        if not (self.passed or self.failures or self.problem):
            raise AssertionError(
                f"Expected a test in {FOLDER}/. Found none.\nFor example: {FOLDER}/test_articles.py with a class that "
                "inherits from `django.test.TestCase`"
            )

    def expect_passing(self) -> None:
        """Fail unless there are tests, and all of them pass without a fault."""
        self.expect_own_database()
        expected = f"Expected the tests in {FOLDER}/ to pass."
        if self.failures:
            raise AssertionError(f"{expected} Found {len(self.failures)} failing:\n" + "\n".join(self.failures[:3]))
        if self.problem:
            raise AssertionError(f"{expected} {self.problem}")
        if self.again:
            raise AssertionError(
                f"{expected} Found {self.again[0]}\nThis test passes in the first run, and fails in a later run. "
                "What do your tests leave behind?"
            )

    def expect_caught(self, needed: int = NEEDED) -> None:
        """Fail unless the tests pass, and notice enough faults."""
        self.expect_passing()
        caught = len(faults.FAULTS) - len(self.missed)
        if caught < needed:
            first, *others = (fault for fault in faults.FAULTS if fault.name in self.missed)
            also = f" They also miss: {', '.join(fault.name for fault in others)}." if others else ""
            raise AssertionError(
                f"Your tests pass although {first.text}. {first.advice}\n"
                f"Your tests catch {caught} of {len(faults.FAULTS)} faults, and {needed} are needed.{also}\n"
                f"Run your tests with this fault: `{_COMMAND} {first.name}`"
            )


def run_all() -> Result:
    """Run the tests without a fault, with each fault, and without a fault again."""
    result = Result()
    if not Path(FOLDER).is_dir():
        return result
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        runner = new_runner()
        databases = runner.setup_databases()
        without = _run(runner, None)
        result.passed, result.failures = without.passed, without.messages
        if without.passed and not without.messages:
            missed = [fault.name for fault in faults.FAULTS if not _run(runner, fault, failfast=True).messages]
            result.missed, result.again = missed, _run(runner, None, failfast=True).messages
        runner.teardown_databases(databases)
    if time.process_time() > LIMIT_SECONDS:
        result.problem = (
            f"{len(faults.FAULTS) + 2} runs need more than {LIMIT_SECONDS:g} s of processor time. "
            "Create users in `setUpTestData`, and sign in with `force_login`."
        )
    return result


def new_runner() -> DiscoverRunner:
    """Return the runner of the command `manage.py test`, after it has prepared Django."""
    os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
    django.setup()
    runner = DiscoverRunner(verbosity=0, interactive=False)
    runner.setup_test_environment()
    return runner


def _run(runner: DiscoverRunner, fault: faults.Fault | None, *, failfast: bool = False) -> Run:
    faults.active, run = fault, Run()
    run.failfast = failfast
    runner.build_suite([FOLDER]).run(run)
    return run


def run_in_new_process() -> Result:
    """Return the result of `run_all` in a new process."""
    # Variables of this run aren't for the learner's tests. A fault needs the site in its process.
    ignored = ("PYTEST_", "DJANGO_", "STARTERKIT_SITE", "DATABASE_URL")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(ignored)}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file, database = Path(folder) / "result.json", Path(folder) / "site.db"
        variables["FAULTS_DATABASE"] = str(database)
        try:
            ended = subprocess.run(  # our own program
                [sys.executable, "-m", "tests.fault_runs", "--result", str(file)],
                cwd=Path(__file__).parents[1],
                env=variables,
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                timeout=_WAIT_SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            return Result(problem=f"They were still running after {_WAIT_SECONDS:g} s.")
        if file.exists():
            return replace(Result(**json.loads(file.read_bytes())), used_site_database=database.exists())
    lines = ended.stdout.decode("utf-8", "replace").strip().splitlines()
    return Result(problem=f"They ended the program: {lines[-1] if lines else f'exit code {ended.returncode}'}")


def main(arguments: list[str]) -> int:
    """Run the command line. Without arguments, list all faults."""
    if arguments[:1] == ["--result"]:
        Path(arguments[1]).write_text(json.dumps(asdict(run_all())), encoding="utf-8")
        return 0
    if arguments:
        by_name = {fault.name: fault for fault in faults.FAULTS}
        if arguments[0] not in by_name:
            print(f'Unknown fault "{arguments[0]}". Use one of: {", ".join(by_name)}.')
            return 2
        faults.active = by_name[arguments[0]]
        runner = new_runner()
        databases = runner.setup_databases()
        ended = runner.run_suite(runner.build_suite([FOLDER]))
        runner.teardown_databases(databases)
        return int(not ended.wasSuccessful())
    result = run_in_new_process()
    try:
        result.expect_passing()
    except AssertionError as failure:
        print(failure)
        return 1
    for fault in faults.FAULTS:
        print(f"{'missed' if fault.name in result.missed else 'caught'}  {fault.name:10} {fault.text}")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
