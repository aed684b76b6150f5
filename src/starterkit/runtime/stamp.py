"""Read and write the stamp: a copy of the files from which an environment was created.

The stamp is written last, and completely or not at all. So if the creation of an environment was killed, the
environment never counts as complete.
"""

from __future__ import annotations

import os
import re
from pathlib import Path
from typing import NamedTuple

from starterkit.errors import FileError
from starterkit.template.model import EnvironmentSpec

NOT_CREATED = "not created yet"
STAMP = "starterkit.stamp"
_FORMAT = "starterkit 1"


class Files(NamedTuple):
    """The declaration and the pins from which an environment is created."""

    declaration: bytes
    pins: bytes


class Stamp(NamedTuple):
    """The files from which an environment was created. `whole` is false during the creation."""

    whole: bool
    files: Files


def read_files(project: Path, environment: EnvironmentSpec) -> Files:
    """Return the content of a project's declaration and pins (b"": no pins).

    Raises `FileError` if the declaration is missing.
    """
    declaration = read(project / environment.declaration)
    if declaration is None:
        raise FileError(
            environment.declaration,
            None,
            "the file with the list of packages is missing",
            f"Restore the file: `git checkout HEAD -- {environment.declaration}`.",
        )
    return Files(declaration, read(project / environment.pins) or b"")


def read_stamp(folder: Path) -> Stamp | None:
    """Return the stamp in an environment's folder, or None if there is none. A damaged stamp isn't `whole`."""
    data = read(folder / STAMP)
    if data is None:
        return None
    head, _, rest = data.partition(b"\n")
    match = re.fullmatch(rf"{_FORMAT} (\S+) (\d+)", head.decode("ascii", "replace"))
    if not match:
        return Stamp(False, Files(b"", b""))
    size = int(match[2])
    return Stamp(match[1] == "whole", Files(rest[:size], rest[size:]))


def stamp_problem(folder: Path, files: Files) -> str:
    """Return the reason why an environment doesn't fit these files, or ""."""
    stamp = read_stamp(folder)
    if stamp is None:
        return NOT_CREATED
    if not stamp.whole:
        return "its creation was interrupted"
    return "" if stamp.files == files else "its packages have changed"


def write_stamp(folder: Path, stamp: Stamp | None) -> None:
    """Write a stamp to an environment's folder. None removes the stamp."""
    if stamp is None:
        (folder / STAMP).unlink(missing_ok=True)
        return
    head = f"{_FORMAT} {'whole' if stamp.whole else 'making'} {len(stamp.files.declaration)}\n"
    write_whole(folder / STAMP, head.encode() + stamp.files.declaration + stamp.files.pins)


def write_whole(file: Path, data: bytes) -> None:
    """Write a file completely or not at all. If the process is killed, the file keeps its old content."""
    draft = file.with_name(f"{file.name}.starterkit-{os.getpid()}")
    try:
        draft.write_bytes(data)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def read(file: Path) -> bytes | None:
    """Return the bytes of a file, or None if it is missing."""
    try:
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
