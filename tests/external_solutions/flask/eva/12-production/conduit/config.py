"""The settings, and what they must be in production. A class or a file in other projects, a few functions here."""

import os
import tomllib
from collections.abc import Mapping
from typing import Any

from flask import Flask
from sqlalchemy import make_url


class ImproperlyConfiguredError(Exception):
    """The site can't start with these settings."""


def configure(app: Flask, settings: Mapping[str, Any]) -> None:
    """Load the settings. `settings` override the environment, and the environment overrides settings.toml."""
    app.config.from_file("settings.toml", load=tomllib.load, text=False)
    if url := os.environ.get("DATABASE_URL"):
        app.config["SQLALCHEMY_DATABASE_URI"] = with_driver(url)
    app.config.from_prefixed_env("CONDUIT")
    app.config.from_mapping(settings)
    if app.config["PRODUCTION"]:
        check_production(app)


def with_driver(url: str) -> str:
    """The URL of the database for SQLAlchemy, which needs the name of the driver for PostgreSQL."""
    parsed = make_url(url)
    if parsed.drivername in ("postgres", "postgresql"):
        return parsed.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)
    return url


def check_production(app: Flask) -> None:
    given = {"CONDUIT_SECRET_KEY": app.config["SECRET_KEY"], "DATABASE_URL": os.environ.get("DATABASE_URL")}
    missing = [name for name, value in given.items() if not value]
    if missing:
        raise ImproperlyConfiguredError(f"Set {' and '.join(missing)}, because CONDUIT_PRODUCTION is true.")
    app.config["SESSION_COOKIE_SECURE"] = True
