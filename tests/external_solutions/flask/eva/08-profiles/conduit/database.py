"""What both databases can do, but SQLAlchemy writes differently for each."""

from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from conduit.extensions import db

INSERT = {"sqlite": sqlite.insert, "postgresql": postgresql.insert}


def insert_missing(model: type, rows: list[dict[str, Any]]) -> None:
    """Insert the rows that don't exist yet, even if another request inserts them at the same moment."""
    insert = INSERT[db.session.get_bind().dialect.name]
    db.session.execute(insert(model).values(rows).on_conflict_do_nothing())
