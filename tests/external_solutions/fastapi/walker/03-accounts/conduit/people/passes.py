"""The notes that people show to say who they are: made, read, and asked for."""

from datetime import timedelta
from typing import Annotated

import jwt
from fastapi import Depends, Security
from fastapi.security import APIKeyHeader
from sqlalchemy import select

from conduit.database import SessionDep, now
from conduit.errors import ApiError, Responses, example_of
from conduit.people.person import Person
from conduit.settings import Settings, SettingsDep

ALGORITHM = "HS256"
NEEDS_PASS: Responses = {401: example_of(token="is missing")}

header = APIKeyHeader(name="Authorization", auto_error=False, description="`Token`, a space, and the token")


def issue(person: Person, settings: Settings) -> str:
    until = now() + timedelta(minutes=settings.token_minutes)
    return jwt.encode({"sub": person.card, "exp": until}, settings.signing_key, ALGORITHM)


async def visitor(
    session: SessionDep, settings: SettingsDep, shown: Annotated[str | None, Security(header)]
) -> Person | None:
    """Whoever asks, or None where they do not say. Who says it wrongly is sent away."""
    if shown is None:
        return None
    word, _, note = shown.partition(" ")
    person = None
    if word == "Token":
        try:
            claims = jwt.decode(note, settings.signing_key, [ALGORITHM], options={"require": ["sub", "exp"]})
        except jwt.InvalidTokenError:
            pass
        else:
            person = await session.scalar(select(Person).where(Person.card == claims["sub"]))
    if person is None:
        raise ApiError(401, token="is invalid")
    return person


VisitorDep = Annotated[Person | None, Depends(visitor)]


async def member(visitor: VisitorDep) -> Person:
    """Whoever asks; they have to say."""
    if visitor is None:
        raise ApiError(401, token="is missing")
    return visitor


MemberDep = Annotated[Person, Depends(member)]
