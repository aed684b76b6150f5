"""A publishing site. `create_app` builds it. Each blueprint is one part of the site."""

import tomllib
from collections.abc import Mapping
from typing import Any

from flask import Flask

from conduit import backup, caching, commands, errors, logs, production, security, text
from conduit.extensions import csrf, db, migrate


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Build the site. `settings` override the environment, and the environment overrides settings.toml."""
    app = Flask(__name__)
    app.config.from_file("settings.toml", load=tomllib.load, text=False)
    app.config.from_prefixed_env("CONDUIT")
    production.init_app(app)
    app.config.from_mapping(settings or {})

    logs.init_app(app)
    security.init_app(app)
    db.init_app(app)
    migrate.init_app(app, db)
    csrf.init_app(app)
    errors.init_app(app)
    text.init_app(app)
    caching.init_app(app)
    commands.init_app(app)
    backup.init_app(app)

    from conduit import articles

    app.register_blueprint(articles.bp)

    from conduit import about

    app.register_blueprint(about.bp)

    from conduit import comments

    app.register_blueprint(comments.bp)

    from conduit import accounts

    app.register_blueprint(accounts.bp)

    from conduit import profiles

    app.register_blueprint(profiles.bp)

    from conduit import favorites

    app.register_blueprint(favorites.bp)

    from conduit import health

    app.register_blueprint(health.bp)

    # Your own lines go below this one.

    return app
