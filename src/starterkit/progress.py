"""The type of a function to which long work reports its progress, one line of text at a time."""

from __future__ import annotations

from collections.abc import Callable

Progress = Callable[[str], None]


def no_progress(line: str) -> None:
    """Report nothing."""
