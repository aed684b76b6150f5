"""Running a confined program: what it prints is read and dropped beyond a limit, and what it uses is watched."""

from __future__ import annotations

import os
import selectors
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from starterkit.process import running, start
from starterkit.workshop.sandbox.model import MIB, Ended, Job, Limits

_LOOK_EVERY_SECONDS = 0.05
_READ_BYTES = 256 * 1024
_AFTER_END_SECONDS = 0.5  # for what is still in the pipes when the program has ended


@dataclass(frozen=True)
class Use:
    """What all the processes of a run use now."""

    memory_bytes: int = 0
    cpu_seconds: float = 0.0
    processes: int = 0
    files: int = 0


# Returns what a run uses now; None if that isn't known (yet). It is asked twenty times a second.
Meter = Callable[[], Use | None]


def nothing_known() -> Use | None:
    """The meter of a place that cannot be looked into: somebody else sees to the limits, or nobody."""
    return None


def run_watched(
    command: Callable[[int, int], Sequence[str]],
    job: Job,
    meter: Meter,
    *,
    keep_open: Sequence[int] = (),
    environment: Mapping[str, str] | None = None,
    cwd: Path | None = None,
) -> Ended:
    """Start `command(secret, report)` (the numbers of the two pipes), watch it, and end it where it goes too far."""
    with _pipe() as secret, _pipe() as report:
        words = command(secret.read, report.write)
        begun = time.monotonic()
        process = start(
            words,
            cwd=cwd,
            env=dict(environment or {}),
            stderr=subprocess.STDOUT,
            keep_open=(secret.read, report.write, *keep_open),
        )
        with running(process):
            _widen(process)
            secret.close_read()
            report.close_write()
            with suppress(BrokenPipeError):  # it has ended by now, and its output says why
                os.write(secret.write, job.secret)  # a few hundred bytes: no pipe is too small for them
            secret.close_write()
            watch = _Watch(process, job, meter, begun)
            watch.until_the_end(report.read)
            if watch.stopped and process.poll() is None:
                process.kill()  # it is not asked first: it could do anything in the time
            assert process.stdout is not None
            process.stdout.close()
        return Ended(process.returncode, watch.seconds, watch.output.kept(), watch.output.dropped, watch.stopped)


def _widen(process: subprocess.Popen[bytes]) -> None:
    """Let more of its output wait to be read at once, where the system can."""
    if process.stdout is not None and sys.platform == "linux":
        import fcntl

        with suppress(OSError):
            fcntl.fcntl(process.stdout, fcntl.F_SETPIPE_SZ, 4 * _READ_BYTES)


@dataclass
class _Kept:
    """The beginning and the end of an output, so many bytes of each."""

    limit: int
    head: bytearray = field(default_factory=bytearray)
    tail: bytearray = field(default_factory=bytearray)
    dropped: int = 0

    def add(self, data: bytes) -> None:
        room = self.limit - len(self.head)
        self.head += data[:room]
        self.tail += data[room:][-self.limit :] if room < len(data) else b""
        self.dropped += max(0, len(data) - max(room, 0) - self.limit)
        if len(self.tail) > self.limit:
            self.dropped += len(self.tail) - self.limit
            del self.tail[: -self.limit]

    def kept(self) -> bytes:
        gap = f"\n… {self.dropped:,} bytes are left out here …\n".encode() if self.dropped else b""
        return bytes(self.head) + gap + bytes(self.tail)


class _Watch:
    """One run being watched: reads both pipes, compares what is used with the limits."""

    def __init__(self, process: subprocess.Popen[bytes], job: Job, meter: Meter, begun: float) -> None:
        self._process, self._job, self._meter, self._begun = process, job, meter, begun
        self.output = _Kept(job.limits.output_bytes)
        self.stopped = ""
        self.seconds = 0.0
        self._reported = 0
        self._next_look = begun + _LOOK_EVERY_SECONDS

    def until_the_end(self, report: int) -> None:
        """Read and look until the program has ended or has to be."""
        assert self._process.stdout is not None
        with selectors.DefaultSelector() as selector:
            selector.register(self._process.stdout, selectors.EVENT_READ, self._printed)
            selector.register(report, selectors.EVENT_READ, self._told)
            last = 0.0
            while selector.get_map() and not self.stopped:
                for key, _ in selector.select(_LOOK_EVERY_SECONDS):
                    data = os.read(key.fd, _READ_BYTES)
                    if data:
                        key.data(data)
                    else:
                        selector.unregister(key.fileobj)
                if last and time.monotonic() > last:
                    break
                last = last or (time.monotonic() + _AFTER_END_SECONDS if self._process.poll() is not None else 0.0)
                self._look()
        while not self.stopped and self._process.poll() is None:
            time.sleep(0.002)  # it has closed its pipes and runs on
            self._look()
        self.seconds = time.monotonic() - self._begun

    def _printed(self, data: bytes) -> None:
        self.output.add(data)

    def _told(self, data: bytes) -> None:
        self._reported += len(data)
        if self._reported > self._job.limits.report_bytes:
            self.stopped = "it reported without end"
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
            return
        used = self._meter()
        if used is not None:
            self.stopped = _excess(used, limits)


def _excess(used: Use, limits: Limits) -> str:
    if used.memory_bytes > limits.memory_bytes:
        return f"more than {limits.memory_bytes // MIB} MiB of memory"
    if used.cpu_seconds > limits.cpu_seconds:
        return f"more than {limits.cpu_seconds:g} s of processor time"
    if used.processes > limits.processes:
        return f"more than {limits.processes} processes"
    if used.files > limits.files:
        return f"more than {limits.files:,} files"
    return ""


class _Pipe:
    """The two ends of a pipe; each is closed once."""

    def __init__(self) -> None:
        self.read, self.write = os.pipe()

    def close_read(self) -> None:
        if self.read >= 0:
            os.close(self.read)
            self.read = -1

    def close_write(self) -> None:
        if self.write >= 0:
            os.close(self.write)
            self.write = -1


@contextmanager
def _pipe() -> Iterator[_Pipe]:
    pipe = _Pipe()
    try:
        yield pipe
    finally:
        pipe.close_read()
        pipe.close_write()
