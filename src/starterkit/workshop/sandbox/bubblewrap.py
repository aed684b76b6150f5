"""The sandbox that bubblewrap makes: namespaces of its own for files, processes, network and users.

Started as root, the program gets a number as its user that nobody else has, so that the limit of processes holds (root
has none) and nothing of root's can be written to. Started by anybody else, it lives in a user namespace of its own,
where that limit counts only what runs in there.
"""

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
from starterkit.workshop.sandbox.metering import NamespaceMeter
from starterkit.workshop.sandbox.model import MIB, Confinement, Ended, Job, Limits
from starterkit.workshop.sandbox.running import run_watched
from starterkit.workshop.sandbox.seccomp import filter_bytes

SITE = "/work/site"
_PLACES = "/tmp"  # noqa: S108  # the sandbox's own
_HELPERS = ("prlimit", "setpriv", "tar", "sh")
_SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32")
_FEW_FILES_OF_ETC = (
    "/etc/alternatives",
    "/etc/ld.so.cache",
    "/etc/ld.so.conf",
    "/etc/ld.so.conf.d",
    "/etc/localtime",
    "/etc/mime.types",
    "/etc/timezone",
)
_PEOPLE = b"root:x:0:0:root:/:/bin/false\nlearner:x:%d:%d:learner:/tmp:/bin/sh\n"
_HOSTS = b"127.0.0.1 localhost\n::1 localhost\n"
# What is unpacked belongs to the program; where memory runs out, it is the first that the kernel ends.
_BEGIN = 'tar -xf - --no-same-owner && echo 1000 > /proc/self/oom_score_adj; exec "$@" < /dev/null'
_TESTED = b"\0" * 1024  # an empty archive
_STOPS = (
    "the network",
    "reading and writing your files, variables and other submissions",
    "time, memory, processes, disk and output beyond the limits",
    "what would run on afterwards",
)
_DOES_NOT_STOP = (
    "a hole in the Linux kernel",
    "code that deceives the tests from inside their own process: the verdict is evidence, not proof",
)


class Bubblewrap:
    """The sandbox of the program `bwrap`."""

    site = SITE

    def describe(self) -> Confinement:
        """Say what it stops and what it does not."""
        return Confinement("bubblewrap", _STOPS, _DOES_NOT_STOP)

    def lacks(self) -> str:
        """Return why it cannot be used here ("" where it can), by running a small program in it."""
        missing = [name for name in ("bwrap", *_HELPERS) if shutil.which(name) is None]
        if missing:
            return f"{' and '.join(missing)} {'is' if len(missing) == 1 else 'are'} not on this machine."
        try:
            ended = self.run(Job(("true",), _TESTED, limits=Limits(seconds=20)))
        except StarterkitError as wrong:
            return wrong.message
        if ended.code == 0:
            return ""
        said = ended.output.decode("utf-8", "replace").strip().splitlines()[-1:]
        return f"bubblewrap does not work here ({''.join(said) or f'exit code {ended.code}'})."

    def run(self, job: Job) -> Ended:
        """Run a job to its end. Raises `ProgramMissing` where bubblewrap cannot be started."""
        user = _user()
        with _fed(job.archive, filter_bytes(), _PEOPLE % (user, user), _HOSTS) as (archive, rules, people, hosts):
            info_read, info_write = os.pipe()
            meter = NamespaceMeter(info_read, SITE)

            def command(secret: int, report: int) -> list[str]:
                words = [one.replace("{secret}", str(secret)).replace("{report}", str(report)) for one in job.command]
                return [
                    *_walls(job, user, info_write),
                    *(["--seccomp", str(rules)] if filter_bytes() else []),
                    *("--perms", "0444", "--ro-bind-data", str(people), "/etc/passwd"),
                    *("--perms", "0444", "--ro-bind-data", str(hosts), "/etc/hosts"),
                    *("--remount-ro", "/", "--chdir", SITE, "--"),
                    *_user_and_limits(job.limits, user),
                    *("sh", "-c", f"{_BEGIN.replace('tar -xf -', f'tar -xf /proc/self/fd/{archive}')}", "sh", *words),
                ]

            try:
                keep_open = (archive, people, hosts, info_write, *([rules] if filter_bytes() else []))
                return run_watched(command, job, meter, keep_open=keep_open, environment={"PATH": os.defpath})
            finally:
                os.close(info_read)
                os.close(info_write)


def _walls(job: Job, user: int, info: int) -> list[str]:
    """bubblewrap's own arguments: what is cut off, and what can be seen."""
    words = ["bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() == 0:
        words += ["--cap-drop", "ALL"]
        for name in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):  # given up again by setpriv, before anything runs
            words += ["--cap-add", name]
    else:
        words += ["--unshare-user", "--uid", str(user), "--gid", str(user)]
    words += ["--die-with-parent", "--new-session", "--hostname", "sandbox", "--info-fd", str(info), "--clearenv"]
    variables = {"PATH": "/usr/local/bin:/usr/bin:/bin", "HOME": _PLACES, "TMPDIR": _PLACES, "LANG": "C.UTF-8"}
    for name, value in {**variables, **job.variables}.items():
        words += ["--setenv", name, value]
    disk = str(job.limits.disk_bytes)
    return [
        *words,
        *_system(),
        *("--perms", "1777", "--size", disk, "--tmpfs", _PLACES),
        *_shown(job.visible),
        *("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"),
        *("--perms", "1777", "--size", str(16 * MIB), "--tmpfs", "/dev/shm"),  # noqa: S108
        *("--perms", "0777", "--size", disk, "--tmpfs", SITE),
    ]


def _user_and_limits(limits: Limits, user: int) -> list[str]:
    """The programs that take away what is left of root and set the limits, from inside."""
    words = []
    if os.geteuid() == 0:
        words += ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs"]
        words += ["--bounding-set=-all", "--inh-caps=-all"]
    return [
        *words,
        "prlimit",
        f"--nproc={limits.processes + _others_of(user)}",
        f"--data={limits.memory_bytes}",
        f"--fsize={limits.file_bytes}",
        f"--cpu={int(limits.cpu_seconds) + 1}",
        *("--nofile=512", "--core=0", "--memlock=65536", "--msgqueue=0", "--rtprio=0", "--nice=0"),
    ]


@cache
def _system() -> tuple[str, ...]:
    words: list[str] = []
    for path in map(Path, _SYSTEM):
        if path.is_symlink():
            words += ["--symlink", os.readlink(path), str(path)]  # noqa: PTH115  # as it stands, also a relative one
        elif path.is_dir():
            words += ["--ro-bind", str(path), str(path)]
    words += ["--perms", "0755", "--dir", "/etc"]  # what is not there must be missing, and not forbidden
    for name in _FEW_FILES_OF_ETC:
        words += ["--ro-bind-try", name, name]
    return tuple(words)


def _shown(paths: Sequence[Path]) -> Iterator[str]:
    """Show these paths, in folders that hold nothing else and that everybody may enter."""
    outermost = _outermost(paths)
    parents = {parent for path in outermost for parent in Path(path).parents if parent.name}
    for parent in sorted(parents, key=lambda one: len(one.parts)):
        if str(parent) not in (_PLACES, *_SYSTEM):
            yield from ("--perms", "0755", "--dir", str(parent))
    for path in outermost:
        yield from ("--ro-bind", path, path)


def _outermost(paths: Sequence[Path]) -> list[str]:
    """The paths, each also as it really is, without those that lie in another one or in the system's folders."""
    found: list[Path] = []
    everything = {Path(os.path.abspath(path)) for path in paths} | {path.resolve() for path in paths}  # noqa: PTH100
    for path in sorted(everything, key=lambda one: len(one.parts)):
        if not any(path.is_relative_to(other) for other in (*found, Path("/usr"))):
            found.append(path)
    return [str(path) for path in found]


def _user() -> int:
    """The number of the user that the program runs as: one that nobody has, of those that there are here."""
    if os.geteuid() != 0:
        return 1000
    ranges = [tuple(map(int, line.split())) for line in Path("/proc/self/uid_map").read_text().splitlines()]
    begin, _, count = max(ranges, key=lambda one: one[2])
    if count < 200_000:  # a container with few users: its last ones
        return begin + count - 2 - secrets.randbelow(max(1, min(500, count // 4)))
    return begin + 1_000_000_000 + secrets.randbelow(1_000_000_000) if count > 3_000_000_000 else begin + count - 9


def _others_of(user: int) -> int:
    """How many other tasks count against the limit of processes: before Linux 5.14, all of the user's."""
    release = os.uname().release.split("-")[0].split(".")
    if os.geteuid() == 0 or tuple(int(part) for part in release[:2] if part.isdigit()) >= (5, 14):
        return 0
    own = os.getuid()
    finished = run(["ps", "-L", "-o", "lwp=", "-u", str(own)], timeout=10)
    return len(finished.out.splitlines())


@contextmanager
def _fed(*contents: bytes) -> Iterator[tuple[int, ...]]:
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
