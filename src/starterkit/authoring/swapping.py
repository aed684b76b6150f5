"""Replacing a template's folder in one step: at every instant the whole old one stands there, or the whole new one.

The new folder is made complete beside the old one; then the two change names in one system call (Linux and macOS have
it). Where there is none, the old folder moves aside first, and the next command moves it back if it was killed there.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import starterkit
from starterkit.authoring.files import OWN_ENTRIES
from starterkit.errors import MissingError, UsageError
from starterkit.repository.objects import File
from starterkit.repository.worktree import write_file

_AT_CURRENT_FOLDER = -100
_LINUX_EXCHANGE = _MAC_SWAP = 2


def write_template(target: Path, before: Mapping[str, File], wanted: Mapping[str, File]) -> None:
    """Make `wanted` the files of a template; a file that stays keeps its bytes (a CRLF, say) and its time.

    `before` are the template's files now, as they were read. Raises `UsageError` for a template inside an installed
    starterkit, `MissingError` where there is no room; then nothing was changed.
    """
    if Path(starterkit.__file__).resolve().parent in target.resolve().parents:
        raise UsageError(
            f"The template {target.name} came with starterkit, and the next upgrade would undo a change to it.",
            f"Work on a copy: `starterkit template open {target.name} commits`, and save with `--to my-{target.name}`.",
        )

    def fill(draft: Path) -> None:
        for name, file in wanted.items():
            if before.get(name) == file:
                (draft / name).parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(target / name, draft / name)
            else:
                write_file(draft, name, file)

    is_new = not target.exists()
    target.mkdir(parents=True, exist_ok=True)
    try:
        replace_template(target, fill)
    except BaseException:
        if is_new:
            target.rmdir()
        raise


def replace_template(folder: Path, fill: Callable[[Path], None]) -> None:
    """Replace a template's files by what `fill` writes into an empty folder; what else lies in the folder stays.

    A folder that is the top of a git repository stays in its place, and its entries are exchanged one by one: there,
    git has the old state too. Caches of Python and the like inside project/ and steps/ go. Raises `MissingError`
    when there is no room; then nothing was changed.
    """
    restore_interrupted(folder)
    draft = _draft(folder)
    try:
        shutil.rmtree(draft, ignore_errors=True)
        draft.mkdir()
        fill(draft)
        if (folder / ".git").is_dir():
            for name in OWN_ENTRIES:
                _exchange(draft / name, folder / name)
        else:
            _copy_others(folder, draft)
            shutil.copystat(folder, draft)
            _exchange(draft, folder)
    except OSError as wrong:
        fix = "Nothing was changed. Make room or make the folder above it writable, then type the same again."
        raise MissingError(f"{folder} could not be written: {wrong.strerror or wrong}.", fix) from wrong
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def restore_interrupted(folder: Path) -> None:
    """Put back what a killed command had moved aside (where the system cannot exchange two names in one call)."""
    for place in (folder, *(folder / name for name in OWN_ENTRIES)):
        aside = _aside(place)
        if not aside.exists():
            continue
        if not place.exists():
            aside.rename(place)
        elif aside.is_dir():
            shutil.rmtree(aside, ignore_errors=True)
        else:
            aside.unlink()


def _draft(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.starterkit-new")


def _aside(folder: Path) -> Path:
    return folder.with_name(f".{folder.name}.starterkit-old")


def _copy_others(folder: Path, draft: Path) -> None:
    for entry in folder.iterdir():
        if entry.name in OWN_ENTRIES:
            continue
        if entry.is_dir() and not entry.is_symlink():
            shutil.copytree(entry, draft / entry.name, symlinks=True)
        else:
            shutil.copy2(entry, draft / entry.name, follow_symlinks=False)


def _exchange(new: Path, old: Path) -> None:
    """Let two files or folders change their names; where one is absent, the other moves."""
    if not old.exists():
        if new.exists():
            new.rename(old)
    elif not new.exists():
        old.rename(new)
    elif not _exchanged_by_system(new, old):
        aside = _aside(old)
        old.rename(aside)
        try:
            new.rename(old)
        except OSError:
            aside.rename(old)
            raise
        aside.rename(new)


def _exchanged_by_system(one: Path, other: Path) -> bool:
    """Exchange two names in one system call; false where this system or file system has none."""
    if os.name != "posix":
        return False
    library = ctypes.CDLL(None, use_errno=True)
    first, second = os.fsencode(one), os.fsencode(other)
    try:
        if sys.platform == "darwin":
            code = library.renamex_np(first, second, _MAC_SWAP)
        else:
            code = library.renameat2(_AT_CURRENT_FOLDER, first, _AT_CURRENT_FOLDER, second, _LINUX_EXCHANGE)
    except AttributeError:
        return False  # a C library without it
    return bool(code == 0)
