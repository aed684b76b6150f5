"""The sandbox that bubblewrap makes: namespaces of its own for files, processes, network and users.

Started as root, the program gets a number as its user that nobody else has, so that the limit of processes holds (root
has none) and nothing of root's can be written to. Started by anybody else, it lives in a user namespace of its own,
where that limit counts only what runs in there.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from starterkit.workshop.sandbox import walls
from starterkit.workshop.sandbox.metering import NamespaceMeter
from starterkit.workshop.sandbox.model import MIB, Confinement, Ended, Job
from starterkit.workshop.sandbox.running import run_watched
from starterkit.workshop.sandbox.seccomp import filter_bytes


class Bubblewrap:
    """The sandbox of the program `bwrap`."""

    site = walls.SITE

    def describe(self) -> Confinement:
        """Say what it stops and what it does not."""
        return Confinement("bubblewrap", walls.STOPS, walls.DOES_NOT_STOP)

    def lacks(self) -> str:
        """Return why it cannot be used here ("" where it can), by running a small program in it."""
        return walls.why_not(self, "bubblewrap", ("bwrap", "setpriv", *walls.HELPERS))

    def run(self, job: Job) -> Ended:
        """Run a job to its end. Raises `ProgramMissing` where bubblewrap cannot be started."""
        user = walls.free_user()
        given = (job.archive, filter_bytes(), walls.people(user), walls.HOSTS)
        with walls.fed(*given) as (archive, rules, people, hosts), walls.pipe() as (info_read, info_write):

            def command(secret: int, report: int) -> list[str]:
                return [
                    *_walls(job, user, info_write),
                    *(["--seccomp", str(rules)] if filter_bytes() else []),
                    *("--perms", "0444", "--ro-bind-data", str(people), "/etc/passwd"),
                    *("--perms", "0444", "--ro-bind-data", str(hosts), "/etc/hosts"),
                    *("--remount-ro", "/", "--chdir", walls.SITE, "--"),
                    *_user(user),
                    *walls.limits_of(job.limits),
                    *walls.command_of(job, f"/proc/self/fd/{archive}", secret, report),
                ]

            keep_open = (archive, people, hosts, info_write, *([rules] if filter_bytes() else []))
            meter = NamespaceMeter(info_read, walls.IN_MEMORY)
            return run_watched(command, job, meter, keep_open=keep_open, environment={"PATH": os.defpath})


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
    for name, value in walls.variables(job).items():
        words += ["--setenv", name, value]
    disk = str(job.limits.disk_bytes)
    return [
        *words,
        *_system(),
        *("--perms", "1777", "--size", disk, "--tmpfs", walls.PLACES),
        *_shown(job.visible),
        *("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"),
        *("--perms", "1777", "--size", str(16 * MIB), "--tmpfs", walls.SHARED),
        *("--perms", "0777", "--size", disk, "--tmpfs", walls.SITE),
    ]


def _user(user: int) -> list[str]:
    """The program that takes away what is left of root, from inside."""
    if os.geteuid() != 0:
        return []
    words = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs"]
    return [*words, "--bounding-set=-all", "--inh-caps=-all"]


def _system() -> list[str]:
    links, folders = walls.system()
    words = [word for to, path in links for word in ("--symlink", to, path)]
    words += [word for path in folders for word in ("--ro-bind", path, path)]
    words += ["--perms", "0755", "--dir", "/etc"]  # what is not there must be missing, and not forbidden
    for name in walls.FEW_FILES_OF_ETC:
        words += ["--ro-bind-try", name, name]
    return words


def _shown(paths: Sequence[Path]) -> Iterator[str]:
    """Show these paths, in folders that hold nothing else and that everybody may enter."""
    outermost = walls.outermost(paths)
    parents = {parent for path in outermost for parent in Path(path).parents if parent.name}
    known = (walls.PLACES, *walls.system()[1])
    for parent in sorted(parents, key=lambda one: len(one.parts)):
        if str(parent) not in known:
            yield from ("--perms", "0755", "--dir", str(parent))
    for path in outermost:
        yield from ("--ro-bind", path, path)
