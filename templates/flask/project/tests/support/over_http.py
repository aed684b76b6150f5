"""The site in a second process. It gets real HTTP requests.

All other operations go over a pipe to the second process, where `in_process.py` does them: see `server.py`.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from http.client import HTTPConnection
from itertools import count
from pathlib import Path
from subprocess import PIPE, Popen, TimeoutExpired
from threading import Thread
from typing import Any

from tests.support.pipe import Pipe
from tests.support.results import USUAL_HEADERS, Finished, Queries, Response, escaped

COMMAND = [sys.executable, "-m", "tests.support.server"]
PROJECT = Path(__file__).parents[2]
STOP_SECONDS = 5.0
OF_THE_SERVER = ("Server", "Date", "Connection")  # headers of a response that the site didn't make


class Process:
    """The second process. All sites of the tests run in it, and it ends with the last of them."""

    running: Process | None = None

    def __init__(self) -> None:
        self._process = Popen(COMMAND, cwd=PROJECT, stdin=PIPE, stdout=PIPE, encoding="utf-8")
        assert self._process.stdin and self._process.stdout
        self._pipe = Pipe(self._process.stdout, self._process.stdin, self._do)
        self._listener = Thread(target=self._pipe.listen, daemon=True)
        self._listener.start()
        self.ask = self._pipe.ask
        self.numbers = count()  # of sites and blocks
        self.sites: set[int] = set()
        self.actions: dict[int, Callable[[], object]] = {}  # of each hook, by the number of its block

    def stop(self) -> None:
        """Let the process end."""
        with self._process:
            assert self._process.stdin
            self._process.stdin.close()  # then the process ends
            try:
                self._process.wait(STOP_SECONDS)
            except TimeoutExpired:
                self._process.kill()
            self._listener.join()

    def _do(self, _operation: str, block: int) -> None:
        """Do the action of a hook, because the site is about to write."""
        self.actions[block]()


class Site:
    """The site, with a new database."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._process = Process.running = Process.running or Process()
        self._number = next(self._process.numbers)
        self._process.sites.add(self._number)
        try:
            self._port: int = self._ask("start", dict(settings))
        except BaseException:
            self._leave()
            raise

    def _ask(self, operation: str, *arguments: Any) -> Any:
        return self._process.ask(operation, self._number, *arguments)

    def _leave(self) -> None:
        self._process.sites.remove(self._number)
        if not self._process.sites:
            self._process.stop()
            Process.running = None

    def request(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Response:
        """Send a request. Cookies aren't kept, and redirects aren't followed."""
        connection = HTTPConnection("127.0.0.1", self._port)
        try:
            connection.putrequest(method, escaped(url), skip_host=True, skip_accept_encoding=True)
            length = {"Content-Length": str(len(body))} if body else {}
            for name, value in {**USUAL_HEADERS, **length, **(headers or {})}.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            answer = connection.getresponse()
            content = answer.read()
        finally:
            connection.close()
        for name in OF_THE_SERVER:
            del answer.headers[name]
        return Response(answer.status, answer.headers, content)

    def run(self, *command: str) -> Finished:
        """Run a command that the site has for the terminal."""
        return Finished(**self._ask("run", *command))

    def save(self) -> None:
        """Let `reset` return to the database as it is now."""
        self._ask("save")

    def reset(self) -> None:
        """Make the database as it was after the start, or at the last `save`."""
        self._ask("reset")

    @contextmanager
    def queries(self) -> Iterator[Queries]:
        """Record what the database does in this block."""
        seen, block = Queries(), next(self._process.numbers)
        self._ask("enter", "queries", block)
        try:
            yield seen
        finally:
            vars(seen).update(self._ask("leave", block))

    @contextmanager
    def hook(self, action: Callable[[], object], transaction: int = 1) -> Iterator[None]:
        """Do something once in this block, at the moment before the site writes to its database."""
        block = next(self._process.numbers)
        self._process.actions[block] = action
        self._ask("enter", "hook", block, transaction)
        try:
            yield
        except BaseException as error:
            self._ask("leave", block, repr(error))
            raise
        self._ask("leave", block)

    def now(self) -> datetime:
        """Read the clock of the site."""
        return datetime.fromisoformat(self._ask("now"))

    def stop(self) -> None:
        """Stop the site, and delete its database."""
        self._ask("stop")
        self._leave()
