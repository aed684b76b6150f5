"""Passwords, of which only slow hashes are kept."""

from flask import current_app
from werkzeug.security import check_password_hash, generate_password_hash


def hash_of(password: str) -> str:
    """What is kept of a password."""
    method: str = current_app.config['PASSWORD_HASH_METHOD']
    return generate_password_hash(password, method=method)


def fits(password: str, kept: str | None) -> bool:
    """Whether this is the password of which the hash was kept. The answer
    takes as long where there is no hash, because there is no account."""
    if kept is None:
        hash_of(password)
        return False
    return check_password_hash(kept, password)
