"""A limit for people and programs that guess passwords."""

from datetime import timedelta

from flask import current_app
from sqlalchemy import delete, func, select

from conduit.extensions import db
from conduit.models import LoginAttempt, now


def is_blocked(email: str) -> bool:
    """Count this attempt to sign in. Return True if there were too many for this e-mail."""
    oldest = now() - timedelta(seconds=current_app.config["LOGIN_BLOCK_SECONDS"])
    db.session.execute(delete(LoginAttempt).where(LoginAttempt.created_at < oldest))
    db.session.add(LoginAttempt(email=email))
    db.session.commit()  # before the count, so that attempts at the same moment see each other
    attempts = db.session.scalar(select(func.count(LoginAttempt.id)).where(LoginAttempt.email == email))
    return attempts > current_app.config["LOGIN_ATTEMPTS"]


def forget(email: str) -> None:
    """Start to count at zero, because the user knew the password."""
    db.session.execute(delete(LoginAttempt).where(LoginAttempt.email == email))
