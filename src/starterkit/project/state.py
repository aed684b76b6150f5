"""The state of a project: the committed `.starterkit.yml`, and this machine's own data.

Only `.starterkit.yml` is committed. The data of one machine is in `starterkit/` in the git directory. It holds
the last check, the hints shown and the undo history, and can be lost without harm.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import Any

from starterkit.errors import FileError
from starterkit.git.objects import FILE, FULL_ID, File
from starterkit.git.worktree import write_file
from starterkit.template.model import FIRST_EDITION
from starterkit.testing.results import CheckResult, TestResult
from starterkit.textfile import ConflictMarkersError
from starterkit.yamlfile import parse

STATE_FILE = ".starterkit.yml"
ANSWERS_FILE = ".copier-answers.yml"
STATE_FORMAT = 1
_CHECKS_KEPT = 8
_MARKERS = "markers"
_STRETCH_PASSED = "stretch_passed"
_EDITION = "edition"
_MEND = "starterkit writes this file. Restore its last good version: `git checkout HEAD -- .starterkit.yml`."
_MEND_MERGE = (
    "Abort the merge: `git merge --abort` or `git rebase --abort`. Then type `starterkit pull`, which can merge this "
    "file. If no merge is in progress, type `git checkout HEAD -- .starterkit.yml`."
)


@dataclass(frozen=True)
class State:
    """The content of `.starterkit.yml`: the learning path of a project, and the current step.

    `template` is for example `starterkit:flask`. `version` is the starterkit version that wrote the path. `path` and
    `texts` are the commit ids of `refs/starterkit/path` and `refs/starterkit/template`. `step` is a step's full name or
    `base`. `solved` means that the step's solution was merged (base counts as solved). `edition` is the edition of the
    path. The file leaves it out for the first edition, so earlier versions of starterkit can read the file.
    `stretch_passed` are the stretch tests that passed when a step ended. If such a test fails later, the failure
    counts.
    """

    template: str
    version: str
    path: str
    texts: str
    step: str
    solved: bool
    stretch_passed: tuple[str, ...] = ()
    edition: int = FIRST_EDITION


def read_state(data: bytes) -> State:
    """Parse `.starterkit.yml`. Raises `FileError` with the wrong line and how to restore the file."""
    try:
        names = ("format", "template", "version", "path", "texts", "step", "state")
        keys = parse(data, STATE_FILE).mapping(names, (_EDITION, _STRETCH_PASSED))
        keys["format"].integer(STATE_FORMAT, STATE_FORMAT)
        for name in ("path", "texts"):
            if not FULL_ID.fullmatch(keys[name].text()):
                raise keys[name].wrong("expected the 40 hexadecimal digits of a git id")
        texts = {name: keys[name].text() for name in ("template", "version", "path", "texts", "step")}
        solved = keys["state"].choice(("given", "solved")) == "solved"
        passed = keys[_STRETCH_PASSED].texts() if _STRETCH_PASSED in keys else ()
        edition = keys[_EDITION].integer(1, 999) if _EDITION in keys else FIRST_EDITION
        return State(**texts, solved=solved, stretch_passed=passed, edition=edition)
    except FileError as wrong:
        fix = _MEND_MERGE if isinstance(wrong, ConflictMarkersError) else _MEND
        raise FileError(wrong.file, wrong.line, wrong.message.partition(": ")[2], fix) from wrong


def state_bytes(state: State) -> bytes:
    """Return the content of `.starterkit.yml`.

    A comment line separates the path from the step. So git can merge a change of the path with a change of the step.
    """
    edition = f"{_EDITION}: {state.edition}\n" if state.edition != FIRST_EDITION else ""
    passed = f"{_STRETCH_PASSED}: {json.dumps(state.stretch_passed, ensure_ascii=False)}\n"
    return (
        "# Written by starterkit: the learning path of this project and its present step. Commit this file, but "
        f"don't edit it.\nformat: {STATE_FORMAT}\ntemplate: {json.dumps(state.template)}\nversion: "
        f"{json.dumps(state.version)}\n{edition}path: {json.dumps(state.path)}\ntexts: {json.dumps(state.texts)}\n"
        f"# How far it has come:\nstep: {json.dumps(state.step)}\nstate: {'solved' if state.solved else 'given'}\n"
        f"{passed if state.stretch_passed else ''}"
    ).encode()


def markers_entry(files: Sequence[str]) -> dict[str, Any]:
    """Return the entry of `Plan.memory` that remembers which files have conflict markers."""
    return {_MARKERS: {"files": list(files)}}


@dataclass(frozen=True)
class RememberedCheck:
    """The result of a check, as one machine remembers it.

    `tree` is the id of the checked files (`WorkingTree.id`). `green` and `red` are the ids of passing and failing tests
    that count. `stretch_green` and `stretch_red` are the stretch tests that don't count. `blocker` is one line about a
    problem that stops many tests and that no hint solves, or "". `causes` has the failing tests in groups with the same
    message. The test to start with comes first. `test_seconds` are the durations of the tests by id.
    """

    tree: str
    step: str
    green: tuple[str, ...]
    red: tuple[str, ...]
    seconds: float
    blocker: str = ""
    causes: tuple[tuple[str, ...], ...] = ()
    test_seconds: Mapping[str, float] = field(default_factory=dict)
    stretch_green: tuple[str, ...] = ()
    stretch_red: tuple[str, ...] = ()

    @classmethod
    def of(cls, tree: str, result: CheckResult) -> RememberedCheck:
        """Return what to remember about a result for the files of `tree`."""
        return cls(
            tree,
            result.step,
            green=_ids(each for each in result.core if each.is_green),
            red=_ids(result.red),
            seconds=result.seconds,
            blocker=result.blocker,
            causes=tuple(map(_ids, result.causes)),
            test_seconds={each.test.id: round(each.seconds, 3) for each in result.results if each.seconds},
            stretch_green=_ids(each for each in result.stretch if each.is_green),
            stretch_red=_ids(chain.from_iterable(result.stretch_causes)),
        )

    @property
    def is_green(self) -> bool:
        return not self.red and bool(self.green)

    @property
    def passing(self) -> tuple[str, ...]:
        """The ids of all passing tests."""
        return (*self.green, *self.stretch_green)


def _ids(results: Iterable[TestResult]) -> tuple[str, ...]:
    return tuple(each.test.id for each in results)


def _check(entry: Mapping[str, Any]) -> RememberedCheck:
    return RememberedCheck(
        tree=str(entry["tree"]),
        step=str(entry["step"]),
        green=tuple(map(str, entry["green"])),
        red=tuple(map(str, entry["red"])),
        seconds=float(entry["seconds"]),
        blocker=str(entry.get("obstacle", "")),
        causes=tuple(tuple(map(str, cause)) for cause in entry.get("causes", ())),
        test_seconds={str(test): float(seconds) for test, seconds in entry.get("test_seconds", {}).items()},
        stretch_green=tuple(map(str, entry.get("stretch_green", ()))),
        stretch_red=tuple(map(str, entry.get("stretch_red", ()))),
    )


@dataclass(frozen=True)
class LocalState:
    """This machine's data about a project, in small JSON files. A damaged or missing file counts as empty."""

    folder: Path

    def last_check(self) -> RememberedCheck | None:
        """Return the most recent check, or None."""
        return next(reversed(self._checks()), None)

    def check_of(self, tree: str, step: str) -> RememberedCheck | None:
        """Return the last check of the files with the id `tree` at this step, or None."""
        return next((check for check in reversed(self._checks()) if (check.tree, check.step) == (tree, step)), None)

    def remember_check(self, check: RememberedCheck) -> None:
        """Save a check as the most recent one."""
        self._write_checks([*self._checks(), check][-_CHECKS_KEPT:])

    def go_back_to(self, tree: str, step: str) -> None:
        """After an undo, forget this step's checks that are newer than the last check of `tree`.

        `tree` is the id of the restored files. So the most recent check is about these files again.
        """
        checks = self._checks()
        while checks and checks[-1].step == step and checks[-1].tree != tree:
            checks.pop()
        self._write_checks(checks)

    def _checks(self) -> list[RememberedCheck]:
        entries = self._read("check").get("checks")
        try:
            return list(map(_check, entries)) if isinstance(entries, list) else []
        except (AttributeError, KeyError, TypeError, ValueError):
            return []

    def _write_checks(self, checks: list[RememberedCheck]) -> None:
        # For compatibility with earlier versions, the file stores the blocker under the key "obstacle".
        entries = [
            {"obstacle" if name == "blocker" else name: value for name, value in vars(check).items()}
            for check in checks
        ]
        self.write("check", {"checks": entries})

    def bundle(self) -> str:
        """Return the path of the remembered bundle folder, or ""."""
        folder = self._read("bundle").get("folder")
        return folder if isinstance(folder, str) else ""

    def remember_bundle(self, folder: str) -> None:
        """Remember the path of the bundle folder ("" forgets it)."""
        self.write("bundle", {"folder": folder})

    def hints_shown(self, step: str) -> dict[str, int]:
        """Return the number of hints shown for each test of a step."""
        counts = self._read("hints").get(step)
        return {str(test): int(count) for test, count in counts.items()} if isinstance(counts, dict) else {}

    def in_conflict(self) -> tuple[str, ...]:
        """Return the files in which the last `--markers` left conflict markers. The markers may be gone now."""
        files = self._read(_MARKERS).get("files")
        return tuple(map(str, files)) if isinstance(files, list) else ()

    def remember_hint(self, step: str, test: str, count: int) -> None:
        """Remember that `count` hints of a test were shown."""
        self.write("hints", {**self._read("hints"), step: {**self.hints_shown(step), test: count}})

    def is_lesson_opened(self, step: str) -> bool:
        """True if this machine has already shown the lesson of a step."""
        return bool(self._read("lessons").get(step))

    def remember_lesson(self, step: str) -> None:
        """Remember that this machine has shown the lesson of a step."""
        if not self.is_lesson_opened(step):
            self.write("lessons", {**self._read("lessons"), step: True})

    def is_edition_shown(self, edition: int) -> bool:
        """True if this machine has already shown that this other edition of the path is installed."""
        return self._read(_EDITION).get("shown") == edition

    def remember_edition(self, edition: int) -> None:
        """Remember that this machine has shown that this other edition of the path is installed."""
        self.write(_EDITION, {"shown": edition})

    def write(self, name: str, value: Mapping[str, Any]) -> None:
        """Write the JSON file `name` (without `.json`) completely or not at all."""
        write_file(self.folder, f"{name}.json", File(FILE, json.dumps(value).encode()))

    def _read(self, name: str) -> dict[str, Any]:
        try:
            value = json.loads((self.folder / f"{name}.json").read_bytes())
        except (OSError, ValueError):
            return {}
        return value if isinstance(value, dict) else {}
