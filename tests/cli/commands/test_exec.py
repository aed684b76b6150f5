"""`starterkit exec`: which program runs, where, and how it ends."""

from __future__ import annotations

import signal
import sys
from pathlib import Path

import pytest

from tests.support.commands import starterkit

pytestmark = pytest.mark.slow


def test_python_is_the_one_of_the_site(site: Path) -> None:
    (site / "below").mkdir()
    program = "import os, flask, sys; print(sys.prefix); print(os.getcwd()); print(sys.argv[1:])"

    ran = starterkit("exec", "--", "python", "-c", program, "--json", cwd=site / "below")

    assert ran.out.splitlines() == [str(site / ".venv"), str(site / "below"), "['--json']"]
    assert ran.err == ""


def test_a_program_of_a_package_runs(site: Path) -> None:
    assert starterkit("exec", "flask", "--", "--version", cwd=site).out.startswith("Python ")


@pytest.mark.parametrize("code", [1, 7])
def test_the_exit_code_is_the_one_of_the_program(site: Path, code: int) -> None:
    starterkit("exec", "--", "python", "-c", f"raise SystemExit({code})", cwd=site, code=code)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signal")
def test_a_signal_becomes_an_exit_code(site: Path) -> None:
    program = "import os; os.kill(os.getpid(), 15)"

    starterkit("exec", "--", "python", "-c", program, cwd=site, code=128 + signal.SIGTERM)


def test_a_missing_program_is_named(site: Path) -> None:
    ran = starterkit("exec", "--", "no-such-program", cwd=site, code=4)

    assert "There is no program no-such-program in your site's environment." in ran.err
    assert "starterkit add PACKAGE" in ran.err


def test_outside_a_project_nothing_runs(tmp_path: Path) -> None:
    ran = starterkit("exec", "--", "python", "-c", "print('ran')", cwd=tmp_path, code=2)

    assert ran.out == ""
    assert list(tmp_path.iterdir()) == []
