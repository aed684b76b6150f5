"""What a new database begins with: the people who wrote the sample articles."""

from django.conf import settings

from accounts.models import User

PEOPLE = {
    "mara": ("accounts/people/mara.svg", "Draws maps for a living, and a few towns that are on no other map."),
    "tomas": ("accounts/people/tomas.svg", "Bakes at night, repairs clocks by day, sleeps on Sundays."),
    "ife": ("accounts/people/ife.svg", "Reads what machines print when they are unhappy."),
}


def add_samples():
    """Add them. They have no password, so nobody can sign in as one of them."""
    for name, (picture, bio) in PEOPLE.items():
        image = settings.STATIC_URL + picture
        User.objects.create_user(name, f"{name}@example.org", password=None, bio=bio, image=image)
