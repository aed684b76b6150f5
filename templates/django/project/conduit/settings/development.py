"""The settings on your own machine: `manage.py` takes them."""

from conduit.settings.base import *  # noqa: F403

DEBUG = True  # mistakes are shown in the browser, with the code around them
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

# Everybody can read this key. It signs what nobody but you will ever see; a server gets its own.
SECRET_KEY = "django-insecure-for-development-only"  # noqa: S105
