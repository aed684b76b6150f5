"""A publishing site. `create_app` builds it; each part of the site lives in a file of its own."""

from collections.abc import Mapping
import tomllib
from typing import Any

from flask import Flask

from conduit import commands, database, errors, features, security, text


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Build the site. `settings` go before the environment's, and those before conduit/settings.toml."""
    app = Flask(__name__)
    app.config.from_file('settings.toml', load=tomllib.load, text=False)
    app.config.from_prefixed_env('CONDUIT')
    app.config.from_mapping(settings or {})

    security.protect(app)
    database.connect(app)
    errors.add_pages(app)
    text.add_filters(app)
    commands.add_commands(app)
    features.add_features(app)

    database.create_missing_tables(app)
    return app
