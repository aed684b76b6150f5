"""A small web application. `create_app` creates it."""

import tomllib
from pathlib import Path

from webapp.features import add_features
from webapp.pages import Pages, Response

SETTINGS = tomllib.loads(Path(__file__).with_name("settings.toml").read_text("utf-8"))


def create_app() -> Pages:
    """Create the application. It is a WSGI callable."""
    app = Pages(SETTINGS["SITE_TITLE"])
    app.add("/", home)
    add_features(app)
    return app


def home(app: Pages, parameters: dict[str, str]) -> Response:
    """Return the home page."""
    return app.page("<p>Welcome.</p>")
