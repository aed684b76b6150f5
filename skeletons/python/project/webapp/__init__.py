"""A small web application. `create_app` builds it."""

import tomllib
from pathlib import Path

from webapp.features import add_features
from webapp.pages import Answer, Pages

SETTINGS = tomllib.loads(Path(__file__).with_name("settings.toml").read_text("utf-8"))


def create_app() -> Pages:
    """Build the application: a WSGI callable."""
    app = Pages(SETTINGS["SITE_TITLE"])
    app.add("/", home)
    add_features(app)
    return app


def home(app: Pages, fields: dict[str, str]) -> Answer:
    """The home page."""
    return app.page("<p>Welcome.</p>")
