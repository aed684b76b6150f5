"""Places on this machine as people type them."""

from __future__ import annotations

from pathlib import Path

from starterkit.errors import UsageError


def place_of(words: str) -> Path:
    """Return the file or folder that these words name; `~` stands for a home folder.

    Raises `UsageError` for the home of somebody whom this machine does not know.
    """
    try:
        return Path(words).expanduser()
    except RuntimeError:
        user = words.replace("\\", "/").partition("/")[0]
        raise UsageError(
            f'"{words}": this machine knows no home folder "{user}".', "Write the folder as it is called, without ~."
        ) from None
