"""The people with whom a new database begins."""

import secrets

from conduit.accounts.models import User
from conduit.accounts.passwords import hash_of
from conduit.database import db


PEOPLE = {
    'Ida': 'Walks along rivers and writes down what stands beside them.',
    'Tomasz': 'Mends clocks, bicycles and sentences.',
    'Wren': 'Asks why, and then asks again.',
}


def sample_authors() -> list[User]:
    """Add a few accounts that nobody can sign in to; the command saves them."""
    users = [
        User(
            name=name,
            email=f'{name.lower()}@example.org',
            password_hash=hash_of(secrets.token_urlsafe()),
            bio=bio,
        )
        for name, bio in PEOPLE.items()
    ]
    db.session.add_all(users)
    return users
