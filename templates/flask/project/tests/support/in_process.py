"""The site in the process of the tests. Flask's own test client sends the requests."""

from __future__ import annotations

import logging
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import Message
from importlib import import_module
from io import StringIO
from itertools import count
from typing import Any

from flask import Flask
from jinja2 import FileSystemBytecodeCache
from sqlalchemy import Engine, event
from sqlalchemy.pool import Pool

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
            "TESTING": True,
            "SECRET_KEY": "only for tests, and long enough for the site",
            "SQLALCHEMY_DATABASE_URI": self._database.url,
            "SQLALCHEMY_ENGINE_OPTIONS": {"hide_parameters": True},  # shorter error messages
            "PASSWORD_HASH_METHOD": "scrypt:128:1:1",  # fast
        }
        all_settings = {**usual, **settings}
        has_tables = all_settings.pop("HAS_TABLES", True)  # a test can start with an empty file
        try:
            # Imported here and not at the top, so that each test reports an error in the site's code by its own name.
            self.app: Flask = import_module("conduit").create_app(all_settings)
            self.app.jinja_env.bytecode_cache = FileSystemBytecodeCache()  # compiles a template only if it's new
            if has_tables:
                self._database.create_tables(self._create_tables)
        except BaseException:
            self._database.delete()
            raise

    def _create_tables(self) -> None:
        created = self.run(*CREATE_TABLES)
        if created.code:
            command = " ".join(CREATE_TABLES)
            raise AssertionError(f"Expected the command {command} to succeed. Found this output: {created.output}")

    def request(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Response:
        """Send a request. Cookies aren't kept, and redirects aren't followed."""
        client = self.app.test_client(use_cookies=False)
        sent = {**USUAL_HEADERS, **(headers or {})}
        answer = client.open(escaped(url), method=method, headers=sent, data=body, buffered=True)
        received = Message()
        for name, value in answer.headers:
            received[name] = value
        return Response(answer.status_code, received, answer.data)

    def run(self, *command: str) -> Finished:
        """Run a command that the site has for the terminal. The errors that it logs are part of the output."""
        errors = StringIO()
        handler = logging.StreamHandler(errors)
        handler.setLevel(logging.ERROR)
        logging.getLogger().addHandler(handler)
        try:
            result = self.app.test_cli_runner().invoke(args=command)
        finally:
            logging.getLogger().removeHandler(handler)
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return Finished(result.exit_code, result.output + errors.getvalue())

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

        def count_step() -> int:
            seen.work += 1
            return 0

        def watch(connection: Any, *_: Any) -> None:
            if isinstance(connection, sqlite3.Connection):
                connections.add(connection)
                connection.set_progress_handler(count_step, 1)

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
    def hook(self, action: Callable[[], object], transaction: int = 1) -> Iterator[None]:
        """Do something once in this block, at the moment before the site writes to its database.

        `transaction` counts the transactions that write. If there are fewer, the action isn't done.
        """
        seen, numbers, started = set[object](), count(1), list[Future[object]]()

        def interrupt(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
            current = connection.get_transaction()
            if WRITES.match(statement) and current not in seen:
                seen.add(current)
                if next(numbers) == transaction:
                    started.append(thread.submit(action))
                    wait(started, LOCKED_SECONDS)

        with ThreadPoolExecutor(1) as thread:
            event.listen(Engine, "before_cursor_execute", interrupt)
            try:
                yield
            finally:
                event.remove(Engine, "before_cursor_execute", interrupt)
        if not seen:
            raise AssertionError("Expected the site to write to its database. Found nothing written.")
        for done in started:
            done.result()

    def now(self) -> datetime:
        """Read the clock of the site."""
        return datetime.now(UTC)

    def stop(self) -> None:
        """Stop the site, close its connections, and delete its database."""
        with self.app.app_context():
            self.app.extensions["sqlalchemy"].engine.dispose()
        self._database.delete()
