"""The parts that make up the site."""

from flask import Flask


def add_features(app: Flask) -> None:
    """Join each part to the app: import its file, register its blueprint."""
    from conduit import articles

    app.register_blueprint(articles.bp)

    # Your own lines go below this one.
    from conduit import accounts, comments, favorites, follows, profiles, tags

    app.register_blueprint(accounts.bp)
    app.register_blueprint(comments.bp)
    app.register_blueprint(favorites.bp)
    app.register_blueprint(follows.bp)
    app.register_blueprint(profiles.bp)
    app.register_blueprint(tags.bp)
