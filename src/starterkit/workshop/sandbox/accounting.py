"""What the processes of a sandbox use together, read from /proc."""

from __future__ import annotations

import json
import os
import select
from collections.abc import Sequence
from io import FileIO
from pathlib import Path

from starterkit.workshop.sandbox.supervisor import Use

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class NamespaceMeter:
    """Reads the sandbox's own /proc, which lists its processes and no others."""

    def __init__(self, info: FileIO, folders: Sequence[str]) -> None:
        """`info` is the pipe with bubblewrap's `--info-fd`. `folders` are those in memory, whose files are counted."""
        self._info, self._folders = info, folders
        self._first = 0
        self._cpu_of_ended = 0.0
        self._cpu: dict[str, float] = {}

    def __call__(self) -> Use | None:
        """Return what is used now, or None before the sandbox has started and after it has ended."""
        if not self._first and not self._find_first_process():
            return None
        root = Path("/proc", str(self._first), "root")
        try:
            if root.samefile("/"):
                return None  # the sandbox isn't built yet: this would be the whole machine
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
    """Return a process's own memory in bytes, its CPU seconds and its tasks, or None if it has ended."""
    try:
        with open(f"{folder}/stat", "rb") as stream:  # noqa: PTH123  # twenty times a second, for each process
            fields = stream.read().rpartition(b")")[2].split()
        with open(f"{folder}/status", "rb") as stream:  # noqa: PTH123
            lines = stream.read().splitlines()
    except OSError:
        return None
    own = sum(int(line.split()[1]) for line in lines if line.startswith((b"RssAnon:", b"RssShmem:")))
    return own * 1024, (int(fields[11]) + int(fields[12])) / _TICKS, int(fields[17])
