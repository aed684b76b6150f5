"""What a submission sees and may use, whichever mechanism builds the walls around it."""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from pathlib import Path

from starterkit.errors import StarterkitError
from starterkit.process import run
from starterkit.workshop.sandbox.model import Job, Limits, Sandbox

SITE = "/site"
PLACES = "/tmp"  # noqa: S108  # the sandbox's own
SHARED = "/dev/shm"  # noqa: S108  # that one, too
IN_MEMORY = (SITE, PLACES, SHARED)
HELPERS = ("prlimit", "tar", "sh")
HOSTS = b"127.0.0.1 localhost\n::1 localhost\n"
_TESTED = b"\0" * 1024  # an empty archive
STOPS = (
    "the network",
    "reading and writing your files, variables and other submissions",
    "time, memory, processes, disk and output beyond the limits",
    "what would run on afterwards",
)
DOES_NOT_STOP = (
    "a hole in the Linux kernel",
    "code that deceives the tests from inside their own process: the verdict is evidence, not proof",
)
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
FEW_FILES_OF_ETC = (
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/timezone",
)
# What is unpacked belongs to the program, and is there no second time: the tests are in it. Where memory runs out, the
# program is the first that the kernel ends.
_BEGIN = (
    "tar -xf {archive} --no-same-owner && {forget} || exit 125; "
    'echo 1000 > /proc/self/oom_score_adj; exec "$@" < /dev/null'
)


def why_not(mechanism: Sandbox, name: str, programs: Sequence[str]) -> str:
    """Return why a mechanism cannot be used here ("" where it can), by running a small program in it."""
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        return f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not on this machine."
    try:
        ended = mechanism.run(Job(("true",), _TESTED, limits=Limits(seconds=20)))
    except StarterkitError as wrong:
        return wrong.message
    if ended.code == 0:
        return ""
    said = ended.output.decode("utf-8", "replace").strip().splitlines()[-1:]
    return f"{name} does not work here ({''.join(said) or f'exit code {ended.code}'})."


def people(user: int) -> bytes:
    """Return the /etc/passwd of a sandbox whose program runs as this user."""
    return b"root:x:0:0:root:/:/bin/false\nlearner:x:%d:%d:learner:/tmp:/bin/sh\n" % (user, user)


def variables(job: Job) -> dict[str, str]:
    """Return the whole environment of a job."""
    own = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": PLACES, "TMPDIR": PLACES, "LANG": "C.UTF-8"}
    return {**own, **job.variables}


def command_of(job: Job, archive: str, secret: int, report: int, *, is_pipe: bool = False) -> list[str]:
    """Return the words that unpack the archive (the path of a file; with `is_pipe`, of a pipe) and run the command."""
    words = [one.replace("{secret}", str(secret)).replace("{report}", str(report)) for one in job.command]
    return ["sh", "-c", _BEGIN.format(archive=archive, forget=":" if is_pipe else f": > {archive}"), "sh", *words]


def limits_of(limits: Limits) -> list[str]:
    """Return the program that sets the limits, from inside, and its words."""
    return [
        "prlimit",
        f"--nproc={limits.processes + _other_tasks()}",
        f"--data={limits.memory_bytes + limits.reserved_bytes}",
        f"--fsize={limits.file_bytes}",
        f"--cpu={int(limits.cpu_seconds) + 1}",
        *("--nofile=512", "--core=0", "--memlock=65536", "--msgqueue=0", "--rtprio=0", "--nice=0"),
    ]


@cache
def system() -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return the links (where they lead, and their path) and the folders of the system that are shown."""
    found = [path for path in map(Path, _SYSTEM) if path.is_dir()]
    links = tuple((os.readlink(path), str(path)) for path in found if path.is_symlink())  # noqa: PTH115
    return links, tuple(str(path) for path in found if not path.is_symlink())


def outermost(paths: Sequence[Path]) -> list[str]:
    """Return the paths, each also as it really is, without those that lie in another one or in the system's folders."""
    found: list[Path] = []
    everything = {Path(os.path.abspath(path)) for path in paths} | {path.resolve() for path in paths}  # noqa: PTH100
    for path in sorted(everything, key=lambda one: len(one.parts)):
        if not any(path.is_relative_to(other) for other in (*found, Path("/usr"))):
            found.append(path)
    return [str(path) for path in found]


def free_user() -> int:
    """Return the number of the user that a program runs as: one that nobody has, of those that there are here."""
    if os.geteuid() != 0:
        return 1000
    ranges = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
    begin, _, count = max(ranges, key=lambda one: one[2])
    if count < 200_000:  # a container with few users: its last ones
        return begin + count - 2 - secrets.randbelow(max(1, min(500, count // 4)))
    return begin + 1_000_000_000 + secrets.randbelow(1_000_000_000) if count > 3_000_000_000 else begin + count - 9


def _other_tasks() -> int:
    """How many other tasks count against the limit of processes: before Linux 5.14, all of the user's."""
    release = os.uname().release.split("-")[0].split(".")
    if os.geteuid() == 0 or tuple(int(part) for part in release[:2] if part.isdigit()) >= (5, 14):
        return 0
    own = os.getuid()
    finished = run(["ps", "-L", "-o", "lwp=", "-u", str(own)], timeout=10)
    return len(finished.out.splitlines())


@contextmanager
def fed(*contents: bytes) -> Iterator[tuple[int, ...]]:
    """Give the block files that lie in memory alone, ready to be read from their beginning."""
    numbers: list[int] = []
    try:
        for data in contents:
            number = os.memfd_create("given", 0)
            numbers.append(number)
            view = memoryview(data)
            while view:
                view = view[os.write(number, view) :]
            os.lseek(number, 0, os.SEEK_SET)
        yield tuple(numbers)
    finally:
        for number in numbers:
            os.close(number)


@contextmanager
def pipe() -> Iterator[tuple[int, int]]:
    """Give the block the two ends of a pipe."""
    ends = os.pipe()
    try:
        yield ends
    finally:
        for end in ends:
            os.close(end)
