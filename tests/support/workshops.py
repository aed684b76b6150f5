"""Workshops for tests: made once with the smallest template, copied for each test, and what people in them do."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from starterkit.__main__ import main
from starterkit.workshop import events as event_log
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.store import open_workshop
from tests.support.commands import starterkit

TINY = Path(__file__).parents[1] / "templates" / "tiny"
ROSTER = """\
name,email,login,team
Ada Lovelace,ada@example.org,ada,
Grace Hopper,grace@example.org,grace,
Jean Bartik,jean@example.org,jean,ENIAC
Kay McNulty,kay@example.org,kay,ENIAC
"""
FOLDERS = ("ada-lovelace", "grace-hopper", "eniac")


@dataclass(frozen=True)
class Room:
    """A workshop on disk."""

    folder: Path

    @property
    def opened(self) -> Workshop:
        return open_workshop(self.folder)

    def person(self, folder: str) -> Person:
        return next(person for person in self.opened.people if person.folder == folder)

    def repository(self, folder: str) -> Path:
        return self.folder / "repos" / f"{folder}.git"

    def clone(self, folder: str, goal: Path) -> Path:
        git("clone", "-q", "--no-local", str(self.repository(folder)), str(goal), cwd=self.folder)
        return goal

    def events(self, folder: str) -> list[dict[str, Any]]:
        return event_log.read(self.opened, self.person(folder))

    def notes(self, folder: str, *events: Mapping[str, Any]) -> None:
        """Append to what is known of a person."""
        for event in events:
            event_log.append(self.opened, self.person(folder), event)

    def edits(self, old: str, new: str) -> None:
        """Replace a text in workshop.yml, exactly once."""
        file = self.folder / "workshop.yml"
        text = file.read_text(encoding="utf-8")
        assert text.count(old) == 1, (old, text)
        file.write_text(text.replace(old, new), encoding="utf-8")


def said(capsys: pytest.CaptureFixture[str], *args: str, code: int) -> str:
    """Run a command within this process, which is quicker; return what it told on standard error, as one line."""
    return " ".join(ran(capsys, *args, code=code)[1].split())


def ran(capsys: pytest.CaptureFixture[str], *args: str, code: int = 0) -> tuple[str, str]:
    """Run a command within this process; return its answer and what it told on standard error."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        ended = main(args)
    finally:
        for number, handler in handlers.items():
            signal.signal(number, handler)
    told = capsys.readouterr()
    assert ended == code, (args, told)
    return told.out, told.err


def git(*args: str, cwd: Path, code: int = 0) -> str:
    done = subprocess.run(["git", *args], cwd=cwd, capture_output=True, check=False)
    assert done.returncode == code, (args, done.stdout, done.stderr)
    return os.fsdecode(done.stdout)


def commit(folder: Path, files: Mapping[str, str], message: str = "my work", *, when: str = "") -> str:
    """Write files, commit them, and return the commit's id; `when` is its date."""
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    git("add", "-A", cwd=folder)
    dated = {"GIT_COMMITTER_DATE": when, "GIT_AUTHOR_DATE": when} if when else {}
    words = ["git", "commit", "-q", "--allow-empty", "-m", message]
    subprocess.run(words, cwd=folder, check=True, env={**os.environ, **dated})
    return git("rev-parse", "HEAD", cwd=folder).strip()


# A text of the smallest template's site, and what a correction makes of it.
FOOTER = ("project/conduit/app.py", "made by hand", "made with care")


def corrected_template(folder: Path, *changes: tuple[str, str, str]) -> Path:
    """Make a corrected template in a folder: these texts replaced in these files of it."""
    shutil.copytree(TINY, folder, dirs_exist_ok=True)
    for name, old, new in changes:
        text = (folder / name).read_text(encoding="utf-8")
        assert old in text, name
        (folder / name).write_text(text.replace(old, new), encoding="utf-8")
    return folder


def push_fix(room: Room, template: Path, *more: str, code: int = 0) -> dict[str, dict[str, object]]:
    ran = starterkit("workshop", "push-fix", "--template", str(template), "--json", *more, cwd=room.folder, code=code)
    return {one["folder"]: one for one in ran.json["people"]}


def copied_room(made: Path, goal: Path) -> Room:
    shutil.copytree(made, goal)
    return Room(goal)


def files_of(folder: Path) -> dict[str, bytes]:
    """All files below a folder by their relative paths."""
    return {str(file.relative_to(folder)): file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file()}


def graded(commit: str, verdict: str = "red", *, first_red: str | None = "test_one", **more: Any) -> dict[str, Any]:
    """A line of results as `grade` writes it."""
    tests = [
        {"test": "test_greets", "sentence": "It greets.", "step": "base", "outcome": "passed", "message": ""},
        {
            "test": "test_one",
            "sentence": "One comes first.",
            "step": "01-one",
            "outcome": "passed" if verdict == "green" else "failed",
            "message": "",
        },
    ]
    event = {
        "kind": "graded",
        "at": "2026-11-23T10:00:00+00:00",
        "commit": commit,
        "committed": "2026-11-23T09:00:00+00:00",
        "step": "01-one",
        "tests": "abc",
        "results": tests,
        "first_red": None if verdict == "green" else first_red,
        "verdict": verdict,
        "why": "",
        "seconds": 0.5,
        "late": False,
        "sandbox": "bubblewrap",
    }
    return {**event, **more}


def collected(commit: str | None, committed: str = "2026-11-23T09:00:00+00:00", **more: Any) -> dict[str, Any]:
    """A line of results as `collect` writes it."""
    about = {"branch": "main", "step": "01-one", "solved": False, "begun": True, "refs": commit}
    event = {"kind": "collected", "at": committed, "reached": True, "why": "", "commit": commit, "committed": committed}
    return {**event, **about, **more}
