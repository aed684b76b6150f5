"""A limit for people and programs that guess passwords."""

from datetime import timedelta

from django.conf import settings
from django.utils import timezone

from accounts.models import LoginAttempt


def is_blocked(email):
    """Count this attempt to sign in. Return True if there were too many for this e-mail."""
    oldest = timezone.now() - timedelta(seconds=settings.LOGIN_BLOCK_SECONDS)
    LoginAttempt.objects.filter(created_at__lt=oldest).delete()
    attempts = LoginAttempt.objects.filter(email=email)
    attempts.create(email=email)  # before the count, so that attempts at the same moment see each other
    return attempts.count() > settings.LOGIN_ATTEMPTS


def forget(email):
    """Start to count at zero, because the user knew the password."""
    LoginAttempt.objects.filter(email=email).delete()
