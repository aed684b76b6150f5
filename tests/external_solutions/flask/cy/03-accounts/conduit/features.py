"""The parts that make up the site."""

from flask import Flask


def add_features(app: Flask) -> None:
    """Join each part to the app: import its file, register its blueprint."""
    from conduit import articles, site

    app.register_blueprint(articles.bp)
    app.register_blueprint(site.bp)
