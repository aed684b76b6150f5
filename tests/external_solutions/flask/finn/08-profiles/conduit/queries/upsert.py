"""INSERT statements that two requests can send at the same moment."""

from sqlalchemy.dialects import postgresql, sqlite

from conduit.extensions import db

Insert = sqlite.Insert | postgresql.Insert


def insert_or_ignore(table: type[db.Model]) -> Insert:
    """An INSERT that skips rows which exist, even if another request added them a moment ago."""
    dialect = {"sqlite": sqlite, "postgresql": postgresql}[db.engine.dialect.name]
    return dialect.insert(table).on_conflict_do_nothing()
