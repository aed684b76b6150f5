from collections.abc import Callable
from functools import wraps
from typing import Any

from flask import redirect, url_for

from conduit.accounts.auth import current_user


def login_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """Sends signed-out visitors to the sign-in page."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user:
            return redirect(url_for("accounts.login"))
        return view(*args, **kwargs)

    return guarded
