"""The state that the page shows. It follows the engine, the site and the learner's commands, and sends each change."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from starterkit.errors import StarterkitError
from starterkit.project.project import Project, open_project
from starterkit.project.state import STATE_FILE
from starterkit.project.watch import Crash, Done, Event, Running, Saved, Trouble, Verdict
from starterkit.testing.results import ExpectedTest, Outcome, TestResult
from starterkit.web.site import SiteState
from starterkit.web.views import (
    check_view,
    crash_view,
    error_view,
    expected_view,
    hints_view,
    project_view,
    result_view,
    site_view,
)


class Board:
    """What the page shows, as one dictionary. Its methods may be called on any thread.

    `publish` gets the name and the data of each change: `patch` with new values of some keys, or `verdict` with a test.
    """

    def __init__(self, folder: Path, publish: Callable[[str, Any], None]) -> None:
        self._folder, self._publish = folder, publish
        self._lock = threading.RLock()
        self._tree, self._state_bytes = "", b""
        self._state: dict[str, Any] = {
            "start": secrets.token_hex(8),
            "phase": "starting",
            "tests": [],
            "own": [],
            "trouble": None,
            "busy": "",
            "siteLine": "",
            "saved": [],
            "problem": "",
            "blocker": "",
            "log": "",
            "seconds": 0,
            "hints": None,
            "site": site_view(SiteState("starting")),
            "page": "/",
        }

    def snapshot(self) -> dict[str, Any]:
        """Return the whole state, for a page that has just been opened."""
        with self._lock:
            return dict(self._state)

    def patch(self, **changes: Any) -> None:
        """Change some keys of the state."""
        with self._lock:
            self._state.update(changes)
            self._publish("patch", changes)

    def publish_reload(self) -> None:
        """Let the pages load the frame with the site again."""
        with self._lock:
            self._publish("reload", {"page": self._state["page"]})

    def reload(self) -> None:
        """Read the project again: its step, its lesson and its commands."""
        with open_project(self._folder) as project:
            self._reload(project)

    def _reload(self, project: Project) -> None:
        self._state_bytes = self._read_state()
        self.patch(**project_view(project))
        self.show_hints(project)

    def show_hints(self, project: Project) -> None:
        """Show the hints of the first failing test that the learner has already seen."""
        red = self._first_red()
        self.patch(hints=hints_view(project, red) if red else None)

    def take(self, event: Event) -> None:
        """Follow an event of the engine."""
        match event:
            case Saved(files):
                self.patch(saved=list(files))
            case Running(tree, tests):
                self._begin(tree, sorted(tests, key=self._place))
            case Verdict(tree, result):
                self._judge(tree, result)
            case Done(tree, result):
                if tree == self._tree:
                    self.patch(trouble=None, **check_view(result))
                    self._try_reload()  # before the page says that the run is over, because it decides what comes next
                    self.patch(phase="done", busy="")
            case Crash(error):
                self.patch(phase="trouble", busy="", trouble=crash_view(error))
            case Trouble(error):
                self.patch(phase="trouble", busy="", trouble=error_view(error))

    def site_changed(self, state: SiteState) -> None:
        """Follow the site."""
        self.patch(site=site_view(state))

    def _begin(self, tree: str, tests: list[ExpectedTest]) -> None:
        """Show that a run starts. Until a test has a new verdict, the page shows the last one as old."""
        self.patch(phase="running", trouble=None)
        if self._read_state() != self._state_bytes:
            self._try_reload()
        with self._lock:
            self._tree = tree
            last = {test["id"]: test for test in self._state["tests"]}
            kept = [{**last.get(test.id, expected_view(test)), "isOld": True} for test in tests]
            self.patch(tests=kept)

    def _place(self, test: ExpectedTest) -> tuple[int, str, int]:
        """Return the place of a test in the path. The engine begins with the first failing test."""
        names = [step["name"] for step in self._state.get("steps", ())]
        return (names.index(test.step) if test.step in names else -1, test.file, test.line)

    def _judge(self, tree: str, result: TestResult) -> None:
        with self._lock:
            if tree != self._tree:
                return
            view = result_view(result)
            self._state["tests"] = [view if test["id"] == view["id"] else test for test in self._state["tests"]]
            self._publish("verdict", view)

    def _try_reload(self) -> None:
        try:
            self.reload()
        except StarterkitError as error:
            self.patch(trouble=error_view(error))

    def _first_red(self) -> str:
        """Return the first failing test that counts. If all of these pass, return the first failing stretch test."""
        with self._lock:
            red = [test for test in self._state["tests"] if test["outcome"] in (Outcome.FAILED, Outcome.DID_NOT_RUN)]
            return next((test["id"] for test in sorted(red, key=lambda test: not test["counts"])), "")

    def _read_state(self) -> bytes:
        file = self._folder / STATE_FILE
        return file.read_bytes() if file.is_file() else b""
