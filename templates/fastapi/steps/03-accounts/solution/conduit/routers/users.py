"""Accounts: registering, signing in, and changing one's own."""

from typing import Annotated

from fastapi import APIRouter, Body, status
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from conduit.database import SessionDep
from conduit.errors import ApiError, Responses, example_of
from conduit.models.user import User
from conduit.passwords import PasswordsDep
from conduit.schemas import LEFT_OUT, AnyText, Sent, Shown, without_nul
from conduit.settings import Settings, SettingsDep
from conduit.tokens import UNAUTHORIZED, CurrentUser, new_token

router = APIRouter(tags=["Accounts"], responses={422: example_of(email="can't be blank")})

TAKEN: Responses = {409: example_of(username="has already been taken")}
WRONG: Responses = {401: example_of(credentials="invalid")}

# A name stands in addresses, so it holds no slash and is not made of dots.
Username = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=50, pattern=r"^[^/\x00]*[^/\s.\x00][^/\x00]*$"),
    BeforeValidator(without_nul),
    Field(examples=["ines"]),
]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, to_lower=True, max_length=200, pattern=r"^[^@\s\x00]+@[^@\s\x00]+$"),
    Field(examples=["ines@example.org"]),
]
Password = Annotated[str, Field(min_length=8, max_length=200, examples=["a sentence that nobody else thinks of"])]


def or_none(text: str | None) -> str | None:
    return text or None


Bio = Annotated[Annotated[AnyText, Field(max_length=5_000)] | None, AfterValidator(or_none)]
Image = Annotated[Annotated[AnyText, Field(max_length=2_000)] | None, AfterValidator(or_none)]


class UserCreate(Sent):
    username: Username
    email: Email
    password: Password


class UserLogin(Sent):
    email: Annotated[
        str, StringConstraints(strip_whitespace=True, to_lower=True, min_length=1), Field(examples=["ines@example.org"])
    ]
    password: Annotated[str, Field(min_length=1, examples=["a sentence that nobody else thinks of"])]


class UserUpdate(Sent):
    username: Username = LEFT_OUT
    email: Email = LEFT_OUT
    password: Password = LEFT_OUT
    bio: Bio = Field(default=None, examples=["Walks a lot."])
    image: Image = Field(default=None, examples=["https://example.org/ines.png"])


class UserPublic(Shown):
    """An account, as its owner sees it."""

    username: str = Field(examples=["ines"])
    email: str = Field(examples=["ines@example.org"])
    bio: str | None = Field(examples=["Walks a lot."])
    image: str | None = Field(examples=["https://example.org/ines.png"])
    token: str = Field(default="", examples=["eyJhbGciOi…"])


class UserAnswer(Shown):
    user: UserPublic


@router.post("/users", status_code=status.HTTP_201_CREATED, responses=TAKEN)
async def register(
    sent: Annotated[UserCreate, Body(alias="user", embed=True)],
    session: SessionDep,
    settings: SettingsDep,
    passwords: PasswordsDep,
) -> UserAnswer:
    """Make an account. The token in the answer opens it."""
    user = User(username=sent.username, email=sent.email, password_hash=await passwords.hash(sent.password))
    session.add(user)
    await save(user, session)
    return answer(user, settings)


@router.post("/users/login", responses=WRONG)
async def log_in(
    sent: Annotated[UserLogin, Body(alias="user", embed=True)],
    session: SessionDep,
    settings: SettingsDep,
    passwords: PasswordsDep,
) -> UserAnswer:
    """Get a token for an account that exists."""
    user = await session.scalar(select(User).where(User.email == sent.email))
    fits = await passwords.fits(sent.password, user.password_hash if user else None)
    if user is None or not fits:
        raise ApiError(401, credentials="invalid")
    return answer(user, settings)


@router.get("/user", responses=UNAUTHORIZED)
async def read_user(user: CurrentUser, settings: SettingsDep) -> UserAnswer:
    """The account whose token is sent along."""
    return answer(user, settings)


@router.put("/user", responses={**UNAUTHORIZED, **TAKEN})
async def update_user(
    user: CurrentUser,
    sent: Annotated[UserUpdate, Body(alias="user", embed=True)],
    session: SessionDep,
    settings: SettingsDep,
    passwords: PasswordsDep,
) -> UserAnswer:
    """Change what is sent of one's own account, and keep the rest."""
    for name, value in sent.model_dump(exclude_unset=True, exclude={"password"}).items():
        setattr(user, name, value)
    if sent.password is not None:
        user.password_hash = await passwords.hash(sent.password)
    await save(user, session)
    return answer(user, settings)


async def save(user: User, session: AsyncSession) -> None:
    """Save an account. Only the database sees two people taking a name at once."""
    username, own = user.username, user.id
    try:
        await session.commit()
    except IntegrityError:
        await session.rollback()
        taken = await session.scalar(select(User.id).where(User.username == username, User.id != own))
        raise ApiError(409, **{"email" if taken is None else "username": "has already been taken"}) from None


def answer(user: User, settings: Settings) -> UserAnswer:
    """An account for its owner, with a new token."""
    shown = UserPublic.model_validate(user)
    return UserAnswer(user=shown.model_copy(update={"token": new_token(user, settings)}))
