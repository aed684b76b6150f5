"""Start other programs. No other module starts programs.

A program gets a list of arguments (never a shell string), a time limit and its own process group. Its standard input is
empty unless there is input. Ending the process group also ends all programs that the program started.
"""

from __future__ import annotations

import os
import re
import shlex
import signal
import subprocess
import sys
import threading
import time
import weakref
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from fnmatch import translate
from functools import lru_cache
from pathlib import Path
from typing import IO, Protocol, TypeVar

from starterkit.errors import EnvironmentProblem, ExitCode, StarterkitError

# These variables of the user's shell change how Python runs a program. With PYTHONDONTWRITEBYTECODE, which many
# container images set, every test run compiles every import again. The others add packages or settings.
PYTHON_VARIABLES = (
    "PYTHONDONTWRITEBYTECODE",
    "PYTHONPATH",
    "PYTHONHOME",
    "PYTHONSTARTUP",
    "PYTHONOPTIMIZE",
    "PYTHONWARNINGS",
    "PYTHONSAFEPATH",
    "PYTHONINSPECT",
    "PYTHONUNBUFFERED",
    "PYTHONPYCACHEPREFIX",
    "PYTEST_*",
    "VIRTUAL_ENV",
    "COVERAGE_*",
)

_GRACE_SECONDS = 3.0
_PATIENCE_SECONDS = 2.0
_CHECK = "To check this machine, type `starterkit doctor`."
_KILL = signal.SIGKILL if os.name == "posix" else signal.SIGTERM
_started: weakref.WeakSet[subprocess.Popen[bytes]] = weakref.WeakSet()
_started_lock = threading.Lock()


class ProgramMissing(EnvironmentProblem):
    """This machine doesn't have a program that starterkit needs."""


class ProgramFailed(StarterkitError):
    """A program ended with an exit code other than 0."""

    code = ExitCode.ENVIRONMENT

    def __init__(self, finished: Completed, fix: str = "") -> None:
        shown = (finished.text_err or finished.text_out).strip()
        super().__init__(f"`{' '.join(finished.args)}` ended with exit code {finished.code}.\n{shown}".rstrip(), fix)


class TimeLimitReached(StarterkitError):
    """A program reached its time limit. It was ended together with its process group.

    `finished` has the output so far, with the exit code 124 and a note.
    """

    code = ExitCode.ENVIRONMENT

    def __init__(self, args: Sequence[str], seconds: float, out: bytes = b"", err: bytes = b"") -> None:
        super().__init__(f"`{' '.join(args)}` was still running after {seconds:g} seconds. starterkit stopped it.")
        note = f"{args[0]} was still running after {seconds:g} seconds and was stopped"
        self.finished = Completed(tuple(args), 124, out, b"%s\n%s" % (err.rstrip(), note.encode()))


class ChildProcess(Protocol):
    """A started program. `subprocess.Popen` is one, but other classes can have the same methods."""

    @property
    def pid(self) -> int:
        """The number of the process, and of its group."""

    @property
    def returncode(self) -> int | None:
        """The exit code, or None before `poll` or `wait` noticed the end. After a signal, it is negative."""

    def poll(self) -> int | None:
        """Return the exit code, or None if the program still runs."""

    def wait(self) -> int:
        """Wait until the program has ended, and return its exit code."""


Child = TypeVar("Child", bound=ChildProcess)


@dataclass(frozen=True)
class Completed:
    """A program that has ended, with its arguments, exit code and output."""

    args: tuple[str, ...]
    code: int
    out: bytes
    err: bytes

    @property
    def text_out(self) -> str:
        return self.out.decode("utf-8", "replace")

    @property
    def text_err(self) -> str:
        return self.err.decode("utf-8", "replace")

    def checked(self) -> bytes:
        """Return the output. Raises `ProgramFailed` if the exit code isn't 0."""
        if self.code != 0:
            raise ProgramFailed(self)
        return self.out


def quoted(word: str) -> str:
    """Return a word quoted for the shell: PowerShell on Windows, otherwise sh."""
    if os.name != "nt":
        return shlex.quote(word)
    if re.fullmatch(r"[\w@%+=:,./\\-]+", word):
        return word
    return f'"{word}"' if not set('"`$!') & set(word) else "'" + word.replace("'", "''") + "'"


def scrubbed_environment(drop: Iterable[str] = PYTHON_VARIABLES, **add: str) -> dict[str, str]:
    """Return this process's environment variables without those that match `drop`, and with those in `add`.

    A name in `drop` may have wildcards, such as `PYTEST_*`.
    """
    dropped = _any_of(tuple(drop)).match
    return {**{name: value for name, value in os.environ.items() if not dropped(name)}, **add}


@lru_cache
def _any_of(patterns: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile("|".join(map(translate, patterns)) or r"(?!)")


def run(
    args: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    input: bytes | None = None,
    timeout: float | None = 60.0,
    keep_open: Sequence[int] = (),
) -> Completed:
    """Run a program until it ends, and return its exit code and output. The caller checks the exit code.

    `input` goes to the program's standard input. The program inherits the file descriptors in `keep_open`. Raises
    `ProgramMissing` if there is no such program, and `TimeLimitReached` after `timeout` seconds.
    """
    stdin = subprocess.DEVNULL if input is None else subprocess.PIPE
    process = start(args, cwd=cwd, env=env, stdin=stdin, keep_open=keep_open)
    arguments = tuple(map(str, args))
    try:
        out, err = process.communicate(input, timeout)
    except subprocess.TimeoutExpired:
        terminate(process)
        out, err = _remaining_output(process)
        raise TimeLimitReached(arguments, timeout or 0, out, err) from None
    except BaseException:
        terminate(process)
        _close_pipes(process)
        raise
    return Completed(arguments, process.returncode, out, err)


def start(
    args: Sequence[str | Path],
    *,
    cwd: Path | None = None,
    env: Mapping[str, str] | None = None,
    stdin: int | IO[bytes] | None = subprocess.DEVNULL,
    stdout: int | IO[bytes] | None = subprocess.PIPE,
    stderr: int | IO[bytes] | None = subprocess.PIPE,
    keep_open: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a program in its own process group. The caller ends it with `terminate`.

    The program inherits the file descriptors in `keep_open`. If one is a lock, the lock lasts until the program ends.
    Raises `ProgramMissing` if there is no such program.
    """
    arguments = list(map(str, args))
    try:
        process = subprocess.Popen(
            arguments,
            cwd=cwd,
            env=None if env is None else dict(env),
            stdin=stdin,
            stdout=stdout,
            stderr=stderr,
            start_new_session=os.name == "posix",
            creationflags=int(getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0)),  # only Windows has this flag
            pass_fds=tuple(keep_open) if os.name == "posix" else (),
        )
    except (FileNotFoundError, NotADirectoryError) as missing:
        if cwd is not None and not cwd.is_dir():
            problem = f"{cwd} is not a folder." if cwd.exists() else f"The folder {cwd} does not exist."
            raise ProgramMissing(problem, "Run the command in a folder that exists.") from missing
        raise ProgramMissing(f"starterkit can't find the program `{arguments[0]}`.", _CHECK) from missing
    except OSError as denied:
        message = f"starterkit can't start the program `{arguments[0]}`: {denied.strerror}."
        raise ProgramMissing(message, _CHECK) from denied
    with _started_lock:
        _started.add(process)
    return process


@contextmanager
def running(process: Child) -> Iterator[Child]:
    """Yield a process. After the block, end the process and its group."""
    try:
        yield process
    finally:
        terminate(process)


def run_in_terminal(args: Sequence[str | Path], *, cwd: Path, env: Mapping[str, str] | None = None) -> int:
    """Run a program in this process's terminal until it ends. Return its exit code.

    Ctrl-C ends only the program. Without `env`, the program gets the variables of this process.
    """
    # A program inherits an ignored signal, but not a handler. So this handler does nothing, and the program can end.
    before = signal.signal(signal.SIGINT, lambda *_: None)
    try:
        return subprocess.run(list(map(str, args)), cwd=cwd, env=env, check=False).returncode
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def run_in_background(args: Sequence[str | Path], env: Mapping[str, str] | None = None) -> Iterator[None]:
    """Run a program with low priority and without output during the block.

    Use this only for work that may be skipped or stopped at any time. The program isn't started if `args` is empty or
    the machine has only one core. Raises `ProgramMissing` if there is no such program.
    """
    if not args or (os.cpu_count() or 1) < 2:
        yield
        return
    process = start(args, env=env, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    if os.name == "posix":
        with suppress(OSError):  # raised if the program has already ended
            os.setpriority(os.PRIO_PROCESS, process.pid, os.getpriority(os.PRIO_PROCESS, 0) + 10)
    with running(process):
        yield


def wait(
    process: ChildProcess, seconds: float, stop: Callable[[], bool] = lambda: False, *, interval: float = 0.5
) -> bool:
    """Wait until a process has ended or the time is over. Return True if it has ended.

    `stop` is called every `interval` seconds. If it returns true, the waiting ends. Unlike `Popen.wait` with a timeout,
    which checks only every 50 ms, this function returns as soon as the process ends.
    """
    waiting = threading.Thread(target=process.wait, daemon=True)
    waiting.start()
    deadline = time.monotonic() + seconds
    while waiting.is_alive() and time.monotonic() < deadline and not stop():
        waiting.join(min(interval, max(0.0, deadline - time.monotonic())))
    return not waiting.is_alive()


def wait_for_group(process: ChildProcess, seconds: float) -> None:
    """Wait until no process of a group is left, or the time is over. The first process may have ended earlier."""
    deadline = time.monotonic() + seconds
    with suppress(ProcessLookupError, PermissionError):
        while sys.platform != "win32" and time.monotonic() < deadline:
            os.killpg(process.pid, 0)
            time.sleep(0.01)


def terminate(process: ChildProcess) -> None:
    """End a process and its group with SIGTERM. After three seconds, use SIGKILL."""
    if process.poll() is None:
        _signal_group(process, signal.SIGTERM)
        deadline = time.monotonic() + _GRACE_SECONDS
        while process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
    # This is needed even if the process itself has ended, because its child processes may still run.
    kill_group(process)
    process.wait()


def terminate_all() -> None:
    """End all processes that this module started, and their groups. After Ctrl-C, threads still wait for them."""
    with _started_lock:
        processes = list(_started)
    for process in processes:
        if process.returncode is None:
            kill_group(process)


def end_thread(thread: threading.Thread) -> None:
    """Wait for a thread that was asked to end. If it still waits for programs after two seconds, kill them."""
    thread.join(_PATIENCE_SECONDS)
    if thread.is_alive():  # it waits for an installation, for example
        terminate_all()
        thread.join()


def interrupt(process: ChildProcess) -> None:
    """Interrupt a process and its group like Ctrl-C, so that tests can still write a report."""
    if os.name == "posix":  # on Windows, this signal doesn't reach other groups, so only `terminate` works
        _signal_group(process, signal.SIGINT)


def _remaining_output(process: subprocess.Popen[bytes]) -> tuple[bytes, bytes]:
    try:
        return process.communicate(timeout=1.0)
    except subprocess.TimeoutExpired as still_open:  # a child process that left the group can keep a pipe open
        _close_pipes(process)
        return still_open.output or b"", still_open.stderr or b""


def _close_pipes(process: subprocess.Popen[bytes]) -> None:
    for pipe in (process.stdin, process.stdout, process.stderr):
        if pipe:
            with suppress(OSError):  # raised for unsent input if the program has closed its standard input
                pipe.close()


def kill_group(process: ChildProcess) -> None:
    """Kill a process and its group at once."""
    _signal_group(process, _KILL)


def _signal_group(process: ChildProcess, which: signal.Signals) -> None:
    if sys.platform == "win32":
        if process.poll() is None:
            subprocess.run(["taskkill", "/F", "/T", "/PID", str(process.pid)], capture_output=True, check=False)
        return
    # Both errors mean that all processes of the group have ended. macOS raises PermissionError for zombies.
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, which)
