"""What is asked of the table of people, and what is written to it."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import insert, or_, select, update
from sqlalchemy.exc import IntegrityError

from conduit.accounts.forms import RegistrationForm, SettingsForm
from conduit.accounts.models import User
from conduit.accounts.passwords import hash_of
from conduit.database import db


class TakenError(Exception):
    """Somebody else has this name or address; `messages` tell which."""

    def __init__(self, messages: list[str]) -> None:
        super().__init__(*messages)
        self.messages = messages


def user_named(name: str) -> User | None:
    return db.session.scalar(select(User).where(User.name == name))


def user_with_email(email: str) -> User | None:
    return db.session.scalar(select(User).where(User.email == email.lower()))


def add_user(form: RegistrationForm) -> int:
    """Make an account; its number."""
    with _each_once(form.username, form.email):
        return db.session.execute(
            insert(User)
            .values(
                name=form.username,
                email=form.email.lower(),
                password_hash=hash_of(form.password),
            )
            .returning(User.id)
        ).scalar_one()


def change_user(user: User, form: SettingsForm) -> None:
    """Save what the settings say; the old password where none is typed."""
    values = {
        'image': form.image,
        'name': form.username,
        'bio': form.bio,
        'email': form.email.lower(),
    }
    if form.password:
        values['password_hash'] = hash_of(form.password)
    with _each_once(form.username, form.email, own_id=user.id):
        db.session.execute(
            update(User).where(User.id == user.id).values(values)
        )


@contextmanager
def _each_once(
    name: str, email: str, own_id: int | None = None
) -> Iterator[None]:
    """Commit what is written in here; TakenError where that would give a
    name or an address to two people, also if it was taken just now."""
    if messages := _taken(name, email, own_id):
        raise TakenError(messages)
    try:
        yield
        db.session.commit()
    except IntegrityError as error:
        db.session.rollback()
        raise TakenError(
            _taken(name, email, own_id) or ['this name or email is taken']
        ) from error


def _taken(name: str, email: str, own_id: int | None) -> list[str]:
    """What of this belongs to somebody else."""
    query = select(User.name, User.email).where(
        or_(User.name == name, User.email == email.lower())
    )
    if own_id is not None:
        query = query.where(User.id != own_id)
    rows = db.session.execute(query).all()
    messages = []
    if any(row.name == name for row in rows):
        messages.append('username has already been taken')
    if any(row.email == email.lower() for row in rows):
        messages.append('email has already been taken')
    return messages
