"""Sign-ins: the cookie has a random token, and the database has its hash."""

import hashlib
import secrets
from typing import Any, cast

from flask import Flask, g, session
from sqlalchemy import delete, select
from werkzeug.local import LocalProxy

from conduit.extensions import db
from conduit.tables import Browser, User

TOKEN = "browser"  # noqa: S105 (the name of the value in the session)


def _hash_of(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def _load_user() -> User | None:
    if "user" not in g:
        token = session.get(TOKEN)
        query = select(User).join(User.browsers).where(Browser.token_hash == _hash_of(token)) if token else None
        g.user = db.session.scalar(query) if query is not None else None
    return cast(User | None, g.user)


current_user: Any = LocalProxy(_load_user)


def sign_in(user: User) -> None:
    """Start a new session for the user. The caller commits."""
    token = secrets.token_urlsafe(32)
    db.session.add(Browser(user=user, token_hash=_hash_of(token)))
    session.clear()
    session[TOKEN] = token
    g.user = user


def sign_out() -> None:
    """End the session of this browser, and of all copies of its cookie."""
    token = session.get(TOKEN)
    session.clear()
    g.user = None
    if token:
        db.session.execute(delete(Browser).where(Browser.token_hash == _hash_of(token)))
        db.session.commit()


def init_app(app: Flask) -> None:
    """Give `current_user` to the templates."""
    app.context_processor(lambda: {"current_user": current_user})
