"""Generated projects that tests share: made once for a whole run, copied for each test."""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path


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


@dataclass(frozen=True)
class Counts:
    """How many tests the generated project has: at its base, new in its first step, and both."""

    base: int
    new: int

    @property
    def both(self) -> int:
        return self.base + self.new
