"""Find what a URL names, or answer with the 404 page."""

from typing import Any, TypeVar

from sqlalchemy import select

from conduit.extensions import db

Row = TypeVar("Row")


def one_or_404(table: type[Row], missing: str = "", **values: Any) -> Row:
    """The only row with these values."""
    return db.first_or_404(select(table).filter_by(**values), description=missing or None)
