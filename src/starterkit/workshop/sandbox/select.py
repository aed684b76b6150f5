"""Selects the best sandbox that works on this machine: bubblewrap, or else a container.

With `--trust-submissions`, code may also run without a sandbox, only with limits.
"""

from __future__ import annotations

import os
import sys
import tempfile
from dataclasses import replace
from functools import cache
from pathlib import Path

from starterkit.errors import EnvironmentProblem
from starterkit.process import run
from starterkit.workshop.sandbox.bubblewrap import Bubblewrap
from starterkit.workshop.sandbox.container import Container
from starterkit.workshop.sandbox.model import Confinement, RunResult, Sandbox, SandboxJob
from starterkit.workshop.sandbox.supervisor import run_watched

_FIX_LINUX = (
    "Install bubblewrap. On Debian and Ubuntu: `sudo apt install bubblewrap`. "
    "On Fedora: `sudo dnf install bubblewrap`. Podman works too: `sudo apt install podman`."
)
_FIX_ELSEWHERE = "Grade on a Linux machine that has bubblewrap. On Windows, use WSL 2."

_BEGIN = 'ulimit -c 0; ulimit -t {cpu_seconds:.0f}; ulimit -f {blocks}; ulimit -n 512; exec "$@" < /dev/null'
# The sandboxes by name, best first.
MECHANISMS: dict[str, Bubblewrap | Container] = {"bubblewrap": Bubblewrap(), "container": Container()}


def sandbox(*, trusted: bool = False) -> Sandbox:
    """Return the best sandbox that works on this machine. Raises `EnvironmentProblem` if none works.

    For `trusted` code, returns `LimitsAlone` if none works, except on Windows. It isn't a real sandbox.
    """
    lacking = {}
    for name, mechanism in MECHANISMS.items():
        lacking[name] = why_not(name)
        if not lacking[name]:
            return mechanism
    if trusted and os.name == "posix":
        return LimitsAlone()
    reasons = "\n".join(f"{name}: {reason}" for name, reason in lacking.items())
    fix = _FIX_LINUX if sys.platform == "linux" else _FIX_ELSEWHERE
    if os.name == "posix":
        fix += "\nIf you trust the submissions, add `--trust-submissions` to grade without a sandbox."
    raise EnvironmentProblem(f"No sandbox works on this machine.\n{reasons}", fix)


@cache
def why_not(name: str) -> str:
    """Return why the sandbox `name` doesn't work on this machine, or "". Only the first call tests it."""
    return MECHANISMS[name].lacks()


class LimitsAlone:
    """Runs a job in a temporary folder with limits for time, files and output. It isn't a sandbox."""

    site = "."

    def describe(self) -> Confinement:
        return Confinement(
            "none, only limits (--trust-submissions)",
            ("programs that run too long", "files that are too large", "endless output"),
            (
                "reading, changing and deleting your files",
                "the network",
                "filling memory and disk",
                "processes that leave their group",
            ),
        )

    def run(self, job: SandboxJob) -> RunResult:
        with tempfile.TemporaryDirectory(prefix="starterkit-grade-", ignore_cleanup_errors=True) as folder:
            site, scratch = Path(folder, "site"), Path(folder, "tmp")
            site.mkdir()
            scratch.mkdir()
            run(["tar", "-xf", "-", "-C", site], input=job.archive).checked()
            own = {"PATH": os.environ.get("PATH", os.defpath), "HOME": str(scratch), "TMPDIR": str(scratch)}
            begin = ["sh", "-c", _BEGIN.format(**vars(job.limits), blocks=job.limits.file_bytes // 512), "sh"]

            def command(secret: int, report: int) -> list[str]:
                return [*begin, *job.command_with(secret, report)]

            environment = {**own, "LANG": "C.UTF-8", **job.variables}
            ended = run_watched(command, job, environment=environment, cwd=site)
            return replace(ended, site=str(site.resolve()))
