"""Which function answers which address, and the frame around each page."""

from collections.abc import Callable, Iterable
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

Answer = tuple[HTTPStatus, str]


class Pages:
    """A WSGI application: a table of addresses, each with the function that answers it."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._views: dict[str, Callable[[Pages, dict[str, str]], Answer]] = {}

    def add(self, address: str, view: Callable[["Pages", dict[str, str]], Answer]) -> None:
        """Let `view` answer an address. It is called with the application and the fields of the query."""
        self._views[address] = view

    def page(self, body: str, status: HTTPStatus = HTTPStatus.OK) -> Answer:
        """A whole page around a piece of HTML."""
        title = escape(self.title)
        return status, f"<!DOCTYPE html><title>{title}</title><h1>{title}</h1>{body}"

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        view = self._views.get(environ["PATH_INFO"])
        fields = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        status, text = view(self, fields) if view else self.page("<p>Not found.</p>", HTTPStatus.NOT_FOUND)
        start_response(f"{status.value} {status.phrase}", [("Content-Type", "text/html; charset=utf-8")])
        return [text.encode()]
