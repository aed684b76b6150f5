"""A limit for people and programs that guess passwords."""

from datetime import timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from conduit.models import LoginAttempt, now
from conduit.settings import Settings


def is_blocked(email: str, session: Session, settings: Settings) -> bool:
    """Count this attempt to sign in. Return True if there were too many for this e-mail."""
    oldest = now() - timedelta(seconds=settings.login_block_seconds)
    session.execute(delete(LoginAttempt).where(LoginAttempt.created_at < oldest))
    session.add(LoginAttempt(email=email))
    session.commit()  # before the count, so that attempts at the same moment see each other
    attempts = session.scalar(select(func.count(LoginAttempt.id)).where(LoginAttempt.email == email)) or 0
    return attempts > settings.login_attempts


def forget(email: str, session: Session) -> None:
    """Start to count at zero, because the user knew the password."""
    session.execute(delete(LoginAttempt).where(LoginAttempt.email == email))
