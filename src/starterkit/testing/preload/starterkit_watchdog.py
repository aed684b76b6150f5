"""A pytest plugin that stops a run at the first test that gets stuck.

`starterkit check` loads the plugin with environment variables. It watches the run from a thread. A signal isn't enough,
because it can't interrupt a loop in another thread, which asynchronous sites have. The limits count processor time, so
a busy machine doesn't stop a run. While a regular expression runs, no other thread can run. Then pytest-timeout stops
the test. It also stops a test that waits too long for a site in another process, whose processor time is unknown.
"""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import time
import traceback
from pathlib import Path
from typing import Any

import pytest

BUSY_SECONDS = 5.0  # limit of processor time for a test, unless the test sets a higher limit
IMPORTING_SECONDS = 20.0  # limit of processor time for importing packages, which can be slow on a new machine
# A run that uses less than 5 % of a processor for 15 seconds is stuck. A test can set a higher limit.
IDLE_SECONDS, IDLE_USE = 15.0, 0.05
_TICK_SECONDS = 0.1
_IS_SITE_ELSEWHERE = os.environ.get("STARTERKIT_SITE") == "http"
_PRINTED_CHARACTERS = 16_000  # if one test prints more, only the last characters are kept
_SITE = str(Path.cwd())
_EXIT_CODE = 2  # pytest's exit code for an interrupted run


class Watchdog:
    """Watches the tests of one run. If a test gets stuck, it writes the stack traces to `note` and ends the run.

    It also writes what the code printed during failing tests, into a file next to the note.
    """

    def __init__(self, note: Path) -> None:
        self._note = note
        self._config: pytest.Config | None = None
        self._test = ""
        self._allowed = BUSY_SECONDS
        self._is_over = False
        self._used = time.process_time()
        self._importing = 0.0
        self._progress()
        threading.Thread(target=self._watch, daemon=True).start()

    def _progress(self) -> None:
        self._busy = self._idle_use = 0.0
        self._idle_ticks = 0

    def pytest_configure(self, config: pytest.Config) -> None:
        self._config = config
        self._progress()

    def pytest_collection_finish(self) -> None:
        self._progress()

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> None:
        marker = item.get_closest_marker("timeout")
        own_limit = marker.kwargs.get("timeout", next(iter(marker.args), None)) if marker else None
        self._allowed = max(BUSY_SECONDS, float(own_limit or 0))

    def pytest_runtest_logstart(self, nodeid: str) -> None:
        self._test = _bare_name(nodeid)
        self._progress()

    def pytest_runtest_logfinish(self) -> None:
        self._test = ""
        self._progress()

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(self, item: pytest.Item):  # type: ignore[no-untyped-def]
        report = yield
        if report.failed:
            self._write_printed(_bare_name(item.nodeid), report)
        if report.failed and "from pytest-timeout" in report.longreprtext:
            self._write(float(item.config.getini("timeout") or 0), is_busy=True, stack=report.longreprtext)
            item.session.shouldstop = "a test got stuck"
        return report

    def pytest_collectreport(self, report: pytest.CollectReport) -> None:
        if report.failed:
            self._write_printed(report.nodeid, report)

    def pytest_sessionfinish(self) -> None:
        self._is_over = True

    def _watch(self) -> None:
        while not self._is_over:
            time.sleep(_TICK_SECONDS)
            now = time.process_time()
            used, self._used = now - self._used, now
            if _is_importing_packages():
                self._importing += used
            else:
                self._busy += used
            self._idle_use += used
            self._idle_ticks += 1
            if self._idle_use > IDLE_USE * IDLE_SECONDS:
                self._idle_use, self._idle_ticks = 0.0, 0
            if self._busy > self._allowed or self._importing > IMPORTING_SECONDS:
                self._end(self._allowed if self._busy > self._allowed else IMPORTING_SECONDS, is_busy=True)
            elif self._idle_ticks * _TICK_SECONDS > max(IDLE_SECONDS, self._allowed) and not _IS_SITE_ELSEWHERE:
                self._end(max(IDLE_SECONDS, self._allowed), is_busy=False)

    def _end(self, seconds: float, *, is_busy: bool) -> None:
        if self._is_over:
            return
        self._write(seconds, is_busy=is_busy, stack=_stacks())
        capture = self._config.pluginmanager.get_plugin("capturemanager") if self._config else None
        if capture and capture.is_globally_capturing():
            self._append_printed(self._test, "".join(capture.read_global_capture()))
        plugins = self._config.pluginmanager.get_plugins() if self._config else ()
        for plugin in plugins:
            if type(plugin).__name__ == "LogXML":
                plugin.pytest_sessionfinish()
        os._exit(_EXIT_CODE)

    def _write(self, seconds: float, *, is_busy: bool, stack: str) -> None:
        note = {"seconds": seconds, "is_busy": is_busy, "test": self._test, "stack": stack[-32_000:]}
        self._note.write_text(json.dumps(note), encoding="ascii")

    def _write_printed(self, test: str, report: pytest.TestReport | pytest.CollectReport) -> None:
        self._append_printed(test, report.capstdout + report.capstderr)

    def _append_printed(self, test: str, text: str) -> None:
        if text.strip():
            with self._note.with_name("printed").open("a", encoding="ascii") as stream:
                stream.write(json.dumps({"test": test, "text": text[-_PRINTED_CHARACTERS:]}) + "\n")


def _bare_name(nodeid: str) -> str:
    return nodeid.partition("[")[0].rpartition("::")[2]


def _is_importing_packages() -> bool:
    frame = sys._current_frames().get(threading.main_thread().ident or 0)
    while frame is not None:
        file = frame.f_code.co_filename
        if file.startswith(_SITE) and "site-packages" not in file:
            return False
        if "importlib._bootstrap" in file:
            return True
        frame = frame.f_back
    return False


def _stacks() -> str:
    frames = sys._current_frames()
    frames.pop(threading.get_ident(), None)
    main = threading.main_thread().ident
    threads = sorted(frames, key=lambda thread: thread != main)
    stacks = ["".join(traceback.format_stack(frames[thread])) for thread in threads]
    tasks = [obj for obj in gc.get_objects() if type(obj).__name__ == "Task" and hasattr(obj, "get_coro")]
    return "\n".join([*map(_awaited, tasks), *stacks])


def _awaited(task: Any) -> str:
    lines = []
    coroutine = task.get_coro()
    while getattr(coroutine, "cr_frame", None) is not None:
        frame = coroutine.cr_frame
        lines.append(f'  File "{frame.f_code.co_filename}", line {frame.f_lineno}, in {frame.f_code.co_name}')
        coroutine = coroutine.cr_await
    return "\n".join(lines)


def _begin() -> Watchdog:
    """Start the watchdog, and remove the variables that would load it in child processes."""
    folder = str(Path(__file__).parent)
    sys.path[:] = [path for path in sys.path if path != folder]
    rest = [path for path in os.environ.pop("PYTHONPATH", "").split(os.pathsep) if path != folder]
    if rest:
        os.environ["PYTHONPATH"] = os.pathsep.join(rest)
    os.environ.pop("PYTEST_PLUGINS", None)
    return Watchdog(Path(os.environ.pop("STARTERKIT_STUCK")))


def pytest_configure(config: pytest.Config) -> None:
    """Register the watchdog, so that pytest reports the start and end of each test to it."""
    config.pluginmanager.register(_watchdog, "starterkit-watchdog")


_watchdog = _begin()
