"""The sandbox that starterkit makes itself out of Linux's namespaces, where bubblewrap is not installed.

`building.py` builds the walls in a process of its own: the same as bubblewrap's, with the same limits and the same
filter of system calls.
"""

from __future__ import annotations

import json
import os
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

from starterkit.workshop.sandbox import building, walls
from starterkit.workshop.sandbox.building import Plan
from starterkit.workshop.sandbox.metering import NamespaceMeter
from starterkit.workshop.sandbox.model import MIB, Confinement, Ended, Job
from starterkit.workshop.sandbox.running import run_watched
from starterkit.workshop.sandbox.seccomp import filter_bytes

_BESIDES = 1000  # above the limit that is told, so that it can be


@dataclass(frozen=True)
class Namespaces:
    """Walls of the kernel's own, without a program in between."""

    site = walls.SITE

    def describe(self) -> Confinement:
        """Say what it stops and what it does not."""
        lacking = () if filter_bytes() else ("system calls that no site needs: they are not known for this processor",)
        return Confinement("Linux namespaces", walls.STOPS, (*walls.DOES_NOT_STOP, *lacking))

    def lacks(self) -> str:
        """Return why it cannot be used here ("" where it can), by running a small program in it."""
        if sys.platform != "linux":
            return "this is not Linux."
        return walls.why_not(self, "a sandbox of namespaces", walls.HELPERS)

    def run(self, job: Job) -> Ended:
        """Run a job to its end."""
        user = walls.free_user()
        with walls.fed(job.archive, filter_bytes()) as (archive, rules), walls.pipe() as (info_read, info_write):

            def command(secret: int, report: int) -> list[str]:
                inside = [
                    *walls.limits_of(job.limits, user),
                    *walls.command_of(job, f"/proc/self/fd/{archive}", secret, report),
                ]
                plan = _plan(job, user, inside, rules, info_write, (archive, secret, report))
                return [sys.executable, "-I", "-S", building.__file__, json.dumps(asdict(plan))]

            meter = NamespaceMeter(info_read, walls.IN_MEMORY)
            keep_open = (archive, rules, info_write)
            return run_watched(command, job, meter, keep_open=keep_open, environment={"PATH": os.defpath})


def _plan(job: Job, user: int, command: list[str], rules: int, info: int, handed: tuple[int, ...]) -> Plan:
    links, folders = walls.system()
    shown = [*folders, *(name for name in walls.FEW_FILES_OF_ETC if Path(name).exists())]
    return Plan(
        user=user,
        links=list(links),
        shown=[(os.path.realpath(path), path) for path in shown],
        visible=[(os.path.realpath(path), path) for path in walls.outermost(job.visible)],
        roomy=[(walls.PLACES, job.limits.disk_bytes, 0o1777), (walls.SITE, job.limits.disk_bytes, 0o777)],
        small=[(walls.SHARED, 16 * MIB, 0o1777)],
        most_files=job.limits.files + _BESIDES,
        files={"/etc/passwd": walls.people(user).decode(), "/etc/hosts": walls.HOSTS.decode()},
        folder=walls.SITE,
        variables=walls.variables(job),
        command=command,
        rules=rules,
        info=info,
        handed=list(handed),
    )
