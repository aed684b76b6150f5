"""A small client for the tests. It sends requests to the site and checks the pages."""

from html import unescape
from importlib import import_module
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

__tracebackhide__ = True  # a failure points to the line of the test, not to a line of this file


class Page:
    """The site's response to a request: the URL path, the status code and the HTML."""

    def __init__(self, path: str, status: int, html: str) -> None:
        self.path = path
        self.status = status
        self.html = html

    def shows(self, text: str) -> None:
        """Fail unless the page shows this text."""
        self._exists()
        assert text in unescape(self.html), f'Expected the text "{text}" on {self.path}. The page doesn\'t show it.'

    def contains(self, html: str) -> None:
        """Fail unless the page contains exactly this HTML."""
        self._exists()
        assert html in self.html, f"Expected {html} in the HTML of {self.path}. Found none."

    def has_status(self, status: int) -> None:
        """Fail unless the response has this status code."""
        assert self.status == status, f"Expected status {status} for {self.path}. Found {self.status}."

    def _exists(self) -> None:
        assert self.status != 404, f"Expected a page at {self.path}. Found none (status 404)."


def get(path: str, **parameters: str) -> Page:
    """Send a GET request with these query parameters, and return the page."""
    # Import the site here and not at the top, so that each test reports a mistake in the site's code.
    app = import_module("webapp").create_app()
    environ = {"PATH_INFO": path, "QUERY_STRING": urlencode(parameters)}
    setup_testing_defaults(environ)
    statuses: list[str] = []
    body = b"".join(app(environ, lambda status, headers: statuses.append(status)))
    return Page(path, int(statuses[0].split()[0]), body.decode())
