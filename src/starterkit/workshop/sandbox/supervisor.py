"""Runs a program for a sandbox, and ends it if it exceeds a limit.

It also reads the program's output and report.
"""

from __future__ import annotations

import json
import os
import select
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from io import FileIO
from pathlib import Path

from starterkit.process import running, start
from starterkit.workshop.sandbox.model import MIB, RunResult, SandboxJob, SandboxLimits

if sys.platform == "linux":
    from fcntl import F_SETPIPE_SZ, fcntl

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100
_LOOK_EVERY_SECONDS = 0.05
_READ_BYTES = 256 * 1024
_AFTER_END_SECONDS = 0.5  # time limit for reading the pipes after the program ends


@dataclass(frozen=True)
class Use:
    """The resources that all processes of a run use at this moment. `cpu_seconds` is the total so far."""

    memory_bytes: int
    cpu_seconds: float
    processes: int
    files: int

    def excess(self, limits: SandboxLimits) -> str:
        """Return a text about the first exceeded limit, such as "more than 96 processes", or ""."""
        if self.memory_bytes > limits.memory_bytes:
            return f"more than {limits.memory_bytes // MIB} MiB of memory"
        if self.cpu_seconds > limits.cpu_seconds:
            return f"more than {limits.cpu_seconds:g} s of processor time"
        if self.processes > limits.processes:
            return f"more than {limits.processes} processes"
        if self.files > limits.files:
            return f"more than {limits.files:,} files"
        return ""


# Returns the resources that a run uses, or None if they are unknown. `run_watched` calls it twenty times per second.
Meter = Callable[[], Use | None]


def run_watched(
    command: Callable[[int, int], Sequence[str]],
    job: SandboxJob,
    meter: Meter = lambda: None,
    *,
    environment: Mapping[str, str],
    keep_open: Sequence[int] = (),
    cwd: Path | None = None,
) -> RunResult:
    """Run a program until it ends or exceeds a limit of the job.

    `command` returns its arguments, and gets the file descriptors of two pipes: one for the job's secret, and one for
    the report. `meter` measures resources. `keep_open` are more file descriptors that the program inherits.
    """
    with pipe() as (secret_read, secret_write), pipe() as (report_read, report_write):
        arguments = command(secret_read.fileno(), report_write.fileno())
        watch = _Watch(job, meter)
        process = start(
            arguments,
            cwd=cwd,
            env=environment,
            stderr=subprocess.STDOUT,
            keep_open=(secret_read.fileno(), report_write.fileno(), *keep_open),
        )
        with running(process):
            assert process.stdout is not None
            if sys.platform == "linux":
                with suppress(OSError):  # a larger pipe is only faster, so an error doesn't matter
                    fcntl(process.stdout, F_SETPIPE_SZ, 4 * _READ_BYTES)
            secret_read.close()
            report_write.close()
            with suppress(BrokenPipeError):  # raised if the program has ended already. Its output has the reason
                secret_write.write(job.secret)  # never blocks, because the secret fits into a pipe's buffer
            secret_write.close()
            watch.until_the_end(process, report_read)
            if watch.stopped and process.poll() is None:
                process.kill()  # SIGKILL, because a program can ignore SIGTERM
            process.stdout.close()
        return RunResult(process.returncode, watch.seconds, watch.output.kept(), watch.output.dropped, watch.stopped)


@contextmanager
def pipe() -> Iterator[tuple[FileIO, FileIO]]:
    """Yield the reading and the writing end of a pipe. After the block, both are closed."""
    read, write = os.pipe()
    with os.fdopen(read, "rb", 0) as reader, os.fdopen(write, "wb", 0) as writer:
        yield reader, writer


@dataclass
class _Kept:
    limit: int
    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    dropped: int = 0

    def add(self, data: bytes) -> None:
        room = self.limit - len(self.head)
        self.head += data[:room]
        self.tail += data[room:]
        excess = max(0, len(self.tail) - self.limit)
        self.dropped += excess
        del self.tail[:excess]

    def kept(self) -> bytes:
        gap = f"\n… {self.dropped:,} bytes left out …\n".encode() if self.dropped else b""
        return bytes(self.head) + gap + bytes(self.tail)


class _Watch:
    def __init__(self, job: SandboxJob, meter: Meter) -> None:
        self._job, self._meter, self._begun = job, meter, time.monotonic()
        self.output = _Kept(job.limits.output_bytes)
        self.stopped = ""
        self.seconds = 0.0
        self._reported = 0
        self._next_look = self._begun + _LOOK_EVERY_SECONDS

    def until_the_end(self, process: subprocess.Popen[bytes], report: FileIO) -> None:
        assert process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ, self.output.add)
            selector.register(report, selectors.EVENT_READ, self._add_report)
            last = 0.0
            while selector.get_map() and not self.stopped:
                for key, _ in selector.select(_LOOK_EVERY_SECONDS):
                    if data := os.read(key.fd, _READ_BYTES):
                        key.data(data)
                    else:
                        selector.unregister(key.fileobj)
                if last and time.monotonic() > last:
                    break
                last = last or (time.monotonic() + _AFTER_END_SECONDS if process.poll() is not None else 0.0)
                self._look()
        while not self.stopped and process.poll() is None:
            time.sleep(0.002)  # the program has closed its pipes but is still running, so `select` can't wait for it
            self._look()
        self.seconds = time.monotonic() - self._begun

    def _add_report(self, data: bytes) -> None:
        self._reported += len(data)
        if self._reported > self._job.limits.report_bytes:
            self.stopped = "its report was too long"
        elif self._job.on_report:
            self._job.on_report(data)

    def _look(self) -> None:
        now = time.monotonic()
        if now < self._next_look:
            return
        self._next_look = now + _LOOK_EVERY_SECONDS
        limits = self._job.limits
        if now - self._begun > limits.seconds:
            self.stopped = f"still running after {limits.seconds:g} s"
        elif used := self._meter():
            self.stopped = used.excess(limits)


class NamespaceMeter:
    """A `Meter` for bubblewrap. It reads the sandbox's own /proc, which lists only the processes in the sandbox."""

    def __init__(self, info: FileIO, folders: Sequence[str]) -> None:
        """`info` is the pipe of bubblewrap's `--info-fd`.

        `folders` are the sandbox's folders in memory. The number of files in `folders` is measured too.
        """
        self._info, self._folders = info, folders
        self._first = 0
        self._cpu_of_ended = 0.0
        self._cpu: dict[str, float] = {}

    def __call__(self) -> Use | None:
        if not self._first and not self._find_first_process():
            return None
        root = Path("/proc", str(self._first), "root")
        try:
            if root.samefile("/"):
                return None  # the sandbox isn't ready, and /proc would show the whole machine
            memory, cpu, tasks = 0, {}, 0
            for process in (root / "proc").iterdir():
                if process.name.isdigit() and (used := _use_of_process(f"{root}/proc/{process.name}")):
                    memory += used[0]
                    cpu[process.name] = used[1]
                    tasks += used[2]
            states = [os.statvfs(f"{root}{folder}") for folder in self._folders]
        except OSError:
            return None
        self._cpu_of_ended += sum(seconds for name, seconds in self._cpu.items() if name not in cpu)
        self._cpu = cpu
        files = sum(state.f_files - state.f_ffree for state in states)
        return Use(memory, self._cpu_of_ended + sum(cpu.values()), tasks, files)

    def _find_first_process(self) -> bool:
        if not select.select([self._info], [], [], 0)[0]:
            return False
        try:
            self._first = int(json.loads(os.read(self._info.fileno(), 4096))["child-pid"])
        except (ValueError, KeyError):
            return False
        return True


def _use_of_process(folder: str) -> tuple[int, float, int] | None:
    """Return the memory (bytes), CPU time (seconds) and tasks of a process.

    Returns None after its end.
    """
    try:
        with open(f"{folder}/stat", "rb") as stream:  # noqa: PTH123  # twenty times a second, for each process
            fields = stream.read().rpartition(b")")[2].split()
        with open(f"{folder}/status", "rb") as stream:  # noqa: PTH123
            lines = stream.read().splitlines()
    except OSError:
        return None
    own = sum(int(line.split()[1]) for line in lines if line.startswith((b"RssAnon:", b"RssShmem:")))
    return own * 1024, (int(fields[11]) + int(fields[12])) / _TICKS, int(fields[17])
