"""The site in the process of the tests. Django's own test client sends the requests."""

from __future__ import annotations

import os
import re
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import Message
from io import StringIO
from pathlib import Path
from tempfile import TemporaryDirectory
from threading import Lock
from typing import Any

import django
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.backends.signals import connection_created
from django.test import Client, override_settings
from django.test.utils import setup_test_environment, teardown_test_environment

from tests.support.results import Finished, Queries, Response, completed, escaped

SETTINGS = "conduit.settings"
QUICK = "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY"
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE)\b(?!.*django_session)", re.IGNORECASE | re.DOTALL)
LOCKED_SECONDS = 2.0  # how long the site waits for an action, which may wait for the site's lock


class Site:
    """The site, with a new database. Django reads its settings once, so a process has only one site."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._watchers: list[Callable[[Any, str, Any], None]] = []
        connection_created.connect(self._watch_connection)
        os.environ["DJANGO_SETTINGS_MODULE"] = SETTINGS
        django.setup()
        setup_test_environment(debug=False)
        self._settings = override_settings(**settings)
        self._settings.enable()
        self._folder = TemporaryDirectory(prefix="site-", ignore_cleanup_errors=True)
        if connection.vendor == "sqlite":  # a test's database doesn't have to survive a power failure
            connection.settings_dict["OPTIONS"]["init_command"] = QUICK
        connection.settings_dict["TEST"]["NAME"] = str(Path(self._folder.name, "test.sqlite3"))
        self._name = connection.settings_dict["NAME"]
        connection.creation.create_test_db(verbosity=0, serialize=False)
        self._empty = sqlite3.connect(":memory:", check_same_thread=False)
        connection.connection.backup(self._empty)

    def request(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Response:
        """Send a request. Cookies aren't kept, and redirects aren't followed."""
        client = Client(enforce_csrf_checks=True)
        answer = client.generic(method, escaped(url), body, headers=completed(headers, method, body))
        received = Message()
        for name, value in answer.items():
            received[name] = value
        for cookie in answer.cookies.values():
            received["Set-Cookie"] = cookie.OutputString()
        return Response(answer.status_code, received, b"".join(answer))

    def run(self, *command: str) -> Finished:
        """Run a command that the site has for the terminal."""
        output = StringIO()
        try:
            call_command(*command, stdout=output, stderr=output)
        except CommandError as error:
            return Finished(error.returncode, f"{output.getvalue()}CommandError: {error}")
        return Finished(0, output.getvalue())

    def reset(self) -> None:
        """Make the database as it was after the start."""
        connection.ensure_connection()
        self._empty.backup(connection.connection)

    @contextmanager
    def queries(self) -> Iterator[Queries]:
        """Record what the database does in this block."""
        seen = Queries()

        def count() -> int:
            seen.work += 1
            return 0

        def note(database: Any, statement: str, values: Any) -> None:
            seen.statements.append(statement)
            seen.values.append(repr(values))
            if isinstance(database, sqlite3.Connection):
                database.set_progress_handler(count, 1)

        with self._watching(note):
            yield seen

    @contextmanager
    def hook(self, action: Callable[[], object]) -> Iterator[None]:
        """Do something once in this block, at the moment before the site writes to its database."""
        first, started = Lock(), list[Future[object]]()

        def act() -> None:
            try:
                action()
            finally:
                connections.close_all()

        def interrupt(_database: Any, statement: str, _values: Any) -> None:
            if WRITES.match(statement) and first.acquire(blocking=False):
                started.append(thread.submit(act))
                wait(started, LOCKED_SECONDS)

        with ThreadPoolExecutor(1) as thread, self._watching(interrupt):
            yield
        if not started:
            raise AssertionError("Expected the site to write to its database. Found nothing written.")
        started[0].result()

    def now(self) -> datetime:
        """Read the clock of the site."""
        return datetime.now(UTC)

    def stop(self) -> None:
        """Stop the site, and delete its database."""
        self._empty.close()
        connection.creation.destroy_test_db(self._name, verbosity=0)
        self._settings.disable()
        teardown_test_environment()
        connection_created.disconnect(self._watch_connection)
        self._folder.cleanup()

    @contextmanager
    def _watching(self, watcher: Callable[[Any, str, Any], None]) -> Iterator[None]:
        """Call a function before each statement of this block, whichever thread sends the statement."""
        self._watchers.append(watcher)
        try:
            yield
        finally:
            self._watchers.remove(watcher)

    def _watch_connection(self, connection: Any, **_: Any) -> None:
        if self._watch not in connection.execute_wrappers:
            connection.execute_wrappers.append(self._watch)

    def _watch(self, execute: Callable[..., Any], statement: str, values: Any, many: bool, context: Any) -> Any:
        database = context["connection"].connection
        if isinstance(database, sqlite3.Connection):
            database.set_progress_handler(None, 1)  # a finished block may have set one
        for watcher in list(self._watchers):
            watcher(database, statement, values)
        return execute(statement, values, many, context)
