"""No sandbox: the limits that every POSIX system has, for people whose code would be started here anyway."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from starterkit.process import run_ok
from starterkit.workshop.sandbox.model import Confinement, Ended, Job
from starterkit.workshop.sandbox.running import nothing_known, run_watched

_BEGIN = 'ulimit -c 0; ulimit -t {cpu_seconds:.0f}; ulimit -f {blocks}; ulimit -n 512; exec "$@" < /dev/null'


class LimitsAlone:
    """A folder of its own, and limits of time, files and output."""

    site = "."

    def describe(self) -> Confinement:
        """Say what it stops and what it does not."""
        return Confinement(
            "none, limits alone (--trust-submissions)",
            ("running too long", "single files that are too large", "printing without end"),
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
                words = [one.replace("{secret}", str(secret)).replace("{report}", str(report)) for one in job.command]
                return [
                    "sh",
                    "-c",
                    _BEGIN.format(**vars(job.limits), blocks=job.limits.file_bytes // 512),
                    "sh",
                    *words,
                ]

            environment = {**own, "LANG": "C.UTF-8", **job.variables}
            ended = run_watched(command, job, nothing_known, environment=environment, cwd=site)
            return replace(ended, site=str(site.resolve()))
