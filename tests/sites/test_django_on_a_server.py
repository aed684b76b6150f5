"""The Django site with its settings for a server: nothing unsafe, nothing deprecated, and no start without a key."""

from __future__ import annotations

from pathlib import Path

import pytest

from starterkit.process import Completed, run
from starterkit.project import check
from starterkit.project.project import open_project
from starterkit.runtime.environment import Environment
from tests.support.sites import copy_of, lay_solution

pytestmark = pytest.mark.slow

SERVER = {
    "DJANGO_SETTINGS_MODULE": "conduit.production",
    "CONDUIT_SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "CONDUIT_HOSTS": "example.org,www.example.org",
    "DATABASE_URL": "sqlite:///server.sqlite3",
}
VISIT = """
import django
django.setup()
from django.test import Client
browser = Client(headers={"host": "www.example.org"})
print(browser.get("/").headers["Location"])
page = browser.get("/admin/login/", secure=True)
print(page.status_code, page.headers["Strict-Transport-Security"])
print(browser.get("/health").status_code)
print([bool(cookie["secure"]) for cookie in page.cookies.values()])
print(browser.get("/", secure=True, headers={"host": "elsewhere.example"}).status_code)
"""

DATABASE = """
from django.conf import settings
entry = settings.DATABASES["default"]
print(entry["ENGINE"].rpartition(".")[2], *(entry.get(key) for key in ("NAME", "USER", "PASSWORD", "HOST", "PORT")))
"""


@pytest.fixture(scope="module")
def site(generated_django_site: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Environment]:
    """A project at the end of the Django path, and what it runs in."""
    folder = copy_of(generated_django_site, tmp_path_factory.mktemp("server") / "site")
    with open_project(folder) as project:
        lay_solution(project, project.template.step_names[-1])
        return folder, check.prepared(project)


def python(site: tuple[Path, Environment], *args: str, **variables: str) -> Completed:
    """Run Python in the project; a call that Django is going to take away is a mistake."""
    folder, prepared = site
    environment = {**prepared.variables, **SERVER, **variables}
    return run(prepared.command(["{python}", "-W", "error", *args]), cwd=folder, env=environment, timeout=120)


def test_django_finds_nothing_unsafe_and_nothing_deprecated(site: tuple[Path, Environment]) -> None:
    for command in (["check", "--deploy", "--fail-level", "WARNING"], ["migrate"], ["makemigrations", "--check"]):
        done = python(site, "manage.py", *command)

        assert done.code == 0, done.text_out + done.text_err
    assert "no issues" in python(site, "manage.py", "check", "--deploy").text_out


def test_a_server_speaks_https_and_answers_to_its_own_names_only(site: tuple[Path, Environment]) -> None:
    python(site, "manage.py", "collectstatic", "--no-input")

    lines = [line for line in python(site, "-c", VISIT).text_out.splitlines() if not line.startswith("{")]

    assert lines == ["https://www.example.org/", "200 max-age=3600; includeSubDomains", "200", "[True]", "400"]


@pytest.mark.parametrize("missing", ["CONDUIT_SECRET_KEY", "CONDUIT_HOSTS", "DATABASE_URL"])
def test_without_a_needed_variable_no_server_starts(site: tuple[Path, Environment], missing: str) -> None:
    done = python(site, "manage.py", "check", **{missing: ""})

    assert done.code != 0
    assert f"Set {missing}" in done.text_err


def test_a_weak_key_is_found_before_the_server_starts(site: tuple[Path, Environment]) -> None:
    done = python(site, "manage.py", "check", "--deploy", "--fail-level", "WARNING", CONDUIT_SECRET_KEY="x" * 49)

    assert done.code != 0
    assert "security.W009" in done.text_err


def test_one_variable_names_the_database(site: tuple[Path, Environment]) -> None:
    urls = {
        "sqlite:////srv/a%20site.db": "sqlite3 /srv/a site.db    ",
        "postgres://ada:p%40ss%2Fword@db.example.org:5433/x": "postgresql x ada p@ss/word db.example.org 5433",
        "postgresql://ada@db.example.org/conduit?sslmode=require": "postgresql conduit ada  db.example.org ",
    }

    for url, expected in urls.items():
        assert python(site, "-c", DATABASE, DATABASE_URL=url).text_out.rstrip("\n") == expected
