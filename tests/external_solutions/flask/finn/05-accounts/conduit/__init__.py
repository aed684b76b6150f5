"""A publishing site. `create_app` builds it. Each blueprint is one part of the site."""

import tomllib
from collections.abc import Mapping
from typing import Any

from flask import Flask

from conduit import commands, errors, security, text
from conduit.extensions import csrf, db, migrate


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Build the site. `settings` override the environment, and the environment overrides settings.toml."""
    app = Flask(__name__)
    app.config.from_file("settings.toml", load=tomllib.load, text=False)
    app.config.from_prefixed_env("CONDUIT")
    app.config.from_mapping(settings or {})

    security.init_app(app)
    db.init_app(app)
    migrate.init_app(app, db)
    csrf.init_app(app)
    errors.init_app(app)
    text.init_app(app)
    commands.init_app(app)

    from conduit import identity, web

    identity.init_app(app)
    web.mount(app)

    # Your own lines go below this one.

    return app
