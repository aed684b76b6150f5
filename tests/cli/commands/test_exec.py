"""`starterkit exec` runs programs with the packages and the Python or Node of the site."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.commands import starterkit

pytestmark = pytest.mark.slow


def test_python_finds_the_packages_of_the_site(site: Path) -> None:
    ran = starterkit("exec", "--", "python", "-c", "import flask, os; print(os.getcwd())", cwd=site / "conduit")

    assert Path(ran.out.strip()) == site.resolve()


def test_a_program_of_a_package_runs(site: Path) -> None:
    ran = starterkit("exec", "--", "ruff", "--version", cwd=site)

    assert ran.out.startswith("ruff ")


def test_the_exit_code_is_the_one_of_the_program(site: Path) -> None:
    starterkit("exec", "--", "python", "-c", "raise SystemExit(7)", cwd=site, code=7)


def test_an_unknown_program_ends_with_an_error(site: Path) -> None:
    ran = starterkit("exec", "--", "no-such-program", cwd=site, code=2)

    assert "Unknown program `no-such-program`." in ran.err
