"""Provides environments, copies of layers, slots and test runs to the rules of a validation."""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from starterkit.errors import ExitCode, FileError, StarterkitError
from starterkit.git.objects import digest
from starterkit.git.worktree import unignored_files, write_files
from starterkit.process import quoted
from starterkit.runtime.causes import NoSuchPackagesError
from starterkit.runtime.environment import Environment
from starterkit.runtime.npm import NPM_SETTINGS
from starterkit.runtime.prepare import prepare
from starterkit.template.model import Template
from starterkit.testing.launch import Launcher, launcher_without_network
from starterkit.testing.results import CheckResult, ExpectedTest, TestResult
from starterkit.testing.runner import run_tests
from starterkit.testing.worker import WarmWorker
from starterkit.validation.model import Finding, Rule, Severity
from starterkit.validation.side_effects import SideEffect, read_side_effects, watch_variables
from starterkit.validation.target import Files, TemplateUnderTest, line_of

Item = TypeVar("Item")
Result = TypeVar("Result")
# Commands of the template get only these variables of this process. Others could change a result on another machine.
_INHERITED = (
    *("PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "PYTHONIOENCODING"),
    *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT"),
)
_FIXED = {"LANG": "C.UTF-8", "LC_ALL": "C.UTF-8", "TZ": "UTC", "PYTHONHASHSEED": "0"}


class Stopped(Exception):
    """Raised when the validation was interrupted and starts no more work."""


class Skip(Exception):
    """Raised if a rule has nothing to check, or can't check it. The message is the reason."""


class ConcurrencyLimit:
    """Limits how many programs run at once, for any number of threads. Each program needs a slot."""

    def __init__(self, count: int) -> None:
        self.count = count
        self._free = threading.Semaphore(count)
        self._stopped = threading.Event()

    @contextmanager
    def slot(self) -> Iterator[None]:
        """Hold a slot during the block. Raises `Stopped` if `stop` was called."""
        while not self._free.acquire(timeout=0.2):
            self._check()
        try:
            self._check()
            yield
            self._check()  # an interrupted run says nothing about the template
        finally:
            self._free.release()

    def stop(self) -> None:
        """Make all later calls of `slot` raise `Stopped`."""
        self._stopped.set()

    def _check(self) -> None:
        if self._stopped.is_set():
            raise Stopped

    def map(self, function: Callable[[Item], Result], items: Sequence[Item]) -> list[Result]:
        """Return the function's result for each item, in order. The calls run in as many threads as there are slots."""
        if len(items) < 2 or self.count < 2:
            return [function(item) for item in items]
        with ThreadPoolExecutor(min(self.count, len(items)), thread_name_prefix="part") as pool:
            return list(pool.map(function, items))


class Workspace:
    """The folders and environments of one validation. It is safe to use in several threads."""

    def __init__(self, scratch: Path, environments: Path, slots: ConcurrencyLimit, repeat: int = 1) -> None:
        self.scratch = scratch
        self.slots = slots
        self.repeat = repeat
        home = str(self.new_folder())
        self._fixed = {**_FIXED, "HOME": home, "USERPROFILE": home}
        self._environments = environments
        self._lock = threading.Lock()
        self._locks: dict[object, threading.Lock] = {}
        self._results: dict[object, Any] = {}
        self._idle: dict[tuple[str, str], list[Path]] = {}

    def once(self, key: object, make: Callable[[], Result]) -> Result:
        """Return the result of `make`, or raise its error. `make` is called only once for each key."""
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._results:
                try:
                    self._results[key] = make()
                except StarterkitError as error:  # without a network, each attempt would take a minute
                    self._results[key] = error
            if isinstance(self._results[key], StarterkitError):
                raise self._results[key]
            result: Result = self._results[key]
            return result

    def prepared(self, subject: TemplateUnderTest, label: str) -> Environment:
        """Return the environment for the pins of a layer. Layers with the same pins share an environment.

        Raises `FileError` if the layer lacks the declaration or the pins, and the errors of `prepare`.
        """
        environment = subject.template.environment
        files = subject.layer(label)
        for name in (environment.declaration, environment.pins):
            if name not in files:
                raise FileError(
                    str(subject.folder / "path.yml"),
                    line_of(subject.folder / "path.yml", name),
                    f'the template has no {name} in "{label}"',
                    "Add the file, or correct `environment` in path.yml.",
                )
        names = [environment.declaration, environment.pins, *([NPM_SETTINGS] if NPM_SETTINGS in files else [])]
        data = [files[name].data for name in names]
        folder = self._environments / digest(environment.kind, environment.clear, sys.version, *data)[:16]

        def make() -> Environment:
            with self.slots.slot():
                folder.mkdir(parents=True, exist_ok=True)
                for name, content in zip(names, data, strict=True):
                    if not (folder / name).is_file() or (folder / name).read_bytes() != content:
                        (folder / name).parent.mkdir(parents=True, exist_ok=True)
                        (folder / name).write_bytes(content)
                try:
                    ready = prepare(folder, environment)
                except NoSuchPackagesError as error:
                    pins = subject.folder / subject.where(label, environment.pins)
                    raise FileError(str(pins), None, error.message, error.fix) from error
                kept = {name: value for name, value in ready.variables.items() if name in _INHERITED}
                return replace(ready, variables={**kept, **self._fixed})

        return self.once(("environment", folder), make)

    @contextmanager
    def copy_of(self, subject: TemplateUnderTest, label: str) -> Iterator[Path]:
        """Yield a copy of a layer that no other thread uses.

        Later calls use the copy again, so the block must restore the files that it changes.
        """
        key = (subject.name, label)
        with self._lock:
            idle = self._idle.setdefault(key, [])
            folder = idle.pop() if idle else None
        if folder is None:
            folder = self.new_folder()
            write_files(folder, subject.layer(label))
        yield folder
        with self._lock:  # not in a `finally`, because after an error the copy may be damaged
            self._idle[key].append(folder)

    def new_folder(self) -> Path:
        """Return a new, empty folder. It is removed together with the workspace."""
        return Path(tempfile.mkdtemp(prefix="project-", dir=self.scratch))


@dataclass
class RuleContext:
    """Everything that a rule works with: the template, the step (or `base`), and methods to run tests.

    It collects the rule's notes, score and lines, and adds up the seconds of its test runs.
    """

    subject: TemplateUnderTest
    step: str
    workspace: Workspace
    rule: Rule
    test_seconds: float = 0.0
    score: float | None = None
    lines_by_test: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    @property
    def template(self) -> Template:
        return self.subject.template

    @property
    def given(self) -> str:
        return f"given {self.step}"

    @property
    def solution(self) -> str:
        return f"solution {self.step}"

    def files(self, label: str) -> Files:
        return self.subject.layer(label)

    def own_files(self, label: str) -> Files:
        return self.subject.own_files[label]

    def finding(
        self,
        message: str,
        file: str = "",
        line: int = 0,
        *,
        by_hand: str = "",
        severity: Severity = Severity.ERROR,
        exit_code: ExitCode = ExitCode.RED,
    ) -> Finding:
        """Return a finding of this rule. The default for `by_hand` is a command that runs only this rule."""
        name, step = quoted(self.subject.name), self.step
        command = by_hand or f"starterkit template validate {name} --step {step} --only {self.rule} --no-cache"
        return Finding(self.template.name, step, self.rule, file, line, message, command, severity, exit_code)

    def finding_in(
        self, label: str, path: str, message: str, line: int = 0, *, severity: Severity = Severity.ERROR
    ) -> Finding:
        """Return a finding about a file of a layer. The finding names the template's file from which it comes."""
        return self.finding(message, self.subject.where(label, path), line, severity=severity)

    def of_error(self, error: StarterkitError) -> Finding:
        """Return a finding about an invalid file of the template, or about another error that stops the rule."""
        if not isinstance(error, FileError):
            code = ExitCode.ENVIRONMENT if error.code is ExitCode.ENVIRONMENT else ExitCode.USAGE
            return self.finding(f"this rule could not run: {error}", exit_code=code)
        file, line, message = location_of(error, self.subject.folder)
        return self.finding(message, file, line, exit_code=ExitCode.USAGE)

    def of_test(self, label: str, test: ExpectedTest, message: str) -> Finding:
        """Return a finding about a test, with the file and line of the test."""
        file = self.subject.where(label, test.file) if test.file else ""
        return self.finding(f"{test.id}: {message}", file, test.line if file else 0)

    def of_failure(self, label: str, result: TestResult, message: str) -> Finding:
        """Return a finding about a failing test, with the failure's first line and position."""
        source_line = f" ({result.place})" if result.place else ""
        finding = self.of_test(label, result.test, f"{message}: {first_line(result)}{source_line}")
        return replace(finding, breaks=(result.test.id,))

    def of_failures(self, label: str, failures: Iterable[tuple[TestResult, str]]) -> list[Finding]:
        """Return a finding for each cause of the failing tests. Each test comes with its message.

        If several tests fail with the same message at the same line of code, the finding is about this line.
        """
        causes: dict[object, list[tuple[TestResult, str]]] = {}
        for result, message in failures:
            causes.setdefault((first_line(result), result.place), []).append((result, message))
        findings = []
        for (first, message), *others in causes.values():
            finding = self.of_failure(label, first, message)
            if others:
                ids = tuple(result.test.id for result, _ in others)
                same = f"{finding.message}\nThe same failure: {', '.join(ids)}"
                finding = replace(finding, message=same, breaks=(*finding.breaks, *ids))
                if first.place and (file := self.subject.where(label, first.place.file)):
                    finding = replace(finding, file=file, line=first.place.line)
            findings.append(finding)
        return findings

    def run(
        self,
        folder: Path,
        label: str,
        tests: Sequence[ExpectedTest],
        *,
        each: bool = False,
        has_slot: bool = False,
        limit_seconds: float | None = None,
        variables: Mapping[str, str] | None = None,
        launcher: Launcher | None = None,
    ) -> CheckResult:
        """Run the files of these tests in a folder. With `each`, run exactly these tests, in order.

        `label` names the layer whose environment is used. `has_slot` says that the caller already holds a slot.
        `limit_seconds` is the time limit of `run_tests`. `launcher` must start the tests without a network.
        """
        prepared = self.workspace.prepared(self.subject, label)
        selected = [test.id for test in tests] if each else []
        slot = nullcontext() if has_slot else self.workspace.slots.slot()
        with slot, tempfile.TemporaryDirectory(dir=self.workspace.scratch) as temporary:
            own = {"TMPDIR": temporary, "TEMP": temporary, "TMP": temporary, **(variables or {})}
            serving = replace(prepared, variables={**prepared.variables, **own})
            result = run_tests(
                folder,
                serving,
                self.template,
                tests,
                selected=selected,
                step=self.step,
                limit_seconds=limit_seconds,
                launcher=launcher or launcher_without_network(),
            )
        with self._lock:
            self.test_seconds += result.seconds
        return result

    def warm(self, folder: Path, label: str) -> WarmWorker:
        """Return a launcher for many runs on copies of a layer. `folder` is one of the copies."""
        prepared = self.workspace.prepared(self.subject, label)
        return WarmWorker(folder, prepared, self.template, cold=launcher_without_network())

    @property
    def main_tests(self) -> tuple[ExpectedTest, ...]:
        """The new tests of the step (or the base). At the last step of the path, the tests of all steps."""
        is_last = self.template.step_names[-1:] == (self.step,)
        return self.subject.expected(self.step) if is_last else self.subject.new_tests(self.step)

    def layer_run(
        self, label: str, tests: tuple[ExpectedTest, ...] | None = None
    ) -> tuple[CheckResult, tuple[SideEffect, ...]]:
        """Return the result and the side effects of a run of these tests on a layer. Rules share this run.

        The default is all tests of the steps so far.
        """
        chosen = self.subject.expected(self.step) if tests is None else tests

        def make() -> tuple[CheckResult, tuple[SideEffect, ...]]:
            prepared = self.workspace.prepared(self.subject, label)
            packages = prepared.folder or Path(next(iter(prepared.programs.values()))).parent.parent
            with self.workspace.copy_of(self.subject, label) as folder:
                log = self.workspace.new_folder() / "side_effects"
                allowed = (folder, packages)  # Python writes bytecode into the packages
                variables = watch_variables(self.template.environment.kind, log, allowed)
                result = self.run(folder, label, chosen, variables=variables)
                return result, (*read_side_effects(log), *self._changed_files(folder, label, prepared))

        return self.workspace.once(("run", self.subject.name, label, chosen), make)

    def _changed_files(self, folder: Path, label: str, prepared: Environment) -> Iterator[SideEffect]:
        """Yield a side effect for each file that `git status` would show after a test run."""
        files = self.files(label)
        packages = prepared.folder.name if prepared.folder else ""
        for path in unignored_files(folder, self.workspace.new_folder()):
            if path not in files and path.split("/")[0] != packages:
                yield SideEffect("new file", path, "", 0)
        for path, file in files.items():
            if not (folder / path).is_file() or (folder / path).read_bytes() != file.data:
                yield SideEffect("changed file", path, "", 0)


def location_of(error: FileError, folder: Path) -> tuple[str, int, str]:
    """Return the file of an error relative to the template's folder, its line (0: unknown), and its message."""
    message = str(error).removeprefix(f"{error.file}:{error.line}: " if error.line else f"{error.file}: ")
    return error.file.removeprefix(str(folder)).lstrip("/\\"), error.line or 0, message


def first_line(result: TestResult) -> str:
    """Return the first line of a failing test's message."""
    return result.message.strip().split("\n")[0] or "no message"
