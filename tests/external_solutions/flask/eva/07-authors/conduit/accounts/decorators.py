from collections.abc import Callable
from functools import wraps
from typing import Any, Protocol, TypeVar

from flask import abort, redirect, url_for

from conduit.accounts.auth import current_user


class Authored(Protocol):
    author_id: Any


Row = TypeVar("Row", bound=Authored)


def only_for_author(row: Row) -> Row:
    """The row, if the signed-in user wrote it. Everybody else gets the 403 page."""
    if not current_user or row.author_id != current_user.id:
        abort(403, "This belongs to another user.")
    return row


def login_required(view: Callable[..., Any]) -> Callable[..., Any]:
    """Sends signed-out visitors to the sign-in page."""

    @wraps(view)
    def guarded(*args: Any, **kwargs: Any) -> Any:
        if not current_user:
            return redirect(url_for("accounts.login"))
        return view(*args, **kwargs)

    return guarded
