"""Where starterkit keeps what can be made again."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path


def cache_folder(environ: Mapping[str, str], home: Path) -> Path:
    """Return the folder for what can be made again: the one that the user's system keeps for that."""
    if environ.get("XDG_CACHE_HOME"):
        return Path(environ["XDG_CACHE_HOME"]) / "starterkit"
    if sys.platform == "win32":
        return Path(environ.get("LOCALAPPDATA") or home / "AppData" / "Local") / "starterkit" / "cache"
    return home / ("Library/Caches" if sys.platform == "darwin" else ".cache") / "starterkit"
