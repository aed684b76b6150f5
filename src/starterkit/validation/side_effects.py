"""Watches a test run: its network use, its files outside the project, and the modules that it loads.

A small hook runs inside the learner's language. Environments without a hook can't be watched, and the rule `safe`
reports that.
"""

from __future__ import annotations

import ast
import os
import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starterkit.testing.stalled import PRELOAD

_HOOKS = Path(__file__).parent / "hooks"
# For each kind of environment, the name and value of the variable that loads the hook.
_LOADED_BY = {
    "python": ("PYTHONPATH", str(_HOOKS / "python")),
    "node": ("NODE_OPTIONS", f"--import={(_HOOKS / 'node' / 'watch.mjs').as_uri()}"),
}


@dataclass(frozen=True)
class SideEffect:
    """An action outside the project. `kind` is "network" or "write", and `target` is the host or the path.

    The kinds "new file" and "changed file" mean a file of the project. Then `target` is its path.

    `file` and `line` name the code that acted ("" and 0: unknown). If the hook failed, `kind` is "watcher".
    """

    kind: str
    target: str
    file: str
    line: int


@dataclass(frozen=True)
class LoadedModule:
    """A module `target` that a process loaded. `process` is the number of the process.

    `file` and `line` name the code that loaded the module ("" and 0: unknown).
    """

    process: int
    target: str
    file: str
    line: int


def is_watched(kind: str) -> bool:
    """True if test runs in this kind of environment can be watched."""
    return kind in _LOADED_BY


def watch_variables(kind: str, log: Path, allowed: Iterable[Path]) -> dict[str, str]:
    """Return environment variables that make a test run load the hook. Writing to `allowed` folders isn't logged.

    Return no variables if this kind of environment has no hook.
    """
    if kind not in _LOADED_BY:
        return {}
    name, hook = _LOADED_BY[kind]
    # The test runner writes its report in one of starterkit's folders (see testing.runner).
    reports = Path(os.path.realpath(tempfile.gettempdir())) / "starterkit-*"
    folders = [os.path.realpath(folder) for folder in (*allowed, PRELOAD)]  # Python writes the watchdog's .pyc there
    return {
        name: hook,
        "STARTERKIT_WATCH_LOG": str(log),
        "STARTERKIT_WATCH_ALLOWED": os.pathsep.join([*folders, str(reports)]),
    }


def loading_variables(kind: str, log: Path, folder: Path) -> dict[str, str]:
    """Return environment variables that make a test run log the modules of a folder that each process loads."""
    if kind not in _LOADED_BY:
        return {}
    name, hook = _LOADED_BY[kind]
    return {name: hook, "STARTERKIT_LOADED_LOG": str(log), "STARTERKIT_LOADED_FROM": str(folder)}


def read_side_effects(log: Path) -> tuple[SideEffect, ...]:
    """Return the side effects in a log, without repetitions. A missing log has none."""
    return tuple(dict.fromkeys(SideEffect(**record) for record in _records(log)))


def read_loaded(log: Path) -> tuple[LoadedModule, ...]:
    """Return the loaded modules in a log, without repetitions. A missing log has none."""
    return tuple(dict.fromkeys(LoadedModule(**record) for record in _records(log)))


def _records(log: Path) -> list[dict[str, Any]]:
    lines = log.read_text("utf-8", "replace").splitlines() if log.is_file() else []
    return [ast.literal_eval(line) for line in lines]
