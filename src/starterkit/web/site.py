"""Run the learner's site for the guide, in a thread, and start it again when it has ended."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import StarterkitError
from starterkit.process import end_thread, wait
from starterkit.progress import Progress
from starterkit.project.project import open_project
from starterkit.project.serve import RUN_AGAIN, SchemaOutdated, start_site
from starterkit.runtime.dev_server import Show, free_port
from starterkit.sanitize import strip_control

_FIRST_PORT = 8000
_SAVE = "The site starts again when you save a file."
_SHOWN_LINES = 12
_FOREVER = float("inf")
_Streams = tuple[Show | None, Show | None]


@dataclass(frozen=True)
class SiteState:
    """What the site does. `port` is None unless it runs. `can_reset` offers a new database."""

    name: str  # starting, running or failed
    port: int | None = None
    message: str = ""
    fix: str = ""
    can_reset: bool = False


class Site:
    """The site's process. It is a context manager, which ends the site.

    `on_change` gets each new state, on the thread of the site. `show` gets what the site prints.
    """

    def __init__(self, folder: Path, on_change: Callable[[SiteState], None], say: Progress, show: _Streams) -> None:
        self._folder, self._on_change, self._say = folder, on_change, say
        self._last_lines: deque[str] = deque(maxlen=_SHOWN_LINES)
        self._show = (self._kept(show[0]), self._kept(show[1]))
        self._wanted, self._closed, self._reset = threading.Event(), False, False
        self._thread = threading.Thread(target=self._loop, daemon=True)
        self.state = SiteState("starting")

    def __enter__(self) -> Site:
        self._wanted.set()
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._closed = True
        self._wanted.set()
        end_thread(self._thread)

    def restart(self, *, reset: bool = False) -> None:
        """End the site and start it again. `reset` creates a new database first."""
        self._reset = self._reset or reset
        self._wanted.set()

    def _kept(self, show: Show | None) -> Show:
        def keep(line: str) -> None:
            self._last_lines.append(strip_control(line))
            if show:
                show(line)

        return keep

    def _loop(self) -> None:
        while True:
            self._wanted.wait()
            self._wanted.clear()
            if self._closed:
                return
            try:
                self._run()
            except SchemaOutdated as outdated:
                self._become(SiteState("failed", None, outdated.message, outdated.fix, can_reset=True))
            except StarterkitError as error:
                self._become(SiteState("failed", None, error.message, error.fix.replace(RUN_AGAIN, _SAVE)))

    def _run(self) -> None:
        reset, self._reset = self._reset, False
        self._last_lines.clear()
        self._become(SiteState("starting"))
        port = free_port(_FIRST_PORT)
        with (
            open_project(self._folder) as project,
            start_site(project, port=port, reset=reset, say=self._say, show=self._show) as server,
        ):
            if server.poll() is None:
                self._become(SiteState("running", port))
            if not wait(server, _FOREVER, self._wanted.is_set):
                return
        lines = "\n".join(self._last_lines)
        message = f"The site stopped with exit code {server.returncode}. Its last lines:\n{lines}"
        self._become(SiteState("failed", None, message, f"Fix the problem. {_SAVE}"))

    def _become(self, state: SiteState) -> None:
        self.state = state
        self._on_change(state)
