"""The settings of the site, with a few changes that make the tests fast."""

import os
from urllib.parse import unquote, urlsplit

from conduit.settings import *  # noqa: F403

DEBUG = False
SECRET_KEY = "only for tests, and long enough for the site"
ALLOWED_HOSTS = ["localhost"]
# Django's documentation recommends this for tests, because a good hash is slow.
PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"  # keeps the e-mails in a list
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True  # since step 12: use the static files without collectstatic
os.environ["DJANGO_SUPERUSER_PASSWORD"] = "correct horse battery staple"  # for the command createsuperuser

server = urlsplit(os.environ.get("DATABASE_URL", ""))
if server.scheme.startswith("postgres"):
    DATABASES = {
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "HOST": server.hostname,
            "PORT": server.port,
            "USER": unquote(server.username or ""),
            "PASSWORD": unquote(server.password or ""),
            "NAME": server.path.removeprefix("/"),
        }
    }
else:
    # A test's database doesn't have to survive a power failure. If a query doesn't ask for an order, SQLite returns
    # the rows in an unusual order.
    pragmas = "synchronous = OFF", "journal_mode = MEMORY", "reverse_unordered_selects = ON"
    options = {"transaction_mode": "IMMEDIATE", "init_command": ";".join(f"PRAGMA {each}" for each in pragmas)}
    DATABASES = {"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": "test.db", "OPTIONS": options}}
