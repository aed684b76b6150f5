from urllib.parse import urlsplit

from flask import redirect, request
from werkzeug.wrappers import Response


def redirect_back(default: str) -> Response:
    """Redirect to the page with the button. If the browser doesn't name a page of this site, use the default."""
    page = request.referrer or ""
    return redirect(page if urlsplit(page).netloc == request.host else default)
