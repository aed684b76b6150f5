"""Paths as people type them, the folders that their system keeps for starterkit, and locks on files."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

from starterkit.errors import UsageError, from_os_error, impossible_path

_NAME = "starterkit"
_HERE = Path()
# What systems and editors put into folders by themselves. Names in small letters.
_OF_SYSTEMS = (".ds_store", ".localized", ".spotlight-v100", ".fseventsd", ".trashes", ".directory")
_OF_WINDOWS = ("thumbs.db", "ehthumbs.db", "desktop.ini", "system volume information", "$recycle.bin")
_LEFT_BEHIND = frozenset((*_OF_SYSTEMS, *_OF_WINDOWS, "lost+found", ".idea", ".vscode"))
# Of vim (.a.py.swp), Emacs (#a.py#, .#a.py), nano (a.py.save), JetBrains, Kate, GNOME, LibreOffice (.~lock.a.odt#),
# Word (~$a.docx), disks on a network, and of most editors (a.py~).
_EDITOR_FILE = re.compile(
    r".*~|\..*\.sw[a-px]|.*\.sw[op]|#.*#|\.#.*|\.~lock\..*#|~\$.*|.*\.save(\.\d+)?|.*___jb_(tmp|old)___"
    r"|.*\.kate-swp|\.(goutputstream-|fuse_hidden|nfs[0-9a-f]{4}).*",
    re.DOTALL,
)
_LONGEST_NAME = 255  # bytes, on every common file system


def expand_user_path(words: str, folder: Path = _HERE) -> Path:
    """Return the path that a user typed in `folder`, with `~` replaced by the home folder.

    Raises `UsageError` for an unknown user, and for a path that no file or folder can have.
    """
    try:
        path = folder / Path(words).expanduser()
        if any(len(os.fsencode(part)) > _LONGEST_NAME for part in path.parts):
            raise impossible_path(words, "the name is too long")  # below a missing folder, the system doesn't say so
        path.stat()
    except RuntimeError:
        user = words.replace("\\", "/").partition("/")[0]
        raise UsageError(
            f'"{words}": this machine knows no home folder "{user}".', "Write the folder as it is called, without ~."
        ) from None
    except ValueError:
        raise impossible_path(words, "it has a character that no name can have") from None
    except OSError as wrong:
        known = from_os_error(wrong)
        if isinstance(known, UsageError):
            raise known from None
    return path


def expand_user_folder(words: str, folder: Path = _HERE) -> Path:
    """Like `expand_user_path`, for a folder that is there or may be created. Raises `UsageError` for a file."""
    path = expand_user_path(words, folder)
    if path.exists() and not path.is_dir():
        raise impossible_path(words, "it is a file, and a folder is expected")
    return path


def is_left_behind(name: str) -> bool:
    """True for the name of a file or folder that a system or an editor put there, and not the user."""
    return name.lower() in _LEFT_BEHIND or name.startswith(("._", ".Trash-"))


def is_editor_file(path: str) -> bool:
    """True for a swap, lock or backup file of an editor. It isn't the user's work, whatever .gitignore says."""
    return _EDITOR_FILE.fullmatch(path.rpartition("/")[2]) is not None


def looks_empty(folder: Path) -> bool:
    """True if its owner would call the folder empty."""
    return all(is_left_behind(entry.name) for entry in folder.iterdir())


def folder_with(name: str, start: Path) -> Path | None:
    """Return `start` or the nearest folder above it that has a file of this name, or None."""
    return next((folder for folder in (start, *start.parents) if (folder / name).is_file()), None)


def cache_folder() -> Path:
    """Return the folder for files that starterkit can create again (`XDG_CACHE_HOME` decides on every system)."""
    if named := os.environ.get("XDG_CACHE_HOME"):
        return Path(named) / _NAME
    from platformdirs import user_cache_path

    return user_cache_path(_NAME, appauthor=False)


def settings_folder() -> Path:
    """Return the folder for the user's settings (`XDG_CONFIG_HOME` decides on every system)."""
    if named := os.environ.get("XDG_CONFIG_HOME"):
        return Path(named) / _NAME
    from platformdirs import user_config_path

    return user_config_path(_NAME, appauthor=False, roaming=True)


if sys.platform == "win32":
    import msvcrt

    def try_lock(descriptor: int) -> bool:
        """Lock an open file until it is closed. False if another program holds the lock."""
        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True

else:
    import fcntl

    def try_lock(descriptor: int) -> bool:
        """Lock an open file until it is closed. False if another program holds the lock."""
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True
