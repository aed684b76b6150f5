"""Step 11 of Flask and Django: what a good suite, one without assertions and one of status codes catch."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from starterkit.process import run
from starterkit.project import check
from starterkit.project.project import open_project
from starterkit.runtime.environment import Environment
from tests.support.commands import starterkit

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module", params=["flask", "django"])
def framework(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def site(framework: str, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Environment]:
    """A project in which step 11 has begun, and its environment."""
    folder = tmp_path_factory.mktemp("own-tests") / "site"
    template = str(ROOT / "templates" / framework)
    starterkit(
        *("new", folder.name, "--template", template, "--trust", "--defaults", "--no-install", "--at", "11"),
        cwd=folder.parent,
    )
    with open_project(folder) as project:
        return folder, check.prepared(project)


@pytest.mark.parametrize(("suite", "caught"), [("good", 6), ("nothing", 0), ("status", 1)])
def test_only_a_good_suite_catches_the_faults(
    framework: str, site: tuple[Path, Environment], suite: str, caught: int
) -> None:
    folder, environment = site
    shutil.rmtree(folder / "own_tests", ignore_errors=True)
    shutil.copytree(ROOT / "tests" / "templates" / f"own_tests_{framework}" / suite, folder / "own_tests")

    command = ("{python}", "-m", "pytest", "-q", "tests/test_11_your_own_tests.py", "-k", "not workflow")
    ran = run(environment.command(command), cwd=folder, env=environment.variables, timeout=240)

    if caught == 6:
        assert ran.code == 0, ran.text_out + ran.text_err
        return
    assert "2 failed, 2 passed" in ran.text_out  # it passes on the site, but neither catches five nor six faults
    assert f"Your tests catch {caught} of 6 faults, and 5 are needed." in ran.text_out
