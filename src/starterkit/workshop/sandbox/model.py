"""The data of a sandbox run: the job, its limits, and its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from starterkit.sanitize import strip_control

MIB = 1024 * 1024


@dataclass(frozen=True)
class SandboxLimits:
    """The limits of a run. `cpu_seconds` is the total for all its processes."""

    seconds: float = 120.0
    cpu_seconds: float = 120.0
    memory_bytes: int = 1024 * MIB
    reserved_bytes: int = 0  # address space for each process, in addition to the memory that it uses
    processes: int = 96
    disk_bytes: int = 192 * MIB
    file_bytes: int = 64 * MIB
    files: int = 50_000
    output_bytes: int = 64 * 1024
    report_bytes: int = 8 * MIB


@dataclass(frozen=True)
class SandboxJob:
    """A command that runs on a copy of a submission.

    `archive` is an uncompressed tar with the files of the working folder. The command gets only the environment in
    `variables`. It can read the system's folders and `visible`. `secret` is written to the pipe `{secret}`. `on_report`
    gets the output of the pipe `{report}`. In the command, the pipes' numbers replace both placeholders.
    """

    command: Sequence[str]
    archive: bytes
    visible: Sequence[Path] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    secret: bytes = b""
    on_report: Callable[[bytes], None] | None = None
    limits: SandboxLimits = field(default_factory=SandboxLimits)

    def command_with(self, secret: int, report: int) -> list[str]:
        """Return the command with the file descriptors of its two pipes."""
        return [part.replace("{secret}", str(secret)).replace("{report}", str(report)) for part in self.command]


@dataclass(frozen=True)
class RunResult:
    """The result of a run.

    `stopped` names the limit that ended the run, or is "". `output` has the beginning and the end of the output, and
    `dropped` counts the bytes between them. `site` is the run's folder if every run has a different folder.
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
    """A description of a sandbox: what it prevents, and what it doesn't."""

    name: str
    stops: tuple[str, ...]
    does_not_stop: tuple[str, ...]


class Sandbox(Protocol):
    """A mechanism that runs jobs in isolation."""

    @property
    def site(self) -> str:
        """The path of the job's folder inside the sandbox."""

    def describe(self) -> Confinement:
        """Return a description of what the sandbox prevents and what it doesn't."""

    def run(self, job: SandboxJob) -> RunResult:
        """Run a job until it ends. Raises `EnvironmentProblem` if it can't start."""
