"""A hasher for tests that measure time. Django's own hasher is much slower."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class SlowHasher(PBKDF2PasswordHasher):
    """Needs some milliseconds for a password."""

    iterations = 20_000
