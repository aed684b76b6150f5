"""Reading DATABASE_URL. (On larger sites, teams use the package dj-database-url.)"""

from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured


def database_from(url, default_file):
    """The entry of DATABASES for a URL; without a URL, SQLite in the default file.

    A URL is postgres://USER:PASSWORD@HOST/NAME or sqlite:///FILE. No message repeats it: it holds a password.
    """
    if not url:
        return sqlite_in(default_file)
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise ImproperlyConfigured(
            "DATABASE_URL cannot be read. Write special characters in the password as %-codes: %40 for @, %2F for /."
        ) from None
    name = unquote(parts.path[1:])
    if not name or parts.scheme not in ("postgres", "postgresql", "sqlite"):
        raise ImproperlyConfigured(
            "DATABASE_URL names no known database. Use postgres://USER:PASSWORD@HOST/NAME or sqlite:///FILE."
        )
    if parts.scheme == "sqlite":
        return sqlite_in(name)
    return {
        "ENGINE": "django.db.backends.postgresql",
        "NAME": name,
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": unquote(parts.hostname or ""),
        "PORT": port or "",
        "OPTIONS": dict(parse_qsl(parts.query)),
    }


def sqlite_in(file):
    """The entry for SQLite in a file. IMMEDIATE: a writer waits for another one at the beginning of its transaction.
    In the middle of one, SQLite would give up."""
    return {
        "ENGINE": "django.db.backends.sqlite3",
        "NAME": file,
        "OPTIONS": {"transaction_mode": "IMMEDIATE"},
    }
