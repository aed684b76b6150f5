"""Watching a test run: what it asks of the network, and what it writes outside the project.

A small hook runs inside the learner's language; which one serves depends on the kind of environment, and a kind
without one is not watched, which the rule `safe` says.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starterkit.testing.stalled import PRELOAD

_HOOKS = Path(__file__).parent / "hooks"
# The folder with the hook for each kind of environment, and the variable that makes the language load it.
_LOADED_BY = {
    "python": ("PYTHONPATH", str(_HOOKS / "python")),
    "node": ("NODE_OPTIONS", f"--import={(_HOOKS / 'node' / 'watch.mjs').as_uri()}"),
}


@dataclass(frozen=True)
class SideEffect:
    """One thing that a test run did outside: `kind` is "network" or "write", `what` the address or the path.

    `file` and `line` are where the project's own code did it ("" and 0 where that is not known).
    """

    kind: str
    what: str
    file: str
    line: int


class SideEffectWatch:
    """The watching of one test run. Writing is allowed in the `allowed` folders and in the run's temporary folder."""

    def __init__(self, folder: Path, allowed: Sequence[Path]) -> None:
        self._log = folder / "seen.jsonl"
        self._allowed = allowed

    def variables(self, kind: str) -> dict[str, str]:
        """Return the variables that a test run is started with so that it is watched; none where it cannot be."""
        if kind not in _LOADED_BY:
            return {}
        name, hook = _LOADED_BY[kind]
        # The test program's report lies in a folder of the one who reads it (see checking.running).
        reports = Path(os.path.realpath(tempfile.gettempdir())) / "starterkit-*"
        folders = (*self._allowed, PRELOAD)  # Python compiles the watchdog there
        allowed = os.pathsep.join([*(os.path.realpath(folder) for folder in folders), str(reports)])
        return {name: hook, "STARTERKIT_WATCH_LOG": str(self._log), "STARTERKIT_WATCH_ALLOWED": allowed}

    def seen(self) -> tuple[SideEffect, ...]:
        """Return what was seen, each once."""
        if not self._log.is_file():
            return ()
        lines = self._log.read_text("utf-8", "replace").splitlines()
        return tuple(dict.fromkeys(SideEffect(**json.loads(line)) for line in lines))


def is_watched(kind: str) -> bool:
    """Tell whether test runs in an environment of this kind can be watched."""
    return kind in _LOADED_BY
