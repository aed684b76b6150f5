"""Run the tests in own_tests/ without a fault, and then with each fault of faults.py.

All runs happen in one process, which isn't the process of the path's tests. Type a fault's name to see what your tests
say: `.venv/bin/python -m tests.fault_runs missing`. Without a name, the command lists all faults.
"""

from __future__ import annotations

import gc
import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import asdict, dataclass, field, replace
from io import StringIO
from pathlib import Path

import pytest

from tests import faults

__tracebackhide__ = True

FOLDER = "own_tests"
NEEDED = 5  # of the six faults
LIMIT_SECONDS = 10.0  # of processor time, for all runs together
_WAIT_SECONDS = 110.0
_COMMAND = ".venv/bin/python -m tests.fault_runs"
# The site's packages are imported before pytest, which then can't rewrite their plugins for pytest.
_OPTIONS = ("-p", "no:cacheprovider", "-W", "ignore::pytest.PytestAssertRewriteWarning")


class Run:
    """A pytest plugin that counts the tests of one run, and keeps the first line of each failure."""

    def __init__(self) -> None:
        self.passed = 0
        self.failures: list[str] = []

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        self.passed += report.passed and report.when == "call"
        self._keep(report)
        if time.process_time() > LIMIT_SECONDS:
            pytest.exit(f"more than {LIMIT_SECONDS:g} s of processor time")

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        self._keep(report)

    def _keep(self, report: pytest.TestReport | pytest.CollectReport) -> None:
        if report.failed:
            crash = getattr(report.longrepr, "reprcrash", None)
            lines = (crash.message if crash else str(report.longrepr)).strip().splitlines()
            self.failures.append(f"{report.nodeid}: {lines[0] if crash else lines[-1].removeprefix('E').strip()}")


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
                f"Expected the tests in {FOLDER}/ to have their own database. Found the database of the site. "
                "Override `get_session` in `app.dependency_overrides`."
            )
        if not (self.passed or self.failures or self.problem):
            raise AssertionError(f"Expected a test in {FOLDER}/. Found none.\nFor example: {FOLDER}/test_articles.py")

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
    faults.install()
    result = Result()
    without = _run(None)
    gc.freeze()  # pytest collects garbage several times in each run, and needn't look at all packages again
    result.passed, result.failures = without.passed, without.failures
    if without.passed and not without.failures:
        result.missed = [fault.name for fault in faults.FAULTS if not _run(fault, "-x").failures]
        result.again = _run(None, "-x").failures
    if time.process_time() > LIMIT_SECONDS:
        result.problem = (
            f"{len(faults.FAULTS) + 2} runs need more than {LIMIT_SECONDS:g} s of processor time. "
            "Are there slow tests, or tests that do the same?"
        )
    return result


def _run(fault: faults.Fault | None, *options: str) -> Run:
    faults.active, run = fault, Run()
    with redirect_stdout(StringIO()), redirect_stderr(StringIO()):
        pytest.main([FOLDER, "-q", *_OPTIONS, *faults.OPTIONS, *options], plugins=[run])
    return run


def run_in_new_process() -> Result:
    """Return the result of `run_all` in a new process."""
    # Options of this run, such as its plugins, aren't for the learner's tests. A fault needs the site in its process.
    ignored = ("PYTEST_", "STARTERKIT_SITE", "DATABASE_URL")
    variables = {name: value for name, value in os.environ.items() if not name.startswith(ignored)}
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        file, database = Path(folder) / "result.json", Path(folder) / "site.db"
        variables["CONDUIT_DATABASE_URL"] = f"sqlite:///{database}"
        variables |= {"CONDUIT_PASSWORD_ROUNDS": "1", "CONDUIT_PASSWORD_MEMORY": "8"}  # fast
        try:
            ended = subprocess.run(  # noqa: S603  # our own program
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
        faults.install()
        faults.active = by_name[arguments[0]]
        return int(pytest.main([FOLDER, *_OPTIONS, *faults.OPTIONS, *arguments[1:]]))
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
