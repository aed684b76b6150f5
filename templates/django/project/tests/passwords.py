"""Passwords in tests: hashed as the site hashes them, only not slowly."""

from django.contrib.auth.hashers import PBKDF2PasswordHasher


class QuickHasher(PBKDF2PasswordHasher):
    """Django's own way with two rounds instead of a million. Counts how often somebody had to wait for it."""

    iterations = 2
    count = 0

    def encode(self, password: str, salt: str, iterations: int | None = None) -> str:
        type(self).count += 1
        return super().encode(password, salt, iterations)
