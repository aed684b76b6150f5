"""What is to be run, within which limits, and how it ended."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

MIB = 1024 * 1024


@dataclass(frozen=True)
class Limits:
    """What one run may use. `seconds` on the clock; `cpu_seconds` of all its processes together.

    `reserved_bytes` is address space that a process may reserve besides the memory that it uses.
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
class Job:
    """One command to run on a copy of somebody's files.

    `command` is started in the folder into which `archive` (an uncompressed tar) was unpacked, with `variables` and
    nothing else of this process's environment; words of it that are `SITE` or begin so stand for that folder.
    `visible` are the folders and files that it may read besides the system's own. What the command needs to be told in
    confidence is written to a pipe whose number takes the place of `{secret}` in the command; what it writes to the
    pipe `{report}` is handed to `on_report`, as it comes.
    """

    command: Sequence[str]
    archive: bytes
    visible: Sequence[Path] = ()
    variables: Mapping[str, str] = field(default_factory=dict)
    secret: bytes = b""
    on_report: Callable[[bytes], None] | None = None
    limits: Limits = field(default_factory=Limits)


@dataclass(frozen=True)
class Ended:
    """How a run ended.

    `stopped` says which limit ended it ("" where it ended by itself), in words. `output` is the beginning and the end
    of what it printed; so many bytes between them were `dropped`. `site` is the folder in which its files lay, where
    that was another one for each run.
    """

    code: int
    seconds: float
    output: bytes
    dropped: int = 0
    stopped: str = ""
    site: str = ""


@dataclass(frozen=True)
class Confinement:
    """What a mechanism does, for the screen: what it stops, and what it does not."""

    name: str
    stops: tuple[str, ...]
    does_not_stop: tuple[str, ...]

    @property
    def line(self) -> str:
        """One line for the screen."""
        lacking = f" It does not stop: {'; '.join(self.does_not_stop)}." if self.does_not_stop else ""
        return f"Sandbox: {self.name}. It stops: {'; '.join(self.stops)}.{lacking}"


class Sandbox(Protocol):
    """A place to run a job in."""

    @property
    def site(self) -> str:
        """The folder in which the job's files lie, as the job sees it."""

    def describe(self) -> Confinement:
        """Say what it stops and what it does not."""

    def run(self, job: Job) -> Ended:
        """Run a job to its end. Raises `MissingError` where it cannot be started."""
