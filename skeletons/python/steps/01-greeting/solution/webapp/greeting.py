"""The site greets its visitors."""

from html import escape

from webapp.pages import Answer, Pages


def greeting(app: Pages, fields: dict[str, str]) -> Answer:
    """Say hello to the visitor, by name where one was sent."""
    name = fields.get("name") or "stranger"
    return app.page(f"<p>Hello, {escape(name)}!</p>")
