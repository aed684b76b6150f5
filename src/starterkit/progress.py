"""How long work reports what it does: one line of text at a time."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]


def no_progress(line: str) -> None:
    """Report nothing."""
