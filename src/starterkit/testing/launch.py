"""Start test commands: in a new process, or in one that is ready already (`testing.worker`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from starterkit.process import ChildProcess, start


class Launcher(Protocol):
    """Starts test commands, each in a process group that the caller can end."""

    def start(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], output: Path) -> ChildProcess:
        """Start a command in its own process group, without standard input. `output` receives its output.

        Raises `ProgramMissing` if there is no such program.
        """


class ColdLauncher:
    """Starts each command as a new program, so no state of an earlier run is left."""

    def start(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], output: Path) -> ChildProcess:
        """Start a command, as `Launcher.start` describes."""
        with output.open("wb") as sink:
            return start(command, cwd=cwd, env=env, stdout=sink, stderr=sink)


COLD = ColdLauncher()
