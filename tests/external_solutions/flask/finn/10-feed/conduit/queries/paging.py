"""Lists in pages of ten."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from flask import abort, request
from sqlalchemy import Select, func

from conduit.extensions import db

SIZE = 10
NEIGHBORS = 2


@dataclass(frozen=True)
class Page:
    """The rows of a page, its number, and the number of all pages."""

    rows: list[Any]
    number: int
    last: int

    def links(self) -> Iterator[int | None]:
        """The pages to link to: the first, the last, and those around this one. None is a gap."""
        near = range(max(1, self.number - NEIGHBORS), min(self.last, self.number + NEIGHBORS) + 1)
        before = 0
        for number in sorted({1, *near, self.last}):
            if number > before + 1:
                yield None
            yield number
            before = number


def requested_page() -> int:
    text = request.args.get("page", "1")
    if not (text.isascii() and text.isdecimal() and len(text) < 10):
        abort(404, "There is no such page.")
    return int(text)


def page_of(query: Select[Any]) -> Page:
    """The page of the query that the URL asks for, or 404."""
    number = requested_page()
    count = query.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    last = max(1, -(-(db.session.scalar(count) or 0) // SIZE))
    if not 1 <= number <= last:
        abort(404, "There is no such page.")
    rows = db.session.scalars(query.limit(SIZE).offset((number - 1) * SIZE)).all()
    return Page(list(rows), number, last)
