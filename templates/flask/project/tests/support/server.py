"""The second process of `over_http.py`. It serves the site, and does the operations that the tests ask for."""

from __future__ import annotations

import os
import signal
from contextlib import AbstractContextManager
from dataclasses import asdict
from threading import Thread
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from tests.support.in_process import Site
from tests.support.pipe import Pipe


class QuietHandler(WSGIRequestHandler):
    """Handles requests without a log."""

    def log_request(self, *_: object) -> None:
        """Log nothing."""


class Server:
    """The site, and the operations that are asked for by name."""

    def __init__(self) -> None:
        self.site: Site | None = None
        self._blocks: dict[int, tuple[AbstractContextManager[Any], Any]] = {}
        self.pipe = Pipe(os.fdopen(os.dup(0)), os.fdopen(os.dup(1), "w"), self.do)
        # The site's code must not read or write messages. What it prints goes to standard error.
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        os.dup2(2, 1)

    def do(self, operation: str, *arguments: Any) -> Any:
        """Do an operation."""
        return getattr(self, operation)(*arguments)

    def start(self, settings: dict[str, Any]) -> int:
        """Start the site, and return the port at which it listens."""
        self.site = Site(settings)
        server = make_server("127.0.0.1", 0, self.site.app, threaded=True, request_handler=QuietHandler)
        Thread(target=server.serve_forever, daemon=True).start()
        return server.port

    def run(self, *command: str) -> dict[str, Any]:
        return asdict(self.site.run(*command))

    def reset(self) -> None:
        self.site.reset()

    def now(self) -> str:
        return self.site.now().isoformat()

    def enter(self, operation: str, number: int) -> None:
        """Begin a block: `queries`, or `hook`, whose action is in the process of the tests."""
        block = self.site.queries() if operation == "queries" else self.site.hook(lambda: self.pipe.ask("act", number))
        self._blocks[number] = block, block.__enter__()

    def leave(self, number: int, error: str = "") -> dict[str, Any] | None:
        """End a block, in which there may have been an error. Return what it recorded."""
        block, seen = self._blocks.pop(number)
        raised = RuntimeError(error) if error else None
        block.__exit__(type(raised) if raised else None, raised, None)
        return asdict(seen) if seen else None


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the tests decide when the site stops
    server = Server()
    server.pipe.listen()
    if server.site:
        server.site.stop()
    os._exit(0)  # even if a thread of the site never ends
