"""Passwords and tokens. A token belongs to one sign-in of a user. The secret key signs the token."""

from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import jwt
from fastapi import Depends, HTTPException, Security
from fastapi.security import APIKeyHeader
from pwdlib import PasswordHash
from pwdlib.hashers.argon2 import Argon2Hasher
from sqlalchemy import select
from sqlalchemy.orm import Session

from conduit.database import SessionDep
from conduit.errors import Errors
from conduit.models import Login, User
from conduit.settings import Settings, SettingsDep

ALGORITHM = "HS256"
UNAUTHORIZED: dict[int | str, Any] = {401: {"model": Errors}}  # for the docs page

header = APIKeyHeader(
    name="Authorization", scheme_name="Token", description="The word Token, a space and a token.", auto_error=False
)


def get_passwords(settings: SettingsDep) -> PasswordHash:
    """An object that hashes and checks passwords."""
    return PasswordHash([Argon2Hasher(settings.password_rounds, settings.password_memory, parallelism=1)])


Passwords = Annotated[PasswordHash, Depends(get_passwords)]


def find_user(email: str, password: str, passwords: PasswordHash, session: Session) -> User | None:
    """The user with this e-mail and password. The search takes as long if the e-mail is unknown."""
    user = session.scalar(select(User).where(User.email == email))
    if user is None:
        passwords.hash(password)  # the time that a check takes
        return None
    return user if passwords.verify(password, user.password_hash) else None


def create_token(login: Login, settings: Settings) -> str:
    """A token for this sign-in."""
    expires = datetime.now(UTC) + timedelta(minutes=settings.token_minutes)
    return jwt.encode({"sub": login.key, "exp": expires}, settings.signing_key, ALGORITHM)


def get_login(
    authorization: Annotated[str | None, Security(header)], session: SessionDep, settings: SettingsDep
) -> Login | None:
    """The sign-in of the client, or None without a token. An invalid token ends the request."""
    if authorization is None:
        return None
    word, _, token = authorization.partition(" ")
    try:
        claims = jwt.decode(token, settings.signing_key, [ALGORITHM], options={"require": ["sub", "exp"]})
    except jwt.InvalidTokenError:
        claims = {"sub": None}
    login = session.scalar(select(Login).where(Login.key == claims["sub"]))
    if word != "Token" or login is None:
        raise HTTPException(401, {"token": ["is invalid"]}, {"WWW-Authenticate": "Token"})
    return login


def require_login(login: Annotated[Login | None, Depends(get_login)]) -> Login:
    """The sign-in of the client. A client without a token gets 401."""
    if login is None:
        raise HTTPException(401, {"token": ["is missing"]}, {"WWW-Authenticate": "Token"})
    return login


CurrentLogin = Annotated[Login, Depends(require_login)]
