"""Random rows, to see how the site works with thousands of articles. It fills any table, yours too."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Table, func, insert, select

from conduit.extensions import db
from conduit.models import now

WORDS = ["amber", "bridge", "candle", "early", "garden", "harbour", "island", "lantern", "river", "winter"]
ROWS_AT_ONCE = 5_000


def fill(rows: dict[str, int], others: int) -> dict[str, int]:
    """Add rows to each table: the number in `rows`, or `others`. Return the number of added rows by table."""
    added = {}
    for table in db.metadata.sorted_tables:  # a table comes after the tables that it refers to
        new_rows = list(random_rows(table, rows.get(table.name, others)))
        for start in range(0, len(new_rows), ROWS_AT_ONCE):
            db.session.execute(insert(table), new_rows[start : start + ROWS_AT_ONCE])
        added[table.name] = len(new_rows)
    return added


def random_rows(table: Table, number: int) -> Iterator[dict[str, Any]]:
    """Rows for a table. The last row has the newest times."""
    keys = list(table.primary_key.columns)
    first = 1 + (db.session.scalar(select(func.max(keys[0]))) or 0) if len(keys) == 1 else 1
    makers = {column.name: maker_of(column, first, number) for column in table.columns if is_needed(column)}
    rows = ({name: make(count) for name, make in makers.items()} for count in range(number))
    return new_pairs(table, rows) if len(keys) > 1 else rows


def new_pairs(table: Table, rows: Iterator[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """The rows whose key isn't in the table yet. A row never pairs a user with the same user."""
    keys = list(table.primary_key.columns)
    known = set(map(tuple, db.session.execute(select(*keys))))
    targets = [key.column for column in keys for key in column.foreign_keys]
    for row in rows:
        pair = tuple(row[column.name] for column in keys)
        is_same = len(set(targets)) < len(targets) and len(set(pair)) < len(pair)
        if pair not in known and not is_same:
            known.add(pair)
            yield row


def is_needed(column: Column[Any]) -> bool:
    """True if a row needs a value for this column. The database counts ids, and yes-or-no columns have a default."""
    has_default = column.type.python_type is bool and (column.default or column.server_default) is not None
    return not column.nullable and column is not column.table.autoincrement_column and not has_default


def maker_of(column: Column[Any], first: int, number: int) -> Callable[[int], Any]:
    """A function that returns a value for the column. Its argument is the number of earlier rows."""
    if column.foreign_keys:
        keys = db.session.scalars(select(next(iter(column.foreign_keys)).column)).all()
        return lambda _: random.choice(keys)  # noqa: S311
    kind = column.type.python_type
    if kind is str:
        longest = getattr(column.type, "length", None)
        if column.unique:
            return lambda count: f"{column.name}-{first + count}"
        texts = [paragraphs() for _ in range(20)]  # to make a new text for each row takes long
        return (lambda _: sentence()[:longest]) if longest else (lambda _: random.choice(texts))  # noqa: S311
    if kind is datetime:
        end = now()
        return lambda count: end - timedelta(minutes=number - count)
    return lambda _: kind(random.randrange(2))  # noqa: S311


def sentence() -> str:
    return " ".join(random.choices(WORDS, k=random.randint(4, 9))).capitalize()  # noqa: S311


def paragraphs() -> str:
    return "\n\n".join(". ".join(sentence() for _ in range(6)) + "." for _ in range(4))
