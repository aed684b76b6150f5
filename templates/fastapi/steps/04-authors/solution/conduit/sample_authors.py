"""The people who wrote the sample articles. Nobody knows their passwords."""

import secrets

from conduit.models.user import User
from conduit.passwords import Passwords

AUTHORS = {
    "mara": "Draws maps for a living, and a few towns that are on no other map.",
    "tomas": "Bakes at night, repairs clocks by day, sleeps on Sundays.",
    "ife": "Reads what machines print when they are unhappy.",
}


async def sample_authors(passwords: Passwords) -> list[User]:
    """Accounts for these people."""
    secret = await passwords.hash(secrets.token_urlsafe())
    return [
        User(username=name, email=f"{name}@example.org", password_hash=secret, bio=bio) for name, bio in AUTHORS.items()
    ]
