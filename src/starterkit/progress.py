"""The type of a function that gets a line of text for each piece of progress."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]


def no_progress(line: str) -> None:
    """Report nothing."""
