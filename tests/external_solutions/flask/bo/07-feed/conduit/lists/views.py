"""What stands around a list: the links to its pages, and the tabs."""

from collections.abc import Iterator
from dataclasses import dataclass
import re
from typing import TypeVar

from flask import abort, request
from sqlalchemy import Select

from conduit.forms import this_page
from conduit.lists.queries import entries_on, number_of_pages, Page


T = TypeVar('T')

NEARBY = 2
NUMBER = re.compile('[1-9][0-9]{0,8}')


@dataclass(frozen=True, slots=True)
class Tab:
    """The way to one of several lists."""

    words: str
    address: str
    current: bool


@dataclass(frozen=True, slots=True)
class PageLink:
    """The way to another page of the list; `after_gap` where some pages
    before it have no link."""

    number: int
    address: str
    current: bool
    after_gap: bool


def page_of(unordered: Select[tuple[T]], ordered: Select[tuple[T]]) -> Page[T]:
    """The page of a list for which the address asks; the 404 page where
    there is none. The entries are counted without their order."""
    wanted = request.args.get('page', '1')
    last = number_of_pages(unordered)
    if not NUMBER.fullmatch(wanted) or int(wanted) > last:
        abort(404, 'This list has no such page.')
    return Page(entries_on(ordered, int(wanted)), int(wanted), last)


def links_to_pages(page: Page[T]) -> Iterator[PageLink]:
    """Links to the first and the last page and those nearby; none where
    there is one page alone."""
    if page.last == 1:
        return
    near = range(page.number - NEARBY, page.number + NEARBY + 1)
    numbers = {1, 2, page.last - 1, page.last, *near}
    before = 0
    for number in sorted(numbers & set(range(1, page.last + 1))):
        yield PageLink(
            number,
            this_page(page=str(number)),
            current=number == page.number,
            after_gap=number > before + 1,
        )
        before = number
