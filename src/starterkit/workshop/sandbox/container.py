"""A sandbox with a container of Podman or Docker.

It is for machines on which bubblewrap doesn't work. The container has an empty image, and shows this machine's system
folders read-only, as bubblewrap's sandbox does. A container can't inherit pipes. So the pipes for the secret and the
report are named pipes in a folder that the container can see.
"""

from __future__ import annotations

import io
import os
import secrets
import shutil
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from starterkit.errors import StarterkitError
from starterkit.process import run
from starterkit.workshop.sandbox import policy
from starterkit.workshop.sandbox.model import MIB, Confinement, RunResult, SandboxJob
from starterkit.workshop.sandbox.supervisor import run_watched

_ENGINES = ("podman", "docker")
_IMAGE = "starterkit-empty:1"
_GIVEN = "/given"
_SECONDS = 60.0
_SECRET, _REPORT = 3, 4
# This shell script connects starterkit's pipes with the named pipes, and then starts the container engine.
_BRIDGE = (
    'cat < "/proc/self/fd/$1" > "$3/pipes/secret" & cat "$3/archive.tar" > "$3/pipes/archive" & '
    'cat "$3/pipes/report" > "/proc/self/fd/$2" & shift 3; exec "$@"'
)
_INSIDE = f'exec {_SECRET}< {_GIVEN}/secret {_REPORT}> {_GIVEN}/report; exec "$@"'


@dataclass(frozen=True)
class Container:
    """A sandbox that uses a container of Podman or Docker."""

    site = policy.SITE

    @cached_property
    def engine(self) -> str:
        """The container engine's program: podman, docker, or "" if neither is installed."""
        return next((name for name in _ENGINES if shutil.which(name)), "")

    def describe(self) -> Confinement:
        does_not_stop = (*policy.DOES_NOT_STOP, "a hole in the container engine")
        return Confinement(f"a container ({self.engine})", policy.STOPS, does_not_stop)

    def lacks(self) -> str:
        """Return the reason why containers don't work here, or "". Runs a small program as a test."""
        if sys.platform != "linux":
            return "starterkit uses containers on Linux only."
        if not self.engine:
            return "podman and docker aren't installed."
        try:
            self._make_image()
        except StarterkitError as wrong:
            return f"{self.engine} doesn't work here ({wrong.message.strip().splitlines()[-1]})."
        return policy.why_not(self, self.engine, (*policy.HELPERS, "timeout", "mkfifo"))

    def run(self, job: SandboxJob) -> RunResult:
        name = f"starterkit-{secrets.token_hex(8)}"
        with _folder_with_pipes(job.archive) as given:

            def command(secret: int, report: int) -> list[str]:
                bridge = ["sh", "-c", _BRIDGE, "sh", str(secret), str(report), str(given)]
                # `timeout` is the first process, because a shell would ignore signals. It ends the container if
                # starterkit is killed.
                first = ["timeout", "--signal=KILL", f"{job.limits.seconds + _SECONDS:g}", "sh", "-c", _INSIDE, "sh"]
                inside = policy.command_of(job, f"{_GIVEN}/archive", _SECRET, _REPORT, is_pipe=True)
                return [*bridge, *self._container(job, name, given), *first, *inside]

            is_whole = False
            try:
                ended = run_watched(command, job, environment=os.environ)
                is_whole = not ended.stopped
            finally:
                if not is_whole:  # run_watched ended only the engine's client, and the container is still running
                    run([self.engine, "kill", name], timeout=_SECONDS)
            return ended

    def _make_image(self) -> None:
        if run([self.engine, "image", "inspect", _IMAGE], timeout=_SECONDS).code != 0:
            empty = io.BytesIO()
            tarfile.open(fileobj=empty, mode="w").close()
            run([self.engine, "import", "-", _IMAGE], input=empty.getvalue(), timeout=_SECONDS).checked()

    def _container(self, job: SandboxJob, name: str, given: Path) -> list[str]:
        limits, user = job.limits, self._user
        memory = str(limits.memory_bytes)
        arguments = [self.engine, "run", "--rm", "--name", name, "--hostname", "sandbox", "--network", "none"]
        arguments += ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
        arguments += ["--security-opt", "label=disable", "--user", f"{user}:{user}", "--workdir", policy.SITE]
        arguments += ["--memory", memory, "--memory-swap", memory, "--pids-limit", str(limits.processes)]
        arguments += ["--ulimit", f"nproc={limits.processes}:{limits.processes}", "--ulimit", "nofile=512:512"]
        arguments += ["--shm-size", str(16 * MIB), "--log-driver", "none"]
        arguments += ["--read-only-tmpfs=false"] if self.engine == "podman" else []
        for variable, value in policy.variables(job).items():
            arguments += ["--env", f"{variable}={value}"]
        room = f"rw,exec,nosuid,nodev,size={limits.disk_bytes}"
        arguments += ["--tmpfs", f"{policy.PLACES}:{room},mode=1777", "--tmpfs", f"{policy.SITE}:{room},mode=0777"]
        return [*arguments, *_shown(job.visible), "--volume", f"{given}/pipes:{_GIVEN}:ro", _IMAGE]

    @cached_property
    def _user(self) -> int:
        """A user id that nobody on this machine has. Podman without root allows only small ids."""
        rootless = self.engine == "podman" and os.geteuid() != 0
        return 10_000 + secrets.randbelow(50_000) if rootless else 1_000_000_000 + secrets.randbelow(1_000_000_000)


def _shown(visible: Sequence[Path]) -> Iterator[str]:
    links, folders = policy.system()
    for path in (*(path for _, path in links), *folders, *policy.FEW_FILES_OF_ETC, *policy.outermost(visible)):
        if Path(path).exists():
            yield from ("--mount", f"type=bind,source={Path(path).resolve()},target={path},readonly")


@contextmanager
def _folder_with_pipes(archive: bytes) -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="starterkit-grade-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "archive.tar").write_bytes(archive)
        (folder / "pipes").mkdir(mode=0o755)
        for pipe in ("secret", "archive", "report"):
            os.mkfifo(folder / "pipes" / pipe)
            (folder / "pipes" / pipe).chmod(0o666)
        yield folder
