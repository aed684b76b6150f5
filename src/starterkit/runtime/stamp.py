"""The stamp of an environment: what it was made from, byte for byte, and whether it is whole.

It is replaced as one, and last, so that an environment that was killed half-made is never taken for a whole one.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import NamedTuple

STAMP = "starterkit.stamp"
_FORMAT = "starterkit 1"


class Files(NamedTuple):
    """What an environment is made from, as it stands in the project."""

    declaration: bytes
    pins: bytes


class Stamp(NamedTuple):
    """What an environment was made from; `whole` is false while it is being made."""

    whole: bool
    files: Files


NOTHING = Files(b"", b"")


def read_stamp(folder: Path) -> Stamp | None:
    """Return the stamp of an environment's folder; None where there is none."""
    data = read(folder / STAMP)
    if data is None:
        return None
    head, _, rest = data.partition(b"\n")
    words = head.decode("ascii", "replace").split(" ")
    if len(words) != 4 or " ".join(words[:2]) != _FORMAT or not words[3].isdigit():
        return Stamp(False, NOTHING)
    size = int(words[3])
    return Stamp(words[2] == "whole", Files(rest[:size], rest[size:]))


def stamp_problem(folder: Path, files: Files) -> str:
    """Return why an environment isn't the one for these files, in words; "" if it is."""
    stamp = read_stamp(folder)
    if stamp is None:
        return "not created yet"
    if not stamp.whole:
        return "its creation was interrupted"
    return "" if stamp.files == files else "its packages have changed"


def write_stamp(folder: Path, stamp: Stamp | None) -> None:
    """Write the stamp of an environment's folder; None takes it away."""
    if stamp is None:
        (folder / STAMP).unlink(missing_ok=True)
        return
    head = f"{_FORMAT} {'whole' if stamp.whole else 'making'} {len(stamp.files.declaration)}\n"
    write_whole(folder / STAMP, head.encode() + stamp.files.declaration + stamp.files.pins)


def write_whole(file: Path, data: bytes) -> None:
    """Write a file so that, killed at any instant, either the old or the new one is there."""
    draft = file.with_name(f"{file.name}.starterkit-{os.getpid()}")
    try:
        draft.write_bytes(data)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def read(file: Path) -> bytes | None:
    """Return the bytes of a file; None where there is none."""
    try:
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
