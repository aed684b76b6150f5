"""The class-based pages. Every module here has a function `routes`, and `mount` calls all of them."""

from flask import Flask

from conduit.web import static_pages


def mount(app: Flask) -> None:
    for module in (static_pages,):
        module.routes(app)
