"""`starterkit add` on the screen and as JSON; how packages are chosen and installed is tested in tests/project."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.commands import starterkit
from tests.support.learners import make_project
from tests.support.pantries import stock, write_pantry
from tests.support.projects import Index

pytestmark = pytest.mark.slow


@pytest.fixture
def kitchen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A small site whose packages come from an index of the test."""
    index = Index()
    stock(index)
    monkeypatch.setenv("UV_DEFAULT_INDEX", index.url)
    monkeypatch.setenv("UV_CACHE_DIR", str(tmp_path / "cache"))
    yield make_project(tmp_path / "site", write_pantry(tmp_path / "pantry")).folder
    index.stop()


def test_the_screen_shows_what_was_added_and_how_to_revert_it(kitchen: Path) -> None:
    ran = starterkit("add", "soup", cwd=kitchen)

    assert ran.out.startswith("ok  Added soup 1.0 to pyproject.toml.\nChanged: pyproject.toml, requirements.txt\n")
    assert re.search(r"Choosing the versions of soup …\n(.*\n)*Installing soup …\n", ran.err)
    assert starterkit("undo", cwd=kitchen).out.startswith("ok  Undid `starterkit add soup`.")
    assert "soup" not in (kitchen / "pyproject.toml").read_text("utf-8")


def test_a_declared_package_is_named(kitchen: Path) -> None:
    answer = starterkit("add", "Bread", "soup", "--dev", "--json", cwd=kitchen).json

    assert answer["added"] == [{"name": "soup", "entry": "soup>=1.0", "dev": True, "versions": ["1.0"]}]
    assert answer["known"] == [{"name": "bread", "entry": "bread", "dev": False, "versions": ["1.0"]}]
    assert (answer["changed"], answer["next"]) == (["pyproject.toml", "requirements.txt"], "check")
    shown = starterkit("add", "soup", "bread", cwd=kitchen).out
    assert shown.startswith(
        "ok  soup 1.0 is already in pyproject.toml for development.\nok  bread 1.0 is already in pyproject.toml.\n"
    )


def test_an_unknown_package_ends_with_an_error(kitchen: Path) -> None:
    answer = starterkit("add", "soop", "--json", cwd=kitchen, code=2).json

    assert answer["error"]["message"] == 'Unknown package "soop". Nothing was changed.'
    assert starterkit("add", cwd=kitchen, code=2).err.startswith("Error: ")
