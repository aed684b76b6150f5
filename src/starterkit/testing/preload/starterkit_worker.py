"""Import a project's packages, and then run its tests without importing them again.

starterkit starts this script with the project's Python. Each line of standard input is a JSON object: first the
settings, then one request for each run. Standard output has the answers. The script imports pytest, its plugins and the
packages that the template names, but never the learner's code. On Linux it forks a process for each run. On other
systems it turns into the run, so it can be used only once.
"""

from __future__ import annotations

import atexit
import contextlib
import gc
import importlib
import json
import os
import random
import runpy
import select
import signal
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NoReturn

Request = Mapping[str, Any]


class Channel:
    """The lines from and to starterkit. They use other descriptors than 0, 1 and 2, which belong to the tests."""

    def __init__(self) -> None:
        self.input, self._output = os.dup(0), os.dup(1)
        self._rest = b""
        self._requests: list[Request] = []
        nothing = os.open(os.devnull, os.O_RDWR)
        for descriptor in (0, 1, 2):
            os.dup2(nothing, descriptor)
        os.close(nothing)

    def send(self, **message: object) -> None:
        # One write, and shorter than PIPE_BUF: the lines of several processes don't mix.
        os.write(self._output, json.dumps(message).encode() + b"\n")

    def read(self) -> None:
        """Wait for the next requests. Raises `EOFError` if starterkit has ended."""
        block = os.read(self.input, 65536)
        if not block:
            raise EOFError
        *lines, self._rest = (self._rest + block).split(b"\n")
        self._requests += map(json.loads, lines)

    def requests(self) -> Iterator[Request]:
        """Yield the requests that were read."""
        while self._requests:
            yield self._requests.pop(0)

    def next(self) -> Request:
        """Wait for one request. Raises `EOFError` if starterkit has ended."""
        while not self._requests:
            self.read()
        return self._requests.pop(0)

    def close(self) -> None:
        os.close(self.input)
        os.close(self._output)


def import_packages(modules: list[str], disabled: list[str]) -> None:
    """Import pytest, its plugins without the `disabled` ones, and the modules that are installed.

    pytest rewrites the assertions of plugins, and complains about plugins that were imported before. So its own import
    hook is active here.
    """
    config = importlib.import_module("_pytest.config").get_config()
    try:
        hook = importlib.import_module("_pytest.assertion").install_importhook(config)
        config._mark_plugins_for_rewrite(hook, False)
        config.pluginmanager.consider_preparse([f"-pno:{name}" for name in disabled], exclude_only=True)
        config.pluginmanager.load_setuptools_entrypoints("pytest11")
        for module in modules:
            import_if_installed(module)
    finally:
        config._ensure_unconfigure()


def import_if_installed(module: str) -> None:
    """Import a module. If its package isn't installed, do nothing."""
    try:
        importlib.import_module(module)
    except ModuleNotFoundError as missing:
        if not missing.name or not f"{module}.".startswith(f"{missing.name}."):
            raise


def learners_module(folder: str) -> str:
    """Return a module that was imported from a folder outside of the environment, or ""."""
    inside = (folder + os.sep, os.path.realpath(folder) + os.sep)
    for name, module in list(sys.modules.items()):
        file = getattr(module, "__dict__", {}).get("__file__")
        if isinstance(file, str) and file.startswith(inside) and not file.startswith(sys.prefix + os.sep):
            return name
    return ""


def become(request: Request, path: list[str]) -> NoReturn:
    """Run pytest as a new process would, and end this process."""
    code = 1
    try:
        take_over(request, path)
        code = exit_code(run_pytest())
    except BaseException:
        sys.excepthook(*sys.exc_info())
        sys.stderr.flush()
    finally:
        os._exit(code)


def take_over(request: Request, path: list[str]) -> None:
    """Give this process the output, folder, variables, arguments and random state of a new one."""
    output = os.open(request["output"], os.O_WRONLY | os.O_TRUNC)
    os.dup2(output, 1)
    os.dup2(output, 2)
    os.close(output)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    added = os.environ.get("PYTHONPATH", "")
    sys.path[:] = [str(Path.cwd()), *(added.split(os.pathsep) if added else ()), *path]
    random.seed()
    if "numpy.random" in sys.modules:
        sys.modules["numpy.random"].seed()
    sys.argv = ["pytest", *request["args"]]


def run_pytest() -> object:
    """Do what `python -m pytest` does, and return the exit code or a message."""
    try:
        runpy.run_module("pytest", run_name="__main__", alter_sys=True)
    except SystemExit as ended:
        return ended.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
        return 1
    return 0


def exit_code(code: object) -> int:
    """Do what Python does at the end of a program, and return the exit code."""
    if code is not None and not isinstance(code, int):
        sys.stderr.write(f"{code}\n")
        code = 1
    threading._shutdown()  # type: ignore[attr-defined]
    atexit._run_exitfuncs()
    for stream in (sys.stdout, sys.stderr):
        with contextlib.suppress(Exception):
            stream.flush()
    return int(code or 0) & 0xFF


class Forks:
    """Forks a process for each run, and reports how it ended."""

    def __init__(self, channel: Channel, path: list[str]) -> None:
        self._channel, self._path = channel, path
        self._running: dict[int, int] = {}
        self._alarm, self._ring = os.pipe()
        os.set_blocking(self._ring, False)
        os.set_blocking(self._alarm, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self._ring)

    def serve(self) -> None:
        try:
            while True:
                for request in self._channel.requests():
                    self._start(request)
                ready, _, _ = select.select([self._channel.input, self._alarm], [], [])
                if self._alarm in ready:
                    os.read(self._alarm, 4096)
                    self._report()
                if self._channel.input in ready:
                    self._channel.read()
        except EOFError:
            for pid in self._running:
                with contextlib.suppress(ProcessLookupError):
                    os.killpg(pid, signal.SIGKILL)

    def _start(self, request: Request) -> None:
        if reason := refusal(request):
            self._channel.send(run=request["run"], refused=reason)
            return
        try:
            pid = os.fork()
        except OSError as failed:
            self._channel.send(run=request["run"], refused=str(failed))
            return
        if pid:
            self._running[pid] = request["run"]
            return
        try:
            os.setsid()  # before starterkit knows the number, so that it can always end the group
            self._channel.send(run=request["run"], pid=os.getpid())
            signal.set_wakeup_fd(-1)
            signal.signal(signal.SIGCHLD, signal.SIG_DFL)
            self._channel.close()
            os.close(self._alarm)
            os.close(self._ring)
            become(request, self._path)
        finally:
            os._exit(1)

    def _report(self) -> None:
        for pid, run in list(self._running.items()):
            ended, status = os.waitpid(pid, os.WNOHANG)
            if ended:
                del self._running[pid]
                self._channel.send(run=run, code=os.waitstatus_to_exitcode(status))


def refusal(request: Request) -> str:
    """Return why a run can't start here, or ""."""
    if module := learners_module(request["cwd"]):
        return f"the module {module} belongs to the project"
    if threading.active_count() > 1:
        return "a package has started a thread"
    return ""


def main() -> None:
    """Import the packages, and then serve runs until starterkit ends."""
    channel = Channel()
    try:
        settings = channel.next()
        del sys.path[0]  # the folder of this script
        path = list(sys.path)
        import_packages(settings["modules"], settings["disabled"])
    except EOFError:
        return
    except BaseException as failed:
        channel.send(failed=f"{type(failed).__name__}: {failed}"[:1000])
        return
    gc.collect()
    gc.freeze()
    channel.send(ready=True)
    if settings["forks"]:
        Forks(channel, path).serve()
        return
    with contextlib.suppress(EOFError):
        request = channel.next()
        if reason := refusal(request):
            channel.send(run=request["run"], refused=reason)
            return
        channel.send(run=request["run"], pid=os.getpid())
        channel.close()
        become(request, path)


if __name__ == "__main__":
    main()
