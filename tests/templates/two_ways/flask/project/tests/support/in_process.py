"""The site in the process of the tests. Flask's own test client sends the requests."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import Message
from importlib import import_module
from io import BytesIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from flask import Flask
from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

from tests.support.results import Finished, Queries, Response, completed, escaped

CREATE_TABLES = "init-db"
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)", re.IGNORECASE)
LOCKED_SECONDS = 2.0  # how long the site waits for an action, which may wait for the site's lock


@event.listens_for(Engine, "connect")
def save_quickly(connection: Any, _record: object = None) -> None:
    """A test's database doesn't have to survive a power failure, so SQLite doesn't wait for the disk."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute("PRAGMA journal_mode = MEMORY")


class Site:
    """The site, with a new database."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._folder = TemporaryDirectory(prefix="site-", ignore_cleanup_errors=True)
        self._database = Path(self._folder.name, "test.db")
        usual = {"TESTING": True, "SQLALCHEMY_DATABASE_URI": f"sqlite:///{self._database}"}
        try:
            # Imported here and not at the top, so that each test reports an error in the site's code by its own name.
            self.app: Flask = import_module("conduit").create_app({**usual, **settings})
            self._empty = self._create_tables()
        except BaseException:
            self.stop()
            raise

    def _create_tables(self) -> bytes:
        created = self.run(CREATE_TABLES)
        if created.code:
            raise AssertionError(
                f"Expected the command {CREATE_TABLES} to succeed. Found this output: {created.output}"
            )
        return self._database.read_bytes()

    def request(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Response:
        """Send a request. Cookies aren't kept, and redirects aren't followed."""
        client = self.app.test_client(use_cookies=False)
        sent = completed(headers, method, body)
        stream = BytesIO(body) if "Content-Length" in sent else None
        answer = client.open(escaped(url), method=method, headers=sent, input_stream=stream, buffered=True)
        received = Message()
        for name, value in answer.headers:
            received[name] = value
        return Response(answer.status_code, received, answer.data)

    def run(self, *command: str) -> Finished:
        """Run a command that the site has for the terminal."""
        result = self.app.test_cli_runner().invoke(args=command)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Finished(result.exit_code, result.output)

    def reset(self) -> None:
        """Make the database as it was after the start."""
        source, target = sqlite3.connect(":memory:"), sqlite3.connect(self._database)
        source.deserialize(self._empty)
        save_quickly(target)
        source.backup(target)
        source.close()
        target.close()

    @contextmanager
    def queries(self) -> Iterator[Queries]:
        """Record what the database does in this block."""
        seen, connections = Queries(), set()

        def note(_connection: Any, _cursor: Any, statement: str, values: object, *_: Any) -> None:
            seen.statements.append(statement)
            seen.values.append(repr(values))

        def count() -> int:
            seen.work += 1
            return 0

        def watch(connection: Any, *_: Any) -> None:
            if isinstance(connection, sqlite3.Connection):
                connections.add(connection)
                connection.set_progress_handler(count, 1)

        event.listen(Engine, "before_cursor_execute", note)
        event.listen(Pool, "checkout", watch)
        try:
            yield seen
        finally:
            event.remove(Pool, "checkout", watch)
            event.remove(Engine, "before_cursor_execute", note)
            for connection in connections:
                connection.set_progress_handler(None, 1)

    @contextmanager
    def hook(self, action: Callable[[], object]) -> Iterator[None]:
        """Do something once in this block, at the moment before the site writes to its database."""
        first, started = Lock(), list[Future[object]]()

        def interrupt(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if WRITES.match(statement) and first.acquire(blocking=False):
                started.append(thread.submit(action))
                wait(started, LOCKED_SECONDS)

        with ThreadPoolExecutor(1) as thread:
            event.listen(Engine, "before_cursor_execute", interrupt)
            try:
                yield
            finally:
                event.remove(Engine, "before_cursor_execute", interrupt)
        if not started:
            raise AssertionError("Expected the site to write to its database. Found nothing written.")
        started[0].result()

    def now(self) -> datetime:
        """Read the clock of the site."""
        return datetime.now(UTC)

    def stop(self) -> None:
        """Stop the site, and delete its database."""
        self._folder.cleanup()
