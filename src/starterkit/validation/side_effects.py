"""Watches a test run: its use of the network, and the files that it writes outside the project.

A small hook runs inside the learner's language. Kinds of environments without a hook can't be watched, and the rule
`safe` says so.
"""

from __future__ import annotations

import ast
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from starterkit.testing.stalled import PRELOAD

_HOOKS = Path(__file__).parent / "hooks"
# For each kind of environment, the variable that makes the language load its hook, and the variable's value.
_LOADED_BY = {
    "python": ("PYTHONPATH", str(_HOOKS / "python")),
    "node": ("NODE_OPTIONS", f"--import={(_HOOKS / 'node' / 'watch.mjs').as_uri()}"),
}


@dataclass(frozen=True)
class SideEffect:
    """Something that a test run did outside the project.

    `kind` is "network" or "write", `target` the host or the path. `file` and `line` name the project's code that did it
    ("" and 0 if unknown).
    """

    kind: str
    target: str
    file: str
    line: int


def is_watched(kind: str) -> bool:
    """True if test runs in an environment of this kind can be watched."""
    return kind in _LOADED_BY


def watch_variables(kind: str, log: Path, allowed: Iterable[Path]) -> dict[str, str]:
    """Return the variables of a watched test run, or none if it can't be watched. It may write in `allowed` folders."""
    if kind not in _LOADED_BY:
        return {}
    name, hook = _LOADED_BY[kind]
    # The test program writes its report in a folder of starterkit (see testing.runner).
    reports = Path(os.path.realpath(tempfile.gettempdir())) / "starterkit-*"
    folders = [os.path.realpath(folder) for folder in (*allowed, PRELOAD)]  # Python compiles the watchdog in PRELOAD
    return {
        name: hook,
        "STARTERKIT_WATCH_LOG": str(log),
        "STARTERKIT_WATCH_ALLOWED": os.pathsep.join([*folders, str(reports)]),
    }


def read_side_effects(log: Path) -> tuple[SideEffect, ...]:
    """Return the side effects in a log, each once."""
    lines = log.read_text("utf-8", "replace").splitlines() if log.is_file() else []
    return tuple(dict.fromkeys(SideEffect(**ast.literal_eval(line)) for line in lines))
