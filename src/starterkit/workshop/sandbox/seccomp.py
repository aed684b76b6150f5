"""A filter for system calls that no test of a web site needs, as the bytes that the kernel takes (classic BPF).

It closes ways around the other limits: memory that belongs to no process (memfd, System V segments), sockets that no
network namespace holds back (vsock), namespaces of one's own, keys, terminals that can be typed into, io_uring.
"""

from __future__ import annotations

import errno
import platform
import struct
from dataclasses import dataclass

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _FIRST, _SECOND = 0, 4, 16, 24  # offsets in struct seccomp_data; low halves of the arguments
_ALLOW = 0x7FFF0000
_ERROR = 0x00050000
_FAMILIES = (1, 2, 10, 16)  # unix, inet, inet6, netlink
_TERMINAL_TRICKS = (0x5412, 0x541C)  # TIOCSTI, TIOCLINUX
_NEW_NAMESPACES = 0x7E020000
_X32 = 0x40000000


@dataclass(frozen=True)
class _Machine:
    arch: int
    socket: int
    ioctl: int
    clone: int
    clone3: int
    denied: tuple[int, ...]


# ptrace, process_vm_readv, process_vm_writev, mount, umount2, pivot_root, chroot, unshare, setns, bpf,
# perf_event_open, userfaultfd, keyctl, add_key, request_key, memfd_create, memfd_secret, shmget, msgget, semget,
# mq_open, open_by_handle_at, fanotify_init; then those with the same number everywhere.
_EVERYWHERE = (425, 426, 427, 428, 429, 430, 431, 432, 433, 442)  # io_uring_*, open_tree … fspick, mount_setattr
_MACHINES = {
    "x86_64": _Machine(
        0xC000003E,
        41,
        16,
        56,
        435,
        (
            *(
                101,
                310,
                311,
                165,
                166,
                155,
                161,
                272,
                308,
                321,
                298,
                323,
                250,
                248,
                249,
                319,
                447,
                29,
                68,
                64,
                240,
                304,
            ),
            *(300, *_EVERYWHERE),
        ),
    ),
    "aarch64": _Machine(
        0xC00000B7,
        198,
        29,
        220,
        435,
        (
            *(117, 270, 271, 40, 39, 41, 51, 97, 268, 280, 241, 282, 219, 217, 218, 279, 447, 194, 186, 190, 180, 265),
            *(262, *_EVERYWHERE),
        ),
    ),
}


def filter_bytes() -> bytes:
    """Return the filter for this machine; nothing where its numbers are not known here."""
    machine = _MACHINES.get(platform.machine())
    return _assembled(machine) if machine else b""


def _assembled(machine: _Machine) -> bytes:
    allow, not_permitted = _give(_ALLOW), _give(_ERROR | errno.EPERM)
    not_there, no_family = _give(_ERROR | errno.ENOSYS), _give(_ERROR | errno.EAFNOSUPPORT)
    rules = [
        _load(_ARCH),
        _jump(_EQUAL, machine.arch, 1, 0),
        not_there,
        _load(_NUMBER),
        _jump(_AT_LEAST, _X32, 0, 1),
        not_there,
    ]
    for number in machine.denied:
        rules += [_jump(_EQUAL, number, 0, 1), not_permitted]
    rules += [_jump(_EQUAL, machine.clone3, 0, 1), not_there]  # glibc then takes clone, whose flags can be looked at
    rules += _on(machine.clone, [_load(_FIRST), _jump(_ANY_BIT, _NEW_NAMESPACES, 0, 1), not_permitted, allow])
    tricks = [_jump(_EQUAL, word, len(_TERMINAL_TRICKS) - at, 0) for at, word in enumerate(_TERMINAL_TRICKS)]
    rules += _on(machine.ioctl, [_load(_SECOND), *tricks, allow, not_permitted])
    families = [_jump(_EQUAL, word, len(_FAMILIES) - at, 0) for at, word in enumerate(_FAMILIES)]
    rules += _on(machine.socket, [_load(_FIRST), *families, no_family, allow])
    return b"".join([*rules, allow])


def _on(number: int, body: list[bytes]) -> list[bytes]:
    """For this system call, the body; it ends in a return."""
    return [_jump(_EQUAL, number, 0, len(body)), *body]


def _load(offset: int) -> bytes:
    return struct.pack("HBBI", _LOAD, 0, 0, offset)


def _jump(how: int, value: int, then: int, otherwise: int) -> bytes:
    return struct.pack("HBBI", how, then, otherwise, value)


def _give(value: int) -> bytes:
    return struct.pack("HBBI", _RETURN, 0, 0, value)
