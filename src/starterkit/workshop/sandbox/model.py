"""A job for a sandbox, its limits, and its result."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from starterkit.sanitize import strip_control

MIB = 1024 * 1024


@dataclass(frozen=True)
class SandboxLimits:
    """The limits of one run. `cpu_seconds` is the sum over all its processes.

    `reserved_bytes` is address space that a process may reserve in addition to the memory that it uses.
    """

    seconds: float = 120.0
    cpu_seconds: float = 120.0
    memory_bytes: int = 1024 * MIB
    reserved_bytes: int = 0
    processes: int = 96
    disk_bytes: int = 192 * MIB
    file_bytes: int = 64 * MIB
    files: int = 50_000
    output_bytes: int = 64 * 1024
    report_bytes: int = 8 * MIB


@dataclass(frozen=True)
class SandboxJob:
    """One command to run on a copy of a submission.

    `archive` (an uncompressed tar) is unpacked into the working folder of `command`. The command's environment has
    `variables` and nothing else from this process. It may read the system's folders and the paths in `visible`.
    `secret` is written to a pipe whose number replaces `{secret}` in the command. What the command writes to the pipe
    `{report}` goes to `on_report`, as it arrives.
    """

    command: Sequence[str]
    archive: bytes
    visible: Sequence[Path] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    secret: bytes = b""
    on_report: Callable[[bytes], None] | None = None
    limits: SandboxLimits = field(default_factory=SandboxLimits)

    def command_with(self, secret: int, report: int) -> list[str]:
        """Return the command with the numbers of its two pipes."""
        return [part.replace("{secret}", str(secret)).replace("{report}", str(report)) for part in self.command]


@dataclass(frozen=True)
class RunResult:
    """The result of a run.

    `stopped` names the limit that ended it ("" if it ended without help). `output` is the beginning and the end of its
    output, and `dropped` the number of bytes between them. `site` is the folder of its files, if each run has another.
    """

    code: int
    seconds: float
    output: bytes
    dropped: int = 0
    stopped: str = ""
    site: str = ""

    @property
    def last_line(self) -> str:
        """The last line of its output, or its exit code if it printed nothing."""
        lines = strip_control(self.output.decode("utf-8", "replace")).strip().splitlines()
        return lines[-1] if lines else f"exit code {self.code}"


@dataclass(frozen=True)
class Confinement:
    """What a sandbox stops, and what it doesn't."""

    name: str
    stops: tuple[str, ...]
    does_not_stop: tuple[str, ...]

    @property
    def line(self) -> str:
        """One line for the screen."""
        lacking = f" It does not stop: {'; '.join(self.does_not_stop)}." if self.does_not_stop else ""
        return f"Sandbox: {self.name}. It stops: {'; '.join(self.stops)}.{lacking}"


class Sandbox(Protocol):
    """Runs jobs."""

    @property
    def site(self) -> str:
        """The folder with the job's files, as the job sees it."""

    def describe(self) -> Confinement:
        """Return what it stops and what it doesn't."""

    def run(self, job: SandboxJob) -> RunResult:
        """Run a job to its end. Raises `EnvironmentProblem` if it can't be started."""
