"""The settings of a server. The variable `DJANGO_SETTINGS_MODULE=conduit.production` selects them."""

import os

from django.core.exceptions import ImproperlyConfigured

from conduit.settings import *  # noqa: F403
from conduit.settings import BASE_DIR, DATABASES, MIDDLEWARE

NEEDED = ["CONDUIT_SECRET_KEY", "CONDUIT_HOSTS", "DATABASE_URL"]
if missing := [name for name in NEEDED if not os.environ.get(name)]:
    raise ImproperlyConfigured(f"The site can't start in production. Set {' and '.join(missing)}.")

DEBUG = False
SECRET_KEY = os.environ["CONDUIT_SECRET_KEY"]
ALLOWED_HOSTS = os.environ["CONDUIT_HOSTS"].split(",")
DATABASES["default"] |= {"CONN_MAX_AGE": 600, "CONN_HEALTH_CHECKS": True}

# Browsers use only HTTPS, and remember this for an hour. If everything works, use a year.
SECURE_SSL_REDIRECT = SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
SECURE_REDIRECT_EXEMPT = ["^health$"]
SECURE_HSTS_SECONDS = 3600
SECURE_HSTS_INCLUDE_SUBDOMAINS = True
SILENCED_SYSTEM_CHECKS = ["security.W021"]  # asks for the preload list of browsers, which is difficult to leave

# The command `collectstatic` writes the static files into this folder. Their names contain a hash of their content.
STATIC_ROOT = BASE_DIR / "staticfiles"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
security, *others = MIDDLEWARE
MIDDLEWARE = ["conduit.logs.log_requests", security, "whitenoise.middleware.WhiteNoiseMiddleware", *others]

EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
EMAIL_HOST = os.environ.get("CONDUIT_EMAIL_HOST", "localhost")

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"json": {"()": "conduit.json_lines.JsonFormatter"}},
    "handlers": {"stdout": {"class": "logging.StreamHandler", "stream": "ext://sys.stdout", "formatter": "json"}},
    "root": {"handlers": ["stdout"], "level": "INFO"},
}
