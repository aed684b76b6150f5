"""Six faults of the site. The tests in own_tests/ must notice at least five of them.

A fault sits between the test client and the site. It changes a request or a response, and never the site's code.
This command runs your tests with one fault: `.venv/bin/python -m tests.fault_runs missing`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from html import unescape
from importlib import import_module
from io import BytesIO
from itertools import zip_longest
from typing import Any
from urllib.parse import urlencode

from selectolax.lexbor import LexborHTMLParser
from werkzeug.utils import redirect
from werkzeug.wrappers import Response

# What a fault must know about the site
ITEM = ".article-preview"  # the card of an article on a list, newest first
EDITOR = "form:has(textarea[name=body])"
CREATE, AFTER = re.compile(r"/editor"), "/"  # the URL that publishes an article, and a page that shows the article then
EDIT = re.compile(r"/editor/[^/]+")

OK, INVALID, REDIRECTS = 200, 422, (302, 303)
OPTIONS: tuple[str, ...] = ()  # more options for pytest


@dataclass(frozen=True)
class Visit:
    """A request, and the site that responds to it."""

    app: Callable[..., Iterable[bytes]]
    environ: dict[str, Any]
    body: bytes

    def is_to(self, method: str, path: re.Pattern[str]) -> bool:
        """True if the request has this method and path."""
        return self.environ["REQUEST_METHOD"] == method and bool(path.fullmatch(self.environ["PATH_INFO"]))

    def send(self, method: str = "", fields: dict[str, str] | None = None) -> Response:
        """Send the request to the site, and return the response. The method and the form fields can be replaced."""
        environ = {**self.environ, "REQUEST_METHOD": method or self.environ["REQUEST_METHOD"]}
        body = b"" if method == "GET" else self.body
        if fields is not None:
            body, environ["CONTENT_TYPE"] = urlencode(fields).encode(), "application/x-www-form-urlencoded"
        environ.update({"wsgi.input": BytesIO(body), "CONTENT_LENGTH": str(len(body))})
        return Response.from_app(self.app, environ, buffered=True)


def missing(visit: Visit) -> Response:
    return with_page(visit, lambda page: with_items(page, lambda items: items[1:]))


def in_reverse(visit: Visit) -> Response:
    return with_page(visit, lambda page: with_items(page, lambda items: items[::-1]))


def accepted(visit: Visit) -> Response:
    response = visit.send()
    is_rejected = visit.is_to("POST", CREATE) and response.status_code in (OK, INVALID)
    return redirect(CREATE.sub(AFTER, visit.environ["PATH_INFO"])) if is_rejected else response


def unescaped(visit: Visit) -> Response:
    return with_page(visit, unescape)


def twice(visit: Visit) -> Response:
    response = visit.send()
    if visit.is_to("POST", CREATE):
        visit.send()
    return response


def swallowed(visit: Visit) -> Response:
    if not visit.is_to("POST", EDIT):
        return visit.send()
    before = fields_of(visit.send("GET").get_data(as_text=True))
    response = visit.send()
    if response.status_code in REDIRECTS:
        visit.send(fields=before)
    return response


@dataclass(frozen=True)
class Fault:
    """A fault: what a visitor notices, and how a test can notice it."""

    name: str
    text: str
    advice: str
    change: Callable[[Visit], Response]


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


class FaultySite:
    """The site with the active fault."""

    def __init__(self, app: Callable[..., Iterable[bytes]]) -> None:
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if active is None:
            return self._app(environ, start_response)
        body = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
        return active.change(Visit(self._app, environ, body))(environ, start_response)


def install() -> None:
    """Put a FaultySite around each site that `create_app` creates later."""
    conduit = import_module("conduit")
    create_app = conduit.create_app

    def create_faulty_app(*args: Any, **settings: Any) -> Any:
        app = create_app(*args, **settings)
        app.wsgi_app = FaultySite(app.wsgi_app)
        return app

    conduit.create_app = create_faulty_app


def with_page(visit: Visit, change: Callable[[str], str]) -> Response:
    """Return the site's response. If it is a page, change its HTML."""
    response = visit.send()
    if response.mimetype == "text/html":
        response.set_data(change(response.get_data(as_text=True)))
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
