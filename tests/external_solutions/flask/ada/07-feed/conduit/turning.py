"""Turning the pages of a long list: ten rows at a time, and the links to the other pages."""

from urllib.parse import quote, urlencode

from flask import abort, request
from sqlalchemy import func

from conduit.database import db

ROWS_ON_A_PAGE = 10


def open_page(rows):
    """The rows on the page that the address asks for, and the links to all pages of the list."""
    # The number stands in the address, so anything may stand there.
    asked_for = request.args.get("page", "1")
    if not asked_for.isdecimal() or len(asked_for) > 9:
        abort(404, "There is no such page.")
    number = int(asked_for)

    how_many = db.session.scalar(
        rows.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
    )
    last = max(1, -(-how_many // ROWS_ON_A_PAGE))  # divided and rounded up; an empty list has a page, too
    if number < 1 or number > last:
        abort(404, "There is no such page.")

    some = rows.limit(ROWS_ON_A_PAGE).offset((number - 1) * ROWS_ON_A_PAGE)
    return db.session.scalars(some).all(), links_to_pages(number, last)


def links_to_pages(number, last):
    """A link for each page to show, with None where some are left out; no links to a page that is alone."""
    links = []
    if last == 1:
        return links
    before = 0
    for shown in range(1, last + 1):
        if shown > 2 and shown < last - 1 and abs(shown - number) > 2:
            continue  # far from the beginning, from the end, and from here
        if shown != before + 1:
            links.append(None)
        links.append({"number": shown, "address": address_of_page(shown), "is_here": shown == number})
        before = shown
    return links


def address_of_page(number):
    """The address of the list that is shown, with another number."""
    fields = []
    for name, value in request.args.items(multi=True):
        if name != "page":
            fields.append((name, value))
    fields.append(("page", number))
    return quote(request.path) + "?" + urlencode(fields)
