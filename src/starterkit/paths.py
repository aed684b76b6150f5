"""Expand paths that users type, find starterkit's folders, and lock files."""

from __future__ import annotations

import os
import re
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starterkit.errors import EnvironmentProblem, UsageError, from_os_error, impossible_path
from starterkit.progress import Progress, no_progress

_NAME = "starterkit"
_HERE = Path()
# Systems and editors create these files in folders. All names are lowercase.
_OF_SYSTEMS = (".ds_store", ".localized", ".spotlight-v100", ".fseventsd", ".trashes", ".directory")
_OF_WINDOWS = ("thumbs.db", "ehthumbs.db", "desktop.ini", "system volume information", "$recycle.bin")
_LEFT_BEHIND = frozenset((*_OF_SYSTEMS, *_OF_WINDOWS, "lost+found", ".idea", ".vscode"))
# Matches files of vim (.a.py.swp), Emacs (#a.py#, .#a.py), nano (a.py.save), JetBrains, Kate and GNOME. It also matches
# files of LibreOffice (.~lock.a.odt#), Word (~$a.docx), network disks, and most editors (a.py~).
_EDITOR_FILE = re.compile(
    r".*~|\..*\.sw[a-px]|.*\.sw[op]|#.*#|\.#.*|\.~lock\..*#|~\$.*|.*\.save(\.\d+)?|.*___jb_(tmp|old)___"
    r"|.*\.kate-swp|\.(goutputstream-|fuse_hidden|nfs[0-9a-f]{4}).*",
    re.DOTALL,
)
_LONGEST_NAME = 255  # in bytes, on all common file systems
_LOCK_SECONDS, _RETRY_SECONDS = 600.0, 0.05


def expand_user_path(text: str, folder: Path = _HERE) -> Path:
    """Return the path for a text that a user typed. It is relative to `folder`, and `~` is the home folder.

    Raises `UsageError` for an unknown user and an impossible path.
    """
    try:
        path = folder / Path(text).expanduser()
        if any(len(os.fsencode(part)) > _LONGEST_NAME for part in path.parts):
            raise impossible_path(text, "the name is too long")  # `stat` doesn't check this if a folder is missing
        path.stat()
    except RuntimeError:
        user = text.replace("\\", "/").partition("/")[0]
        raise UsageError(
            f'Invalid path "{text}": starterkit can\'t find the home folder "{user}".',
            "Write the full path, without ~.",
        ) from None
    except ValueError:
        raise impossible_path(text, "it has a character that a name cannot have") from None
    except OSError as error:
        known = from_os_error(error)
        if isinstance(known, UsageError):
            raise known from None
    return path


def expand_user_folder(text: str, folder: Path = _HERE) -> Path:
    """Return the folder for a text that a user typed, like `expand_user_path`. Raises `UsageError` for a file."""
    path = expand_user_path(text, folder)
    if path.exists() and not path.is_dir():
        raise impossible_path(text, "it is a file, not a folder")
    return path


def is_left_behind(name: str) -> bool:
    """True if a system or an editor creates files with this name."""
    return name.lower() in _LEFT_BEHIND or name.startswith(("._", ".Trash-"))


def is_editor_file(path: str) -> bool:
    """True for a swap, lock or backup file of an editor."""
    return _EDITOR_FILE.fullmatch(path.rpartition("/")[2]) is not None


def looks_empty(folder: Path) -> bool:
    """True if the folder is empty or has only files that systems and editors create."""
    return all(is_left_behind(entry.name) for entry in folder.iterdir())


def folder_with(name: str, start: Path) -> Path | None:
    """Return the nearest folder that contains this file: `start` or a folder above it. None if there is none."""
    return next((folder for folder in (start, *start.parents) if (folder / name).is_file()), None)


def cache_folder() -> Path:
    """Return starterkit's cache folder. On every system, the variable `XDG_CACHE_HOME` changes it."""
    return _user_folder("XDG_CACHE_HOME", "user_cache_dir")


def settings_folder() -> Path:
    """Return the user's settings folder. On every system, the variable `XDG_CONFIG_HOME` changes it."""
    return _user_folder("XDG_CONFIG_HOME", "user_config_dir")


def _user_folder(variable: str, kind: str) -> Path:
    if parent := os.environ.get(variable):
        return Path(parent) / _NAME
    from platformdirs import PlatformDirs  # noqa: PLC0415 - slow, and quick commands need no such folder

    return Path(getattr(PlatformDirs(_NAME, appauthor=False, roaming=True), kind))


if sys.platform == "win32":
    import msvcrt

    def try_lock(descriptor: int) -> bool:
        """Lock an open file until it is closed. Return False if another program holds the lock."""
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Lock an open file until it is closed. Return False if another program holds the lock."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextmanager
def locked(
    file: Path, *, say: Progress = no_progress, what: str = "this", seconds: float = _LOCK_SECONDS
) -> Iterator[int]:
    """Hold the lock on `file` during the block, and yield the file's descriptor.

    A child process that inherits the descriptor holds the lock too. So if a command is killed, the lock stays until its
    child processes have ended. `what` names in messages what another command is preparing. Raises `EnvironmentProblem`
    if the lock isn't free after `seconds`.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        deadline = time.monotonic() + seconds
        waiting = False
        while not try_lock(descriptor):
            if time.monotonic() > deadline:
                raise EnvironmentProblem(
                    f"Another command has been preparing {what} for more than {seconds:g} seconds.",
                    "Stop that command, then run this command again.",
                )
            if not waiting:
                say(f"Waiting for another command that is preparing {what}")
                waiting = True
            time.sleep(_RETRY_SECONDS)
        yield descriptor
    finally:
        os.close(descriptor)
