"""The parts that make up the site."""

from flask import Flask


def add_features(app: Flask) -> None:
    """Join each part to the app: import its file, register its blueprint."""
    from conduit import articles

    app.register_blueprint(articles.bp)

    # Your own lines go below this one.
    from conduit import aboutpage

    app.register_blueprint(aboutpage.about_pages)

    from conduit import remarks

    app.register_blueprint(remarks.remark_pages)

    from conduit import labelling

    app.register_blueprint(labelling.label_pages)
