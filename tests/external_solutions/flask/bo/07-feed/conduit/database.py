"""The database: one `db` for the whole site."""

from datetime import datetime, UTC
import sqlite3
from typing import Any

from flask import Flask
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import DateTime, Dialect, Engine, event, inspect, TypeDecorator
from sqlalchemy.orm import DeclarativeBase, registry


def now() -> datetime:
    """This moment, in the time zone that the database keeps: UTC."""
    return datetime.now(UTC)


class UTCDateTime(TypeDecorator[datetime]):
    """A time that knows its zone in every database, also in SQLite, which has no word for it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        return None if value is None else value.astimezone(UTC)

    def process_result_value(
        self, value: datetime | None, dialect: Dialect
    ) -> datetime | None:
        if value is not None and value.tzinfo is None:
            return value.replace(tzinfo=UTC)
        return value


class Base(DeclarativeBase):
    registry = registry(type_annotation_map={datetime: UTCDateTime})


db = SQLAlchemy(model_class=Base)


@event.listens_for(Engine, 'connect')
def check_foreign_keys(connection: Any, _record: Any) -> None:
    """Have SQLite refuse a row that points to nothing, as other databases do by themselves."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute('PRAGMA foreign_keys = ON')


def connect(app: Flask) -> None:
    """Give the app its database."""
    db.init_app(app)


def create_missing_tables(app: Flask) -> None:
    """Create the tables and indexes that the code names and the database lacks. The columns of a table that
    exists stay as they are."""
    with app.app_context():
        db.create_all()
        existing = inspect(db.engine)
        for table in db.metadata.sorted_tables:
            columns = {
                column['name'] for column in existing.get_columns(table.name)
            }
            indexes = {
                index['name'] for index in existing.get_indexes(table.name)
            }
            for index in table.indexes:
                if index.name not in indexes and columns.issuperset(
                    index.columns.keys()
                ):
                    index.create(db.engine)


def missing_parts() -> list[str]:
    """The tables and columns that the code names and the database lacks."""
    inspector = inspect(db.engine)
    existing = set(inspector.get_table_names())
    missing = []
    for table in db.metadata.sorted_tables:
        if table.name not in existing:
            missing.append(f'the table {table.name}')
            continue
        columns = {
            column['name'] for column in inspector.get_columns(table.name)
        }
        missing += [
            f'the column {table.name}.{name}'
            for name in sorted(set(table.columns.keys()) - columns)
        ]
    return missing
