"""Who follows whom, and how people look to whoever asks."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import Column, ForeignKey, Table, select

from conduit.database import Base, SessionDep
from conduit.errors import Responses, example_of
from conduit.people.passes import VisitorDep
from conduit.people.person import Person

fans = Table(
    "fan",
    Base.metadata,
    Column("fan_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True),
    Column("star_id", ForeignKey("person.id", ondelete="CASCADE"), primary_key=True, index=True),
)

# For operations that take a token and do not need one
PASS_IS_WELCOME: dict[str, Any] = {"security": [{}]}
BAD_PASS: Responses = {401: example_of(token="is invalid")}


class Eyes:
    """Those of whoever asks."""

    def __init__(self, session: SessionDep, visitor: VisitorDep) -> None:
        self.session = session
        self.visitor = visitor

    async def look_at(self, people: Iterable[Person]) -> None:
        """Note on each of them whether they are followed: one question, however many they are."""
        people = {person.id: person for person in people}
        if self.visitor is None or not people:
            return
        stars = select(fans.c.star_id).where(fans.c.fan_id == self.visitor.id, fans.c.star_id.in_(people))
        followed = set(await self.session.scalars(stars))
        for number, person in people.items():
            person.following = number in followed


EyesDep = Annotated[Eyes, Depends()]
