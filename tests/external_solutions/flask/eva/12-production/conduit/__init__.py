"""A publishing site. `create_app` builds it. Each blueprint is one part of the site."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Flask

from conduit import backup, commands, config, errors, ops, security, text
from conduit.extensions import csrf, db, migrate


def create_app(settings: Mapping[str, Any] | None = None) -> Flask:
    """Build the site. `settings` override the environment, and the environment overrides settings.toml."""
    app = Flask(__name__)
    config.configure(app, settings or {})

    ops.init_app(app)
    security.init_app(app)
    db.init_app(app)
    migrate.init_app(app, db)
    csrf.init_app(app)
    errors.init_app(app)
    text.init_app(app)
    commands.init_app(app)
    backup.init_app(app)

    for blueprint in find_blueprints():
        app.register_blueprint(blueprint)

    # Your own lines go below this one.

    return app


def find_blueprints() -> list[Blueprint]:
    """The features of the site. They are imported here, because they need the extensions."""
    from conduit import pages
    from conduit.accounts import views as accounts
    from conduit.articles import views as articles
    from conduit.comments import views as comments
    from conduit.favorites import views as favorites
    from conduit.profiles import views as profiles
    from conduit.tags import views as tags

    return [accounts.bp, articles.bp, comments.bp, tags.bp, favorites.bp, profiles.bp, pages.bp]
