"""Pages of a long list, like `Paginator` in Django."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import Any

from flask import abort, request, url_for
from sqlalchemy import Select, func

from conduit.extensions import db


class Paginator:
    def __init__(self, query: Select[Any], per_page: int) -> None:
        self.query = query
        self.per_page = per_page

    @cached_property
    def count(self) -> int:
        counted = self.query.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
        return db.session.scalar(counted) or 0

    @property
    def num_pages(self) -> int:
        return max(1, -(-self.count // self.per_page))

    def get_page(self, number: str) -> Page:
        """The page with this number, which may be anything that a visitor types. A missing page returns 404."""
        # A longer number isn't a page either, and the database couldn't read it.
        if not (number.isdecimal() and len(number) < 10 and 1 <= int(number) <= self.num_pages):
            abort(404, "This page of the list doesn't exist.")
        return Page(self, int(number))


class Page:
    def __init__(self, paginator: Paginator, number: int) -> None:
        self.paginator = paginator
        self.number = number

    @cached_property
    def object_list(self) -> list[Any]:
        size = self.paginator.per_page
        rows = self.paginator.query.limit(size).offset((self.number - 1) * size)
        return list(db.session.scalars(rows))

    @property
    def has_other_pages(self) -> bool:
        return self.paginator.num_pages > 1

    def elided_range(self, around: int = 2) -> Iterator[int | None]:
        """The first and the last page, and those around this one. None is a gap."""
        last = self.paginator.num_pages
        shown = {1, last} | set(range(max(1, self.number - around), min(last, self.number + around) + 1))
        previous = 0
        for number in sorted(shown):
            if number > previous + 1:
                yield None
            yield number
            previous = number

    def url(self, number: int) -> str:
        """The URL of another page of the same list."""
        values = {**(request.view_args or {}), "feed": request.args.get("feed"), "page": number}
        return url_for(str(request.endpoint), **values)
