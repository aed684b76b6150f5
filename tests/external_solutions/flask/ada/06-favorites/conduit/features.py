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

    from conduit import members

    app.register_blueprint(members.member_pages)

    from conduit import portraits

    app.register_blueprint(portraits.portrait_pages)

    from conduit import hearts

    app.register_blueprint(hearts.heart_pages)
