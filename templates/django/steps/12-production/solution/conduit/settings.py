"""The settings of the site, for your own machine. `production.py` has the settings of a server."""

import os
import tomllib
from pathlib import Path
from urllib.parse import quote

import dj_database_url

BASE_DIR = Path(__file__).resolve().parent.parent

# The title and the author of the site. Templates know them as `brand`.
BRAND = tomllib.loads((BASE_DIR / "conduit" / "site.toml").read_text("utf-8"))

# Readers can write to this address.
CONTACT_EMAIL = "hello@example.org"

# Django shows errors in the browser, with the code around them. Never use this on a server.
DEBUG = True

# This key signs cookies and links. Everybody can read it here, so a server needs another key.
SECRET_KEY = "django-insecure-only-for-development"

ALLOWED_HOSTS = ["localhost", "127.0.0.1", "[::1]"]

INSTALLED_APPS = [
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "accounts",
    "articles",
    "pages",
    # Your own lines go below this one.
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
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
        "DIRS": [BASE_DIR / "templates"],
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

# The variable DATABASE_URL in the environment names the database. Without it, the database is a file.
url = os.environ.get("DATABASE_URL") or f"sqlite:///{quote(f'{BASE_DIR}/db.sqlite3')}"
DATABASES = {"default": dj_database_url.parse(url)}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    # A transaction waits at its beginning if another one writes.
    DATABASES["default"]["OPTIONS"] = {"transaction_mode": "IMMEDIATE"}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# The site's own user model, from the first migration on. It's difficult to change to another model later.
AUTH_USER_MODEL = "accounts.User"
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 8}},
]
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = LOGOUT_REDIRECT_URL = "articles:home"

# How many wrong passwords step 05 accepts for one e-mail, and for how many seconds it blocks the e-mail then
LOGIN_ATTEMPTS = 10
LOGIN_BLOCK_SECONDS = 900

LANGUAGE_CODE = "en-us"
TIME_ZONE = "UTC"
USE_TZ = True

STATIC_URL = "static/"
STATICFILES_DIRS = [BASE_DIR / "static"]

# Scripts can't read the cookie that protects the forms.
CSRF_COOKIE_HTTPONLY = True

# The maximum size of a request, in bytes
DATA_UPLOAD_MAX_MEMORY_SIZE = 1_000_000

# Print e-mails in the terminal instead of sending them.
EMAIL_BACKEND = "django.core.mail.backends.console.EmailBackend"

# Your own lines go below this one.
