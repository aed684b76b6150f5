"""The Django site with its settings for a server: nothing unsafe, nothing deprecated, and no start without a key."""

from __future__ import annotations

from pathlib import Path

import pytest
from sites import copy_of, lay_solution

from starterkit.process import Finished, run
from starterkit.project import checks
from starterkit.project.opened import open_project
from starterkit.runtime import Prepared
from starterkit.template import BASE

pytestmark = pytest.mark.slow

SERVER = {
    "DJANGO_SETTINGS_MODULE": "conduit.settings.production",
    "CONDUIT_SECRET_KEY": "0123456789-abcdefghijklmnopqrstuvwxyz-ABCDEFGHIJKLMNOPQRSTUVWXYZ",
    "CONDUIT_HOSTS": "example.org,www.example.org",
}
VISIT = """
import django
django.setup()
from django.test import Client
browser = Client(headers={"host": "www.example.org"})
print(browser.get("/").headers["Location"])
page = browser.get("/admin/login/", secure=True)
print(page.status_code, page.headers["Strict-Transport-Security"].split(";")[0])
print([bool(cookie["secure"]) for cookie in page.cookies.values()])
print(browser.get("/", secure=True, headers={"host": "elsewhere.example"}).status_code)
"""


@pytest.fixture(scope="module", params=[BASE, "complete"])
def site(
    request: pytest.FixtureRequest, generated_django_site: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, Prepared]:
    """A project with the Django template, and what it runs in."""
    folder = copy_of(generated_django_site, tmp_path_factory.mktemp("server") / "site")
    with open_project(folder) as project:
        if request.param == "complete":
            lay_solution(project, project.template.step_names[-1])
        return folder, checks.prepared(project)


def python(site: tuple[Path, Prepared], *args: str, **variables: str) -> Finished:
    """Run Python in the project; a call that Django is going to take away is a mistake."""
    folder, prepared = site
    environment = {**prepared.variables, **SERVER, **variables}
    return run(prepared.command(["{python}", "-W", "error", *args]), cwd=folder, env=environment, timeout=120)


def test_django_finds_nothing_unsafe_and_nothing_deprecated(site: tuple[Path, Prepared]) -> None:
    for command in (["check", "--deploy", "--fail-level", "WARNING"], ["migrate"], ["makemigrations", "--check"]):
        done = python(site, "manage.py", *command)

        assert done.code == 0, done.text_out + done.text_err
    assert "no issues" in python(site, "manage.py", "check", "--deploy").text_out


def test_a_server_speaks_https_and_answers_to_its_own_names_only(site: tuple[Path, Prepared]) -> None:
    python(site, "manage.py", "collectstatic", "--no-input")

    lines = python(site, "-c", VISIT).text_out.splitlines()

    assert lines == ["https://www.example.org/", "200 max-age=3600", "[True]", "400"]


@pytest.mark.parametrize("missing", ["CONDUIT_SECRET_KEY", "CONDUIT_HOSTS"])
def test_without_a_key_or_a_name_no_server_starts(site: tuple[Path, Prepared], missing: str) -> None:
    done = python(site, "manage.py", "check", **{missing: ""})

    assert done.code != 0
    assert f"Set {missing} in the environment" in done.text_err
