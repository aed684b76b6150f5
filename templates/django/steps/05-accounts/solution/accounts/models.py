"""The tables for accounts. Each class is a table, and each of its fields is a column."""

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.validators import RegexValidator
from django.db import models

part_of_url = RegexValidator(r"^(?!\.\.?$)[^/]*$", "It can't contain a slash, or be . or ..")


class SiteUserManager(UserManager):
    """Stores e-mails in lowercase, so that capital letters in an e-mail don't matter."""

    @classmethod
    def normalize_email(cls, email):
        return (email or "").lower()

    def get_by_natural_key(self, email):
        """The user who signs in with this e-mail."""
        return super().get_by_natural_key(self.normalize_email(email))


class User(AbstractUser):
    """A user signs in with the e-mail. Django's own model has other fields, so this site has its own model."""

    first_name = last_name = None
    username = models.CharField(max_length=50, unique=True, validators=[part_of_url])
    email = models.EmailField("e-mail", max_length=200, unique=True)
    # Your own lines go below this one.

    objects = SiteUserManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["username"]


class LoginAttempt(models.Model):
    email = models.CharField(max_length=200, db_index=True)
    created_at = models.DateTimeField(auto_now_add=True, db_index=True)
    # Your own lines go below this one.

    def __str__(self):
        return self.email


# Your own lines go below this one.
