"""The database: how it is opened, and the session that each request gets."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends, Request
from sqlalchemy import Connection, DateTime, Dialect, Index, Table, TypeDecorator, event, inspect, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, AsyncSession, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase

Sessions = async_sessionmaker[AsyncSession]


def now() -> datetime:
    """This moment, in the time zone that the database keeps: UTC."""
    return datetime.now(UTC)


def when_created(row: Any) -> datetime:
    """For `updated_at`: the moment in `created_at`, since nothing has been changed yet."""
    created: datetime = row.get_current_parameters()["created_at"]
    return created


class UTCDateTime(TypeDecorator[datetime]):
    """A time that knows its zone in every database, also in SQLite, which has no word for it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is not None and value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value


class Base(DeclarativeBase):
    """What all tables have in common."""

    type_annotation_map = {datetime: UTCDateTime}


# A session for each request


async def get_session(request: Request) -> AsyncIterator[AsyncSession]:
    """A conversation with the database, which ends with the request. What is not committed then never was."""
    sessions: Sessions = request.state.sessions
    async with sessions() as session:
        yield session


SessionDep = Annotated[AsyncSession, Depends(get_session)]


# The database as a whole

# What has each database let one process at a time change its tables, until the transaction ends
LOCKS = {"sqlite": "BEGIN IMMEDIATE", "postgresql": "SELECT pg_advisory_xact_lock(1)"}


@asynccontextmanager
async def opened(url: str) -> AsyncIterator[Sessions]:
    """Open the database, with all tables that the code names; what makes sessions is given."""
    engine = make_engine(url)
    try:
        await create_what_is_missing(engine)
        # What was committed stays readable: nothing is asked again in secret, which async code could not wait for.
        yield async_sessionmaker(engine, expire_on_commit=False)
    finally:
        await engine.dispose()


def make_engine(url: str) -> AsyncEngine:
    """What connects to the database. Values stay out of error messages, since there may be secrets in them."""
    address = make_url(url)
    is_sqlite = address.get_backend_name() == "sqlite"
    if is_sqlite and address.database:
        Path(address.database).parent.mkdir(parents=True, exist_ok=True)
    engine = create_async_engine(address, hide_parameters=True)
    if is_sqlite:
        event.listen(engine.sync_engine, "connect", check_foreign_keys)
        event.listen(engine.sync_engine, "savepoint", begin_first)
    return engine


def check_foreign_keys(connection: Any, _record: Any) -> None:
    """Have SQLite refuse a row that points to nothing, as other databases do by themselves."""
    cursor = connection.cursor()
    cursor.execute("PRAGMA foreign_keys = ON")
    cursor.close()


def begin_first(connection: Connection, _name: str | None) -> None:
    """Have a savepoint in SQLite belong to a transaction, as in other databases. Python's driver begins none for it,
    and what a savepoint alone has saved would stay without any commit."""
    if not connection.connection.driver_connection.in_transaction:
        connection.exec_driver_sql("BEGIN")


async def create_what_is_missing(engine: AsyncEngine) -> None:
    """Create the tables and indexes that the code names and the database lacks, one process at a time, since several
    may start at once. The columns of a table that exists stay as they are."""
    async with engine.connect() as connection:
        if not await connection.run_sync(missing_tables_and_indexes):
            return
    async with engine.begin() as connection:
        if engine.dialect.name in LOCKS:
            await connection.exec_driver_sql(LOCKS[engine.dialect.name])
        for missing in await connection.run_sync(missing_tables_and_indexes):
            await connection.run_sync(missing.create)


def missing_tables_and_indexes(connection: Connection) -> list[Table | Index]:
    """What can be created: a table comes with its indexes, and after those that it points to."""
    existing = inspect(connection)
    names = set(existing.get_table_names())
    missing: list[Table | Index] = []
    for table in Base.metadata.sorted_tables:
        if table.name not in names:
            missing.append(table)
            continue
        columns = {column["name"] for column in existing.get_columns(table.name)}
        indexes = {index["name"] for index in existing.get_indexes(table.name)}
        known = [index for index in table.indexes if columns.issuperset(index.columns.keys())]
        missing += [index for index in known if index.name not in indexes]
    return missing


def missing_columns(connection: Connection) -> list[str]:
    """The columns that the code names and the database lacks. A table that is not there at all is made when the site
    starts."""
    inspector = inspect(connection)
    missing = []
    for name in inspector.get_table_names():
        if name in Base.metadata.tables:
            wanted = set(Base.metadata.tables[name].columns.keys())
            there = {column["name"] for column in inspector.get_columns(name)}
            missing += [f"{name}.{column}" for column in sorted(wanted - there)]
    return missing
