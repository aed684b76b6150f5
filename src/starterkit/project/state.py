"""Where a project stands: the committed `.starterkit.yml`, and what this machine alone remembers.

`.starterkit.yml` is the only state that is committed. What belongs to one machine (the last check, the hints shown,
the undo line) lies in `starterkit/` inside the git directory and can be lost without harm.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starterkit.errors import FileError
from starterkit.git.objects import FILE, File
from starterkit.git.worktree import write_file
from starterkit.textfile import ConflictMarkersError
from starterkit.yamlfile import parse

STATE_FILE = ".starterkit.yml"
ANSWERS_FILE = ".copier-answers.yml"
STATE_FORMAT = 1
_CHECKS_KEPT = 8
_HEXADECIMAL = frozenset("0123456789abcdef")
_MEND = "starterkit writes this file; get its last good version back with `git checkout HEAD -- .starterkit.yml`."
_MEND_MERGE = (
    "Take git's merge back (`git merge --abort`, in a rebase `git rebase --abort`), and let `starterkit pull` do it: "
    "it knows where the two meet. Where no merge is under way: `git checkout HEAD -- .starterkit.yml`."
)


@dataclass(frozen=True)
class State:
    """Which path a project follows and where on it it stands.

    `template` is `starterkit:flask` for a bundled one. `path` and `texts` are the ids of the two refs. `step` is a
    step's full name or `base`; `solved` tells whether its reference solution was carried in (base counts as solved).
    """

    template: str
    version: str
    path: str
    texts: str
    step: str
    solved: bool


def read_state(data: bytes) -> State:
    """Read `.starterkit.yml`. Raises `FileError` with the line and how to get the file back."""
    try:
        keys = parse(data, STATE_FILE).mapping(("format", "template", "version", "path", "texts", "step", "state"))
        keys["format"].integer(STATE_FORMAT, STATE_FORMAT)
        for name in ("path", "texts"):
            id = keys[name].text()
            if len(id) != 40 or not set(id) <= _HEXADECIMAL:
                raise keys[name].wrong("expected the 40 hexadecimal digits of a git id")
        return State(
            template=keys["template"].text(),
            version=keys["version"].text(),
            path=keys["path"].text(),
            texts=keys["texts"].text(),
            step=keys["step"].text(),
            solved=keys["state"].choice(("given", "solved")) == "solved",
        )
    except FileError as wrong:
        fix = _MEND_MERGE if isinstance(wrong, ConflictMarkersError) else _MEND
        raise FileError(wrong.file, wrong.line, wrong.message.partition(": ")[2], fix) from wrong


def state_bytes(state: State) -> bytes:
    """Return `.starterkit.yml` for a state.

    A line that never changes stands between the path and the place on it: git merges a corrected path with a step that
    was begun meanwhile, as it would not where the two were neighbours.
    """
    return (
        "# Written by starterkit: where this project stands on its path. Commit it, do not edit it.\n"
        f"format: {STATE_FORMAT}\n"
        f"template: {json.dumps(state.template)}\n"
        f"version: {json.dumps(state.version)}\n"
        f"path: {json.dumps(state.path)}\n"
        f"texts: {json.dumps(state.texts)}\n"
        "# How far it has come:\n"
        f"step: {json.dumps(state.step)}\n"
        f"state: {'solved' if state.solved else 'given'}\n"
    ).encode()


@dataclass(frozen=True)
class RememberedCheck:
    """A check on this machine: of which tree, for which step, and which tests were green and red.

    `obstacle` says in one line what stood in the way of many tests, where no hint would help ("" elsewhere).
    """

    tree: str
    step: str
    green: tuple[str, ...]
    red: tuple[str, ...]
    seconds: float
    blocker: str = ""

    @property
    def is_green(self) -> bool:
        return not self.red and bool(self.green)


def _check(found: Mapping[str, Any]) -> RememberedCheck:
    return RememberedCheck(
        tree=str(found["tree"]),
        step=str(found["step"]),
        green=tuple(map(str, found["green"])),
        red=tuple(map(str, found["red"])),
        seconds=float(found["seconds"]),
        blocker=str(found.get("obstacle", "")),
    )


@dataclass(frozen=True)
class LocalState:
    """What this machine remembers of a project, as small JSON files; a damaged or missing one counts as empty."""

    folder: Path

    def last_check(self) -> RememberedCheck | None:
        """Return the last check, or None."""
        return next(reversed(self._checks()), None)

    def check_of(self, tree: str, step: str) -> RememberedCheck | None:
        """Return the last check of exactly this tree at this step, or None."""
        return next((one for one in reversed(self._checks()) if (one.tree, one.step) == (tree, step)), None)

    def remember_check(self, check: RememberedCheck) -> None:
        """Remember a check as the last one."""
        self._write_checks([*self._checks(), check][-_CHECKS_KEPT:])

    def go_back_to(self, tree: str, step: str) -> None:
        """Forget the checks of what came after this tree: what they saw as green is undone."""
        checks = self._checks()
        while checks and checks[-1].step == step and checks[-1].tree != tree:
            checks.pop()
        self._write_checks(checks)

    def _checks(self) -> list[RememberedCheck]:
        found = self._read("check").get("checks")
        try:
            return [_check(one) for one in found] if isinstance(found, list) else []
        except (AttributeError, KeyError, TypeError, ValueError):
            return []

    def _write_checks(self, checks: list[RememberedCheck]) -> None:
        self.write("check", {"checks": [vars(one) for one in checks]})

    def bundle(self) -> str:
        """Return the place of the bundle that packages come from, or an empty text."""
        found = self._read("bundle").get("folder")
        return found if isinstance(found, str) else ""

    def remember_bundle(self, folder: str) -> None:
        """Remember the place of the bundle that packages come from; an empty text forgets it."""
        self.write("bundle", {"folder": folder})

    def hints_shown(self, step: str) -> dict[str, int]:
        """Return how many hints of each test of a step were shown."""
        found = self._read("hints").get(step)
        return {str(test): int(count) for test, count in found.items()} if isinstance(found, dict) else {}

    def remember_hint(self, step: str, test: str, count: int) -> None:
        """Remember that `count` hints of a test were shown."""
        everything = self._read("hints")
        everything[step] = {**self.hints_shown(step), test: count}
        self.write("hints", everything)

    def write(self, name: str, value: Mapping[str, Any]) -> None:
        """Write one of the files in one step."""
        self.folder.mkdir(parents=True, exist_ok=True)
        write_file(self.folder, f"{name}.json", File(FILE, json.dumps(value).encode()))

    def _read(self, name: str) -> dict[str, Any]:
        try:
            found = json.loads((self.folder / f"{name}.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return found if isinstance(found, dict) else {}
