"""Tiny projects for pytest, and how their tests are run."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from starterkit.template.load import read_step
from starterkit.template.model import Commands, EnvironmentSpec, Template
from starterkit.testing.discovery import expected_tests, found_tests
from starterkit.testing.results import CheckResult
from starterkit.testing.runner import run_tests
from tests.support.projects import pytest_environment, write_tree

PYTEST = Commands(test=("{python}", "-m", "pytest", "--junit-xml={report}", "{tests}"), run=("{python}",))
INI = "[pytest]\naddopts = --tb=short -p no:cacheprovider\ntimeout = 1\npythonpath = .\n"


class Source:
    """A template without any text."""

    def step_names(self) -> list[str]:
        return []

    def read(self, name: str) -> bytes | None:
        return None

    def label(self, name: str) -> str:
        return name


def template(
    *tests: str, commands: Commands = PYTEST, test_files: str = "tests/test_*.py", warm: tuple[str, ...] = ()
) -> Template:
    """A template that lists these tests for base, in this order."""
    source = Source()
    return Template(
        source=source,
        read_step=partial(read_step, source),
        name="probe",
        title="Probe",
        summary="",
        language="",
        trade_off="",
        traits={},
        entry_point="",
        tools={},
        environment=EnvironmentSpec("python", "pyproject.toml", "requirements.txt", warm=warm),
        commands=commands,
        select=("{file}::{test}",),
        report="junit",
        test_files=(test_files,),
        database="",
        owned=("tests/**", "lessons/**", "pytest.ini"),
        own_history=(),
        tests=tests,
        step_names=(),
    )


def check(folder: Path, **options: object) -> CheckResult:
    """Run all tests of a project's test files, or the `selected` ones, with pytest."""
    files = {
        file.relative_to(folder).as_posix(): file.read_bytes() for file in sorted((folder / "tests").glob("test_*.py"))
    }
    path = template(*(test.id for file, data in files.items() for test in found_tests(file, data)))
    expected = expected_tests(path, "base", files)
    return run_tests(folder, pytest_environment(), path, expected, **options)  # type: ignore[arg-type]


def project(folder: Path, files: dict[str, str]) -> Path:
    """Write a project that pytest can run."""
    return write_tree(folder / "sïte 🎈 one", {"pytest.ini": INI, "conduit/__init__.py": "", **files})
