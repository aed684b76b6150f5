"""Suggest a command that creates a site, and that works in the current folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from itertools import count
from pathlib import Path

from starterkit.process import quoted

_NAME = "my-site"


def new_site_command(folder: Path, options: str = "") -> str:
    """Return a `new` command that works in a folder. Its destination is outside of any project or git repository."""
    here = folder.absolute()
    repositories = [parent for parent in (here, *here.parents) if (parent / ".git").exists()]
    outside = repositories[-1].parent if repositories else here
    name = next(name for name in _names() if not os.path.lexists(outside / name))
    destination = os.path.relpath(outside / name, here)
    return f"new {quoted(destination)} {options}".rstrip()


def _names() -> Iterator[str]:
    yield _NAME
    yield from (f"{_NAME}-{number}" for number in count(2))
