"""The settings that hold everywhere. development.py and production.py begin with them and add their own.

Whatever is left unsaid here is safe: no debugging, no secret key, no host that may be asked for.
"""

import os
import tomllib
from pathlib import Path

from conduit.settings.database import database_from

BASE_DIR = Path(__file__).resolve().parents[2]

# The site's title and author
SITE = tomllib.loads((BASE_DIR / "conduit" / "site.toml").read_text("utf-8"))

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "whitenoise.runserver_nostatic",
    "django.contrib.staticfiles",
    "django.forms",
    "conduit",
    "accounts",
    "articles",
    "talk",
    "labels",
    "people",
    "circle",
    # Your own lines go below this one.
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "conduit.middleware.content_security_policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "conduit.middleware.reject_nul",
]

ROOT_URLCONF = "conduit.urls"
WSGI_APPLICATION = "conduit.wsgi.application"

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "conduit.context_processors.brand",
            ],
        },
    },
]
FORM_RENDERER = "conduit.forms.SiteRenderer"

# SQLite in a file, unless DATABASE_URL names another database
DATABASES = {"default": database_from(os.environ.get("DATABASE_URL"), BASE_DIR / "db.sqlite3")}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# Our own model of an account, from the first migration on: changing to one later is hard. See accounts/models.py.
AUTH_USER_MODEL = "accounts.User"
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "articles:home"
AUTH_PASSWORD_VALIDATORS = [
    # Django has more of them, against common passwords for example. The contract of the pages takes any 8 characters.
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
]

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"

# Scripts have no business with the cookies. (For the session's cookie this is so anyway.)
CSRF_COOKIE_HTTPONLY = True

# The most that a visitor can send at once, in bytes
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000
