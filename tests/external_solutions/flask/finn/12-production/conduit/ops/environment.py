"""Where the settings come from: settings.toml, then the environment, then the caller."""

import os
import tomllib
from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import make_url

DRIVERS = {"postgres": "postgresql+psycopg", "postgresql": "postgresql+psycopg"}


class MissingSecret(RuntimeError):  # noqa: N818
    """The site doesn't start in production without this variable."""

    def __init__(self, variable: str) -> None:
        super().__init__(f"Set the environment variable {variable}.")


def configure(app: Flask, settings: Mapping[str, Any]) -> None:
    """Read all settings. In production, nothing may be missing."""
    app.config.from_file("settings.toml", load=tomllib.load, text=False)
    app.config.from_prefixed_env("CONDUIT")
    if url := os.environ.get("DATABASE_URL"):
        app.config["SQLALCHEMY_DATABASE_URI"] = with_driver(url)
    app.config.from_mapping(settings)
    if app.config["PRODUCTION"]:
        if not app.config["SECRET_KEY"]:
            raise MissingSecret("CONDUIT_SECRET_KEY")
        if not url:
            raise MissingSecret("DATABASE_URL")
        app.config["SESSION_COOKIE_SECURE"] = True


def with_driver(url: str) -> str:
    """The URL with the name of the driver that this site uses."""
    parts = make_url(url)
    return parts.set(drivername=DRIVERS.get(parts.drivername, parts.drivername)).render_as_string(hide_password=False)
