"""The people who wrote the sample articles. Nobody can sign in as one of them: they have no password."""

from accounts.models import User

PEOPLE = {"Ines": "Reads maps.", "Tomasz": "Builds small bridges.", "Wilma": "Bakes."}


def add_samples():
    for name, bio in PEOPLE.items():
        User.objects.create_user(name, f"{name.lower()}@conduit.invalid", password=None, bio=bio)
