"""The way back to the page on which a button was pressed."""

from flask import redirect, request
from werkzeug.wrappers import Response


def back(otherwise: str) -> Response:
    """Send the visitor to the address in the form's field `back`, if it is one of this site."""
    address = request.form.get("back", "")
    return redirect(address if is_of_this_site(address) else otherwise)


def is_of_this_site(address: str) -> bool:
    """Whether a browser stays here: one slash, and nothing that it reads as a second one or passes over."""
    has_one_slash = address.startswith("/") and not address.startswith("//")
    return has_one_slash and address.isprintable() and "\\" not in address
