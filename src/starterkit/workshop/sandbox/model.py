"""The data of a run in a sandbox: the job, its limits, and its result. Also the interface of a sandbox."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from starterkit.sanitize import strip_control

MIB = 1024 * 1024


@dataclass(frozen=True)
class SandboxLimits:
    """The limits of a run in a sandbox.

    `cpu_seconds`, `memory_bytes`, `processes` and `files` count all processes of the run together. `file_bytes` is the
    size of one file. More output than `output_bytes` is dropped.
    """

    seconds: float = 120.0
    cpu_seconds: float = 120.0
    memory_bytes: int = 1024 * MIB
    reserved_bytes: int = 0  # memory that each process may reserve without using it, in addition to memory_bytes
    processes: int = 96
    disk_bytes: int = 192 * MIB
    file_bytes: int = 64 * MIB
    files: int = 50_000
    output_bytes: int = 64 * 1024
    report_bytes: int = 8 * MIB


@dataclass(frozen=True)
class SandboxJob:
    """A command to run in a sandbox.

    `archive` is an uncompressed tar with the files of its working folder. The command can read the system's folders and
    the paths in `visible`. `variables` are added to a minimal environment. The placeholders `{secret}` and `{report}`
    in the command stand for the file descriptors of two pipes. The command reads `secret` from the first. Everything
    that it writes to the second is given to `on_report`.
    """

    command: Sequence[str]
    archive: bytes
    visible: Sequence[Path] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    secret: bytes = b""
    on_report: Callable[[bytes], None] | None = None
    limits: SandboxLimits = field(default_factory=SandboxLimits)

    def command_with(self, secret: int, report: int) -> list[str]:
        """Return the command with the pipes' file descriptors in place of `{secret}` and `{report}`."""
        return [part.replace("{secret}", str(secret)).replace("{report}", str(report)) for part in self.command]


@dataclass(frozen=True)
class RunResult:
    """The result of a run in a sandbox. `code` is the exit code (negative: the number of a signal).

    `stopped` names the limit that ended the run, or is "". `output` has the beginning and the end of the output, and
    `dropped` counts the bytes left out between them. `site` is the run's working folder if each run has its own, or "".
    """

    code: int
    seconds: float
    output: bytes
    dropped: int = 0
    stopped: str = ""
    site: str = ""

    @property
    def last_line(self) -> str:
        """The last line of the output, or the exit code if there is no output."""
        lines = strip_control(self.output.decode("utf-8", "replace")).strip().splitlines()
        return lines[-1] if lines else f"exit code {self.code}"


@dataclass(frozen=True)
class Confinement:
    """The dangers that a sandbox stops, and those that it doesn't stop.

    The instructor sees this description.
    """

    name: str
    stops: tuple[str, ...]
    does_not_stop: tuple[str, ...]


class Sandbox(Protocol):
    """A way to run jobs in isolation: with bubblewrap, in a container, or only with limits."""

    @property
    def site(self) -> str:
        """The path of a job's working folder inside the sandbox."""

    def describe(self) -> Confinement:
        """Return a description of the dangers that the sandbox stops and doesn't stop."""

    def run(self, job: SandboxJob) -> RunResult:
        """Run a job until it ends or exceeds a limit. Raises `EnvironmentProblem` if it can't start."""
