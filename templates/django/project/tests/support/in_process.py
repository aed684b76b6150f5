"""The site in the process of the tests. Django's own test client sends the requests."""

from __future__ import annotations

import os
import re
import sqlite3
import traceback
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import closing, contextmanager, redirect_stdout
from datetime import UTC, datetime
from email.message import Message
from functools import cache
from io import StringIO
from threading import Lock
from typing import Any

import django
from django.conf import settings as django_settings
from django.contrib.staticfiles.views import serve
from django.core import mail
from django.core.checks import run_checks
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.db.backends.signals import connection_created
from django.http import Http404, HttpResponse, HttpResponseNotFound
from django.test import Client, RequestFactory, override_settings

from tests.support.databases import new_database
from tests.support.results import USUAL_HEADERS, Finished, Mail, Queries, Response, escaped

# SQLite locks its file when a transaction begins. The table of the sessions isn't the site's own work.
WRITES = re.compile(r"\s*(INSERT|UPDATE|DELETE|BEGIN IMMEDIATE)\b(?!.*django_session)", re.IGNORECASE | re.DOTALL)
LOCKED_SECONDS = 2.0  # how long the site waits for an action, which may wait for the site's lock

Watcher = Callable[[Any, str, Any], None]


class Site:
    """The site, with a new database."""

    is_checked = False
    current: Site | None = None  # Django has one set of settings and one database, so one site at a time uses them

    def __init__(self, settings: Mapping[str, Any]) -> None:
        set_up_django()
        other = dict(settings)
        has_tables = other.pop("HAS_TABLES", True)  # a test can start with an empty file
        missing = other.pop("DATABASE_NAME", "")  # or with a database that doesn't exist
        self._settings = override_settings(**other)
        self._client = Client(enforce_csrf_checks=True)
        self._database = new_database()
        self._database_name = missing or self._database.name
        try:
            self.use()
            if has_tables and not missing:
                self._check_code()
                self._database.create_tables(lambda: self._must_run("migrate", "--no-input"))
        except BaseException:
            self.stop()
            raise

    def use(self) -> None:
        """Let Django use the settings and the database of this site."""
        if Site.current is self:
            return
        if Site.current:
            Site.current._leave()
        self._settings.enable()
        connection.settings_dict["NAME"] = self._database_name
        Site.current = self

    def _leave(self) -> None:
        connections.close_all()
        self._settings.disable()
        Site.current = None

    def _check_code(self) -> None:
        """Fail if Django finds a mistake in the code, or if a migration is missing. Once in a process is enough."""
        if Site.is_checked:
            return
        for found in run_checks():
            if found.is_serious():
                message = " ".join(str(found).split())
                raise AssertionError(f"Expected no error from `.venv/bin/python manage.py check`. Found: {message}")
        changes = self.run("makemigrations", "--check", "--dry-run", "--no-input")
        if changes.code:
            raise AssertionError(
                "Expected a migration for each change of the models. Found changes without a migration.\n"
                f"Type `.venv/bin/python manage.py makemigrations`. It finds these changes:\n{changes.output.strip()}"
            )
        Site.is_checked = True

    def _must_run(self, *command: str) -> None:
        finished = self.run(*command)
        if finished.code:
            name = " ".join(command)
            raise AssertionError(f"Expected the command `manage.py {name}` to succeed. Found: {finished.output}")

    def request(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Response:
        """Send a request. Cookies aren't kept, and redirects aren't followed."""
        self.use()
        if url.startswith(django_settings.STATIC_URL):
            answer = static_file(escaped(url))
        else:
            self._client.cookies.clear()
            sent = {**USUAL_HEADERS, **(headers or {})}
            answer = self._client.generic(method, escaped(url), body, sent.get("Content-Type", ""), headers=sent)
        received = Message()
        for name, value in answer.items():
            received[name] = value
        for cookie in answer.cookies.values():
            received["Set-Cookie"] = cookie.OutputString()
        return Response(answer.status_code, received, b"".join(answer))

    def run(self, *command: str) -> Finished:
        """Run a command that the site has for the terminal."""
        self.use()
        output = StringIO()
        code = 0
        try:
            with redirect_stdout(output):
                call_command(*command, stdout=output, stderr=output)
        except CommandError as error:
            output.write(f"CommandError: {error}")
            code = error.returncode
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
        except Exception:  # the terminal shows the traceback, too
            output.write(traceback.format_exc())
            code = 1
        return Finished(code, output.getvalue())

    def mails(self) -> list[Mail]:
        """Return the e-mails that the site has sent since the last reset."""
        return [Mail(list(each.to), each.subject, str(each.body)) for each in mail.outbox]

    def save(self) -> None:
        """Let `reset` return to the database as it is now."""
        self.use()
        self._database.save()

    def reset(self) -> None:
        """Make the database as it was after the start, or at the last `save`."""
        self.use()
        if connection.in_atomic_block:  # a migration that fails can leave its transaction open
            connection.in_atomic_block = False
            connection.close()
        self._database.restore()
        mail.outbox.clear()

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

        with watching(note):
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

        with ThreadPoolExecutor(1) as thread, watching(interrupt):
            yield
        if not started:
            raise AssertionError("Expected the site to write to its database. Found nothing written.")
        started[0].result()

    def now(self) -> datetime:
        """Read the clock of the site."""
        return datetime.now(UTC)

    def stop(self) -> None:
        """Stop the site, and delete its database."""
        if Site.current is self:
            self._leave()
        self._database.delete()


def static_file(url: str) -> HttpResponse:
    """Return the response for a static file, as `manage.py runserver` does."""
    request = RequestFactory().get(url)
    try:
        file = serve(request, request.path.removeprefix(django_settings.STATIC_URL), insecure=True)
    except Http404:
        return HttpResponseNotFound()
    with closing(file):
        return HttpResponse(b"".join(file), headers=file.headers)


watchers: list[Watcher] = []


@cache
def set_up_django() -> None:
    """Load the site, once in a process."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.settings"
    connection_created.connect(watch_connection)
    django.setup()
    mail.outbox = []


@contextmanager
def watching(watcher: Watcher) -> Iterator[None]:
    """Call a function before each statement of this block, in every thread."""
    watchers.append(watcher)
    try:
        yield
    finally:
        watchers.remove(watcher)


def watch_connection(connection: Any, **_: Any) -> None:
    """Call the watchers before each statement of a new connection."""
    if watch not in connection.execute_wrappers:
        connection.execute_wrappers.append(watch)


def watch(execute: Callable[..., Any], statement: str, values: Any, many: bool, context: Any) -> Any:
    """Call the watchers, and then execute the statement."""
    database = context["connection"].connection
    if isinstance(database, sqlite3.Connection):
        database.set_progress_handler(None, 1)  # a finished block may have set one
    for watcher in list(watchers):
        watcher(database, statement, values)
    return execute(statement, values, many, context)
