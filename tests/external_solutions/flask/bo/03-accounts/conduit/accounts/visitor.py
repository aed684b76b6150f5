"""Who is visiting: the session holds the number of an account, no more."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import g, redirect, session, url_for
from werkzeug.wrappers import Response

from conduit.accounts.models import User
from conduit.database import db


P = ParamSpec('P')
R = TypeVar('R')

KEY = 'user_id'


def current_user() -> User | None:
    """Who is signed in; looked up once for each request."""
    if 'user' not in g:
        g.user = db.session.get(User, session[KEY]) if KEY in session else None
    return g.user


def sign_in(user_id: int) -> None:
    """Begin a new session, so that nothing of the old one lives on."""
    session.clear()
    session[KEY] = user_id
    g.pop('user', None)


def sign_out() -> None:
    session.clear()
    g.pop('user', None)


def signed_in_only(view: Callable[P, R]) -> Callable[P, R | Response]:
    """A decorator for views: strangers are asked to sign in instead."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R | Response:
        if current_user() is None:
            return redirect(url_for('accounts.login'))
        return view(*args, **kwargs)

    return guarded
