"""The page that a visitor sees when something cannot be done."""

from flask import Flask, render_template
from werkzeug.exceptions import HTTPException


def add_pages(app: Flask) -> None:
    """Answer every error (404, 413, …) with a page of this site."""
    app.register_error_handler(HTTPException, error_page)


def error_page(error: HTTPException) -> tuple[str, int]:
    return render_template('error.html', error=error), error.code or 500
