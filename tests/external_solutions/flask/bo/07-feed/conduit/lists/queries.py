"""One page of a list, and how many there are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from sqlalchemy import func, Select

from conduit.database import db


T = TypeVar('T')

PER_PAGE = 10


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """What stands on one page of a list."""

    entries: Sequence[T]
    number: int
    last: int


def number_of_pages(entries: Select[tuple[T]]) -> int:
    """How many pages it takes to show all of these; one at least."""
    total = db.session.scalars(
        entries.with_only_columns(func.count(), maintain_column_froms=True)
    ).one()
    return max(1, -(-total // PER_PAGE))


def entries_on(entries: Select[tuple[T]], number: int) -> Sequence[T]:
    """Those of the entries, which are in order, that stand on this page."""
    return db.session.scalars(
        entries.limit(PER_PAGE).offset((number - 1) * PER_PAGE)
    ).all()
