"""The second process of `over_http.py`. It serves the sites, and does the operations that the tests ask for."""

from __future__ import annotations

import os
import signal
import traceback
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from dataclasses import asdict
from threading import Thread
from typing import Any

from django.contrib.staticfiles.handlers import StaticFilesHandler
from django.core.handlers.wsgi import WSGIHandler
from django.core.servers.basehttp import ThreadedWSGIServer, WSGIRequestHandler
from django.core.signals import got_request_exception
from django.db import connections

from tests.support.in_process import Site
from tests.support.pipe import Pipe

POLL_SECONDS = 0.1  # how long a site can take to stop


class QuietHandler(WSGIRequestHandler):
    """Handles requests without a log."""

    def log_message(self, *_: object) -> None:
        """Log nothing."""


class Server:
    """All sites of the tests, and the operations that are asked for by name and number of the site."""

    def __init__(self) -> None:
        self._sites: dict[int, tuple[Site, ThreadedWSGIServer]] = {}
        self._blocks: dict[int, tuple[AbstractContextManager[Any], Any]] = {}
        self.pipe = Pipe(os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w"), self.do)
        # The site's code must not read or write messages. What it prints goes to standard error.
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)
        got_request_exception.connect(print_error)

    def do(self, operation: str, number: int, *arguments: Any) -> Any:
        """Do an operation of a site. Each operation has its own thread and its own connection to the database."""
        try:
            if operation in ("start", "stop"):
                return getattr(self, operation)(number, *arguments)
            return getattr(self, operation)(self._sites[number][0], *arguments)
        finally:
            connections.close_all()

    def start(self, number: int, settings: dict[str, Any]) -> int:
        """Start a site, and return the port at which it listens."""
        site = Site(settings)
        server = ThreadedWSGIServer(("127.0.0.1", 0), QuietHandler)
        server.set_app(application_of(site))
        self._sites[number] = site, server
        Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        return server.server_port

    def run(self, site: Site, *command: str) -> dict[str, Any]:
        return asdict(site.run(*command))

    def mails(self, site: Site) -> list[dict[str, Any]]:
        return [asdict(mail) for mail in site.mails()]

    def save(self, site: Site) -> None:
        site.save()

    def reset(self, site: Site) -> None:
        site.reset()

    def now(self, site: Site) -> str:
        return site.now().isoformat()

    def enter(self, site: Site, operation: str, block: int) -> None:
        """Begin a block: `queries`, or `hook`, whose action is in the process of the tests."""
        entered = site.queries() if operation == "queries" else site.hook(lambda: self.pipe.ask("act", block))
        self._blocks[block] = entered, entered.__enter__()

    def leave(self, _site: Site, block: int, error: str = "") -> dict[str, Any] | None:
        """End a block, in which there may have been an error. Return what it recorded."""
        entered, seen = self._blocks.pop(block)
        raised = RuntimeError(error) if error else None
        entered.__exit__(type(raised) if raised else None, raised, None)
        return asdict(seen) if seen else None

    def stop(self, number: int) -> None:
        """Stop a site, and delete its database."""
        site, server = self._sites.pop(number)
        server.shutdown()
        server.server_close()
        site.stop()

    def stop_all(self) -> None:
        """Stop the sites that still run."""
        for number in list(self._sites):
            self.stop(number)


def application_of(site: Site) -> Callable[..., Iterable[bytes]]:
    """Return the site as a WSGI application."""
    site.use()
    handler = StaticFilesHandler(WSGIHandler())  # as `manage.py runserver` does

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        site.use()
        return handler(environ, start_response)

    return application


def print_error(**_: object) -> None:
    """Print the error behind a response with status 500."""
    traceback.print_exc()


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the tests decide when the site stops
    server = Server()
    server.pipe.listen()
    server.stop_all()
    os._exit(0)  # even if a thread of the site never ends
