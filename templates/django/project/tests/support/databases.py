"""The database of a site in the tests.

It is a SQLite file. If the variable DATABASE_URL names a PostgreSQL server, it is a new database on this server.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from uuid import uuid4

import django
from django.db import connection

PROJECT = Path(__file__).parents[2]


class SqliteFile:
    """A file in a temporary folder."""

    new: sqlite3.Connection | None = None  # a copy with all tables and no rows, since the first site created one

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="site-", ignore_cleanup_errors=True)
        self.name = str(Path(self._folder.name, "test.db"))

    def create_tables(self, create: Callable[[], None]) -> None:
        """Let the site create its tables. Later sites get copies, and so do later runs with the same migrations."""
        copy = Path(gettempdir(), f"site-tables-{digest_of_migrations()}.db")
        if not SqliteFile.new and copy.exists():
            SqliteFile.new = sqlite3.connect(":memory:", check_same_thread=False)
            SqliteFile.new.deserialize(copy.read_bytes())
        if SqliteFile.new:
            self._saved = SqliteFile.new
            self.restore()
        else:
            create()
            self.save()
            SqliteFile.new = self._saved
            draft = copy.with_suffix(f".{uuid4().hex}")
            draft.write_bytes(self._saved.serialize())
            draft.replace(copy)  # another run never reads an unfinished file

    def save(self) -> None:
        """Remember the content."""
        self._saved = sqlite3.connect(":memory:", check_same_thread=False)
        connection.ensure_connection()
        connection.connection.backup(self._saved)

    def restore(self) -> None:
        """Make the content as it was at the last save."""
        connection.ensure_connection()
        self._saved.backup(connection.connection)

    def delete(self) -> None:
        """Delete the file."""
        self._folder.cleanup()


class PostgresDatabase:
    """A new database on a PostgreSQL server. Other databases of the server aren't touched."""

    def __init__(self) -> None:
        self.name = f"test_{uuid4().hex}"
        self._saved = f"{self.name}_saved"
        self._on_the_server(f"CREATE DATABASE {self.name}")

    def create_tables(self, create: Callable[[], None]) -> None:
        """Let the site create its tables."""
        create()
        self.save()

    def save(self) -> None:
        """Remember the content."""
        self._copy(self.name, self._saved)

    def restore(self) -> None:
        """Make the content as it was at the last save."""
        self._copy(self._saved, self.name)

    def delete(self) -> None:
        """Delete the database, even if the site is still connected to it."""
        connection.close()
        self._drop(self.name)
        self._drop(self._saved)

    def _copy(self, source: str, target: str) -> None:
        connection.close()
        self._drop(target)
        users = f"FROM pg_stat_activity WHERE datname = '{source}'"
        self._on_the_server(f"SELECT pg_terminate_backend(pid) {users}")  # nobody may use the source while it is copied
        self._on_the_server(f"CREATE DATABASE {target} TEMPLATE {source}")

    def _drop(self, name: str) -> None:
        self._on_the_server(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _on_the_server(self, command: str) -> None:
        with connection._nodb_cursor() as cursor:
            cursor.execute(command)


def digest_of_migrations() -> str:
    """Return a digest of all files that decide which tables and rows `migrate` creates."""
    every = (file for folder in PROJECT.glob("[!.]*/") for file in folder.rglob("*.py"))
    files = sorted(file for file in every if file.stem == "models" or file.parent.name in ("migrations", "models"))
    digest = sha256(django.__version__.encode())
    for file in files:
        digest.update(str(file.relative_to(PROJECT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def new_database() -> SqliteFile | PostgresDatabase:
    """Return a database without tables."""
    return SqliteFile() if connection.vendor == "sqlite" else PostgresDatabase()
