"""The site in the process of the tests. FastAPI's own test client sends the requests."""

from __future__ import annotations

import asyncio
import json
import os
import re
import sqlite3
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from datetime import UTC, datetime
from email.message import Message
from functools import cached_property
from importlib import import_module
from io import StringIO
from runpy import run_module
from typing import Any
from unittest.mock import patch

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool
from sqlalchemy.util.concurrency import await_, in_greenlet

from tests.support.databases import new_database
from tests.support.results import USUAL_HEADERS, Finished, Queries, Response, escaped

CREATE_TABLES = ("init-db", "--empty")
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)", re.IGNORECASE)
LOCKED_SECONDS = 2.0  # how long the site waits for an action, which may wait for the site's lock


class Site:
    """The site, with a new database."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._database = new_database()
        usual = {
            "database_url": self._database.url,
            "secret_key": "only for tests, and long enough for the site",
            "password_rounds": 1,  # fast
            "password_memory": 8,
        }
        all_settings = {**usual, **settings}
        has_tables = all_settings.pop("has_tables", True)  # a test can start with an empty file
        self._variables = {f"CONDUIT_{name.upper()}": as_variable(value) for name, value in all_settings.items()}
        self._modules: dict[str, Any] = {}
        self._thread = threading.local()  # a thread can have its own client
        try:
            # Imported here and not at the top, so that each site has its own settings.
            with self._at_work():
                self.app: FastAPI = import_module("conduit.main").app
            if has_tables:
                self._database.create_tables(self._create_tables)
        except SystemExit as stop:
            self._database.delete()
            raise RuntimeError("The code of the site ends the program.") from stop
        except BaseException:
            self._database.delete()
            raise

    @contextmanager
    def _at_work(self) -> Iterator[None]:
        """In this block, the environment has the settings of this site, and `import conduit` imports this site."""
        others = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "conduit"}
        sys.modules.update(self._modules)
        try:
            with patch.dict(os.environ, self._variables):
                os.environ.pop("DATABASE_URL", None)  # the server of the tests, and not the database of the site
                yield
        finally:
            self._modules = {
                name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "conduit"
            }
            sys.modules.update(others or self._modules)

    @cached_property
    def _client(self) -> TestClient:
        return self._new_client().__enter__()  # now the site can do something before its first request

    def _new_client(self) -> TestClient:
        return TestClient(self.app, base_url="http://localhost", follow_redirects=False)

    def _create_tables(self) -> None:
        created = self.run(*CREATE_TABLES)
        if created.code:
            command = " ".join(CREATE_TABLES)
            raise AssertionError(f"Expected the command {command} to succeed. Found this output: {created.output}")

    def request(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Response:
        """Send a request. Redirects aren't followed."""
        sent = {**USUAL_HEADERS, **(headers or {})}
        client = getattr(self._thread, "client", None) or self._client
        answer = client.request(method, escaped(url), headers=sent, content=body)
        received = Message()
        for name, value in answer.headers.multi_items():
            received[name] = value
        return Response(int(answer.status_code), received, answer.content)

    def run(self, *command: str) -> Finished:
        """Run a command of the site, such as `init-db`, or a command of Alembic, such as `alembic upgrade head`."""
        output = StringIO()
        code: object = 0
        with self._at_work(), redirect_stdout(output), redirect_stderr(output):
            try:
                if command[0] == "alembic":
                    import_module("alembic.config").main([*command[1:]], prog="alembic")
                else:
                    with patch.object(sys, "argv", ["conduit", *command]):
                        run_module("conduit", run_name="__main__", alter_sys=True)
            except SystemExit as end:
                code = end.code
        if isinstance(code, str):  # sys.exit("a message") prints the message and ends with 1
            code = print(code, file=output) or 1
        return Finished(int(code or 0) & 255, output.getvalue())  # type: ignore[call-overload]

    def save(self) -> None:
        """Let `reset` return to the database as it is now."""
        self._database.save()

    def reset(self) -> None:
        """Make the database as it was after the start, or at the last `save`."""
        self._database.restore()

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
            if isinstance(connection := sqlite_connection(connection), sqlite3.Connection):
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
        first, started = threading.Lock(), list[Future[object]]()

        def interrupt(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            if WRITES.match(statement) and first.acquire(blocking=False):
                blocks_event_loop = has_event_loop() and not is_asynchronous()
                started.append(thread.submit(self._act, action, blocks_event_loop))
                if is_asynchronous():
                    await_(asyncio.wait([asyncio.wrap_future(started[0])], timeout=LOCKED_SECONDS))
                else:
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

    def _act(self, action: Callable[[], object], blocks_event_loop: bool) -> None:
        if blocks_event_loop:  # then the action needs another event loop, as in another worker of a server
            self._thread.client = self._new_client()
        action()

    def now(self) -> datetime:
        """Read the clock of the site."""
        return datetime.now(UTC)

    def stop(self) -> None:
        """Stop the site, and delete its database."""
        if "_client" in vars(self):
            self._client.__exit__(None, None, None)
        self._database.delete()


def as_variable(value: object) -> str:
    """Return a setting as the value of an environment variable."""
    return value if isinstance(value, str) else json.dumps(value)


def has_event_loop() -> bool:
    """True if this code runs in an event loop, and not in a thread of the site."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return False
    return True


def is_asynchronous() -> bool:
    """True if asynchronous SQLAlchemy runs this code. Then the event loop goes on while this code waits."""
    try:
        return in_greenlet()
    except ImportError:  # without the package greenlet, SQLAlchemy is synchronous
        return False


def sqlite_connection(connection: Any) -> object:
    """Return Python's own connection. The package aiosqlite, if the site uses it, has one inside."""
    driver = getattr(connection, "driver_connection", connection)
    return getattr(driver, "_conn", driver)
