"""authenticate, login, logout and the user of a request, with the names that Django uses."""

import secrets
from functools import cache

from flask import current_app, g, session
from sqlalchemy import delete, select
from werkzeug.local import LocalProxy
from werkzeug.security import check_password_hash

from conduit.accounts.models import LoginSession, User, make_password
from conduit.extensions import db

SESSION_KEY = "login"


@cache
def hash_of_nobody(_method: str) -> str:
    """A hash that no password fits. Checking it takes as long as checking the hash of a user."""
    return make_password(secrets.token_hex())


def authenticate(email: str, password: str) -> User | None:
    """The user with this e-mail, if the password is right."""
    user = db.session.scalar(select(User).where(User.email == email))
    stored = user.password_hash if user else hash_of_nobody(current_app.config["PASSWORD_HASH_METHOD"])
    return user if check_password_hash(stored, password) else None


def login(user: User) -> None:
    """Sign the user in. The new session has nothing from the old one."""
    session.clear()
    session[SESSION_KEY] = secrets.token_urlsafe(32)
    db.session.add(LoginSession(key=session[SESSION_KEY], user=user))
    db.session.commit()


def logout() -> None:
    """End the session of this browser."""
    db.session.execute(delete(LoginSession).where(LoginSession.key == session.get(SESSION_KEY)))
    db.session.commit()
    session.clear()


def get_user() -> User | None:
    """The signed-in user, or None. The database is asked once for each request."""
    if "user" not in g:
        key = session.get(SESSION_KEY)
        g.user = db.session.scalar(select(User).join(User.sessions).where(LoginSession.key == key)) if key else None
    return g.user


# Like `request.user` in Django. An anonymous visitor is false.
current_user: User = LocalProxy(get_user)  # type: ignore[assignment]
