"""Six faults of the site. The tests in own_tests/ must notice at least five of them.

A fault sits between the test client and the site. It changes a request or a response, and never the site's code.
This command runs your tests with one fault: `.venv/bin/python -m tests.fault_runs missing`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from html import unescape
from io import BytesIO
from itertools import zip_longest
from urllib.parse import urlencode

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpResponse
from django.shortcuts import redirect
from selectolax.lexbor import LexborHTMLParser

# What a fault must know about the site
ITEM = ".article-preview"  # the card of an article on a list, newest first
EDITOR = "form:has(textarea[name=body])"
CREATE, AFTER = re.compile(r"/editor"), "/"  # the URL that publishes an article, and a page that shows the article then
EDIT = re.compile(r"/editor/[^/]+")

OK, INVALID, REDIRECTS = 200, 422, (302, 303)


@dataclass(frozen=True)
class Visit:
    """A request, and the site that responds to it."""

    site: Callable[[WSGIRequest], HttpResponse]
    request: WSGIRequest

    def is_to(self, method: str, path: re.Pattern[str]) -> bool:
        """True if the request has this method and path."""
        return self.request.method == method and bool(path.fullmatch(self.request.path))

    def send(self) -> HttpResponse:
        """Send the request to the site, and return the response."""
        return self.site(self.request)

    def send_again(self, method: str = "", fields: dict[str, str] | None = None) -> HttpResponse:
        """Send a copy of the request. The method and the form fields can be replaced."""
        environ = {**self.request.environ, "REQUEST_METHOD": method or self.request.method}
        body = b"" if method == "GET" else self.request.body
        if fields is not None:
            body, environ["CONTENT_TYPE"] = urlencode(fields).encode(), "application/x-www-form-urlencoded"
        copy = WSGIRequest({**environ, "wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))})
        name = "_dont_enforce_csrf_checks"  # the test client sets this attribute
        setattr(copy, name, getattr(self.request, name, False))
        return self.site(copy)


def missing(visit: Visit) -> HttpResponse:
    return with_page(visit, lambda page: with_items(page, lambda items: items[1:]))


def in_reverse(visit: Visit) -> HttpResponse:
    return with_page(visit, lambda page: with_items(page, lambda items: items[::-1]))


def accepted(visit: Visit) -> HttpResponse:
    response = visit.send()
    is_rejected = visit.is_to("POST", CREATE) and response.status_code in (OK, INVALID)
    return redirect(CREATE.sub(AFTER, visit.request.path)) if is_rejected else response


def unescaped(visit: Visit) -> HttpResponse:
    return with_page(visit, unescape)


def twice(visit: Visit) -> HttpResponse:
    response = visit.send()
    if visit.is_to("POST", CREATE):
        visit.send_again()
    return response


def swallowed(visit: Visit) -> HttpResponse:
    if not visit.is_to("POST", EDIT):
        return visit.send()
    before = fields_of(visit.send_again("GET").content.decode())
    response = visit.send()
    if response.status_code in REDIRECTS:
        visit.send_again(fields=before)
    return response


@dataclass(frozen=True)
class Fault:
    """A fault: what a visitor notices, and how a test can notice it."""

    name: str
    text: str
    advice: str
    change: Callable[[Visit], HttpResponse]


FAULTS = (
    Fault(
        "missing",
        "a new article is missing from the home page",
        "Publish an article, open the home page, and expect the title there.",
        missing,
    ),
    Fault(
        "reversed",
        "the home page lists the oldest article first",
        "Publish two articles, and expect the newer article above the older article.",
        in_reverse,
    ),
    Fault(
        "accepted",
        "an article without a title gets the response of a valid article",
        "Send the editor with a blank title, and expect status 422.",
        accepted,
    ),
    Fault(
        "unescaped",
        "the HTML in a title isn't escaped",
        "Publish an article with `<b>` in its title, and expect `&lt;b&gt;` on the page.",
        unescaped,
    ),
    Fault(
        "twice",
        "a form that is sent once publishes two articles",
        "Publish one article, and expect exactly one article on the home page.",
        twice,
    ),
    Fault(
        "swallowed",
        "an edited article keeps its old text",
        "Edit an article, open its page, and expect the new text there.",
        swallowed,
    ),
)
active: Fault | None = None


class FaultMiddleware:
    """The site with the active fault. `faulty_settings.py` puts this middleware in front of the others."""

    def __init__(self, get_response: Callable[[WSGIRequest], HttpResponse]) -> None:
        self._site = get_response

    def __call__(self, request: WSGIRequest) -> HttpResponse:
        if active is None:
            return self._site(request)
        _ = request.body  # read now, because a copy of the request needs the body too
        return active.change(Visit(self._site, request))


def with_page(visit: Visit, change: Callable[[str], str]) -> HttpResponse:
    """Return the site's response. If it is a page, change its HTML."""
    response = visit.send()
    if not response.streaming and response.headers.get("Content-Type", "").startswith("text/html"):
        response.content = change(response.content.decode())
        response.headers["Content-Length"] = str(len(response.content))
    return response


def with_items(page: str, change: Callable[[list[str]], list[str]]) -> str:
    """Return a page with other items on its list. `change` gets the HTML of the items, and returns the new items."""
    tree = LexborHTMLParser(page)
    html, items, around, end = tree.html or "", [], [], 0
    for item in tree.css(ITEM):
        start = html.index(item.html, end)
        around.append(html[end:start])
        items.append(item.html)
        end = start + len(item.html)
    changed = zip_longest(around, change(items), fillvalue="")
    return "".join(before + item for before, item in changed) + html[end:]


def fields_of(page: str) -> dict[str, str]:
    """Return the fields of the editor on a page, with their values."""
    fields = {}
    for field in LexborHTMLParser(page).css(f"{EDITOR} [name]"):
        is_off = field.attributes.get("type") == "checkbox" and "checked" not in field.attributes
        if not is_off:
            value = field.text() if field.tag == "textarea" else field.attributes.get("value")
            fields[field.attributes["name"] or ""] = value or ""
    return fields
