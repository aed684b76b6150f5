"""Generated projects that tests share: made once for a whole run, copied for each test; and how one is served."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from starterkit.git.objects import File
from starterkit.git.worktree import write_file
from starterkit.project.project import Project
from tests.support.commands import PROGRAM, environment


def made_once(place: Path, make: Callable[[Path], None]) -> Path:
    """Let one worker make a project; the others wait for it."""
    done, failed = place.with_suffix(".done"), place.with_suffix(".failed")
    try:
        place.with_suffix(".begun").mkdir()
    except FileExistsError:
        while not (done.exists() or failed.exists()):
            time.sleep(0.1)
        assert done.exists(), "another worker could not make the project"
        return place
    try:
        make(place)
    except BaseException:
        failed.touch()
        raise
    done.touch()
    return place


def copy_of(project: Path, place: Path) -> Path:
    """Copy a project; the copy shares the environment of the original."""
    shutil.copytree(project, place, symlinks=True, ignore=shutil.ignore_patterns(".venv", "__pycache__"))
    (place / ".venv").symlink_to((project / ".venv").resolve(), target_is_directory=True)
    with (place / ".git" / "info" / "exclude").open("a", encoding="utf-8") as exclude:
        exclude.write(".venv\n")  # the project ignores a folder of that name, and this is a link
    return place


def lay_solution(project: Project, step: str) -> None:
    """Lay the files of a step's solution over the project's; what else is there stays."""
    for path, entry in project.path.layer(step, solved=True).items():
        write_file(project.folder, path, File(entry.mode, project.repository.reader.blob(entry.id)))


@dataclass(frozen=True)
class Counts:
    """How many tests the generated project has: at its base, new in its first step, and both. And stretch tests."""

    base: int
    new: int
    stretch: int

    @property
    def both(self) -> int:
        return self.base + self.new


@contextmanager
def running(*args: str, cwd: Path) -> Iterator[str]:
    """A site that is served while the block runs; gives its address. Ended as from outside."""
    process = subprocess.Popen(
        [*PROGRAM, "run", *args],
        cwd=cwd,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    try:
        yield next(line.split()[4] for line in process.stdout if line.startswith("Your site is at "))
        process.send_signal(signal.SIGTERM if os.name == "posix" else signal.CTRL_BREAK_EVENT)
        assert process.wait(30) == 130
    finally:
        process.kill()
        process.stdout.close()
