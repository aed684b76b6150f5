"""`workshop similar`: who wrote alike is shown with the places, and what the path brought explains itself."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.support.commands import starterkit
from tests.support.workshops import Room, commit, git

pytestmark = pytest.mark.slow

pytest.importorskip("copydetect", reason="copydetect is not installed: it comes with the extra `similar`")

COPIED = "\n".join(
    f"def total_{name}(numbers, limit):\n    found = {number}\n    for number in numbers:\n"
    f"        if number > limit and number % {number + 2}:\n            found += number * limit - {number}\n"
    f"    return [found, limit, len(numbers)]\n"
    for number, name in enumerate(("apples", "pears", "plums", "figs"))
)
RENAMED = COPIED.replace("numbers", "values").replace("found", "sum_so_far").replace("limit", "bound")
OWN = "\n".join(
    f"class Shelf{number}:\n    width = {number}\n\n    def __init__(self, *books):\n"
    f"        self.books = dict(enumerate(books, {number}))\n\n    def __len__(self):\n"
    f"        return max((len(book) for book in self.books.values()), default={number})\n"
    for number in range(4)
)


def hand_in(room: Room, folder: str, place: Path, text: str) -> None:
    clone = room.clone(folder, place / folder)
    starterkit("next", "--no-check", cwd=clone)
    commit(clone, {"conduit/mine.py": f'"""Of {folder}."""\n\n{text}'})
    git("push", "-q", cwd=clone)


def test_a_copy_with_other_names_is_shown_with_its_places(room: Room, tmp_path: Path) -> None:
    hand_in(room, "ada-lovelace", tmp_path, COPIED)
    hand_in(room, "grace-hopper", tmp_path, RENAMED)
    hand_in(room, "eniac", tmp_path, OWN)

    ran = starterkit("workshop", "similar", "--json", cwd=room.folder).json

    assert ran["people"] == 3
    (pair,) = ran["pairs"]
    assert sorted(pair["people"]) == ["ada-lovelace", "grace-hopper"]
    assert pair["share"] > 0.8
    (place, *_) = pair["places"]
    assert place["files"] == ["conduit/mine.py", "conduit/mine.py"]
    (first, last), _ = place["lines"]
    assert 1 <= first < last <= COPIED.count("\n") + 3
    told = starterkit("workshop", "similar", cwd=room.folder).out
    assert "Similar code doesn't prove that somebody copied" in told
    assert "conduit/mine.py:" in told


def test_the_same_work_is_found_equally_alike_each_time(room: Room, tmp_path: Path) -> None:
    hand_in(room, "ada-lovelace", tmp_path, COPIED)
    hand_in(room, "grace-hopper", tmp_path, f"{RENAMED[:900]}\n\n{OWN}")
    hand_in(room, "eniac", tmp_path, OWN)
    words = ("workshop", "similar", "--at-least", "1", "--json")

    first, second = (starterkit(*words, cwd=room.folder, env={"PYTHONHASHSEED": seed}).json for seed in ("1", "2"))

    assert first == second and len(first["pairs"]) >= 2


def test_what_the_path_brought_does_not_count(room: Room, tmp_path: Path) -> None:
    for folder in ("ada-lovelace", "grace-hopper"):
        clone = room.clone(folder, tmp_path / folder)
        starterkit("next", "--no-check", cwd=clone)
        starterkit("solve", "--no-check", cwd=clone)
        git("push", "-q", cwd=clone)

    ran = starterkit("workshop", "similar", "--at-least", "1", "--json", cwd=room.folder).json

    assert ran["pairs"] == []
    # Who has nothing of their own says nothing about how alike the room is.
    assert ran["people"] == 0
    assert {(one["folder"], one["why"]) for one in ran["not_compared"]} >= {("eniac", "no own code yet")}


def test_without_the_package_it_says_what_to_install(room: Room, tmp_path: Path) -> None:
    (tmp_path / "copydetect.py").write_text("raise ImportError\n", encoding="utf-8")
    path = f"{tmp_path}:{Path(sys.modules['starterkit'].__file__ or '').parent.parent}"

    ran = starterkit("workshop", "similar", cwd=room.folder, code=4, env={"PYTHONPATH": path})

    assert "pip install copydetect" in ran.err
