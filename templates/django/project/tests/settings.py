"""The site's settings, with what makes tests quick: cheap passwords, and no waiting for the disk."""

from conduit.settings.base import *

SECRET_KEY = "only for tests"
ALLOWED_HOSTS = ["testserver"]
PASSWORD_HASHERS = ["tests.passwords.QuickHasher"]
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.InMemoryStorage"},
    "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
}
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True
EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
DATABASES["default"]["OPTIONS"] = {
    **DATABASES["default"].get("OPTIONS", {}),
    "init_command": "PRAGMA synchronous = OFF; PRAGMA journal_mode = MEMORY",
}
