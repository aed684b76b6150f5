"""Run the guide: two servers on 127.0.0.1 (the page, and the proxy for the site), the engine and the site."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import uvicorn
from starlette.types import ASGIApp

from starterkit.errors import UsageError
from starterkit.project.project import open_project
from starterkit.project.state import STATE_FILE
from starterkit.project.watch import Event, Saved, Watch
from starterkit.runtime.dev_server import Show, free_port
from starterkit.web.actions import Actions
from starterkit.web.asgi import Handlers, guide_app
from starterkit.web.board import Board
from starterkit.web.events import Events
from starterkit.web.proxy import SiteProxy
from starterkit.web.safety import HOST, Access
from starterkit.web.site import Site, SiteState
from starterkit.web.views import crash_view

DEFAULT_PORT = 8700
_BACKLOG = 100
# A change of code restarts the site. Other files, such as templates and styles, are read again for each page.
_CODE = (".py", ".js", ".mjs", ".cjs", ".ts", ".toml", ".json", ".env")
_RESTART_SECONDS = 2.5
_SETTLE_SECONDS = 0.2


def serve_guide(
    folder: Path,
    *,
    port: int | None,
    poll: bool,
    show: tuple[Show | None, Show | None],
    on_ready: Callable[[str], None],
) -> None:
    """Serve the guide for a project until the process is interrupted.

    `on_ready` gets the URL. `show` gets the lines of the site's stdout and stderr. Raises `UsageError` if `port` is in
    use.
    """
    with _bound(port) as page_socket, _bound(None) as site_socket:
        access = Access(page_socket.getsockname()[1], site_socket.getsockname()[1])
        guide = _Guide(folder, access, poll=poll, show=show)
        asyncio.run(guide.run(page_socket, site_socket, on_ready))


@contextlib.contextmanager
def _bound(port: int | None) -> Iterator[socket.socket]:
    """Yield a socket on this port, or on the first free port. Raises `UsageError` if another program uses the port."""
    free = free_port(DEFAULT_PORT if port is None else port)
    if port not in (None, free):
        raise UsageError(f"Port {port} is in use.", f"Use a free port: `starterkit guide --port {free}`.")
    with socket.create_server((HOST, free), backlog=_BACKLOG) as listener:
        yield listener


class _Server(uvicorn.Server):
    """A server that leaves signals to the command line."""

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


class _Guide:
    """One run of the guide: what happens on a save, after a command, and when the site starts or ends."""

    def __init__(self, folder: Path, access: Access, *, poll: bool, show: tuple[Show | None, Show | None]) -> None:
        self._folder, self._access, self._poll = folder, access, poll
        self._proxy = SiteProxy(access, self._page_loaded)
        self._site = Site(folder, self._site_changed, self._say_of_site, show)
        self._watch: Watch | None = None
        self._reloading: asyncio.Task[None] | None = None

    async def run(self, page: socket.socket, site: socket.socket, on_ready: Callable[[str], None]) -> None:
        self._loop = asyncio.get_running_loop()
        events = Events(self._loop)
        self._board = Board(self._folder, events.publish)
        self._board.reload()
        actions = Actions(self._folder, self._say, on_written=self._board.reload, on_hint=self._board.show_hints)
        handlers = Handlers(self._folder.name, self._board.snapshot, self._guarded(actions))
        async with serving(guide_app(self._access, events, handlers), page), serving(self._proxy, site):
            on_ready(f"{self._access.url}/")
            with open_project(self._folder) as project, self._site:
                self._watch = Watch(project, self._take, poll=self._poll, say=self._say)
                with self._watch:
                    await self._until_ended()

    async def _until_ended(self) -> None:
        """Wait for Ctrl-C or a signal to end. Raises `KeyboardInterrupt`."""
        ended = asyncio.get_running_loop().create_future()
        if sys.platform != "win32":  # an exception from a plain signal handler can get lost in the loop
            for number in (signal.SIGTERM, signal.SIGHUP):
                asyncio.get_running_loop().add_signal_handler(number, ended.set_exception, KeyboardInterrupt())
        await ended

    def _guarded(self, actions: Actions) -> Callable[[str, dict[str, Any]], dict[str, Any]]:
        """Return the function that runs an action of the page. A bug in it leads to a crash report."""

        def act(name: str, options: dict[str, Any]) -> dict[str, Any]:
            if name == "check":
                if self._watch is not None:  # the first run starts by itself
                    self._watch.rerun()
                return {"text": "Running all tests …"}
            if name == "restart":
                self._site.restart(reset=bool(options.get("reset")))
                return {"text": "Starting the site …"}
            if name not in actions.names:
                raise KeyError(name)
            try:
                return actions.run(name, options)
            except Exception as error:  # the page shows the bug, and the guide goes on
                return {"error": crash_view(error)}

        return act

    def _say(self, line: str) -> None:
        self._board.patch(busy=line)

    def _say_of_site(self, line: str) -> None:
        self._board.patch(siteLine=line)

    def _take(self, event: Event) -> None:
        """Follow the engine, on its thread."""
        self._board.take(event)
        if isinstance(event, Saved):
            if self._site.state.name == "failed" or STATE_FILE in event.files:
                self._site.restart()  # a new step can bring packages and tables
            else:
                self._loop.call_soon_threadsafe(self._reload_frame, any(file.endswith(_CODE) for file in event.files))

    def _reload_frame(self, is_code: bool) -> None:
        if self._reloading is not None:
            self._reloading.cancel()
        self._reloading = self._loop.create_task(self._reload_after_restart(is_code))

    async def _reload_after_restart(self, is_code: bool) -> None:
        """Let the page load the frame again when the site answers with the new code."""
        await self._proxy.wait_for_restart(_RESTART_SECONDS if is_code else _SETTLE_SECONDS)
        await self._proxy.wait_until_answering()
        if self._site.state.name == "running":  # a site that starts is loaded when it is ready
            self._board.publish_reload()

    def _site_changed(self, state: SiteState) -> None:
        self._proxy.port, self._proxy.is_starting = state.port, state.name == "starting"
        self._board.site_changed(state)

    def _page_loaded(self, path: str) -> None:
        self._board.patch(page=path)


@contextlib.asynccontextmanager
async def serving(app: ASGIApp, listener: socket.socket) -> AsyncIterator[None]:
    """Serve an app on a socket during the block."""
    config = uvicorn.Config(
        app,
        loop="asyncio",
        http="h11",
        ws="none",
        lifespan="off",
        interface="asgi3",
        log_config=None,
        access_log=False,
        server_header=False,
        date_header=False,
        timeout_graceful_shutdown=1,
    )
    server = _Server(config)
    running = asyncio.create_task(server.serve([listener]))
    while not server.started and not running.done():
        await asyncio.sleep(0.005)
    try:
        yield
    finally:
        server.should_exit = server.force_exit = True
        with contextlib.suppress(asyncio.CancelledError):
            await running
