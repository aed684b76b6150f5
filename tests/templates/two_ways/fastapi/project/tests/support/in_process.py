"""The site in the process of the tests. FastAPI's own test client sends the requests."""

from __future__ import annotations

import asyncio
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from email.message import Message
from functools import cached_property
from http.cookiejar import DefaultCookiePolicy
from importlib import import_module
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool
from sqlalchemy.util import await_only
from typer.testing import CliRunner

from tests.support.results import Finished, Queries, Response, completed, escaped

CREATE_TABLES = "init-db"
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)", re.IGNORECASE)
LOCKED_SECONDS = 2.0  # how long the site waits for an action, which may wait for the site's lock


@event.listens_for(Engine, "connect")
def save_quickly(connection: Any, _record: object = None) -> None:
    """A test's database doesn't have to survive a power failure, so SQLite doesn't wait for the disk."""
    connection.execute("PRAGMA synchronous = OFF")
    connection.execute("PRAGMA journal_mode = MEMORY")


class Site:
    """The site, with a new database."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._folder = TemporaryDirectory(prefix="site-", ignore_cleanup_errors=True)
        self._database = Path(self._folder.name, "test.db")
        self._settings = {"database_url": f"sqlite+aiosqlite:///{self._database}", **settings}
        self._running = ExitStack()
        try:
            # Imported here and not at the top, so that each test reports an error in the site's code by its own name.
            conduit = import_module("conduit")
            self.app: FastAPI = conduit.create_app(conduit.Settings(**self._settings))
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

    @cached_property
    def _client(self) -> TestClient:
        """The test client. With the first request, it starts the site's event loop."""
        client = self._running.enter_context(TestClient(self.app, "http://localhost"))
        client.headers.clear()
        client.cookies.jar.set_policy(DefaultCookiePolicy(allowed_domains=[]))  # a `Browser` keeps the cookies
        return client

    def request(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Response:
        """Send a request. Cookies aren't kept, and redirects aren't followed."""
        sent = completed(headers, method, body)
        answer = self._client.request(method, escaped(url), content=body, headers=sent, follow_redirects=False)
        received = Message()
        for name, value in answer.headers.multi_items():
            received[name] = value
        return Response(answer.status_code, received, answer.content)

    def run(self, *command: str) -> Finished:
        """Run a command that the site has for the terminal."""
        app = import_module("conduit.commands").app
        variables = {f"CONDUIT_{name.upper()}": str(value) for name, value in self._settings.items()}
        result = CliRunner().invoke(app, command, env=variables)
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
        seen = Queries()

        def note(_connection: Any, _cursor: Any, statement: str, values: object, *_: Any) -> None:
            seen.statements.append(statement)
            seen.values.append(repr(values))

        def count() -> int:
            seen.work += 1
            return 0

        def begin(connection: Any, *_: Any) -> None:
            connection.run_async(lambda driver: driver.set_progress_handler(count, 1))

        def end(connection: Any, *_: Any) -> None:
            connection.run_async(lambda driver: driver.set_progress_handler(None, 1))

        event.listen(Engine, "before_cursor_execute", note)
        event.listen(Pool, "checkout", begin)
        event.listen(Pool, "checkin", end)
        try:
            yield seen
        finally:
            event.remove(Pool, "checkin", end)
            event.remove(Pool, "checkout", begin)
            event.remove(Engine, "before_cursor_execute", note)

    @contextmanager
    def hook(self, action: Callable[[], object]) -> Iterator[None]:
        """Do something once in this block, at the moment before the site writes to its database."""
        first, started = Lock(), list[Future[object]]()

        def interrupt(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if WRITES.match(statement) and first.acquire(blocking=False):
                started.append(thread.submit(action))
                await_only(asyncio.to_thread(wait, started, LOCKED_SECONDS))  # meanwhile, the site serves others

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
        self._running.close()
        self._folder.cleanup()
