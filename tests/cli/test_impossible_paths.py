"""A path that nothing can have, or that leads to the wrong kind of thing, is bad input in every command."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from starterkit.__main__ import main
from tests.support.commands import loaded_command_line, starterkit
from tests.support.sites import made_once

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="the names are those of POSIX systems")]

TINY = Path(__file__).parents[1] / "templates" / "tiny"
LONG = "n" * 300
IMPOSSIBLE = {
    "a long name": LONG,
    "a long name below a missing folder": f"missing/{LONG}/x",
    "a long path": "/".join(["folder"] * 1000),
    "a NUL": "a\0b",
    "a loop of links": "loop",
    "below a loop of links": "loop/x",
    "below a file": "file.txt/x",
    "below a file, with ..": "file.txt/../x",
    "an unknown user": "~nosuchuser/x",
}
IN_A_PROJECT, IN_A_WORKSHOP = "site", "room"
# The metavars of the parameters that take a path; under OTHERS are those that take a name all the same.
METAVARS = {"FOLDER", "PLACE", "FILE", "DIR", "DEST", "ROSTER", "TEMPLATE", "FROM"}
OTHERS = {("solve", "files")}
NEW = ("-f", "flask", "--defaults", "--no-install")
ROOM = ("people.csv", "new-room", "-f", "flask")
# How each of them is typed: {} stands for the path, and in front is the folder to type it in.
TYPED: dict[tuple[str, str], tuple[str, ...]] = {
    ("", "folder"): (".", "-C", "{}", "status"),
    ("choose", "template"): (".", "choose", "--defaults", "--template", "{}"),
    ("choose", "html"): (".", "choose", "--defaults", "--html", "{}"),
    ("new", "destination"): (".", "new", "{}", *NEW),
    ("new", "template"): (".", "new", "new", "--template", "{}", "--defaults", "--no-install"),
    ("new", "bundle"): (".", "new", "new", *NEW, "--bundle", "{}"),
    ("pull", "source"): (IN_A_PROJECT, "pull", "{}"),
    ("workshop create", "roster"): (".", "workshop", "create", "{}", "new-room", "-f", "flask"),
    ("workshop create", "folder"): (".", "workshop", "create", "people.csv", "{}", "-f", "flask"),
    ("workshop create", "template"): (".", "workshop", "create", "people.csv", "new-room", "--template", "{}"),
    ("workshop create", "zips"): (".", "workshop", "create", *ROOM, "--zip", "{}"),
    ("workshop create", "folders"): (".", "workshop", "create", *ROOM, "--folders", "{}"),
    ("workshop status", "html"): (IN_A_WORKSHOP, "workshop", "status", "--html", "{}"),
    ("workshop import", "roster"): (".", "workshop", "import", "{}", "new-room", "-f", "flask"),
    ("workshop import", "folder"): (".", "workshop", "import", "classroom.csv", "{}", "-f", "flask"),
    ("workshop import", "template"): (".", "workshop", "import", "classroom.csv", "new-room", "--template", "{}"),
    ("workshop push-fix", "template"): (IN_A_WORKSHOP, "workshop", "push-fix", "--template", "{}"),
    ("workshop bundle", "folder"): (".", "workshop", "bundle", "{}", "-f", "flask"),
    ("workshop bundle", "template"): (".", "workshop", "bundle", "stick", "--template", "{}"),
    ("template new", "name"): (".", "template", "new", "{}"),
    ("template new", "destination"): (".", "template", "new", "mine", "{}"),
    ("template add-step", "template"): (".", "template", "add-step", "{}", "tags"),
    ("template open", "template"): (".", "template", "open", "{}", "new"),
    ("template open", "destination"): (".", "template", "open", "tiny", "{}"),
    ("template save", "folder"): (".", "template", "save", "{}"),
    ("template save", "to"): (".", "template", "save", "opened", "--to", "{}"),
    ("template outdated", "template"): (".", "template", "outdated", "{}"),
    ("template pin", "template"): (".", "template", "pin", "{}"),
    ("template validate", "names"): (".", "template", "validate", "{}"),
    ("template validate", "junit"): (".", "template", "validate", "tiny", "--only", "schema", "--junit", "{}"),
    ("template matrix", "names"): (".", "template", "matrix", "{}"),
}
# Where the path must lead to a folder, a file is wrong, and the other way round.
FILES = {"html", "junit", "roster"}


@pytest.fixture(scope="session")
def made_world(shared: Path, made_workshop: Path) -> Path:
    """A folder with a project, a workshop, a template and what is wrong; not to be changed: take `world`."""

    def make(place: Path) -> None:
        place.mkdir()
        starterkit("new", IN_A_PROJECT, *NEW, cwd=place)
        shutil.copytree(TINY, place / "tiny")
        starterkit("template", "open", "tiny", "opened", cwd=place)
        shutil.copytree(made_workshop, place / IN_A_WORKSHOP, symlinks=True)
        (place / "people.csv").write_text("name\nAda\n")
        (place / "classroom.csv").write_text(
            '"identifier","github_username","github_id","name"\n"ada","ada","1","Ada"\n'
        )

    return made_once(shared / "world", make)


@pytest.fixture
def world(made_world: Path, tmp_path: Path) -> Path:
    place = tmp_path / "world"
    shutil.copytree(made_world, place, symlinks=True)
    for folder in (place, place / IN_A_PROJECT, place / IN_A_WORKSHOP):
        (folder / "loop").symlink_to("loop")
        (folder / "file.txt").write_text("")
        (folder / "folder").mkdir()
    return place


def paths_taken() -> Iterator[tuple[str, str]]:
    """Every parameter that takes a path: its command and its name."""

    def commands(group: Any, before: str) -> Iterator[tuple[str, Any]]:
        yield before.strip(), group
        for name, command in getattr(group, "commands", {}).items():
            yield from commands(command, f"{before}{name} ")

    for name, command in commands(loaded_command_line(), ""):
        for param in command.params:
            if (param.metavar or "").strip("[].") in METAVARS and (name, param.name) not in OTHERS:
                yield name, param.name


def test_every_parameter_that_takes_a_path_is_tried_here() -> None:
    assert set(paths_taken()) <= set(TYPED)


@pytest.mark.parametrize("taken", TYPED, ids=" ".join)
def test_a_path_that_cannot_be_is_bad_input(
    taken: tuple[str, str], world: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, *words = TYPED[taken]
    monkeypatch.chdir(world / folder)
    before = listing(world)
    wrong_kind = "folder" if taken[1] in FILES else "file.txt"
    fell_short = []
    for kind, path in {**IMPOSSIBLE, "the wrong kind": wrong_kind}.items():
        code = main([path if word == "{}" else word for word in words])

        shown = capsys.readouterr()
        said = " ".join(shown.err.split())
        if code != 2 or "Error: " not in said or listing(world) != before:
            fell_short.append(f"{kind}: exit code {code}: {said[-300:]} {sorted(set(listing(world)) ^ set(before))}")
    assert fell_short == []


def listing(folder: Path) -> list[Path]:
    """All files and folders, without git's own."""
    return sorted(entry for entry in folder.rglob("*") if ".git" not in entry.parts)
