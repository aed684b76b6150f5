"""A sandbox with bubblewrap, for Linux.

The code gets separate namespaces for files, processes, network and users. If starterkit runs as root, the code runs as
an unused user. So the process limit counts only the code's processes, and the code can't write root's files. If
starterkit runs as another user, the code gets a user namespace. The limit then counts the processes in this namespace.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path

from starterkit.workshop.sandbox import policy
from starterkit.workshop.sandbox.model import MIB, Confinement, RunResult, SandboxJob
from starterkit.workshop.sandbox.seccomp import filter_bytes
from starterkit.workshop.sandbox.supervisor import NamespaceMeter, pipe, run_watched

_ACCOUNTS = "root:x:0:0:root:/:/bin/false\nlearner:x:{user}:{user}:learner:/tmp:/bin/sh\n"
_HOSTS = b"127.0.0.1 localhost\n::1 localhost\n"


class Bubblewrap:
    """A sandbox that uses the program `bwrap`."""

    site = policy.SITE

    def describe(self) -> Confinement:
        return Confinement("bubblewrap", policy.STOPS, policy.DOES_NOT_STOP)

    def lacks(self) -> str:
        """Return the reason why bubblewrap doesn't work here, or "". Runs a small program as a test."""
        return policy.why_not(self, "bubblewrap", ("bwrap", "setpriv", *policy.HELPERS))

    def run(self, job: SandboxJob) -> RunResult:
        """Run a job until it ends or exceeds a limit. Raises `ProgramMissing` if bubblewrap can't start."""
        user, rules = policy.free_user(), filter_bytes()
        contents = (job.archive, _ACCOUNTS.format(user=user).encode(), _HOSTS, rules)
        with policy.files_in_memory(*contents) as files, pipe() as (info_read, info_write):
            archive, passwd, hosts, seccomp = files

            def command(secret: int, report: int) -> list[str]:
                return [
                    *_namespaces(job, user, info_write.fileno()),
                    *(["--seccomp", str(seccomp)] if rules else []),
                    *("--perms", "0444", "--ro-bind-data", str(passwd), "/etc/passwd"),
                    *("--perms", "0444", "--ro-bind-data", str(hosts), "/etc/hosts"),
                    *("--remount-ro", "/", "--chdir", policy.SITE, "--"),
                    *_become(user),
                    *policy.command_of(job, f"/proc/self/fd/{archive}", secret, report),
                ]

            meter = NamespaceMeter(info_read, (policy.SITE, policy.PLACES, policy.SHARED))
            keep_open = (archive, passwd, hosts, info_write.fileno(), *([seccomp] if rules else []))
            return run_watched(command, job, meter, keep_open=keep_open, environment={"PATH": os.defpath})


def _namespaces(job: SandboxJob, user: int, info: int) -> list[str]:
    arguments = ["bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"]
    if os.geteuid() == 0:
        arguments += ["--cap-drop", "ALL"]
        for name in ("CAP_SETUID", "CAP_SETGID", "CAP_SETPCAP"):  # setpriv needs these rights, then drops them
            arguments += ["--cap-add", name]
    else:
        arguments += ["--unshare-user", "--uid", str(user), "--gid", str(user)]
    arguments += ["--die-with-parent", "--new-session", "--hostname", "sandbox", "--info-fd", str(info), "--clearenv"]
    for name, value in policy.variables(job).items():
        arguments += ["--setenv", name, value]
    disk = str(job.limits.disk_bytes)
    return [
        *arguments,
        *_show_system(),
        *("--perms", "1777", "--size", disk, "--tmpfs", policy.PLACES),
        *_show(job.visible),
        *("--proc", "/proc", "--dev", "/dev", "--remount-ro", "/dev"),
        *("--perms", "1777", "--size", str(16 * MIB), "--tmpfs", policy.SHARED),
        *("--perms", "0777", "--size", disk, "--tmpfs", policy.SITE),
    ]


def _become(user: int) -> list[str]:
    """Return the command prefix that changes root to this user in the sandbox.

    It is empty if starterkit doesn't run as root.
    """
    if os.geteuid() != 0:
        return []
    arguments = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups", "--no-new-privs"]
    return [*arguments, "--bounding-set=-all", "--inh-caps=-all"]


def _show_system() -> Iterator[str]:
    links, folders = policy.system()
    for target, path in links:
        yield from ("--symlink", target, path)
    for path in folders:
        yield from ("--ro-bind", path, path)
    yield from ("--perms", "0755", "--dir", "/etc")  # an empty /etc, because some files there are private
    for path in policy.FEW_FILES_OF_ETC:
        yield from ("--ro-bind-try", path, path)


def _show(paths: Sequence[Path]) -> Iterator[str]:
    """Yield bubblewrap's arguments for showing these paths, read-only. Nothing else in their folders is shown."""
    outermost = policy.outermost(paths)
    parents = {parent for path in outermost for parent in Path(path).parents if parent.name}
    for parent in sorted(parents, key=lambda parent: len(parent.parts)):
        if str(parent) not in (policy.PLACES, *policy.system()[1]):
            yield from ("--perms", "0755", "--dir", str(parent))
    for path in outermost:
        yield from ("--ro-bind", path, path)
