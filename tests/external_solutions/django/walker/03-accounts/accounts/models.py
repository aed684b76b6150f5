"""Accounts. Until visitors can sign up (step 03), they belong to those who look after the site in the admin."""

from django.contrib.auth.models import AbstractUser, UserManager
from django.core.exceptions import ValidationError
from django.db import models
from django.urls import reverse


def fits_an_address(name):
    """A name stands in the address of its owner's page, so some names cannot be."""
    if "/" in name or name in (".", ".."):
        raise ValidationError("A name holds no slash and is not made of dots.", code="address")


class AccountManager(UserManager):
    """Addresses are kept in small letters, and looked for in them: capitals make no second account."""

    @classmethod
    def normalize_email(cls, email):
        return (email or "").lower()

    def get_by_natural_key(self, email):
        return super().get_by_natural_key(self.normalize_email(email))


class User(AbstractUser):
    """Somebody with an account, who signs in with their e-mail address.

    This model is in the very first migration, before anything points to it. Fields can be added to it at any time;
    changing from Django's own model to another one, later, means moving every table that knows a person.
    """

    first_name = None
    last_name = None
    username = models.CharField("name", max_length=50, unique=True, validators=[fits_an_address])
    email = models.EmailField("e-mail address", max_length=200, unique=True)
    bio = models.TextField(max_length=2_000, blank=True)
    image = models.CharField("picture", max_length=2_000, blank=True)
    # Your own lines go below this one.

    objects = AccountManager()

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS = ["username"]

    def __str__(self):
        return self.username

    def get_absolute_url(self):
        return reverse("profile", args=[self.username])
