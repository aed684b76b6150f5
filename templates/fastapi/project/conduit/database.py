"""The database: the engine connects to it, and each request gets a session."""

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import MetaData, create_engine, event, make_url
from sqlalchemy.orm import DeclarativeBase, Session

from conduit.settings import get_settings


class Base(DeclarativeBase):
    """The base class of all tables."""

    # Names for constraints and indexes, so that a migration can change or remove them
    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


url = make_url(get_settings().database_url)
if url.get_backend_name() == "sqlite" and url.database:
    Path(url.database).parent.mkdir(parents=True, exist_ok=True)
engine = create_engine(url, hide_parameters=True)  # error messages don't show values, which may be private


@event.listens_for(engine, "connect")
def check_foreign_keys(connection: Any, _record: Any) -> None:
    """Make SQLite reject a row that refers to a missing row, as other databases do."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("PRAGMA foreign_keys = ON")


def get_session() -> Iterator[Session]:
    """A session for one request. Changes without a commit are lost when the endpoint ends."""
    with Session(engine) as session:
        yield session


# With the scope "function", the session ends before the response is sent. A slow client then needs no connection.
SessionDep = Annotated[Session, Depends(get_session, scope="function")]
