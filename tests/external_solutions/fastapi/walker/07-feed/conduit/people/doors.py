"""Making an account, signing in, changing what is known about oneself, and looking at others."""

from contextlib import suppress
from typing import Annotated

from fastapi import APIRouter, Body, Depends, Path, status
from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints
from sqlalchemy import ColumnElement, delete, insert, or_, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncSession

from conduit.database import SessionDep
from conduit.errors import ApiError, Responses, example_of
from conduit.people.eyes import BAD_PASS, PASS_IS_WELCOME, EyesDep, fans
from conduit.people.passes import NEEDS_PASS, MemberDep, issue
from conduit.people.passwords import SafeDep
from conduit.people.person import Person
from conduit.schemas import LEFT_OUT, AnyText, Line, Sent, Shown, without_nul
from conduit.settings import SettingsDep

accounts = APIRouter(tags=["Accounts"])
profiles = APIRouter(prefix="/profiles/{name}", tags=["Profiles"], responses={404: example_of(profile="not found")})

TAKEN: Responses = {409: example_of(username="has already been taken")}
WRONG: Responses = {401: example_of(credentials="invalid")}


def none_if_empty(words: str | None) -> str | None:
    return words or None


EmptyIsNone = AfterValidator(none_if_empty)
Name = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=50, pattern=r"^[^/]*[^/.\s\x00][^/]*$"),  # not of dots alone
    BeforeValidator(without_nul),
    Field(examples=["ada"]),
]
Email = Annotated[
    str,
    StringConstraints(strip_whitespace=True, max_length=200, to_lower=True, pattern="@"),
    BeforeValidator(without_nul),
    Field(examples=["ada@example.org"]),
]
Password = Annotated[str, Field(min_length=8, max_length=200, examples=["correct horse battery staple"])]


class Newcomer(Sent):
    username: Name
    email: Email
    password: Password


class Credentials(Sent):
    email: Annotated[Line, Field(examples=["ada@example.org"])]
    password: Annotated[str, Field(min_length=1, examples=["correct horse battery staple"])]


class Changes(Sent):
    username: Name = LEFT_OUT
    email: Email = LEFT_OUT
    password: Password = LEFT_OUT
    bio: Annotated[Annotated[AnyText, Field(max_length=5_000)] | None, EmptyIsNone, Field(examples=["Writes."])] = None
    image: Annotated[
        Annotated[AnyText, Field(max_length=2_000)] | None, EmptyIsNone, Field(examples=["https://example.org/a.png"])
    ] = None


class Public(Shown):
    """What everyone may know about somebody."""

    username: str = Field(examples=["ada"])
    bio: str | None
    image: str | None


class Profile(Public):
    """The same, as it looks to whoever asks."""

    following: bool


class Account(Public):
    """What people know about themselves."""

    email: str = Field(examples=["ada@example.org"])
    token: str


class AccountAnswer(Shown):
    user: Account


class ProfileAnswer(Shown):
    profile: Profile


def account_of(person: Person, token: str) -> AccountAnswer:
    known = {name: getattr(person, name) for name in ("username", "email", "bio", "image")}
    return AccountAnswer(user=Account(**known, token=token))


async def save(person: Person, session: AsyncSession) -> None:
    """Save somebody, unless their name or address is somebody else's."""
    wanted = {Person.username: person.username, Person.email: person.email}
    own_card = person.card
    try:
        session.add(person)
        await session.commit()
    except IntegrityError:
        await session.rollback()
        same: list[ColumnElement[bool]] = [column == value for column, value in wanted.items()]
        others = select(Person).where(or_(*same), Person.card.is_distinct_from(own_card))
        for other in await session.scalars(others):
            field = "username" if other.username == wanted[Person.username] else "email"
            raise ApiError(409, **{field: "has already been taken"}) from None
        raise


@accounts.post("/users", status_code=status.HTTP_201_CREATED, responses=TAKEN)
async def register(
    user: Annotated[Newcomer, Body(embed=True)], session: SessionDep, settings: SettingsDep, safe: SafeDep
) -> AccountAnswer:
    """Make an account. The token in the answer opens it."""
    locked = await safe.lock(user.password)
    person = Person(username=user.username, email=user.email, password_hash=locked)
    await save(person, session)
    return account_of(person, issue(person, settings))


@accounts.post("/users/login", responses=WRONG)
async def sign_in(
    user: Annotated[Credentials, Body(embed=True)], session: SessionDep, settings: SettingsDep, safe: SafeDep
) -> AccountAnswer:
    """Get a new token for an account."""
    person = await session.scalar(select(Person).where(Person.email == user.email.lower()))
    if not await safe.opens(user.password, person and person.password_hash) or person is None:
        raise ApiError(401, credentials="invalid")
    return account_of(person, issue(person, settings))


@accounts.get("/user", responses=NEEDS_PASS)
async def read_account(me: MemberDep, settings: SettingsDep) -> AccountAnswer:
    """Your own account."""
    return account_of(me, issue(me, settings))


@accounts.put("/user", responses=NEEDS_PASS | TAKEN)
async def change_account(
    me: MemberDep, user: Annotated[Changes, Body(embed=True)], session: SessionDep, settings: SettingsDep, safe: SafeDep
) -> AccountAnswer:
    """Change what is sent; what is left out stays. Nothing, or null, takes bio and image away."""
    changes = user.model_dump(exclude_unset=True)
    if "password" in changes:
        changes["password_hash"] = await safe.lock(changes.pop("password"))
    for name, value in changes.items():
        setattr(me, name, value)
    await save(me, session)
    return account_of(me, issue(me, settings))


async def named(name: Annotated[str, Path(examples=["ada"])], session: SessionDep) -> Person:
    """Whom the address names."""
    person = await session.scalar(select(Person).where(Person.username == name))
    if person is None:
        raise ApiError(404, profile="not found")
    return person


NamedDep = Annotated[Person, Depends(named)]


async def profile_of(person: Person, eyes: EyesDep) -> ProfileAnswer:
    await eyes.look_at([person])
    return ProfileAnswer(profile=Profile.model_validate(person))


@profiles.get("", responses=BAD_PASS, openapi_extra=PASS_IS_WELCOME)
async def read_profile(eyes: EyesDep, person: NamedDep) -> ProfileAnswer:
    """What everyone may know about somebody."""
    return await profile_of(person, eyes)


@profiles.post("/follow", responses=NEEDS_PASS | {403: example_of(profile="forbidden")})
async def follow(me: MemberDep, star: NamedDep, session: SessionDep, eyes: EyesDep) -> ProfileAnswer:
    """Follow somebody. Doing it twice changes nothing."""
    if star.id == me.id:
        raise ApiError(403, profile="forbidden")
    with suppress(IntegrityError):  # so it is already
        async with session.begin_nested():
            await session.execute(insert(fans).values(fan_id=me.id, star_id=star.id))
    await session.commit()
    return await profile_of(star, eyes)


@profiles.delete("/follow", responses=NEEDS_PASS)
async def leave(me: MemberDep, star: NamedDep, session: SessionDep, eyes: EyesDep) -> ProfileAnswer:
    """Follow somebody no longer. Doing it twice changes nothing."""
    await session.execute(delete(fans).where(fans.c.fan_id == me.id, fans.c.star_id == star.id))
    await session.commit()
    return await profile_of(star, eyes)
