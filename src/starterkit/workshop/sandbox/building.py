"""Builds the walls of a sandbox out of Linux's namespaces around this process, and starts a command behind them.

`namespaces` starts it as a script, with a plan; it imports nothing of starterkit, and nothing at all once the old root
is left. The order is that of bubblewrap: see
namespaces(7), pivot_root(2) and user_namespaces(7).
"""

from __future__ import annotations

import ctypes
import fcntl
import json
import os
import re
import signal
import socket
import struct
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

_NEW_MOUNTS, _NEW_NAMES, _NEW_IPC, _NEW_USERS = 0x00020000, 0x04000000, 0x08000000, 0x10000000
_NEW_PROCESSES, _NEW_NETWORK, _NEW_CGROUPS = 0x20000000, 0x40000000, 0x02000000
_READ_ONLY, _NO_SUID, _NO_DEVICES, _NO_PROGRAMS, _REMOUNT = 1, 2, 4, 8, 32
_BIND, _RECURSIVE, _PRIVATE, _DETACH = 4096, 16384, 1 << 18, 2
# What a mount was made with and has to keep, as statvfs tells it and as mount takes it.
_KEPT = {8: 8, 1024: 1024, 2048: 2048, 4096: 1 << 21}
_DIE_WITH_PARENT, _NO_NEW_RIGHTS, _FILTER_CALLS, _DROP_BOUND = 1, 38, 22, 24
_INTERFACE_FLAGS, _UP_AND_RUNNING = 0x8914, 0x41
_DEVICES = ("null", "zero", "full", "random", "urandom")
_DEVICE_LINKS = {"fd": "/proc/self/fd", "stdin": "fd/0", "stdout": "fd/1", "stderr": "fd/2", "core": "/proc/kcore"}
_OLD, _NEW = "/old", "/new"
_ESCAPED = re.compile(rb"\\([0-7]{3})")
_LAST_RIGHT = 63


@dataclass(frozen=True)
class Plan:
    """What is to be built.

    `shown` and `visible` are pairs: what is shown, and where; `roomy` and `small` are folders in memory with their size
    in bytes and their mode, each with room for `most_files`. `rules` holds the filter of system calls, `info` is told
    the number of the first process, `handed` are the numbers of the files that the command gets; all else is closed.
    """

    user: int
    links: list[tuple[str, str]]
    shown: list[tuple[str, str]]
    visible: list[tuple[str, str]]
    roomy: list[tuple[str, int, int]]
    small: list[tuple[str, int, int]]
    most_files: int
    files: dict[str, str]
    folder: str
    variables: dict[str, str]
    command: list[str]
    rules: int
    info: int
    handed: list[int]


_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *args: object) -> None:
    """Call a function of the C library. Raises `OSError` where it fails."""
    if getattr(_libc, name)(*args) == -1:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def _mount(source: str, target: str, kind: str | None, flags: int, options: str = "") -> None:
    words = [one.encode() if one is not None else None for one in (source, target, kind)]
    _call("mount", *words, ctypes.c_ulong(flags), options.encode() or None)


def _control(option: int, *args: int) -> None:
    _call("prctl", option, *map(ctypes.c_ulong, (*args, *[0] * (4 - len(args)))))


def _split(user: int) -> None:
    """Leave the machine's namespaces; the next child is the first process of the new ones."""
    spaces = _NEW_MOUNTS | _NEW_NAMES | _NEW_IPC | _NEW_PROCESSES | _NEW_NETWORK | _NEW_CGROUPS
    uid, gid = os.getuid(), os.getgid()
    if uid != 0:
        spaces |= _NEW_USERS
    _call("unshare", spaces)
    if uid != 0:
        Path("/proc/self/setgroups").write_text("deny")
        Path("/proc/self/uid_map").write_text(f"{user} {uid} 1")
        Path("/proc/self/gid_map").write_text(f"{user} {gid} 1")


def _start_network() -> None:
    """Let 127.0.0.1 be there."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        fcntl.ioctl(any_socket, _INTERFACE_FLAGS, struct.pack("16sH14x", b"lo", _UP_AND_RUNNING))


def _build(plan: Plan) -> None:
    """Build a new root in memory, and leave the old one."""
    _mount("none", "/", None, _RECURSIVE | _PRIVATE)
    os.umask(0o022)
    _memory("/tmp", 0, 0o755)  # noqa: S108  # a folder that is everywhere; it vanishes again
    for name in (_OLD, _NEW):
        Path("/tmp" + name).mkdir(mode=0o755)  # noqa: S108
    _call("pivot_root", b"/tmp", b"/tmp" + _OLD.encode())
    os.chdir("/")
    _memory(_NEW, 0, 0o755)
    for to, path in plan.links:
        Path(_NEW + path).symlink_to(to)
    for pair in plan.shown:
        _show(*pair)
    for path, size, mode in plan.roomy[:1]:
        _memory(_NEW + path, size, mode, plan.most_files)
    for pair in plan.visible:
        _show(*pair)
    for path, size, mode in plan.roomy[1:]:
        _memory(_NEW + path, size, mode, plan.most_files)
    _devices(plan)
    for path, text in plan.files.items():
        Path(_NEW + path).write_bytes(text.encode())
        Path(_NEW + path).chmod(0o444)
    _folder(_NEW + "/proc")
    _mount("proc", _NEW + "/proc", "proc", _NO_SUID | _NO_DEVICES | _NO_PROGRAMS)
    _mount("none", _NEW, None, _REMOUNT | _BIND | _READ_ONLY | _NO_SUID | _NO_DEVICES)
    os.chdir(_NEW)
    _call("pivot_root", b".", b".")
    _call("umount2", b".", _DETACH)
    os.chdir(plan.folder)


def _memory(path: str, size: int, mode: int, files: int = 0) -> None:
    _folder(path)
    options = f"mode={mode:o}" + (f",size={size}" if size else "") + (f",nr_inodes={files}" if files else "")
    _mount("tmpfs", path, "tmpfs", _NO_SUID | _NO_DEVICES, options)


def _folder(path: str) -> None:
    Path(path).mkdir(mode=0o755, parents=True, exist_ok=True)


def _show(source: str, path: str) -> None:
    """Show a file or folder of the old root, for reading."""
    target = Path(_NEW + path)
    _place(_OLD + source, target)
    _mount(_OLD + source, str(target), None, _BIND | _RECURSIVE)
    for inside in _mounts_in(str(target)):
        kept = sum(flag for told, flag in _KEPT.items() if os.statvfs(inside).f_flag & told)
        _mount("none", inside, None, _REMOUNT | _BIND | _READ_ONLY | _NO_SUID | _NO_DEVICES | kept)


def _place(source: str, target: Path) -> None:
    if Path(source).is_dir():
        _folder(str(target))
    elif not target.exists():
        _folder(str(target.parent))
        target.touch(mode=0o444)


def _mounts_in(folder: str) -> Iterator[str]:
    """A mount and those inside of it, as the kernel lists them; /proc is still that of the old root."""
    lines = Path(f"{_OLD}/proc/self/mountinfo").read_bytes().splitlines()
    names = [_ESCAPED.sub(lambda octal: bytes([int(octal[1], 8)]), line.split()[4]) for line in lines]
    found = [os.fsdecode(name) for name in names]
    yield from (path for path in found if path == folder or path.startswith(folder + "/"))


def _devices(plan: Plan) -> None:
    _folder(_NEW + "/dev")
    for name in _DEVICES:
        Path(f"{_NEW}/dev/{name}").touch()
        _mount(f"{_OLD}/dev/{name}", f"{_NEW}/dev/{name}", None, _BIND)
    for name, to in _DEVICE_LINKS.items():
        Path(f"{_NEW}/dev/{name}").symlink_to(to)
    for path, size, mode in plan.small:
        _memory(_NEW + path, size, mode, plan.most_files)


def _give_up_rights(plan: Plan) -> None:
    """Become nobody, for good."""
    rules = os.read(plan.rules, 65536)
    for right in range(_LAST_RIGHT + 1):
        try:
            _control(_DROP_BOUND, right)
        except OSError:
            break  # this kernel knows no more
    if os.getuid() == 0:
        os.setgroups([])
        os.setresgid(plan.user, plan.user, plan.user)
        os.setresuid(plan.user, plan.user, plan.user)
    _control(_DIE_WITH_PARENT, signal.SIGKILL)
    _control(_NO_NEW_RIGHTS, 1)
    if rules:
        data = ctypes.create_string_buffer(rules, len(rules))
        program = struct.pack("HxxxxxxP", len(rules) // 8, ctypes.addressof(data))
        held = ctypes.create_string_buffer(program, len(program))
        _control(_FILTER_CALLS, 2, ctypes.addressof(held))


def _first(plan: Plan, start: int) -> int:
    """The first process behind the walls: builds them, starts the command, and waits for it; return its exit code."""
    _control(_DIE_WITH_PARENT, signal.SIGKILL)
    os.read(start, 1)  # the meter knows of this process now
    socket.sethostname("sandbox")
    _start_network()
    _build(plan)
    _give_up_rights(plan)
    os.setsid()
    child = os.fork()
    if child == 0:
        edges = [2, *sorted(plan.handed), 4096]
        for before, after in pairwise(edges):
            os.closerange(before + 1, after)
        os.execvpe(plan.command[0], plan.command, plan.variables)  # noqa: S606
    os.closerange(3, 4096)
    while True:
        ended, status = os.wait()
        if ended == child:
            return os.waitstatus_to_exitcode(status)


def main() -> int:
    """Build what the plan says, and return how the command ended: its exit code, or 128 and the number of a signal."""
    plan = Plan(**json.loads(sys.argv[1]))
    _control(_DIE_WITH_PARENT, signal.SIGKILL)
    try:
        _split(plan.user)
        start, go = os.pipe()
        first = os.fork()
        if first == 0:
            os.close(go)
            code = _first(plan, start)
            os._exit(code if code >= 0 else 128 - code)
    except OSError as wrong:
        os.write(2, f"{wrong}\n".encode())
        os._exit(126)
    os.write(plan.info, json.dumps({"child-pid": first}).encode())
    os.closerange(3, go)
    os.write(go, b"x")
    _, status = os.waitpid(first, 0)
    code = os.waitstatus_to_exitcode(status)
    return code if code >= 0 else 128 - code


if __name__ == "__main__":
    sys.exit(main())
