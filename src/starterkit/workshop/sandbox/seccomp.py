"""A filter that forbids dangerous system calls in the sandbox.

It is a classic BPF program for `bwrap --seccomp`. Tests of a web site don't need the forbidden calls, and code could
use them to avoid other limits. Some give access to memory that belongs to no process (memfd, System V segments). Others
open sockets outside the network namespace (vsock), create namespaces, use the kernel's keys, type into terminals, or
start io_uring.
"""

from __future__ import annotations

import errno
import platform
import struct
from dataclasses import dataclass

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _ARCH, _FIRST, _SECOND = 0, 4, 16, 24  # offsets of fields in struct seccomp_data
_ALLOW = 0x7FFF0000
_ERROR = 0x00050000
_FAMILIES = (1, 2, 10, 16)  # the permitted address families: unix, inet, inet6, netlink
_TERMINAL_TRICKS = (0x5412, 0x541C)  # ioctl requests that type into a terminal: TIOCSTI, TIOCLINUX
_NEW_NAMESPACES = 0x7E020000
_X32 = 0x40000000


@dataclass(frozen=True)
class _Machine:
    arch: int
    socket: int
    ioctl: int
    clone: int
    denied: tuple[int, ...]


_CLONE3 = 435
# Forbidden calls that have the same number on every processor: io_uring_*, open_tree to fspick, mount_setattr.
_DENIED_EVERYWHERE = (*range(425, 434), 442)
# Numbers of forbidden calls. The first row has ptrace, process_vm_readv, process_vm_writev, mount, umount2, pivot_root,
# chroot, unshare, setns, bpf, perf_event_open and userfaultfd. The second row has keyctl, add_key, request_key,
# memfd_create, memfd_secret, shmget, msgget, semget, mq_open, open_by_handle_at and fanotify_init.
_DENIED_X86_64 = (
    *(101, 310, 311, 165, 166, 155, 161, 272, 308, 321, 298, 323),
    *(250, 248, 249, 319, 447, 29, 68, 64, 240, 304, 300),
)
_DENIED_AARCH64 = (
    *(117, 270, 271, 40, 39, 41, 51, 97, 268, 280, 241, 282),
    *(219, 217, 218, 279, 447, 194, 186, 190, 180, 265, 262),
)
_MACHINES = {
    "x86_64": _Machine(0xC000003E, socket=41, ioctl=16, clone=56, denied=_DENIED_X86_64),
    "aarch64": _Machine(0xC00000B7, socket=198, ioctl=29, clone=220, denied=_DENIED_AARCH64),
}


def filter_bytes() -> bytes:
    """Return the BPF program for this machine's processor, or b"" if there is none."""
    machine = _MACHINES.get(platform.machine())
    return _assemble(machine) if machine else b""


def _assemble(machine: _Machine) -> bytes:
    allow, not_permitted = _op(_RETURN, _ALLOW), _op(_RETURN, _ERROR | errno.EPERM)
    not_implemented, no_family = (
        _op(_RETURN, _ERROR | errno.ENOSYS),
        _op(_RETURN, _ERROR | errno.EAFNOSUPPORT),
    )
    rules = [
        *(_op(_LOAD, _ARCH), _op(_EQUAL, machine.arch, 1, 0), not_implemented),
        *(_op(_LOAD, _NUMBER), _op(_AT_LEAST, _X32, 0, 1), not_implemented),
    ]
    for number in (*machine.denied, *_DENIED_EVERYWHERE):
        rules += [_op(_EQUAL, number, 0, 1), not_permitted]
    # A filter can't check the arguments of clone3. If clone3 isn't implemented, glibc calls clone instead.
    rules += [_op(_EQUAL, _CLONE3, 0, 1), not_implemented]
    rules += _for_call(machine.clone, _op(_LOAD, _FIRST), _op(_ANY_BIT, _NEW_NAMESPACES, 0, 1), not_permitted, allow)
    rules += _for_call(machine.ioctl, _op(_LOAD, _SECOND), *_skip_if_in(_TERMINAL_TRICKS), allow, not_permitted)
    rules += _for_call(machine.socket, _op(_LOAD, _FIRST), *_skip_if_in(_FAMILIES), no_family, allow)
    return b"".join([*rules, allow])


def _for_call(number: int, *body: bytes) -> list[bytes]:
    """Return BPF instructions that run `body` for one system call only. `body` must end with a return."""
    return [_op(_EQUAL, number, 0, len(body)), *body]


def _skip_if_in(values: tuple[int, ...]) -> list[bytes]:
    """Return BPF instructions that skip the next instruction if the loaded value is in `values`."""
    return [_op(_EQUAL, value, len(values) - position, 0) for position, value in enumerate(values)]


def _op(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    """Return one BPF instruction (struct sock_filter). A comparison skips `if_true` or `if_false` instructions."""
    return struct.pack("HBBI", code, if_true, if_false, value)
