"""Starts the site as a server does: with its settings in environment variables.

`read_settings` only reads the settings, and `run_in_production` starts the site and sends requests. Both use a new
process and a copy of the project, so the process of the tests never imports the site.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import subprocess
import sys
import types
from contextlib import redirect_stderr
from dataclasses import asdict, dataclass, field
from io import StringIO
from pathlib import Path
from typing import Any

PROJECT = Path(__file__).parents[2]
SECRET_KEY = "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ"
HOST = "www.example.org"
# Variables of this run that would change the site
LEFT_OUT = ("CONDUIT_", "DJANGO_", "GUNICORN_", "PYTEST_", "DATABASE_URL", "WEB_CONCURRENCY")
NOT_COPIED = (".*", "__pycache__", "db.sqlite3", "staticfiles", "own_tests", "lessons", "node_modules")
SECONDS = 100.0


@dataclass
class Settings:
    """The settings that the site has with these variables. `error` is the error that ended the start, or ""."""

    variables: dict[str, str]
    error: str = ""
    database: dict[str, str] = field(default_factory=dict)


@dataclass
class Response:
    """A response of the site in production."""

    status: int
    headers: dict[str, str]
    cookies: list[str]
    body: str


@dataclass
class Production:
    """What happened in production: the responses by URL, and what the site wrote to standard output.

    `check` is what the command `check --deploy` finds, and `check_of_short_key` is the same with a short secret key.
    `error` is the error that ended the start, or "".
    """

    error: str = ""
    check: str = ""
    check_of_short_key: str = ""
    output: str = ""
    responses: dict[str, Response] = field(default_factory=dict)

    def response(self, url: str) -> Response:
        """Return the response to a request."""
        assert not self.error, f"Expected the site to start in production. Found {self.error}"
        return self.responses[url]

    def lines(self) -> list[dict[str, Any]]:
        """Return the lines of the output that are JSON objects."""
        return [json.loads(line) for line in self.output.splitlines() if line.startswith("{")]


def read_settings(starts: dict[str, dict[str, str]]) -> dict[str, Settings]:
    """Return the settings of the site for each set of variables."""
    ended = _run(PROJECT, {}, "read", json.dumps(starts))
    return {name: Settings(**found) for name, found in json.loads(ended.stdout).items()}


def run_in_production(folder: Path, *requests: tuple[str, str]) -> Production:
    """Start the site in production, in an empty folder. Send requests of a method and a URL over HTTPS.

    `http:/about` is a URL over HTTP. The URL `/broken` raises a `ZeroDivisionError`, and `style.css` is the URL of the
    style sheet on the page `/about`.
    """
    project = copy_of_the_project(folder)
    ended = _run(project, in_production(folder / "site.db"), "serve", json.dumps(requests))
    found = json.loads((project / "result.json").read_text("utf-8"))
    responses = {url: Response(**response) for url, response in found.pop("responses").items()}
    return Production(**{**found, "responses": responses, "output": ended.stdout})


def copy_of_the_project(folder: Path) -> Path:
    """Return the folder of a copy of the project, without its database."""
    return Path(shutil.copytree(PROJECT, folder / "site", ignore=shutil.ignore_patterns(*NOT_COPIED)))


def clean_environment() -> dict[str, str]:
    """Return the environment of a new process. The programs of the virtual environment come first."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
    return {**kept, "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])}


def in_production(database: Path) -> dict[str, str]:
    """Return the variables for a start in production."""
    return {
        "DJANGO_SETTINGS_MODULE": "conduit.production",
        "CONDUIT_SECRET_KEY": SECRET_KEY,
        "CONDUIT_HOSTS": f"{HOST},127.0.0.1",
        "DATABASE_URL": url_of(database),
    }


def url_of(database: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite:///{database}"


def _run(folder: Path, variables: dict[str, str], *arguments: str) -> subprocess.CompletedProcess[str]:
    ended = subprocess.run(
        [sys.executable, "-m", "tests.support.production", *arguments],
        cwd=folder,
        env={**clean_environment(), **variables},
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    last = (ended.stderr.strip().splitlines() or [f"exit code {ended.returncode}"])[-1]
    assert ended.returncode == 0, f"Expected the site to start with settings from the environment. Found: {last}"
    return ended


# In the new process


def read(starts: dict[str, dict[str, str]]) -> None:
    """Read the settings for each set of variables, and print them."""
    from django.conf import Settings as DjangoSettings

    every = {name: Settings(variables) for name, variables in starts.items()}
    for each in every.values():
        os.environ.update(each.variables)
        for name in [name for name in sys.modules if name in ("conduit.settings", "conduit.production")]:
            del sys.modules[name]
        try:
            database = DjangoSettings(os.environ.get("DJANGO_SETTINGS_MODULE", "conduit.settings")).DATABASES["default"]
            each.database = {key: str(database.get(key)) for key in ("ENGINE", "NAME", "USER", "PASSWORD", "HOST")}
        except Exception as error:
            each.error = f"{type(error).__name__}: {error}"
        for name in each.variables:
            del os.environ[name]
    print(json.dumps({name: asdict(each) for name, each in every.items()}))


def serve(requests: list[tuple[str, str]]) -> None:
    """Start the site, send the requests, and write the result into a file."""
    production = Production()
    try:
        _serve(production, requests)
    except Exception as error:
        production.error = f"{type(error).__name__}: {error}"
    Path("result.json").write_text(json.dumps(asdict(production)), "utf-8")


def _serve(production: Production, requests: list[tuple[str, str]]) -> None:
    import django
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client, override_settings
    from django.urls import include, path

    django.setup()
    production.check = _check()
    with override_settings(SECRET_KEY="short"):
        production.check_of_short_key = _check()
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("migrate", interactive=False, verbosity=0)
    logging.getLogger("tests").info("The site has started")
    urls = types.ModuleType("urls_with_an_error")
    urls.__dict__["urlpatterns"] = [path("broken", lambda _request: 1 / 0), path("", include(settings.ROOT_URLCONF))]
    sys.modules[urls.__name__] = urls
    with override_settings(ROOT_URLCONF=urls.__name__):
        client = Client(raise_request_exception=False)
        for method, url in requests:
            target = _style_sheet(production) if url == "style.css" else url.removeprefix("http:")
            secure = not url.startswith("http:")
            response = client.generic(method, target, secure=secure, headers={"host": HOST})
            production.responses[url] = Response(
                response.status_code,
                dict(response.headers),
                [cookie.OutputString() for cookie in response.cookies.values()],
                b"".join(response).decode("utf-8", "replace"),
            )


def _check() -> str:
    from django.core.management import call_command
    from django.core.management.base import SystemCheckError

    try:
        with redirect_stderr(StringIO()):
            call_command("check", deploy=True, fail_level="WARNING", stdout=StringIO(), stderr=StringIO())
    except SystemCheckError as error:
        return str(error)
    return ""


def _style_sheet(production: Production) -> str:
    from selectolax.lexbor import LexborHTMLParser

    link = LexborHTMLParser(production.responses["/about"].body).css_first("link[rel=stylesheet]")
    return (link.attributes.get("href") or "/nowhere") if link else "/nowhere"


if __name__ == "__main__":
    {"read": read, "serve": serve}[sys.argv[1]](json.loads(sys.argv[2]))
