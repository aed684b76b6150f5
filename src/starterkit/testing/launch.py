"""Start a test command. A launcher decides in which process it runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Protocol

from starterkit.process import ChildProcess, start


class Launcher(Protocol):
    """Starts test commands."""

    def start(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], output: Path) -> ChildProcess:
        """Start a command in its own process group, without standard input. `output` receives its output.

        Raises `ProgramMissing`.
        """


class ColdLauncher:
    """Starts each command as a new program."""

    def start(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], output: Path) -> ChildProcess:
        """Start the program."""
        with output.open("wb") as sink:
            return start(command, cwd=cwd, env=env, stdout=sink, stderr=sink)


COLD = ColdLauncher()
