"""Users: they sign up, in and out."""

from typing import Annotated

from fastapi import APIRouter, Body, HTTPException, status
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from conduit import schemas, throttle
from conduit.database import SessionDep
from conduit.errors import Errors
from conduit.models import Login, User
from conduit.schemas import CreateUser, LoginUser, UserResponse
from conduit.security import UNAUTHORIZED, CurrentLogin, Passwords, create_token, find_user
from conduit.settings import Settings, SettingsDep

router = APIRouter(prefix="/api", tags=["Users"])


@router.post("/users", status_code=status.HTTP_201_CREATED, responses={409: {"model": Errors}})
def register(
    new: Annotated[CreateUser, Body(alias="user", embed=True)],
    session: SessionDep,
    settings: SettingsDep,
    passwords: Passwords,
) -> UserResponse:
    """Sign up. The response contains a token."""
    user = User(username=new.username, email=new.email, password_hash=passwords.hash(new.password))
    login = Login(user=user)
    session.add(login)
    commit_user(user, session)
    return response(login, settings)


@router.post("/users/login", responses={**UNAUTHORIZED, 429: {"model": Errors}})
def log_in(
    sent: Annotated[LoginUser, Body(alias="user", embed=True)],
    session: SessionDep,
    settings: SettingsDep,
    passwords: Passwords,
) -> UserResponse:
    """Sign in. The response contains a new token."""
    if throttle.is_blocked(sent.email, session, settings):
        raise HTTPException(429, {"credentials": ["were wrong too often, try again later"]})
    user = find_user(sent.email, sent.password, passwords, session)
    if user is None:
        raise HTTPException(401, {"credentials": ["invalid"]})
    throttle.forget(sent.email, session)
    login = Login(user=user)
    session.add(login)
    session.commit()
    return response(login, settings)


@router.post("/users/logout", status_code=status.HTTP_204_NO_CONTENT, responses=UNAUTHORIZED)
def log_out(login: CurrentLogin, session: SessionDep) -> None:
    """Sign out. The token of this request ends, and the other tokens of the user stay."""
    session.delete(login)
    session.commit()


@router.get("/user", responses=UNAUTHORIZED)
def read_user(login: CurrentLogin, settings: SettingsDep) -> UserResponse:
    """The signed-in user."""
    return response(login, settings)


def response(login: Login, settings: Settings) -> UserResponse:
    """The user with a token."""
    user = login.user
    token = create_token(login, settings)
    return UserResponse(user=schemas.User(username=user.username, email=user.email, token=token))


def commit_user(user: User, session: Session) -> None:
    """Save the user. If another user has the name or e-mail, even since this moment, the client gets 409."""
    username, user_id = user.username, user.id
    try:
        session.commit()
    except IntegrityError:
        session.rollback()
        is_name = session.scalar(select(User.id).where(User.username == username, User.id != user_id))
        raise HTTPException(409, {"username" if is_name else "email": ["has already been taken"]}) from None
