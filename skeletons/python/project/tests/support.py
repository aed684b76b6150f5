"""The visitor that the tests send to the site: it knows the site by its addresses and pages alone."""

from html import unescape
from importlib import import_module
from urllib.parse import urlencode
from wsgiref.util import setup_testing_defaults

__tracebackhide__ = True  # a failure points to the line of the test, not into this file


class Page:
    """What the site answered."""

    def __init__(self, address: str, status: int, html: str) -> None:
        self.address = address
        self.status = status
        self.html = html

    def says(self, words: str) -> None:
        """The page shows these words."""
        self._expect_an_answer()
        assert words in unescape(self.html), f'the page {self.address} was expected to say "{words}", and does not'

    def holds(self, html: str) -> None:
        """The page holds this piece of HTML, exactly so."""
        self._expect_an_answer()
        assert html in self.html, f"the page {self.address} was expected to hold {html}, and does not"

    def has_status(self, status: int) -> None:
        """The site answered with this status."""
        wanted = f"the page {self.address} was expected to answer with status {status}"
        assert self.status == status, f"{wanted}, and came with {self.status}"

    def _expect_an_answer(self) -> None:
        assert self.status != 404, f"no page answers at {self.address} yet"


def read(address: str, **fields: str) -> Page:
    """Open an address, with these fields in the query."""
    # The site is imported here and not above, so that a mistake in its code is told by each test, by name.
    app = import_module("webapp").create_app()
    environ = {"PATH_INFO": address, "QUERY_STRING": urlencode(fields)}
    setup_testing_defaults(environ)
    statuses: list[str] = []
    body = b"".join(app(environ, lambda status, headers: statuses.append(status)))
    return Page(address, int(statuses[0].split()[0]), body.decode())
