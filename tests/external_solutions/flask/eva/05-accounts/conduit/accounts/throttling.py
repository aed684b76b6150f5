"""Limits how many passwords somebody can try for an e-mail."""

from datetime import timedelta

from flask import current_app
from sqlalchemy import delete, func, select

from conduit.accounts.models import LoginAttempt
from conduit.extensions import db
from conduit.models import now


class Throttle:
    def __init__(self, email: str) -> None:
        self.email = email
        self.limit = current_app.config["LOGIN_ATTEMPTS"]
        self.window = timedelta(seconds=current_app.config["LOGIN_BLOCK_SECONDS"])

    def allows_attempt(self) -> bool:
        """Count an attempt, before its password is checked. False if the e-mail is blocked.

        Attempts of the same moment are all in the database before one of them counts them.
        """
        if self.count() >= self.limit:
            return False
        db.session.execute(delete(LoginAttempt).where(LoginAttempt.created_at <= now() - self.window))
        db.session.add(LoginAttempt(email=self.email))
        db.session.commit()
        return self.count() <= self.limit

    def count(self) -> int:
        recent = LoginAttempt.email == self.email, LoginAttempt.created_at > now() - self.window
        return db.session.scalar(select(func.count()).select_from(LoginAttempt).where(*recent)) or 0

    def reset(self) -> None:
        db.session.execute(delete(LoginAttempt).where(LoginAttempt.email == self.email))
        db.session.commit()
