"""Run tests in processes that have already imported the project's packages.

A cold run of one test spends most of its time on imports. preload/starterkit_worker.py is the other side. It runs with
the project's Python, and never imports the learner's code.
"""

from __future__ import annotations

import itertools
import json
import re
import sys
import threading
import tomllib
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import DEVNULL, PIPE
from typing import Any

from starterkit.process import ChildProcess, ProgramMissing, kill_group, start, terminate
from starterkit.progress import Progress, no_progress
from starterkit.runtime.environment import Environment
from starterkit.runtime.stamp import STAMP
from starterkit.template.model import Template
from starterkit.testing.launch import COLD, ColdLauncher
from starterkit.testing.stalled import PRELOAD, is_pytest

_SCRIPT = PRELOAD / "starterkit_worker.py"
_ANSWER_SECONDS = 60.0  # on a busy machine, importing the packages takes long
_MOST_FAILURES = 3
_WAITING = 2  # two runs can start at the same time
_PYTEST_FILES = ("pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg")
_ENDED, _NO_PROGRAM = -9, 127  # as if by SIGKILL; as in a shell
_DISABLED = re.compile(r"-p[\s\"',=]*no:([\w.-]+)")


class WarmWorker:
    """Starts a project's tests in a warm process, or as a new program if that isn't possible.

    On Linux, one process imports the packages and forks for each run. On other systems, two processes wait, and each
    runs only once. Tests of both ways set `forks`. The processes are replaced if the packages, the plugins or the
    settings of pytest change. If they don't work, `say` gets the reason once. A template without pytest runs cold.
    Every process, warm or not, starts as `cold` starts it.
    """

    def __init__(
        self,
        folder: Path,
        environment: Environment,
        template: Template,
        say: Progress = no_progress,
        *,
        forks: bool = sys.platform == "linux",
        cold: ColdLauncher = COLD,
    ) -> None:
        self._folder, self._environment, self._template = folder, environment, template
        self._say, self._forks, self._cold = say, forks, cold
        self._lock = threading.Lock()
        self._workers: list[_Worker] = []
        self._basis: object = None
        self._failures, self._problem = 0, ""
        self._was_said = self._is_closed = False
        with self._lock:
            self._prepare()

    def __enter__(self) -> WarmWorker:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the processes and the runs that they have forked. Later runs start cold."""
        with self._lock:
            self._is_closed = True
            self._end_workers()

    def start(self, command: Sequence[str], *, cwd: Path, env: Mapping[str, str], output: Path) -> ChildProcess:
        """Start the template's test command. Raises `ProgramMissing`."""

        def start_cold() -> ChildProcess:
            return self._cold.start(command, cwd=cwd, env=env, output=output)

        with self._lock:
            worker = self._next_worker()
        self._report()
        if worker is None:
            return start_cold()
        request = {"args": list(command[3:]), "cwd": str(cwd), "env": dict(env), "output": str(output)}
        if run := worker.begin(request, start_cold):
            return run
        with self._lock:
            self._give_up(worker)
        self._report()
        return start_cold()

    def _give_up(self, worker: _Worker) -> None:
        self._failures += 1 if worker.was_ready else _MOST_FAILURES
        self._problem = worker.problem
        if worker in self._workers:
            self._workers.remove(worker)
        worker.end()

    def _report(self) -> None:
        if self._problem and not (self._was_said or self._is_closed):
            self._was_said = True
            self._say(f"The tests start more slowly, because a helper process stopped: {self._problem}")

    def _next_worker(self) -> _Worker | None:
        self._prepare()
        if self._forks or not self._workers:
            return next(iter(self._workers), None)
        worker = next((worker for worker in self._workers if worker.was_ready), self._workers[0])
        self._workers.remove(worker)
        self._prepare()
        return worker

    def _prepare(self) -> None:
        if self._is_closed or not is_pytest(self._template.commands.test):
            return
        settings = [_settings(self._folder / name) for name in (*_PYTEST_FILES, "pyproject.toml")]
        basis = (settings, _packages(self._environment))
        if basis != self._basis:
            self._end_workers()
            self._basis, self._failures = basis, 0
        for worker in [worker for worker in self._workers if worker.is_over]:
            self._give_up(worker)
        modules = {"modules": self._template.environment.warm, "disabled": _DISABLED.findall("\n".join(settings))}
        while len(self._workers) < (1 if self._forks else _WAITING) and self._failures < _MOST_FAILURES:
            try:
                self._workers.append(_Worker(self._environment, modules, self._cold.prefix, forks=self._forks))
            except ProgramMissing:  # the cold run says so
                self._failures = _MOST_FAILURES

    def _end_workers(self) -> None:
        for worker in self._workers:
            worker.end()
        self._workers = []


class _Worker:
    """The connection to one process."""

    def __init__(
        self, environment: Environment, modules: Mapping[str, Sequence[str]], prefix: Sequence[str], *, forks: bool
    ) -> None:
        self.was_ready = self.is_over = False
        self.problem = "it ended unexpectedly"
        self._forks = forks
        self._runs: dict[int, _WarmRun] = {}
        self._numbers = itertools.count()
        self._writing = threading.Lock()
        command = [*prefix, environment.programs["python"], str(_SCRIPT)]
        variables = environment.variables
        self._process = start(command, cwd=PRELOAD, env=variables, stdin=PIPE, stdout=PIPE, stderr=DEVNULL)
        self._write({**modules, "forks": forks})
        threading.Thread(target=self._listen, daemon=True).start()

    def begin(self, request: Mapping[str, object], start_cold: Callable[[], ChildProcess]) -> ChildProcess | None:
        """Start a run and return its process. Return None and set `problem` if that fails."""
        number, run = next(self._numbers), _WarmRun(start_cold)
        self._runs[number] = run
        self._write({**request, "run": number})
        if self.is_over and number in self._runs:
            run.lose()
        if not run.answered.wait(_ANSWER_SECONDS):
            self.problem = f"no answer after {_ANSWER_SECONDS:g} s"
        if not run.has_begun:
            return None
        if self._forks:
            return run
        self._close_input()
        return self._process

    def end(self) -> None:
        """End the process and the runs that it has forked."""
        self.is_over = True
        for run in list(self._runs.values()):
            run.end()
        self._close_input()
        terminate(self._process)

    def _write(self, message: Mapping[str, object]) -> None:
        stream = self._process.stdin
        with self._writing, suppress(OSError, ValueError):  # if the process has ended, `_listen` notices it
            assert stream is not None
            stream.write(json.dumps(message).encode() + b"\n")
            stream.flush()

    def _close_input(self) -> None:
        stream = self._process.stdin
        with self._writing, suppress(OSError):
            assert stream is not None
            stream.close()

    def _listen(self) -> None:
        stream = self._process.stdout
        assert stream is not None
        with stream:
            for line in stream:
                self._hear(json.loads(line))
        self.is_over = True
        for run in list(self._runs.values()):
            run.lose()

    def _hear(self, message: Mapping[str, Any]) -> None:
        if "run" not in message:
            self.was_ready = self.was_ready or "ready" in message
            self.problem = message.get("failed", self.problem)
            return
        number = message["run"]
        run = self._runs[number]
        if "pid" in message and self._forks:
            run.begin(message["pid"])
            return
        del self._runs[number]
        if "pid" in message:  # the process itself is the run
            run.begin(message["pid"])
        elif "code" in message:
            run.finish(message["code"])
        else:
            self.problem = message["refused"]
            run.lose()


class _WarmRun:
    """A forked process. If the worker dies first, a new program replaces the run."""

    def __init__(self, start_cold: Callable[[], ChildProcess]) -> None:
        self.answered = threading.Event()
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._start_cold = start_cold
        self._cold: ChildProcess | None = None
        self._pid = 0
        self._code: int | None = None

    @property
    def has_begun(self) -> bool:
        return self._pid != 0

    @property
    def pid(self) -> int:
        return self._cold.pid if self._cold else self._pid

    @property
    def returncode(self) -> int | None:
        return self._cold.returncode if self._cold else self._code

    def poll(self) -> int | None:
        return self._cold.poll() if self._cold else self._code

    def wait(self) -> int:
        self._over.wait()
        return self._cold.wait() if self._cold else self._code or 0

    def begin(self, pid: int) -> None:
        """Record the process of the run."""
        self._pid = pid
        self.answered.set()

    def finish(self, code: int) -> None:
        """Record the exit code, if the run isn't over yet."""
        with self._lock:
            if not self._over.is_set():
                self._code = code
                self._over.set()
        self.answered.set()

    def end(self) -> None:
        """End the processes of the run."""
        if self.has_begun:
            kill_group(self)
        self.finish(_ENDED)

    def lose(self) -> None:
        """Start the run again as a new program, because nobody will report how it ends."""
        with self._lock:
            if self.has_begun and not self._over.is_set():
                kill_group(self)
                try:
                    self._cold = self._start_cold()
                except ProgramMissing:
                    self._code = _NO_PROGRAM
                self._over.set()
        self.answered.set()


def _settings(file: Path) -> str:
    """Return what pytest reads from a file: the whole file, or its section in pyproject.toml."""
    try:
        text = file.read_text("utf-8", "replace")
    except OSError:
        return ""
    if file.name == "pyproject.toml":
        with suppress(tomllib.TOMLDecodeError):
            return repr(tomllib.loads(text).get("tool", {}).get("pytest", ""))
    return text


def _packages(environment: Environment) -> object:
    """Return a value that changes if the environment is created again, or if packages are installed or removed."""
    if environment.folder is None:
        return environment.programs["python"]
    stamp = environment.folder / STAMP
    folders = (*environment.folder.glob("lib/python*/site-packages"), environment.folder / "Lib" / "site-packages")
    names = (path.name for folder in folders for path in folder.glob("*.dist-info"))
    return (stamp.stat().st_mtime_ns if stamp.exists() else 0, *sorted(names))
