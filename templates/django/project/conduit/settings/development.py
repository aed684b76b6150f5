"""The settings on your own machine: `manage.py` takes them."""

import os

from conduit.settings.base import *  # noqa: F403

# Mistakes are shown in the browser, with the code around them. With CONDUIT_DEBUG=0 you see what visitors would see.
DEBUG = os.environ.get("CONDUIT_DEBUG") != "0"
WHITENOISE_USE_FINDERS = True  # static files come straight from the apps
ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

# Everybody can read this key. It signs what nobody but you will ever see; a server gets its own.
SECRET_KEY = "django-insecure-for-development-only"  # noqa: S105
