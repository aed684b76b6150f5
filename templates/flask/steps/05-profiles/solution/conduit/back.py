"""The way back to the page on which a button was pressed."""

from urllib.parse import urljoin, urlsplit

from flask import redirect, request
from werkzeug.wrappers import Response


def back(otherwise: str) -> Response:
    """Send the visitor to the address in the form's field `back`, if it is one of this site."""
    address = urljoin(request.host_url, request.form.get("back", otherwise))
    return redirect(address if urlsplit(address).netloc == request.host else otherwise)
