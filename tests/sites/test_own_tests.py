"""The step about the learner's own tests: what a good suite, an empty suite and a suite of status codes notice."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest

from tests.support.commands import starterkit
from tests.support.notes import NOTES, STEP, NotesSite, notes_site

pytestmark = pytest.mark.slow

FRAMEWORKS = ("flask", "fastapi", "django", "express")
EVERY_RUN = ("express",)
FAULTS = {"missing", "reversed", "accepted", "unescaped", "twice", "swallowed"}
SLOW = """from time import process_time

def test_slow():
    end = process_time() + 1.4
    while process_time() < end: pass
"""
PROGRAM = {"express": ("{node}", "tests/fault-runs.js")}


def caught(site: NotesSite, suite: str) -> set[str]:
    """The faults that a suite catches, as the command of the step lists them."""
    site.use_suite(suite)
    ran = site.run(*PROGRAM.get(site.framework, ("{python}", "-m", "tests.fault_runs")))
    assert ran.code == 0, ran.text_out + ran.text_err
    found = dict(reversed(line) for line in re.findall(r"^(caught|missed) +(\w+)", ran.text_out, re.MULTILINE))
    assert set(found) == FAULTS
    return {name for name, verdict in found.items() if verdict == "caught"}


@pytest.mark.parametrize(
    "framework", [pytest.param(name, marks=() if name in EVERY_RUN else pytest.mark.nightly) for name in FRAMEWORKS]
)
def test_only_a_good_suite_catches_the_faults(framework: str, tmp_path: Path) -> None:
    site = notes_site(framework, tmp_path / "site")

    begun = starterkit("check", "--all", cwd=site.folder, code=1).out
    assert "2 of 4 tests pass" in begun
    assert "Expected a test in own_tests/. Found none." in begun
    site.use_suite("solution")
    assert starterkit("check", "--json", cwd=site.folder).json["own"] == []
    assert caught(site, "good") == FAULTS
    assert caught(site, "empty") == set()
    assert caught(site, "status") == {"accepted"}
    stopped = starterkit("next", cwd=site.folder, code=1).out
    assert "Your tests pass although a new note is missing from the list." in " ".join(stopped.split())
    assert "catch 1 of 6 faults, and 5 are needed." in " ".join(stopped.split())


@pytest.fixture(scope="module")
def flask_site(tmp_path_factory: pytest.TempPathFactory) -> NotesSite:
    """A site whose step has begun, for the tests of one module."""
    return notes_site("flask", tmp_path_factory.mktemp("notes") / "site")


@pytest.mark.parametrize(
    ("test", "message"),
    [
        ("def test_wrong():\n    assert 1 == 2, 'not equal'\n", "test_own.py::test_wrong: AssertionError: not equal"),
        ("import nothing_here\n", "own_tests/test_own.py: ModuleNotFoundError: No module named 'nothing_here'"),
        ("import os\n\ndef test_exit():\n    os._exit(3)\n", "They ended the program: exit code 3"),
        (
            "import builtins\n\ndef test_once():\n    assert not hasattr(builtins, 'x')\n    builtins.x = 1\n",
            "This test passes in the first run, and fails in a later run. What do your tests leave behind?",
        ),
        pytest.param(SLOW, "8 runs need more than 10 s of processor time.", marks=pytest.mark.nightly),
    ],
)
def test_a_suite_that_does_not_pass_is_explained(flask_site: NotesSite, test: str, message: str) -> None:
    shutil.rmtree(flask_site.folder / "own_tests", ignore_errors=True)
    (flask_site.folder / "own_tests").mkdir()
    (flask_site.folder / "own_tests" / "test_own.py").write_text(test)

    ran = flask_site.run("{python}", "-m", "tests.fault_runs")

    assert ran.code == 1
    assert message in ran.text_out


def test_a_fault_can_be_seen(flask_site: NotesSite) -> None:
    flask_site.use_suite("solution")

    faulty = flask_site.run("{python}", "-m", "tests.fault_runs", "reversed", "-q")
    unknown = flask_site.run("{python}", "-m", "tests.fault_runs", "wrong")

    assert faulty.code == 1
    assert "1 failed, 3 passed" in faulty.text_out
    assert unknown.code == 2
    assert 'Unknown fault "wrong". Use one of: missing, reversed,' in unknown.text_out


def test_own_tests_are_not_run_twice(flask_site: NotesSite) -> None:
    flask_site.use_suite("solution")
    (flask_site.folder / "tests" / "test_mine.py").write_text("def test_mine():\n    pass\n")

    own = starterkit("check", "--json", cwd=flask_site.folder).json["own"]

    assert [test["id"] for test in own] == ["tests/test_mine.py::test_mine"]
    (flask_site.folder / "tests" / "test_mine.py").unlink()


@pytest.mark.parametrize("name", ["fault_runs.py", "test_01_your_own_tests.py"])
def test_the_python_frameworks_share_the_runner(name: str) -> None:
    files = {NOTES / framework / "steps" / STEP / "given" / "tests" / name for framework in FRAMEWORKS[:3]}

    assert len({file.read_bytes() for file in files}) == 1
