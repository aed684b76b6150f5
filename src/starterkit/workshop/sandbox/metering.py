"""What the processes of a process namespace use together, as the kernel tells it from outside."""

from __future__ import annotations

import json
import os
import select
from collections.abc import Sequence
from pathlib import Path

from starterkit.workshop.sandbox.running import Use

_TICKS = os.sysconf("SC_CLK_TCK") if hasattr(os, "sysconf") else 100


class NamespaceMeter:
    """Asks the sandbox's own /proc, which holds its processes and no others."""

    def __init__(self, info: int, folders: Sequence[str]) -> None:
        """`info` is where the number of the first process is told; `folders` are those in memory, with the files."""
        self._info = info
        self._folders = folders
        self._first = 0
        self._cpu_of_gone = 0.0
        self._cpu: dict[str, float] = {}

    def __call__(self) -> Use | None:
        """Return what is used now; None before the sandbox is there and after it has gone."""
        if not self._first and not self._find():
            return None
        root = Path("/proc", str(self._first), "root")
        try:
            if root.samefile("/"):
                return None  # its walls do not stand yet: what is seen there is the whole machine
            processes = [one.name for one in (root / "proc").iterdir() if one.name.isdigit()]
            memory, cpu, tasks = 0, {}, 0
            for name in processes:
                used = _of_process(f"{root}/proc/{name}")
                if used is None:
                    continue
                memory += used[0]
                tasks += used[2]
                cpu[name] = used[1]
            files = sum(_files_in(f"{root}{folder}") for folder in self._folders)
        except OSError:
            return None
        self._cpu_of_gone += sum(spent for name, spent in self._cpu.items() if name not in cpu)
        self._cpu = cpu
        return Use(memory, self._cpu_of_gone + sum(cpu.values()), tasks, files)

    def _find(self) -> bool:
        if not select.select([self._info], [], [], 0)[0]:
            return False
        said = os.read(self._info, 4096)
        try:
            self._first = int(json.loads(said)["child-pid"])
        except (ValueError, KeyError):
            return False
        return True


def _files_in(folder: str) -> int:
    state = os.statvfs(folder)
    return state.f_files - state.f_ffree


def _of_process(folder: str) -> tuple[int, float, int] | None:
    """Memory that is its own (in bytes), processor time (in seconds), and tasks of a process; None when it has gone."""
    try:
        with open(f"{folder}/stat", "rb") as stream:  # noqa: PTH123  # twenty times a second, for each process
            words = stream.read().rpartition(b")")[2].split()
        with open(f"{folder}/status", "rb") as stream:  # noqa: PTH123
            lines = stream.read().splitlines()
    except OSError:
        return None
    own = sum(int(line.split()[1]) for line in lines if line.startswith((b"RssAnon:", b"RssShmem:")))
    return own * 1024, (int(words[11]) + int(words[12])) / _TICKS, int(words[17])
