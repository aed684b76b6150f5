"""Who is visiting: the session holds the number of an account, no more."""

from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

from flask import abort, g, redirect, session, url_for

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


def require_user() -> User:
    """Who is signed in; strangers are asked to sign in instead."""
    user = current_user()
    if user is None:
        abort(redirect(url_for('accounts.login')))
    return user


def sign_in(user_id: int) -> None:
    """Begin a new session, so that nothing of the old one lives on."""
    session.clear()
    session[KEY] = user_id
    g.pop('user', None)


def sign_out() -> None:
    session.clear()
    g.pop('user', None)


def signed_in_only(view: Callable[P, R]) -> Callable[P, R]:
    """A decorator for views: strangers are asked to sign in instead."""

    @wraps(view)
    def guarded(*args: P.args, **kwargs: P.kwargs) -> R:
        require_user()
        return view(*args, **kwargs)

    return guarded
