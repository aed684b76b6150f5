"""Profiles: what everyone may know about somebody."""

import contextlib
from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import Field
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from conduit.database import SessionDep
from conduit.errors import ApiError, Responses, example_of
from conduit.follows import TOKEN_OPTIONAL, FollowsDep
from conduit.models.follow import Follow
from conduit.models.user import User
from conduit.schemas import Shown
from conduit.tokens import UNAUTHORIZED, CurrentUser

router = APIRouter(prefix="/profiles/{username}", tags=["Profiles"])

NO_PROFILE: Responses = {**UNAUTHORIZED, 404: example_of(profile="not found")}
NOT_ONESELF: Responses = {**NO_PROFILE, 403: example_of(profile="forbidden")}


class Profile(Shown):
    username: str = Field(examples=["ines"])
    bio: str | None = Field(examples=["Walks a lot."])
    image: str | None = Field(examples=["https://example.org/ines.png"])
    following: bool = Field(description="By the one who asks")
    # Your own lines go below this one.


class ProfileAnswer(Shown):
    profile: Profile


async def get_person(username: Annotated[str, Path(examples=["ines"])], session: SessionDep) -> User:
    """The person whom the address names."""
    person = await session.scalar(select(User).where(User.username == username))
    if person is None:
        raise ApiError(404, profile="not found")
    return person


PersonDep = Annotated[User, Depends(get_person)]


@router.get("", responses=NO_PROFILE, openapi_extra=TOKEN_OPTIONAL)
async def read_profile(person: PersonDep, follows: FollowsDep) -> ProfileAnswer:
    """What everyone may know about somebody, and whether who asks follows them."""
    await follows.mark([person])
    return ProfileAnswer(profile=Profile.model_validate(person))


@router.post("/follow", responses=NOT_ONESELF)
async def follow(user: CurrentUser, person: PersonDep, session: SessionDep, follows: FollowsDep) -> ProfileAnswer:
    """Follow somebody. Whoever follows already goes on doing so."""
    if person.id == user.id:
        raise ApiError(403, profile="forbidden")
    with contextlib.suppress(IntegrityError):
        async with session.begin_nested():
            session.add(Follow(follower_id=user.id, followed_id=person.id))
    await session.commit()
    return await read_profile(person, follows)


@router.delete("/follow", responses=NO_PROFILE)
async def unfollow(user: CurrentUser, person: PersonDep, session: SessionDep, follows: FollowsDep) -> ProfileAnswer:
    """Follow somebody no longer."""
    pair = (Follow.follower_id == user.id, Follow.followed_id == person.id)
    await session.execute(delete(Follow).where(*pair))
    await session.commit()
    return await read_profile(person, follows)
