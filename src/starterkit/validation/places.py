"""Finding the line of a file where something stands."""

from __future__ import annotations

from pathlib import Path


def line_of(file: Path, words: str) -> int:
    """Return the number of the first line that holds these words (0 where there is none)."""
    try:
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return 0
    first = words.strip().split("\n")[0]
    return next((number for number, line in enumerate(lines, 1) if first and first in line), 0)


def line_of_key(file: Path, key: str) -> int:
    """Return the number of the line of a YAML file on which a key stands (0 where there is none)."""
    try:
        lines = file.read_text("utf-8", "replace").splitlines()
    except OSError:
        return 0
    wanted = (f"{key}:", f'"{key}":', f"'{key}':", f"- {key}")
    return next((number for number, line in enumerate(lines, 1) if line.strip().startswith(wanted)), 0)
