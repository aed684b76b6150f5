"""Greet the visitors of the site."""

from html import escape

from webapp.pages import Pages, Response


def greeting(app: Pages, parameters: dict[str, str]) -> Response:
    """Return a page that greets the visitor by name."""
    name = parameters.get("name") or "visitor"
    return app.page(f"<p>Hello, {escape(name)}!</p>")
