"""Paths as people type them, the folders that their system keeps for starterkit, and locks on files."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from starterkit.errors import UsageError

_NAME = "starterkit"


def expand_user_path(words: str) -> Path:
    """Return the path with `~` replaced by the home folder. Raises `UsageError` for an unknown user."""
    try:
        return Path(words).expanduser()
    except RuntimeError:
        user = words.replace("\\", "/").partition("/")[0]
        raise UsageError(
            f'"{words}": this machine knows no home folder "{user}".', "Write the folder as it is called, without ~."
        ) from None


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
