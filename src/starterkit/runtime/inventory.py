"""Record the files of an environment, to find lost and damaged files later.

`is_unchanged` compares only the names of the packages, because every command calls it. `damage` checks every file. A
file may be longer than recorded, because users add lines to a package while they search for a bug.
"""

from __future__ import annotations

import json
import os
import platform
import shutil
import stat
import sys
import zlib
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from starterkit.runtime.stamp import read, write_whole

INVENTORY = "starterkit.files"
MAKING = ".starterkit-making"
NOEXEC = "doesn't allow programs to run (mounted with noexec)"
_OURS = ("starterkit.", MAKING, "__pycache__")
_LINK, _PROGRAM, _FILE = "link", "program", "file"


def write_inventory(folder: Path, roots: Sequence[str], program: str = "") -> None:
    """Record the files of an environment below `roots` ("": the whole folder), and its `program` ("": none)."""
    lines = [f"{kind} {size} {path}" for root in roots for kind, size, path in _files(folder, root)]
    _write(folder, {"platform": _platform(), "roots": list(roots), "program": program}, lines)


def update_inventory(folder: Path) -> None:
    """Record the names of the packages again, because the user may have added packages. Files aren't recorded again."""
    head, lines = _read(folder)
    _write(folder, head, lines)


def is_unchanged(folder: Path) -> bool:
    """True if the program and the recorded packages exist. This doesn't look into packages."""
    with suppress(OSError, ValueError, KeyError, TypeError), (folder / INVENTORY).open("rb") as file:
        head = json.loads(file.readline())
        return bool(head["names"] == _names(folder, head["roots"]) and head["is"] == _identity(folder, head["program"]))
    return False


def damage(folder: Path) -> str:
    """Return a description of an environment's lost and damaged files, or "" if all files are whole."""
    try:
        head, lines = _read(folder)
        if head["platform"] != _platform():
            return "it was created on another system"
        if head["is"] != _identity(folder, head["program"]):
            return f"{head['program']} was replaced"
        entries = [line.split(" ", 2) for line in lines]
        damaged = [path for kind, size, path in entries if not _is_whole(f"{folder}/{path}", kind, int(size))]
    except (OSError, ValueError, KeyError, TypeError):
        return "the list of its files is missing or damaged"
    if not damaged:
        return ""
    count = "1 file is" if len(damaged) == 1 else f"{len(damaged)} files are"
    return f"{count} missing or damaged, for example {damaged[0]}"


def take_over(folder: Path, made: Path) -> None:
    """Move the new environment in `made` to `folder`, and delete the old one. starterkit's own files stay."""
    for entry in os.scandir(folder):
        if entry.name.startswith(("starterkit.", MAKING)):
            continue
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            Path(entry.path).unlink()
    for path in sorted(made.iterdir()) if made.is_dir() else ():
        path.rename(folder / path.name)


def forbids_programs(folder: Path) -> bool:
    """True if the folder's disk is mounted without the right to run programs (noexec)."""
    with suppress(OSError, AttributeError):  # Windows has no os.statvfs
        return bool(os.statvfs(folder).f_flag & os.ST_NOEXEC)
    return False


def _read(folder: Path) -> tuple[dict[str, Any], list[str]]:
    head, *lines = (read(folder / INVENTORY) or b"").decode("utf-8", "surrogateescape").split("\n")
    return json.loads(head), lines


def _write(folder: Path, head: dict[str, Any], lines: Sequence[str]) -> None:
    head |= {"names": _names(folder, head["roots"]), "is": _identity(folder, head["program"])}
    write_whole(folder / INVENTORY, "\n".join((json.dumps(head), *lines)).encode("utf-8", "surrogateescape"))


# There are thousands of files, and os.stat and os.path take half as long as pathlib.
def _is_whole(path: str, kind: str, size: int) -> bool:
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return False
    if kind == _LINK:
        return os.path.islink(path)  # noqa: PTH114
    return status.st_size >= size and (kind == _FILE or bool(status.st_mode & stat.S_IXUSR))


def _files(folder: Path, inside: str) -> Iterator[tuple[str, int, str]]:
    with os.scandir(folder / inside) as entries:
        for entry in entries:
            path = f"{inside}/{entry.name}" if inside else entry.name
            if entry.name.startswith(_OURS) or entry.name.endswith(".pyc"):
                continue
            if entry.is_symlink():
                yield _LINK, 0, path
            elif entry.is_dir():
                yield from _files(folder, path)
            else:
                status = entry.stat()
                is_program = os.name == "posix" and status.st_mode & stat.S_IXUSR
                yield _PROGRAM if is_program else _FILE, status.st_size, path


def _names(folder: Path, roots: Sequence[str]) -> int:
    names = [f"{root}/{name}" for root in roots for name in os.listdir(folder / root) if not name.startswith(_OURS)]  # noqa: PTH208
    names += [f"{scope}/{name}" for scope in names if scope[1:2] == "@" for name in os.listdir(f"{folder}{scope}")]  # noqa: PTH208
    return zlib.crc32("\0".join(sorted(names)).encode("utf-8", "surrogateescape"))


def _identity(folder: Path, program: str) -> list[int]:
    status = (folder / program).stat() if program else None
    return [status.st_size, status.st_mtime_ns, status.st_mode & stat.S_IXUSR] if status else []


def _platform() -> str:
    return f"{sys.platform}-{platform.machine()}"
