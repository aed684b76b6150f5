"""Slow hashes of passwords, and a limit for guesses."""

from datetime import timedelta
from functools import cache

from flask import current_app
from sqlalchemy import delete, func, select
from werkzeug.security import check_password_hash, generate_password_hash

from conduit.extensions import db
from conduit.tables import Guess, User, utc_now


class TooManyGuesses(Exception):  # noqa: N818
    """This e-mail is blocked for some time."""


def hash_password(password: str) -> str:
    return generate_password_hash(password, method=current_app.config["PASSWORD_HASH_METHOD"])


@cache
def _hash_of_nobody(method: str) -> str:
    return generate_password_hash("nobody has this password", method=method)


def authenticate(email: str, password: str) -> User | None:
    """The user with this e-mail and password. Each call is a guess, until one is right."""
    guess = _note(email)
    user = db.session.scalar(select(User).where(User.email == email))
    stored = user.password_hash if user else _hash_of_nobody(current_app.config["PASSWORD_HASH_METHOD"])
    is_right = check_password_hash(stored, password)  # takes as long for an unknown e-mail
    if not (user and is_right):
        return None
    db.session.execute(delete(Guess).where(Guess.email == guess.email))
    return user


def _note(email: str) -> Guess:
    """Save a guess first, then count those before it: so two at the same moment count as two."""
    now = utc_now()
    start = now - timedelta(seconds=current_app.config["LOGIN_BLOCK_SECONDS"])
    guess = Guess(email=email, at=now)
    db.session.add(guess)
    db.session.commit()
    earlier = select(func.count(Guess.id)).where(Guess.email == email, Guess.at > start, Guess.id < guess.id)
    if (db.session.scalar(earlier) or 0) >= current_app.config["LOGIN_ATTEMPTS"]:
        db.session.delete(guess)  # a rejected guess doesn't make the block longer
        db.session.commit()
        raise TooManyGuesses
    db.session.execute(delete(Guess).where(Guess.at <= start))
    db.session.commit()
    return guess
