"""Profiles: what everybody can see about a user, and following."""

from typing import Annotated

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import delete, select
from sqlalchemy.exc import IntegrityError

from conduit.database import SessionDep
from conduit.errors import Errors
from conduit.models import Follow, User
from conduit.schemas import ProfileResponse
from conduit.security import TOKEN_OPTIONAL, UNAUTHORIZED, CurrentUser, Viewer
from conduit.viewing import show_profile

router = APIRouter(
    prefix="/api/profiles/{username}", tags=["Profiles"], responses={**UNAUTHORIZED, 404: {"model": Errors}}
)


def get_profile(username: str, session: SessionDep) -> User:
    """The user with the name in the URL. If there is none, the client gets 404."""
    user = session.scalar(select(User).where(User.username == username))
    if user is None:
        raise HTTPException(404, {"profile": ["not found"]})
    return user


ProfileDep = Annotated[User, Depends(get_profile)]


@router.get("", openapi_extra=TOKEN_OPTIONAL)
def read_profile(viewer: Viewer, user: ProfileDep, session: SessionDep) -> ProfileResponse:
    """The name, bio and picture of a user."""
    return ProfileResponse(profile=show_profile(user, viewer, session))


@router.post("/follow", responses={403: {"model": Errors}})
def follow(viewer: CurrentUser, user: ProfileDep, session: SessionDep) -> ProfileResponse:
    """Follow a user."""
    if user == viewer:
        raise HTTPException(403, {"profile": ["forbidden"]})
    session.add(Follow(follower_id=viewer.id, followed_id=user.id))
    try:
        session.commit()
    except IntegrityError:  # the viewer follows this user already
        session.rollback()
    return ProfileResponse(profile=show_profile(user, viewer, session))


@router.delete("/follow")
def unfollow(viewer: CurrentUser, user: ProfileDep, session: SessionDep) -> ProfileResponse:
    """Stop following a user."""
    session.execute(delete(Follow).where(Follow.follower_id == viewer.id, Follow.followed_id == user.id))
    session.commit()
    return ProfileResponse(profile=show_profile(user, viewer, session))
