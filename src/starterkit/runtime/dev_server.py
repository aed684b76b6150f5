"""Start a project's site on this machine, and wait until the site responds."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from subprocess import PIPE, Popen
from typing import IO

from starterkit.process import TimeLimitReached, running, start
from starterkit.runtime.environment import Environment

HOST = "127.0.0.1"
Show = Callable[[str], None]
_PORTS_TRIED = 20
_READ_SECONDS = 2.0  # a program that the site started can keep the streams open, so don't wait forever


@contextmanager
def serve(
    project: Path,
    prepared: Environment,
    args: Sequence[str],
    port: int,
    *,
    output: IO[bytes] | None = None,
    show: tuple[Show | None, Show | None] = (None, None),
    seconds: float = 60.0,
) -> Iterator[Popen[bytes]]:
    """Start a site, and yield its process when the site responds over HTTP or has ended.

    `args` is the run command of path.yml. The site's output goes to `output`, which defaults to this process's streams.
    The two functions in `show` get each line of stdout and stderr instead. The site and all programs that it started
    are ended after the block. Raises `TimeLimitReached` if the site neither responds nor ends within `seconds`.
    """
    prepared.lend_to(project)
    command = prepared.command(args, port=str(port))
    # Python normally writes to a pipe only when its buffer is full. Then the site's lines would appear too late.
    variables = {**prepared.variables, "PYTHONUNBUFFERED": "1"} if any(show) else prepared.variables
    streams = [PIPE if show_line else output for show_line in show]
    process = start(command, cwd=project, env=variables, stdout=streams[0], stderr=streams[1])
    readers = [
        threading.Thread(target=_show_lines, args=(pipe, show_line), daemon=True)
        for pipe, show_line in zip((process.stdout, process.stderr), show, strict=True)
        if show_line
    ]
    for reader in readers:
        reader.start()
    try:
        with running(process):
            deadline = time.monotonic() + seconds
            while process.poll() is None and not _answers(port):
                if time.monotonic() > deadline:
                    raise TimeLimitReached(command, seconds)
                time.sleep(0.02)
            yield process
    finally:
        for reader in readers:
            reader.join(_READ_SECONDS)


def _show_lines(pipe: IO[bytes], show: Show) -> None:
    # If `show` can't write, close the pipe. Then the site gets the same error as for a closed terminal.
    with pipe, suppress(OSError):
        for line in pipe:
            show(line.decode("utf-8", "replace").rstrip("\r\n"))


def free_port(preferred: int) -> int:
    """Return the preferred port, or the next free port if another program uses it.

    After 20 used ports, return any free port.
    """
    for port in range(preferred, min(preferred + _PORTS_TRIED, 65536)):
        if _is_free(port):
            return port
    with socket.socket() as any_port:
        any_port.bind((HOST, 0))
        return int(any_port.getsockname()[1])


def _is_free(port: int) -> bool:
    with socket.socket() as caller:
        caller.settimeout(0.5)
        if caller.connect_ex((HOST, port)) == 0:
            return False  # if a server listens on all addresses, some systems allow a second server on its port
    with socket.socket() as listener:
        if os.name == "posix":  # so that a port counts as free even if old connections to it aren't fully closed yet
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            return False
    return True


def _answers(port: int) -> bool:
    try:
        with socket.create_connection((HOST, port), timeout=1.0) as connection:
            connection.settimeout(5.0)
            connection.sendall(f"GET / HTTP/1.0\r\nHost: {HOST}:{port}\r\n\r\n".encode())
            return connection.recv(5) == b"HTTP/"
    except OSError:
        return False
