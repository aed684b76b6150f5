"""Run the tests after each save, and report what happens as events.

`Watch` is the engine of `starterkit watch` and `starterkit guide`. It runs the first failing test, then the rest of the
current step, then the earlier steps. A save ends the run that is in progress, and a new run starts.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from watchfiles import DefaultFilter, watch

from starterkit.errors import StarterkitError
from starterkit.git.worktree import list_files
from starterkit.process import ProgramMissing, end_thread
from starterkit.progress import Progress, no_progress
from starterkit.project import check
from starterkit.project.learner_work import ConflictMarkersLeft, find_markers
from starterkit.project.project import Project
from starterkit.runtime.environment import Environment
from starterkit.testing.launch import COLD
from starterkit.testing.results import STOPPED_BEFORE, CheckResult, ExpectedTest, Outcome, TestResult
from starterkit.testing.runner import Cancelled
from starterkit.testing.stalled import is_pytest
from starterkit.testing.worker import WarmWorker

# watchfiles reports a change after _STEP_MS without another one, and at the latest after _DEBOUNCE_MS.
_STEP_MS, _DEBOUNCE_MS, _POLL_MS = 5, 50, 200


@dataclass(frozen=True)
class Saved:
    """The learner wrote or deleted these files."""

    files: tuple[str, ...]


@dataclass(frozen=True)
class Running:
    """A run starts. `tree` is the id of the learner's files. `tests` is in the order of the run."""

    tree: str
    tests: tuple[ExpectedTest, ...]


@dataclass(frozen=True)
class Verdict:
    """The result of one test for the files of `tree`."""

    tree: str
    result: TestResult


@dataclass(frozen=True)
class Done:
    """The result of all tests for the files of `tree`."""

    tree: str
    result: CheckResult


@dataclass(frozen=True)
class Trouble:
    """An error that the learner must fix before tests can run."""

    error: StarterkitError


@dataclass(frozen=True)
class Crash:
    """A bug of starterkit. No more events follow."""

    error: Exception


Event = Saved | Running | Verdict | Done | Trouble | Crash


class Watch:
    """Runs the tests at the start and after each save, until the `with` block ends.

    `emit` gets the events on the engine's threads. While the block runs, only the engine may use `project`. With
    `poll`, the engine looks for changes five times a second. Network disks need this, because they report no changes.
    """

    def __init__(
        self, project: Project, emit: Callable[[Event], None], *, poll: bool = False, say: Progress = no_progress
    ) -> None:
        self._emit, self._poll, self._say = emit, poll, say
        self._folder = project.folder
        self._files = _LearnerFiles(project)
        self._closed = threading.Event()
        self._runs = _Runs(project, emit, say)
        self._threads = [
            threading.Thread(target=self._guarded, args=(task,), daemon=True) for task in (self._look, self._runs.loop)
        ]

    def __enter__(self) -> Watch:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed.set()
        self._runs.close()
        for thread in self._threads:
            end_thread(thread)

    def rerun(self) -> None:
        """Cancel the current run, and run all tests again."""
        self._runs.request()

    def _guarded(self, task: Callable[[], None]) -> None:
        try:
            task()
        except Exception as error:
            self._emit(Crash(error))

    def _look(self) -> None:
        try:
            self._look_for_changes(poll=self._poll)
        except OSError as refused:  # the system's limit of watched folders is reached
            self._say(f"The system can't report changes ({refused}). starterkit looks for them five times a second.")
            self._look_for_changes(poll=True)

    def _look_for_changes(self, *, poll: bool) -> None:
        changes = watch(
            self._folder,
            watch_filter=DefaultFilter(),
            step=_STEP_MS,
            debounce=_DEBOUNCE_MS,
            stop_event=self._closed,
            rust_timeout=500,
            raise_interrupt=False,
            force_polling=poll or None,
            poll_delay_ms=_POLL_MS,
        )
        for batch in changes:
            if files := self._files.among(path for _, path in batch):
                self._runs.request()
                self._emit(Saved(files))


class _LearnerFiles:
    """The files that git doesn't ignore. Only their changes start a run."""

    def __init__(self, project: Project) -> None:
        self._folder, self._git = project.folder, project.repository.git
        self._known = self._list()

    def among(self, changed: Iterable[str]) -> tuple[str, ...]:
        """Return the learner's files among the changed paths, relative to the project."""
        paths = sorted({Path(path).relative_to(self._folder).as_posix() for path in changed})
        before = self._known
        if not before.issuperset(paths):
            self._known = self._list()
        files = before | self._known
        return tuple(path for path in paths if path in files or any(file.startswith(f"{path}/") for file in files))

    def _list(self) -> frozenset[str]:
        listing = list_files(self._git)
        return frozenset((*listing.tracked, *listing.untracked, *listing.unmerged))


class _Runs:
    """Runs the tests for each request. A request during a run cancels this run."""

    def __init__(self, project: Project, emit: Callable[[Event], None], say: Progress) -> None:
        self._project, self._emit, self._say = project, emit, say
        self._requested = threading.Event()
        self._requested.set()
        self._is_closed = False
        self._results: dict[str, TestResult] = {}
        self._environment: Environment | None = None
        self._worker: WarmWorker | None = None

    def request(self) -> None:
        """Cancel the current run, and run all tests again."""
        self._requested.set()

    def close(self) -> None:
        """End the loop, and cancel the current run."""
        self._is_closed = True
        self._requested.set()

    def loop(self) -> None:
        """Run the tests for each request until `close`."""
        try:
            while True:
                self._requested.wait()
                self._requested.clear()
                if self._is_closed:
                    return
                try:
                    self._run()
                except Cancelled:
                    continue
                except StarterkitError as error:
                    self._emit(Trouble(error))
        finally:
            self._close_worker()

    def _run(self) -> None:
        project = self._project
        project.forget_old_state()
        if places := find_markers(project):
            raise ConflictMarkersLeft(places)
        expected = project.expected_tests()
        environment = self._prepared()
        groups = self._in_order(expected)
        tree = project.read_work().id
        self._emit(Running(tree, tuple(dict.fromkeys(chain.from_iterable(groups)))))
        parts, ran = list[CheckResult](), set[str]()
        for group in groups:
            if any(part.problem for part in parts):
                part = CheckResult(
                    tuple(TestResult(test, Outcome.DID_NOT_RUN, STOPPED_BEFORE) for test in group), 0.0, ""
                )
            else:
                try:
                    part = self._run_group(environment, expected, group)
                except ProgramMissing:
                    check.prepared(project, self._say, fresh=True)
                    self.request()
                    return
            if project.read_work().id != tree:  # a file was saved during the run
                self.request()
                return
            parts.append(part)
            self._results.update((result.test.id, result) for result in part.results)
            for result in part.results:
                if result.test.id not in ran:  # the first failing test runs again with its step
                    ran.add(result.test.id)
                    self._emit(Verdict(tree, result))
        self._finish(tree, _combined(parts, expected, project.state.step))

    def _prepared(self) -> Environment:
        """Return the environment. If it is another one than before, start another warm worker."""
        project = self._project
        environment = check.prepared(project, self._say)
        if environment != self._environment:
            self._close_worker()
            self._environment = environment
            if is_pytest(project.template.commands.test):  # Node starts a test as quickly without a worker
                self._worker = WarmWorker(project.folder, environment, project.template, self._say)
        return environment

    def _close_worker(self) -> None:
        if self._worker is not None:
            self._worker.close()
            self._worker = None

    def _in_order(self, expected: Sequence[ExpectedTest]) -> list[list[ExpectedTest]]:
        """Return the first failing test, then the current step, then the earlier steps. No group is empty."""
        step = self._project.state.step
        current = [test for test in expected if test.step == step]
        earlier = [test for test in expected if test.step != step]
        return [group for group in (self._first(expected), current, earlier) if group]

    def _first(self, expected: Sequence[ExpectedTest]) -> list[ExpectedTest]:
        """Return the first test that failed in the last run, or in the last check before this watch.

        It is a stretch test only if all other tests passed.
        """
        last = self._project.memory.last_check()
        failed = [result for result in self._results.values() if result.is_red]
        red = {each.test.id for each in failed if each.is_core} or {each.test.id for each in failed}
        if not self._results and last:
            red = set(last.red or last.stretch_red)
        return [test for test in expected if test.id in red][:1]

    def _run_group(
        self, environment: Environment, expected: Sequence[ExpectedTest], group: Sequence[ExpectedTest]
    ) -> CheckResult:
        project = self._project
        result = check.run_once(
            project,
            project.folder,
            environment,
            expected,
            project.state.step,
            selected=[test.id for test in group],
            launcher=self._worker or COLD,
            cancelled=self._requested.is_set,
        )
        return check.with_missing_support(project, result)

    def _finish(self, tree: str, result: CheckResult) -> None:
        project = self._project
        if result.red and check.repaired(project, self._say):
            self.request()
            return
        if result.red or self._worker is None:  # `next` needs a passing run without the warm worker
            project.remember_check(tree, result)
        self._emit(Done(tree, result))


def _combined(parts: Sequence[CheckResult], expected: Sequence[ExpectedTest], step: str) -> CheckResult:
    """Return one result for the groups of a run, with the tests in the path's order."""
    results = {result.test.id: result for part in parts for result in part.results}
    return CheckResult(
        tuple(results[test.id] for test in expected),
        sum(part.seconds for part in parts),
        step,
        problem=next((part.problem for part in parts if part.problem), ""),
        log="\n".join(part.log for part in parts if part.log),
    )
