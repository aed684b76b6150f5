"""Finding the line of a file."""

from __future__ import annotations

from pathlib import Path


def line_of(file: Path, words: str) -> int:
    """Return the number of the first line that holds these words, or 0."""
    first = words.strip().split("\n")[0]
    return next((number for number, line in _lines(file) if first and first in line), 0)


def line_of_key(file: Path, key: str) -> int:
    """Return the number of the line of a YAML file with this key, or 0."""
    starts = (f"{key}:", f'"{key}":', f"'{key}':", f"- {key}")
    return next((number for number, line in _lines(file) if line.strip().startswith(starts)), 0)


def _lines(file: Path) -> list[tuple[int, str]]:
    try:
        return list(enumerate(file.read_text("utf-8", "replace").splitlines(), 1))
    except OSError:
        return []
