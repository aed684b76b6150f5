"""A site of a few pages. `create_app` builds it; each part of the site lives in a file of its own."""

import tomllib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from conduit import features

Page = Callable[[Mapping[str, str]], tuple[str, str]]


class Site:
    """The site: a page, which is a function, for each address."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self.settings = settings
        self.pages: dict[str, Page] = {"/": self.home}

    def home(self, words: Mapping[str, str]) -> tuple[str, str]:
        """The first page."""
        return "200 OK", self.settings["site_title"]

    def __call__(self, environ: Mapping[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        words = dict(parse_qsl(environ.get("QUERY_STRING", "")))
        status, text = "404 Not Found", "There is no such page."
        if page := self.pages.get(environ["PATH_INFO"]):
            status, text = page(words)
        start_response(status, [("Content-Type", "text/plain; charset=utf-8")])
        return [text.encode()]


def create_app(settings: Mapping[str, Any] | None = None) -> Site:
    """Build the site. `settings` go before conduit/settings.toml."""
    file = Path(__file__).with_name("settings.toml")
    site = Site({**tomllib.loads(file.read_text("utf-8")), **(settings or {})})
    features.add_features(site)
    return site
