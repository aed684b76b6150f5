"""The sandbox of a container engine (Podman or Docker), used if bubblewrap doesn't work.

The container has an empty image. It shows the same system folders as bubblewrap's sandbox, read-only.
An engine hands no pipes on, so both lead through named pipes in a folder that the container sees.
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
from starterkit.process import run, run_ok
from starterkit.workshop.sandbox import walls
from starterkit.workshop.sandbox.model import MIB, Confinement, Ended, Job
from starterkit.workshop.sandbox.running import nothing_known, run_watched

_ENGINES = ("podman", "docker")
_IMAGE = "starterkit-empty:1"
_GIVEN = "/given"
_SECONDS = 60.0
_SECRET, _REPORT = 3, 4
# Between this machine's pipes and the named ones; the engine takes the place of the shell.
_BRIDGE = (
    'cat < "/proc/self/fd/$1" > "$3/pipes/secret" & cat "$3/archive.tar" > "$3/pipes/archive" & '
    'cat "$3/pipes/report" > "/proc/self/fd/$2" & shift 3; exec "$@"'
)
_INSIDE = f'exec {_SECRET}< {_GIVEN}/secret {_REPORT}> {_GIVEN}/report; exec "$@"'


@dataclass(frozen=True)
class Container:
    """A container of the engine that is there."""

    site = walls.SITE

    @cached_property
    def engine(self) -> str:
        """The engine's program, or nothing."""
        return next((name for name in _ENGINES if shutil.which(name)), "")

    def describe(self) -> Confinement:
        """Say what it stops and what it does not."""
        more = "a hole in the container engine"
        return Confinement(f"a container ({self.engine})", walls.STOPS, (*walls.DOES_NOT_STOP, more))

    def lacks(self) -> str:
        """Return why it cannot be used here ("" where it can), by running a small program in it."""
        if sys.platform != "linux":
            return "containers are used on Linux alone: they show this machine's own programs."
        if not self.engine:
            return "neither podman nor docker is on this machine."
        try:
            self._make_image()
        except StarterkitError as wrong:
            return f"{self.engine} does not work here ({wrong.message.strip().splitlines()[-1]})."
        return walls.why_not(self, self.engine, (*walls.HELPERS, "timeout", "mkfifo"))

    def run(self, job: Job) -> Ended:
        """Run a job to its end."""
        name = f"starterkit-{secrets.token_hex(8)}"
        with _folder(job.archive) as given:

            def command(secret: int, report: int) -> list[str]:
                bridge = ["sh", "-c", _BRIDGE, "sh", str(secret), str(report), str(given)]
                return [*bridge, *self._container(job, name, given), *self._inside(job)]

            is_whole = False
            try:
                ended = run_watched(command, job, nothing_known, environment=os.environ)
                is_whole = not ended.stopped
            finally:
                if not is_whole:  # what was ended is the engine's program, and not what it started
                    run([self.engine, "kill", name], timeout=_SECONDS)
            return ended

    def _make_image(self) -> None:
        """Have an image with nothing in it. Raises `ProgramFailed` or `ProgramMissing`."""
        if run([self.engine, "image", "inspect", _IMAGE], timeout=_SECONDS).code != 0:
            empty = io.BytesIO()
            tarfile.open(fileobj=empty, mode="w").close()
            run_ok([self.engine, "import", "-", _IMAGE], input=empty.getvalue(), timeout=_SECONDS)

    def _container(self, job: Job, name: str, given: Path) -> list[str]:
        """The engine's own words: what is cut off, what can be seen and used."""
        limits, user = job.limits, self._user
        memory = str(limits.memory_bytes)
        words = [self.engine, "run", "--rm", "--name", name, "--hostname", "sandbox", "--network", "none"]
        words += ["--read-only", "--cap-drop", "ALL", "--security-opt", "no-new-privileges"]
        words += ["--security-opt", "label=disable", "--user", f"{user}:{user}", "--workdir", walls.SITE]
        words += ["--memory", memory, "--memory-swap", memory, "--pids-limit", str(limits.processes)]
        words += ["--ulimit", f"nproc={limits.processes}:{limits.processes}", "--ulimit", "nofile=512:512"]
        words += ["--shm-size", str(16 * MIB), "--log-driver", "none"]
        words += ["--read-only-tmpfs=false"] if self.engine == "podman" else []
        for name_of, value in walls.variables(job).items():
            words += ["--env", f"{name_of}={value}"]
        room = f"rw,exec,nosuid,nodev,size={limits.disk_bytes}"
        words += ["--tmpfs", f"{walls.PLACES}:{room},mode=1777", "--tmpfs", f"{walls.SITE}:{room},mode=0777"]
        return [*words, *_shown(job.visible), "--volume", f"{given}/pipes:{_GIVEN}:ro", _IMAGE]

    def _inside(self, job: Job) -> list[str]:
        """The words of the first process, which is no shell: signals would not reach one."""
        seconds = f"{job.limits.seconds + _SECONDS:g}"  # for a container that nobody is left to end
        return [
            *("timeout", "--signal=KILL", seconds, "sh", "-c", _INSIDE, "sh"),
            *walls.limits_of(job.limits),
            *walls.command_of(job, f"{_GIVEN}/archive", _SECRET, _REPORT, is_pipe=True),
        ]

    @cached_property
    def _user(self) -> int:
        """A user that nobody is: without root, Podman has some ten thousand to give."""
        rootless = self.engine == "podman" and os.geteuid() != 0
        return 10_000 + secrets.randbelow(50_000) if rootless else 1_000_000_000 + secrets.randbelow(1_000_000_000)


def _shown(visible: Sequence[Path]) -> Iterator[str]:
    links, folders = walls.system()
    names = [*(path for _, path in links), *folders, *walls.FEW_FILES_OF_ETC, *walls.outermost(visible)]
    for path in names:
        if Path(path).exists():
            yield from ("--mount", f"type=bind,source={Path(path).resolve()},target={path},readonly")


@contextmanager
def _folder(archive: bytes) -> Iterator[Path]:
    """Give the block a folder with the archive, and in it one with the named pipes, for the container's user."""
    with tempfile.TemporaryDirectory(prefix="starterkit-grade-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "archive.tar").write_bytes(archive)
        (folder / "pipes").mkdir(mode=0o755)
        for pipe in ("secret", "archive", "report"):
            os.mkfifo(folder / "pipes" / pipe)
            (folder / "pipes" / pipe).chmod(0o666)
        yield folder
