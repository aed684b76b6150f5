"""What people send about themselves."""

from dataclasses import dataclass, field
from typing import Self

from flask import request

from conduit.accounts.models import (
    LONGEST_BIO,
    LONGEST_EMAIL,
    LONGEST_IMAGE,
    LONGEST_NAME,
    User,
)
from conduit.forms import Form


SHORTEST_PASSWORD = 8
LONGEST_PASSWORD = 200


@dataclass(frozen=True, slots=True)
class SignInForm:
    """An address and a password, right or wrong."""

    email: str = ''
    password: str = field(default='', repr=False)

    @classmethod
    def from_request(cls) -> Self:
        return cls(Form().line('email', longest=LONGEST_EMAIL), _password())


@dataclass(frozen=True, slots=True)
class RegistrationForm:
    """What makes an account."""

    username: str = ''
    email: str = ''
    password: str = field(default='', repr=False)
    errors: list[str] = field(default_factory=list)

    @classmethod
    def from_request(cls) -> Self:
        form = Form()
        username, email, password = _name(form), _email(form), _password()
        _check_password(form, password)
        return cls(username, email, password, form.errors)


@dataclass(frozen=True, slots=True)
class SettingsForm:
    """What can be changed about an account."""

    image: str
    username: str
    bio: str
    email: str
    password: str = field(default='', repr=False)
    errors: list[str] = field(default_factory=list)

    @classmethod
    def from_user(cls, user: User) -> Self:
        return cls(user.image, user.name, user.bio, user.email)

    @classmethod
    def from_request(cls) -> Self:
        form = Form()
        image = form.line('image', longest=LONGEST_IMAGE, optional=True)
        username = _name(form)
        bio = form.text('bio', longest=LONGEST_BIO, optional=True)
        email, password = _email(form), _password()
        if password:
            _check_password(form, password)
        return cls(image, username, bio, email, password, form.errors)


def _name(form: Form) -> str:
    """A name, which has to stand in the address of its profile."""
    name = form.line('username', longest=LONGEST_NAME)
    if '/' in name or name in {'.', '..'}:
        form.errors.append('username can\'t hold a slash, nor be "." or ".."')
    return name


def _email(form: Form) -> str:
    email = form.line('email', longest=LONGEST_EMAIL)
    if email and '@' not in email:
        form.errors.append('email needs an @')
    return email


def _password() -> str:
    """The password as it was typed: its spaces count."""
    return request.form.get('password', '')


def _check_password(form: Form, password: str) -> None:
    if len(password) < SHORTEST_PASSWORD:
        form.errors.append(
            f'password is too short: at least {SHORTEST_PASSWORD} characters,'
            ' please'
        )
    if len(password) > LONGEST_PASSWORD:
        form.errors.append(
            f'password is too long: at most {LONGEST_PASSWORD} characters,'
            ' please'
        )
