"""Run a command in a project and stop it at its N-th write: by SIGKILL, or by an error as a full disk gives it.

Or let it run and copy the project before each write: what lies on disk then is what a kill there leaves. Copies that
would be the same as the one before are not made.

Started once, this reads one order a line from its standard input and runs each in a child of its own (an audit hook
cannot be taken out again): `{"folder": …, "command": …, "at": N, "how": "kill"|"fail"|"record", "place": …}` is
answered by `{"ended": …, "writes": …, "error": …}`.
"""

from __future__ import annotations

import errno
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from starterkit.git.merge import Resolution
from tests.support.learners import TEMPLATES, Learner, make_project

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
EVENTS = frozenset(
    f"os.{name}" for name in ("rename", "remove", "rmdir", "mkdir", "symlink", "link", "chmod", "utime", "truncate")
) | {"subprocess.Popen"}


def new(learner: Learner) -> None:
    make_project(learner.folder / "made/for/it/site", TEMPLATES / "tiny")


def new_in_a_folder(learner: Learner) -> None:
    make_project(learner.folder / "empty", TEMPLATES / "tiny")


COMMANDS: dict[str, Callable[[Learner], object]] = {
    "next": lambda learner: learner.next(),
    "solve": lambda learner: learner.solve(settle=Resolution.THEIRS),
    "replace": lambda learner: learner.solve(replace_all=True),
    "undo": lambda learner: learner.undo(),
    "forced undo": lambda learner: learner.undo(force=True),
    "redo": lambda learner: learner.redo(),
    "new": new,
    "new in a folder": new_in_a_folder,
}


def main() -> None:
    for line in sys.stdin:
        order = json.loads(line)
        if order["command"].startswith("new") and "copier" not in sys.modules:
            with tempfile.TemporaryDirectory() as place:
                make_project(Path(place) / "site", TEMPLATES / "tiny")  # the renderer is slow to import
        print(json.dumps(_answer(order)), flush=True)


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _run(order, writing)
    os.close(writing)
    with os.fdopen(reading) as stream:
        said = stream.read()
    _pid, status = os.waitpid(child, 0)
    ended = "killed" if os.WIFSIGNALED(status) else "done"
    return {"ended": ended, "writes": 0, "error": "", **(json.loads(said) if said else {})}


def _run(order: dict[str, Any], writing: int) -> None:
    error = ""
    recorder = _Recorder(Path(order["folder"]), Path(order["place"])) if order["how"] == "record" else None
    writes, is_over = 0, False

    def count(event: str, args: tuple[Any, ...]) -> None:
        nonlocal writes
        opened = event == "open" and args[0] != os.devnull and isinstance(args[2], int) and args[2] & WRITING
        if is_over or (recorder and recorder.is_busy) or not (opened or event in EVENTS):
            return
        writes += 1
        if recorder:
            recorder.record(writes)
        elif writes == order["at"] and order["how"] == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        elif writes >= order["at"] > 0 and event not in ("os.remove", "os.rmdir"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))  # from here on, as a full disk does

    sys.addaudithook(count)
    try:
        COMMANDS[order["command"]](Learner(Path(order["folder"])))
    except Exception as wrong:
        error = f"{type(wrong).__name__}: {wrong}"
    is_over = True
    os.write(writing, json.dumps({"writes": writes, "error": error}).encode())
    os._exit(0)


class _Recorder:
    def __init__(self, folder: Path, place: Path) -> None:
        self.folder, self.place, self.is_busy, self.last = folder, place, False, frozenset[tuple[object, ...]]()

    def record(self, number: int) -> None:
        self.is_busy = True
        now = frozenset(_facts(self.folder))
        if now != self.last:
            self.last = now
            shutil.copytree(self.folder, self.place / f"{number:03}", symlinks=True)
        self.is_busy = False


def _facts(folder: Path) -> Iterator[tuple[object, ...]]:
    for parent, folders, names in os.walk(folder):
        for name in (*folders, *names):
            path = f"{parent}/{name}"
            found = os.lstat(path)
            yield path, found.st_ino, found.st_mode, found.st_size, found.st_mtime_ns if name in names else 0


Ask = Callable[..., dict[str, Any]]


@pytest.fixture(scope="session")
def ask() -> Iterator[Ask]:
    runner = [sys.executable, "-m", "tests.support.killing"]
    root = str(Path(__file__).parents[2])
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "PYTHONPATH": root}
    with subprocess.Popen(runner, stdin=-1, stdout=-1, text=True, env=environment) as process:
        assert process.stdin is not None and process.stdout is not None
        orders, answers = process.stdin, process.stdout

        def answer(folder: Path, command: str, how: str, *, at: int = 0, place: Path | None = None) -> dict[str, Any]:
            order = {"folder": str(folder), "command": command, "how": how, "at": at, "place": str(place)}
            print(json.dumps(order), file=orders, flush=True)
            found: dict[str, Any] = json.loads(answers.readline())
            return found

        yield answer
        orders.close()


if __name__ == "__main__":
    main()
