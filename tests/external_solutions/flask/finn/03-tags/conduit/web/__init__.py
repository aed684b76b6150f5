"""The class-based pages. Every module here has a blueprint `bp`, and `mount` registers all of them."""

from flask import Flask

from conduit.web import articles, comments, static_pages, tags


def mount(app: Flask) -> None:
    for module in (static_pages, articles, comments, tags):
        app.register_blueprint(module.bp)
