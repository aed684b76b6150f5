"""Start test commands: in a new process, or in one that is ready already (`testing.worker`)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Protocol

from starterkit.errors import StarterkitError
from starterkit.process import ChildProcess, run, start

# The files of the machine stay as they are. So only the network differs from a run without bubblewrap.
_WITHOUT_NETWORK = ("bwrap", "--unshare-net", "--dev-bind", "/", "/", "--")


class Launcher(Protocol):
    """Starts test commands, each in a process group that the caller can end."""

    def start(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], output: Path) -> ChildProcess:
        """Start a command in its own process group, without standard input. `output` receives its output.

        Raises `ProgramMissing` if there is no such program.
        """


@dataclass(frozen=True)
class ColdLauncher:
    """Starts each command as a new program, so no state of an earlier run is left.

    `prefix` is a program that starts the command, with its arguments.
    """

    prefix: tuple[str, ...] = ()

    def start(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], output: Path) -> ChildProcess:
        """Start a command, as `Launcher.start` describes."""
        with output.open("wb") as sink:
            return start([*self.prefix, *command], cwd=cwd, env=env, stdout=sink, stderr=sink)


COLD = ColdLauncher()


@cache
def launcher_without_network() -> ColdLauncher:
    """Return a launcher whose commands reach only this machine. Returns `COLD` if bubblewrap doesn't work here."""
    try:
        run([*_WITHOUT_NETWORK, "true"], timeout=10).checked()
    except StarterkitError:
        return COLD
    return ColdLauncher(_WITHOUT_NETWORK)
