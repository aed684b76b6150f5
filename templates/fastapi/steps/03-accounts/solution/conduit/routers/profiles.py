"""Profiles: what everyone may know about somebody."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path
from pydantic import Field
from sqlalchemy import select

from conduit.database import SessionDep
from conduit.errors import ApiError, Responses, example_of
from conduit.models.user import User
from conduit.schemas import Shown

router = APIRouter(prefix="/profiles/{username}", tags=["Profiles"])

NO_PROFILE: Responses = {404: example_of(profile="not found")}


class Profile(Shown):
    username: str = Field(examples=["ines"])
    bio: str | None = Field(examples=["Walks a lot."])
    image: str | None = Field(examples=["https://example.org/ines.png"])
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


@router.get("", responses=NO_PROFILE)
async def read_profile(person: PersonDep) -> ProfileAnswer:
    """What everyone may know about somebody."""
    return ProfileAnswer(profile=Profile.model_validate(person))
