"""The parts that make up the site."""

from flask import Flask


def add_features(app: Flask) -> None:
    """Join each part to the app: import its file, register its blueprint."""
    from conduit import articles

    app.register_blueprint(articles.bp)

    from conduit import comments

    app.register_blueprint(comments.bp)

    from conduit import tags

    app.register_blueprint(tags.bp)

    from conduit import accounts

    app.register_blueprint(accounts.bp)

    from conduit import profiles

    app.register_blueprint(profiles.bp)

    # Your own lines go below this one.
