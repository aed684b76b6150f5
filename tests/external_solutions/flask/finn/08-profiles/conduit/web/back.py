"""Redirects to where the visitor came from."""

from urllib.parse import urlsplit

from flask import redirect, request
from flask.typing import ResponseReturnValue


def back_or(default: str) -> ResponseReturnValue:
    """Redirect to the page with the button, if it is a page of this site."""
    page = urlsplit(request.referrer or "")
    if page.netloc != request.host or not page.path.startswith("/") or page.path.startswith(("//", "/\\")):
        return redirect(default)
    return redirect(page._replace(scheme="", netloc="").geturl())
