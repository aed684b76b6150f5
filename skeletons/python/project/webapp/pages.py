"""Choose the view for each request, and put the HTML of a view into a complete page."""

from collections.abc import Callable, Iterable
from html import escape
from http import HTTPStatus
from typing import Any
from urllib.parse import parse_qsl

Response = tuple[HTTPStatus, str]


class Pages:
    """A WSGI application. A table maps each URL path to its view."""

    def __init__(self, title: str) -> None:
        self.title = title
        self._views: dict[str, Callable[[Pages, dict[str, str]], Response]] = {}

    def add(self, path: str, view: Callable[["Pages", dict[str, str]], Response]) -> None:
        """Add a view for a URL path. The view gets the application and the query parameters."""
        self._views[path] = view

    def page(self, body: str, status: HTTPStatus = HTTPStatus.OK) -> Response:
        """Return a complete page with this HTML in its body."""
        title = escape(self.title)
        return status, f"<!DOCTYPE html><title>{title}</title><h1>{title}</h1>{body}"

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        view = self._views.get(environ["PATH_INFO"])
        parameters = dict(parse_qsl(environ.get("QUERY_STRING", ""), keep_blank_values=True))
        status, html = view(self, parameters) if view else self.page("<p>Not found.</p>", HTTPStatus.NOT_FOUND)
        start_response(f"{status.value} {status.phrase}", [("Content-Type", "text/html; charset=utf-8")])
        return [html.encode()]
