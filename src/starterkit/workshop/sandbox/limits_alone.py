"""No sandbox: the limits that every POSIX system has, for people whose code would be started here anyway."""

from __future__ import annotations

import os
import subprocess
import tempfile
from pathlib import Path

from starterkit.process import run_ok
from starterkit.workshop.sandbox.model import Confinement, Ended, Job
from starterkit.workshop.sandbox.running import Use, run_watched


class LimitsAlone:
    """A folder of its own, and limits of time, files and output."""

    site = "."

    def describe(self) -> Confinement:
        """Say what it stops and what it does not."""
        return Confinement(
            "none, limits alone (--trust-submissions)",
            ("running too long", "printing without end"),
            (
                "reading, changing and deleting your files",
                "the network",
                "filling memory and disk",
                "processes that leave their group",
            ),
        )

    def run(self, job: Job) -> Ended:
        """Run a job to its end, in a temporary folder."""
        with tempfile.TemporaryDirectory(prefix="starterkit-grade-", ignore_cleanup_errors=True) as place:
            site, scratch = Path(place, "site"), Path(place, "tmp")
            site.mkdir()
            scratch.mkdir()
            run_ok(["tar", "-xf", "-", "-C", site], input=job.archive)
            own = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(scratch), "TMPDIR": str(scratch)}

            def command(secret: int, report: int) -> list[str]:
                return [one.replace("{secret}", str(secret)).replace("{report}", str(report)) for one in job.command]

            environment = {**own, "LANG": "C.UTF-8", **job.variables}
            return run_watched(command, job, _nothing_known, environment=environment, cwd=site)


def _nothing_known(process: subprocess.Popen[bytes]) -> Use | None:
    return None
