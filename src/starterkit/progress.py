"""The type of functions that report progress, each time with a line of text."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]


def no_progress(line: str) -> None:
    """Ignore a progress line."""
