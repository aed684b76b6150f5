"""The second process of `over_http.py`. It serves the sites, and does the operations that the tests ask for."""

from __future__ import annotations

import os
import signal
from contextlib import AbstractContextManager
from dataclasses import asdict
from threading import Thread
from typing import Any

from werkzeug.serving import BaseWSGIServer, WSGIRequestHandler, make_server

from tests.support.in_process import Site
from tests.support.pipe import Pipe

POLL_SECONDS = 0.1  # how long a site can take to stop


class QuietHandler(WSGIRequestHandler):
    """Handles requests without a log."""

    def log_request(self, *_: object) -> None:
        """Log nothing."""


class Server:
    """All sites of the tests, and the operations that are asked for by name and number of the site."""

    def __init__(self) -> None:
        self._sites: dict[int, tuple[Site, BaseWSGIServer]] = {}
        self._blocks: dict[int, tuple[AbstractContextManager[Any], Any]] = {}
        self.pipe = Pipe(os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w"), self.do)
        # The site's code must not read or write messages. What it prints goes to standard error.
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)

    def do(self, operation: str, number: int, *arguments: Any) -> Any:
        """Do an operation of a site."""
        if operation in ("start", "stop"):
            return getattr(self, operation)(number, *arguments)
        return getattr(self, operation)(self._sites[number][0], *arguments)

    def start(self, number: int, settings: dict[str, Any]) -> int:
        """Start a site, and return the port at which it listens."""
        site = Site(settings)
        server = make_server("127.0.0.1", 0, site.app, threaded=True, request_handler=QuietHandler)
        self._sites[number] = site, server
        Thread(target=server.serve_forever, args=(POLL_SECONDS,), daemon=True).start()
        return server.port

    def run(self, site: Site, *command: str) -> dict[str, Any]:
        return asdict(site.run(*command))

    def save(self, site: Site) -> None:
        site.save()

    def reset(self, site: Site) -> None:
        site.reset()

    def now(self, site: Site) -> str:
        return site.now().isoformat()

    def enter(self, site: Site, operation: str, block: int, *arguments: Any) -> None:
        """Begin a block: `queries`, or `hook`, whose action is in the process of the tests."""
        queries = operation == "queries"
        entered = site.queries() if queries else site.hook(lambda: self.pipe.ask("act", block), *arguments)
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


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the tests decide when the site stops
    server = Server()
    server.pipe.listen()
    server.stop_all()
    os._exit(0)  # even if a thread of the site never ends
