"""Rows by the thousand, made up, to see how the site bears them. Your tables are looked at, none is known."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
import random
from typing import Any

from sqlalchemy import Column, func, insert, select, Table

from conduit.database import db, now


MakeValue = Callable[[int], Any]

WORDS = [
    'amber',
    'bridge',
    'candle',
    'early',
    'garden',
    'harbour',
    'island',
    'lantern',
    'river',
    'winter',
]
ROWS_AT_ONCE = 5_000


def fill(rows: dict[str, int], others: int) -> dict[str, int]:
    """Add so many rows to the tables that are named, and to each of the others; give back the numbers."""
    added = {}
    for (
        table
    ) in db.metadata.sorted_tables:  # each comes after those that it points to
        made = list(made_up_rows(table, rows.get(table.name, others)))
        for start in range(0, len(made), ROWS_AT_ONCE):
            db.session.execute(
                insert(table), made[start : start + ROWS_AT_ONCE]
            )
        added[table.name] = len(made)
    return added


def made_up_rows(table: Table, number: int) -> Iterator[dict[str, Any]]:
    """Rows for a table, the last one as if written a minute ago."""
    keys = list(table.primary_key.columns)
    first = (
        1 + (db.session.scalar(select(func.max(keys[0]))) or 0)
        if len(keys) == 1
        else 1
    )
    makers = {
        column.name: maker_of(column, first, number)
        for column in table.columns
        if is_needed(column)
    }
    rows = (
        {name: make(count) for name, make in makers.items()}
        for count in range(number)
    )
    return only_new_pairs(table, rows) if len(keys) > 1 else rows


def only_new_pairs(
    table: Table, rows: Iterator[dict[str, Any]]
) -> Iterator[dict[str, Any]]:
    """Of rows whose key is a pair, those that are new; nothing is paired with itself."""
    keys = list(table.primary_key.columns)
    known = set(map(tuple, db.session.execute(select(*keys))))
    targets = [key.column for column in keys for key in column.foreign_keys]
    for row in rows:
        pair = tuple(row[column.name] for column in keys)
        is_itself = len(set(targets)) < len(targets) and len(set(pair)) < len(
            pair
        )
        if pair not in known and not is_itself:
            known.add(pair)
            yield row


def is_needed(column: Column[Any]) -> bool:
    """Whether a row cannot do without a value for this column. Numbers of rows are given by the database."""
    is_number_of_row = column.primary_key and not column.foreign_keys
    return not column.nullable and not is_number_of_row


def maker_of(column: Column[Any], first: int, number: int) -> MakeValue:
    """What makes the values of a column, given how many rows came before."""
    if column.foreign_keys:
        target = next(iter(column.foreign_keys)).column
        there = db.session.scalars(select(target)).all()
        return lambda _: random.choice(there)  # noqa: S311
    kind = getattr(column.type, 'impl_instance', column.type).python_type
    if kind is str:
        longest = getattr(column.type, 'length', None)
        if column.unique:
            return lambda count: f'{column.name}-{first + count}'
        return (
            (lambda _: sentence()[:longest]) if longest else (lambda _: text())
        )
    if kind is datetime:
        end = now()
        return lambda count: end - timedelta(minutes=number - count)
    return lambda _: kind(random.randrange(2))  # noqa: S311


def sentence() -> str:
    return ' '.join(random.choices(WORDS, k=random.randint(4, 9))).capitalize()  # noqa: S311


def text() -> str:
    return '\n\n'.join(
        '. '.join(sentence() for _ in range(6)) + '.' for _ in range(4)
    )
