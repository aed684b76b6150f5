"""The settings on a server: wsgi.py and asgi.py take them. What is the server's own comes from its environment.

`python manage.py check --deploy --settings conduit.settings.production` says whether something is missing.
"""

import os

from django.core.exceptions import ImproperlyConfigured

from conduit.settings.base import *  # noqa: F403


def required(name):
    """The value of a variable without which the site must not start."""
    if not os.environ.get(name):
        raise ImproperlyConfigured(f"Set {name} in the environment; the README says to what.")
    return os.environ[name]


SECRET_KEY = required("CONDUIT_SECRET_KEY")
if len(SECRET_KEY) < 32:
    raise ImproperlyConfigured("CONDUIT_SECRET_KEY is too short. Use at least 32 random characters.")
ALLOWED_HOSTS = required("CONDUIT_HOSTS").split(",")

# Everything goes over https, and browsers are told to insist on it: for an hour at first. When all works, say a year.
SECURE_SSL_REDIRECT = True
SECURE_HSTS_SECONDS = int(os.environ.get("CONDUIT_HSTS_SECONDS", "3600"))
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
# Preload puts the site on a list inside browsers. It takes months to get off that list, so you turn it on yourself.
SECURE_HSTS_PRELOAD = os.environ.get("CONDUIT_HSTS_PRELOAD") == "1"
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # asks for preload
SESSION_COOKIE_SECURE = True
CSRF_COOKIE_SECURE = True
if os.environ.get("CONDUIT_BEHIND_PROXY") == "1":  # which speaks https and says so in this header
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Static files: compressed, and with their content in their name, so that browsers can keep them for ever
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}

# What goes wrong is written to the terminal, where the server collects it
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "handlers": {"console": {"class": "logging.StreamHandler"}},
    "root": {"handlers": ["console"], "level": "INFO"},
}
