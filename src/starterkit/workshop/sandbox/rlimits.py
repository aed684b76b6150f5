"""No sandbox: the limits that every POSIX system has, for trusted submissions."""

from __future__ import annotations

import os
import tempfile
from dataclasses import replace
from pathlib import Path

from starterkit.process import run_ok
from starterkit.workshop.sandbox.model import Confinement, RunResult, SandboxJob
from starterkit.workshop.sandbox.supervisor import run_watched

_BEGIN = 'ulimit -c 0; ulimit -t {cpu_seconds:.0f}; ulimit -f {blocks}; ulimit -n 512; exec "$@" < /dev/null'


class LimitsAlone:
    """Runs a job in a temporary folder, with limits of time, files and output."""

    site = "."

    def describe(self) -> Confinement:
        """Return what it stops and what it doesn't."""
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

    def run(self, job: SandboxJob) -> RunResult:
        """Run a job to its end."""
        with tempfile.TemporaryDirectory(prefix="starterkit-grade-", ignore_cleanup_errors=True) as folder:
            site, scratch = Path(folder, "site"), Path(folder, "tmp")
            site.mkdir()
            scratch.mkdir()
            run_ok(["tar", "-xf", "-", "-C", site], input=job.archive)
            own = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(scratch), "TMPDIR": str(scratch)}
            begin = ["sh", "-c", _BEGIN.format(**vars(job.limits), blocks=job.limits.file_bytes // 512), "sh"]

            def command(secret: int, report: int) -> list[str]:
                return [*begin, *job.command_with(secret, report)]

            environment = {**own, "LANG": "C.UTF-8", **job.variables}
            ended = run_watched(command, job, environment=environment, cwd=site)
            return replace(ended, site=str(site.resolve()))
