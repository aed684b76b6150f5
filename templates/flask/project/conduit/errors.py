"""The page that a visitor sees if a request fails."""

from flask import Flask, render_template
from werkzeug.exceptions import HTTPException


def init_app(app: Flask) -> None:
    """Show every error (404, 413 and so on) as a page of this site."""
    app.register_error_handler(HTTPException, error_page)


def error_page(error: HTTPException) -> tuple[str, int]:
    return render_template("error.html", error=error), error.code or 500
