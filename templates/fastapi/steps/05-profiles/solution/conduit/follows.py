"""Whom the one who asks follows."""

from collections.abc import Iterable
from typing import Annotated, Any

from fastapi import Depends
from sqlalchemy import select

from conduit.database import SessionDep
from conduit.models.follow import Follow
from conduit.models.user import User
from conduit.tokens import Viewer

# For operations that take a token and can do without: the docs page calls it needed otherwise.
TOKEN_OPTIONAL: dict[str, Any] = {"security": [{}]}


class Follows:
    """Marks people as followed or not. Every answer with people in it goes through here."""

    def __init__(self, session: SessionDep, viewer: Viewer) -> None:
        self._session = session
        self._viewer = viewer

    async def mark(self, people: Iterable[User]) -> None:
        """Tell each of them whether who asks follows them, with one question for all."""
        marked = list(people)
        followed = await self._among({person.id for person in marked})
        for person in marked:
            person.following = person.id in followed

    async def _among(self, ids: set[int]) -> set[int]:
        if self._viewer is None:
            return set()
        own = select(Follow.followed_id).where(Follow.follower_id == self._viewer.id)
        return set(await self._session.scalars(own.where(Follow.followed_id.in_(ids))))


FollowsDep = Annotated[Follows, Depends()]
