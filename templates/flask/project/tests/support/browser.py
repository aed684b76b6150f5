"""A visitor's browser."""

from __future__ import annotations

from collections.abc import Mapping
from http.cookiejar import CookieJar
from typing import TYPE_CHECKING
from urllib.parse import urlencode
from urllib.request import Request

from tests.support.results import Response

if TYPE_CHECKING:
    from tests.support import Site

FORM = {"Content-Type": "application/x-www-form-urlencoded"}


class Browser:
    """A browser with its own cookies. It doesn't follow redirects, so that a test can look at them."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._cookies = CookieJar()

    @property
    def has_cookies(self) -> bool:
        """True if the browser has received a cookie."""
        return len(self._cookies) > 0

    def copy_cookies(self, other: Browser) -> None:
        """Take copies of the cookies of another browser."""
        for cookie in other._cookies:
            self._cookies.set_cookie(cookie)

    def get(self, url: str) -> Response:
        """Open a URL."""
        return self.send("GET", url)

    def post(self, url: str, **fields: str) -> Response:
        """Send a form with these fields."""
        return self.send("POST", url, FORM, urlencode(fields).encode())

    def send(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Response:
        """Send a request with the cookies that belong to the URL, and keep the cookies of the response."""
        request = Request(f"http://localhost{url}")  # noqa: S310  # never opened, the jar only reads the URL
        self._cookies.add_cookie_header(request)
        response = self._site.request(method, url, {**dict(request.header_items()), **(headers or {})}, body)
        self._cookies.extract_cookies(response, request)  # type: ignore[arg-type]
        return response
