"""Profiles: what everybody can see about a user."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException
from sqlalchemy import select

from conduit.database import SessionDep
from conduit.errors import Errors
from conduit.models import User
from conduit.schemas import ProfileResponse

router = APIRouter(prefix="/api/profiles/{username}", tags=["Profiles"], responses={404: {"model": Errors}})


def get_profile(username: str, session: SessionDep) -> User:
    """The user with the name in the URL. If there is none, the client gets 404."""
    user = session.scalar(select(User).where(User.username == username))
    if user is None:
        raise HTTPException(404, {"profile": ["not found"]})
    return user


ProfileDep = Annotated[User, Depends(get_profile)]


@router.get("", response_model=ProfileResponse)
def read_profile(user: ProfileDep) -> Any:
    """The name, bio and picture of a user."""
    return {"profile": user}
