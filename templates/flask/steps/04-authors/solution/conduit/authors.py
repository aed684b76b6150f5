"""Authors: whatever somebody wrote, they alone may change."""

import secrets

from flask import abort, g

from conduit.accounts import User, hash_password


def only_for(author: User) -> None:
    """Go on where the visitor is this author; anyone else gets the page that says so, with status 403."""
    if g.user != author:
        abort(403, "Only its author may do this.")


# What a new database begins with

SAMPLE_AUTHORS = {
    "mara": ("people/mara.svg", "Draws maps for a living, and a few towns that are on no other map."),
    "tomas": ("people/tomas.svg", "Bakes at night, repairs clocks by day, sleeps on Sundays."),
    "ife": ("people/ife.svg", "Reads what machines print when they are unhappy."),
}


def sample_authors() -> list[User]:
    """The people who wrote the sample articles. Nobody knows their passwords."""
    return [
        User(
            username=name,
            email=f"{name}@example.org",
            password_hash=hash_password(secrets.token_urlsafe()),
            image=f"/static/{picture}",
            bio=bio,
        )
        for name, (picture, bio) in SAMPLE_AUTHORS.items()
    ]
