"""Decorators for views that not everybody may see."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec

from flask import redirect, url_for
from flask.typing import ResponseReturnValue

from conduit.identity.sessions import current_user

P = ParamSpec("P")


def login_required(view: Callable[P, ResponseReturnValue]) -> Callable[P, ResponseReturnValue]:
    """Redirect signed-out visitors to the sign-in page."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> ResponseReturnValue:
        return view(*args, **kwargs) if current_user else redirect(url_for("accounts.sign_in"))

    return guarded
