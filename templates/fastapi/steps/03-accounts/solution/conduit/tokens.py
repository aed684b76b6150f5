"""Tokens: a signed note that says whose account it opens, and until when."""

from datetime import timedelta
from typing import Annotated

import jwt
from fastapi import Depends, Security
from fastapi.security import APIKeyHeader
from sqlalchemy import select

from conduit.database import SessionDep, now
from conduit.errors import ApiError, Responses, example_of
from conduit.models.user import User
from conduit.settings import Settings, SettingsDep

ALGORITHM = "HS256"
UNAUTHORIZED: Responses = {401: example_of(token="is missing")}

header = APIKeyHeader(
    name="Authorization",
    scheme_name="Token",
    description="The `token` of an account, with the word Token before it, as in `Token eyJhbGciOi…`.",
    auto_error=False,
)


def new_token(user: User, settings: Settings) -> str:
    """A token that opens this account for a while."""
    until = now() + timedelta(minutes=settings.token_minutes)
    return jwt.encode({"sub": user.key, "exp": until}, settings.signing_key, ALGORITHM)


async def get_viewer(
    sent: Annotated[str | None, Security(header)], session: SessionDep, settings: SettingsDep
) -> User | None:
    """The account whose token came along, or None where there is no token. A bad one ends the request."""
    if sent is None:
        return None
    word, _, token = sent.partition(" ")
    try:
        claims = jwt.decode(token, settings.signing_key, [ALGORITHM], options={"require": ["sub", "exp"]})
    except jwt.InvalidTokenError:
        claims = {"sub": None}
    user = await session.scalar(select(User).where(User.key == claims["sub"]))
    if word != "Token" or user is None:
        raise ApiError(401, token="is invalid")
    return user


Viewer = Annotated[User | None, Depends(get_viewer)]


async def get_user(viewer: Viewer) -> User:
    """The same, where nothing is to be done without an account."""
    if viewer is None:
        raise ApiError(401, token="is missing")
    return viewer


CurrentUser = Annotated[User, Depends(get_user)]
