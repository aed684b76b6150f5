"""Stores the framework of `choose --save`, so that `new` uses it.

The choice is stored in a file in the user's settings folder.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import EnvironmentProblem, FileError
from starterkit.git.objects import FILE, File
from starterkit.git.worktree import write_file

_FORMAT = 1
_NAME = "choice.json"
_FIX = "To replace this file, type `starterkit choose --save`."


@dataclass(frozen=True)
class SavedChoice:
    """A saved choice: the framework, the source of an external template (or ""), and the answers."""

    framework: str
    template: str
    answers: Mapping[str, str]


def save(folder: Path, saved: SavedChoice) -> Path:
    """Write the choice into the settings folder and return the file. Raises `EnvironmentProblem` on failure."""
    text = json.dumps({"format": _FORMAT, **vars(saved)}, indent=2)
    try:
        write_file(folder, _NAME, File(FILE, f"{text}\n".encode()))
    except OSError as error:
        raise EnvironmentProblem(
            f"starterkit can't save your choice in {folder}: {error.strerror}.",
            "Use your choice now: `starterkit new my-site --framework NAME`.",
        ) from error
    return folder / _NAME


def saved_choice(folder: Path) -> SavedChoice | None:
    """Return the saved choice, or None if none is saved. Raises `FileError` if the file is invalid."""
    file = folder / _NAME
    try:
        data = json.loads(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        raise FileError(
            str(file), None, "starterkit can't read your choice of a framework in this file", _FIX
        ) from error
    match data:
        case {"format": format, "framework": str(framework), "template": str(template), "answers": dict(answers)} if (
            format == _FORMAT
        ):
            return SavedChoice(framework, template, answers)
    raise FileError(str(file), None, "this file doesn't contain a choice of a framework", _FIX)
