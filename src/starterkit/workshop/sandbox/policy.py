"""Rules for code in a sandbox: its files, environment, user and limits.

Sandboxes with bubblewrap and with containers share these rules.
"""

from __future__ import annotations

import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import cache
from pathlib import Path

from starterkit.errors import StarterkitError
from starterkit.process import run
from starterkit.workshop.sandbox.model import Sandbox, SandboxJob, SandboxLimits

SITE = "/site"
PLACES = "/tmp"  # noqa: S108  # in the sandbox
SHARED = "/dev/shm"  # noqa: S108  # in the sandbox
HELPERS = ("prlimit", "tar", "sh")
STOPS = (
    "the network",
    "reading and writing your files, variables and other submissions",
    "time, memory, processes, disk and output beyond the limits",
    "processes that run after the tests",
)
DOES_NOT_STOP = (
    "a hole in the Linux kernel",
    "code that deceives the tests inside their process, so the verdict is evidence and not proof",
)
_EMPTY_ARCHIVE = b"\0" * 1024
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_LIBRARIES = ("alternatives", "ld.so.cache", "ld.so.conf", "ld.so.conf.d")
FEW_FILES_OF_ETC = tuple(f"/etc/{name}" for name in (*_LIBRARIES, "localtime", "mime.types", "timezone"))
# The archive is emptied after unpacking, because the submission could read the tests in it. With oom_score_adj, the
# kernel ends the submission's program first if memory runs out.
_BEGIN = (
    "tar -xf {archive} --no-same-owner && {forget} || exit 125; "
    'echo 1000 > /proc/self/oom_score_adj; exec "$@" < /dev/null'
)


def why_not(mechanism: Sandbox, name: str, programs: Sequence[str]) -> str:
    """Return why a sandbox doesn't work on this machine, or "". Runs a small program in it as a test.

    `programs` are the programs that it needs, and `name` is its name in the text.
    """
    missing = [program for program in programs if shutil.which(program) is None]
    if missing:
        return f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not installed."
    try:
        ended = mechanism.run(SandboxJob(("true",), _EMPTY_ARCHIVE, limits=SandboxLimits(seconds=20)))
    except StarterkitError as wrong:
        return wrong.message
    return f"{name} doesn't work here ({ended.last_line})." if ended.code else ""


def variables(job: SandboxJob) -> dict[str, str]:
    """Return the environment of a job's command: a few fixed variables and its own."""
    own = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": PLACES, "TMPDIR": PLACES, "LANG": "C.UTF-8"}
    return {**own, **job.variables}


def command_of(job: SandboxJob, archive: str, secret: int, report: int, *, is_pipe: bool = False) -> list[str]:
    """Return the command to run inside the sandbox.

    It sets limits, unpacks the archive and runs the job. `archive` is the archive's path in the sandbox, and `secret`
    and `report` are file descriptors. With `is_pipe`, the archive is a pipe, so it doesn't need to be emptied.
    """
    limits = job.limits
    return [
        "prlimit",
        f"--nproc={limits.processes + _other_tasks()}",
        f"--data={limits.memory_bytes + limits.reserved_bytes}",
        f"--fsize={limits.file_bytes}",
        f"--cpu={int(limits.cpu_seconds) + 1}",
        *("--nofile=512", "--core=0", "--memlock=65536", "--msgqueue=0", "--rtprio=0", "--nice=0"),
        *("sh", "-c", _BEGIN.format(archive=archive, forget=":" if is_pipe else f": > {archive}"), "sh"),
        *job.command_with(secret, report),
    ]


@cache
def system() -> tuple[tuple[tuple[str, str], ...], tuple[str, ...]]:
    """Return the parts of this machine's system that every sandbox shows, such as /usr and /lib.

    The first item has links (target and path), and the second has folders.
    """
    folders = [path for path in map(Path, _SYSTEM) if path.is_dir()]
    links = tuple((os.readlink(path), str(path)) for path in folders if path.is_symlink())  # noqa: PTH115
    return links, tuple(str(path) for path in folders if not path.is_symlink())


def outermost(paths: Sequence[Path]) -> list[str]:
    """Return the outermost of these paths and of the targets of their links.

    Paths in /usr are left out, because every sandbox shows /usr.
    """
    outer: list[Path] = []
    everything = {Path(os.path.abspath(path)) for path in paths} | {path.resolve() for path in paths}  # noqa: PTH100
    for path in sorted(everything, key=lambda path: len(path.parts)):
        if not any(path.is_relative_to(other) for other in (*outer, Path("/usr"))):
            outer.append(path)
    return [str(path) for path in outer]


def free_user() -> int:
    """Return a user id for the code in a sandbox. For root, it is an id that nobody on this machine has."""
    if os.geteuid() != 0:
        return 1000
    ranges = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
    begin, _, count = max(ranges, key=lambda columns: columns[2])
    if count < 200_000:  # in a container, few user ids exist, and the last ones are probably unused
        return begin + count - 2 - secrets.randbelow(max(1, min(500, count // 4)))
    return begin + 1_000_000_000 + secrets.randbelow(1_000_000_000) if count > 3_000_000_000 else begin + count - 9


def _other_tasks() -> int:
    """Return how many tasks outside the sandbox the kernel counts for the process limit.

    Before Linux 5.14, a user's limit counts all tasks of the user, even those outside the user namespace.
    """
    release = os.uname().release.split("-")[0].split(".")
    if os.geteuid() == 0 or tuple(int(part) for part in release[:2] if part.isdigit()) >= (5, 14):
        return 0
    return len(run(["ps", "-L", "-o", "lwp=", "-u", str(os.getuid())], timeout=10).out.splitlines())


@contextmanager
def files_in_memory(*contents: bytes) -> Iterator[tuple[int, ...]]:
    """Yield file descriptors of files in memory with these contents. They are closed after the block."""
    with ExitStack() as stack:
        files = [stack.enter_context(os.fdopen(os.memfd_create("given", 0), "wb")) for _ in contents]
        for file, data in zip(files, contents, strict=True):
            file.write(data)
            file.seek(0)
        yield tuple(file.fileno() for file in files)
