"""The choice that `choose --save` keeps for `new`: one small file among the user's own settings."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import EnvironmentProblem, FileError

_FORMAT = 1
_NAME = "choice.json"
_MEND = "`starterkit choose --save` writes it anew."


@dataclass(frozen=True)
class SavedChoice:
    """What was chosen: the framework, where its template is when it came from elsewhere, and the answers."""

    framework: str
    template: str
    answers: Mapping[str, str]


def save(folder: Path, saved: SavedChoice) -> Path:
    """Write the choice atomically and return its file. Raises `EnvironmentProblem` if that fails."""
    file = folder / _NAME
    content = {
        "format": _FORMAT,
        "framework": saved.framework,
        "template": saved.template,
        "answers": dict(saved.answers),
    }
    try:
        folder.mkdir(parents=True, exist_ok=True)
        draft = file.with_suffix(".draft")
        draft.write_text(json.dumps(content, indent=2) + "\n", encoding="utf-8")
        draft.replace(file)
    except OSError as wrong:
        raise EnvironmentProblem(
            f"The choice cannot be saved in {folder}: {wrong.strerror}.", "Name it: `starterkit new --framework NAME`."
        ) from wrong
    return file


def saved_choice(folder: Path) -> SavedChoice | None:
    """Return what was saved, or None. Raises `FileError` for a file that says something else."""
    file = folder / _NAME
    try:
        found = json.loads(file.read_bytes())
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as wrong:
        raise FileError(str(file), None, "the saved choice cannot be read", _MEND) from wrong
    if not _is_choice(found):
        raise FileError(str(file), None, "this is not a choice that this starterkit has saved", _MEND)
    return SavedChoice(found["framework"], found["template"], found["answers"])


def _is_choice(found: object) -> bool:
    return (
        isinstance(found, dict)
        and found.get("format") == _FORMAT
        and all(isinstance(found.get(key), str) for key in ("framework", "template"))
        and isinstance(found.get("answers"), dict)
    )
