"""The database of a site in the tests.

It is a SQLite file. If the variable DATABASE_URL names a PostgreSQL server, it is a new database on this server.
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from uuid import uuid4

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    MetaData,
    NullPool,
    Table,
    create_engine,
    event,
    func,
    insert,
    make_url,
    select,
    text,
)

PRAGMAS = (
    # A test's database doesn't have to survive a power failure.
    "PRAGMA synchronous = OFF",
    "PRAGMA journal_mode = MEMORY",
    # If a query doesn't ask for an order, SQLite returns the rows in an unusual order.
    "PRAGMA reverse_unordered_selects = ON",
)


@event.listens_for(Engine, "connect")
def adapt_to_tests(connection: Any, _record: object = None) -> None:
    """Make SQLite fast, and let it return rows in an unusual order."""
    if "sqlite" in type(connection).__module__:
        cursor = connection.cursor()
        for pragma in PRAGMAS:
            cursor.execute(pragma)
        cursor.close()


class SqliteFile:
    """A file in a temporary folder."""

    new = b""  # a database with all tables and no rows, since the first site created one

    def __init__(self) -> None:
        self._folder = TemporaryDirectory(prefix="site-", ignore_cleanup_errors=True)
        self._file = Path(self._folder.name, "test.db")
        self._saved = b""
        self.url = f"sqlite:///{self._file}"

    def create_tables(self, create: Callable[[], None]) -> None:
        """Let the site create its tables. Other sites of the same tests get copies of these tables."""
        if SqliteFile.new:
            self._saved = SqliteFile.new
            self.restore()
        else:
            create()
            self.save()
            SqliteFile.new = self._saved

    def save(self) -> None:
        """Remember the content."""
        self._saved = self._file.read_bytes()

    def restore(self) -> None:
        """Make the content as it was at the last save."""
        source, target = sqlite3.connect(":memory:"), sqlite3.connect(self._file)
        source.deserialize(self._saved)
        adapt_to_tests(target)
        source.backup(target)
        source.close()
        target.close()

    def delete(self) -> None:
        """Delete the file."""
        self._folder.cleanup()


class PostgresDatabase:
    """A new database on a PostgreSQL server. Other databases of the server aren't touched."""

    def __init__(self, server: URL) -> None:
        self._rows: dict[str, list[dict[str, Any]]] = {}
        self._server = server.set(drivername="postgresql+psycopg")
        self._url = self._server.set(database=f"test_{uuid4().hex}")
        self.url = self._url.render_as_string(hide_password=False)
        self._execute(self._server, f"CREATE DATABASE {self._url.database}")

    def create_tables(self, create: Callable[[], None]) -> None:
        """Let the site create its tables."""
        self._create = create
        create()
        self.save()

    def save(self) -> None:
        """Remember all rows."""
        tables = self._tables()
        self._columns = columns_of(tables)
        with self._connection(self._url) as connection:
            for table in tables:
                self._rows[table.name] = [dict(row) for row in connection.execute(select(table)).mappings()]

    def restore(self) -> None:
        """Make the rows as they were at the last save. Without rows, ids start at 1."""
        tables = self._tables()
        if columns_of(tables) != self._columns:  # a test went back to older tables
            self._create()
            tables = self._tables()
        names = ", ".join(f'"{table.name}"' for table in tables)
        with self._connection(self._url) as connection:
            connection.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
            for table in tables:
                if rows := self._rows.get(table.name):
                    connection.execute(insert(table), rows)
                    if "id" in table.columns:
                        sequence = func.pg_get_serial_sequence(f'"{table.name}"', "id")
                        connection.execute(select(func.setval(sequence, max(row["id"] for row in rows))))

    def _tables(self) -> list[Table]:
        found = MetaData()
        found.reflect(create_engine(self._url, poolclass=NullPool))
        return [table for table in found.sorted_tables if table.name != "alembic_version"]

    def delete(self) -> None:
        """Delete the database, even if the site is still connected to it."""
        self._execute(self._server, f"DROP DATABASE {self._url.database} WITH (FORCE)")

    def _execute(self, url: URL, command: str) -> None:
        with self._connection(url) as connection:
            connection.execute(text(command))

    def _connection(self, url: URL) -> Connection:
        return create_engine(url, poolclass=NullPool, isolation_level="AUTOCOMMIT").connect()


def columns_of(tables: list[Table]) -> dict[str, set[str]]:
    """Return the names of the columns of each table."""
    return {table.name: set(table.columns.keys()) for table in tables}


def new_database() -> SqliteFile | PostgresDatabase:
    """Return a database without tables."""
    server = os.environ.get("DATABASE_URL", "")
    return PostgresDatabase(make_url(server)) if server.startswith("postgres") else SqliteFile()
