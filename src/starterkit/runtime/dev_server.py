"""Starting a project's site on this machine, and knowing when it answers."""

from __future__ import annotations

import os
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
_NEIGHBOURS = 20
_LAST_WORDS_SECONDS = 2.0  # what the site started may hold its streams open


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
    """Start a site in the project's folder and give its process once it answers over HTTP, or has ended instead.

    `args` is the run command of path.yml. What the site writes goes to `output`, by default where this process
    writes. `show` gets each line of its two streams instead, where it is given. The site is ended, with all that it
    started, when the block is left.
    Raises `TimeLimitReached` when it neither answers nor ends within `seconds`.
    """
    prepared.lend_to(project)
    command = prepared.command(args, port=str(port))
    # Into a pipe, Python would write only when its buffer is full.
    variables = {**prepared.variables, "PYTHONUNBUFFERED": "1"} if any(show) else prepared.variables
    streams = [PIPE if one else output for one in show]
    process = start(command, cwd=project, env=variables, stdout=streams[0], stderr=streams[1])
    readers = [
        threading.Thread(target=_show_lines, args=(pipe, one), daemon=True)
        for pipe, one in zip((process.stdout, process.stderr), show, strict=True)
        if one
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
            reader.join(_LAST_WORDS_SECONDS)


def _show_lines(pipe: IO[bytes], show: Show) -> None:
    # If the lines cannot be written any more, the pipe is closed, and the site notices as if it wrote itself.
    with pipe, suppress(OSError):
        for line in pipe:
            show(line.decode("utf-8", "replace").rstrip("\r\n"))


def free_port(preferred: int) -> int:
    """Return the preferred port of this machine where nobody listens on it, else the nearest free one above."""
    import socket

    for port in range(preferred, min(preferred + _NEIGHBOURS, 65536)):
        if _is_free(port):
            return port
    with socket.socket() as any_port:
        any_port.bind((HOST, 0))
        return int(any_port.getsockname()[1])


def _is_free(port: int) -> bool:
    import socket

    with socket.socket() as caller:
        caller.settimeout(0.5)
        if caller.connect_ex((HOST, port)) == 0:
            return False  # some systems let a second server in beside one that listens on all addresses
    with socket.socket() as listener:
        if os.name == "posix":  # a port on which connections are only fading away is free
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((HOST, port))
        except OSError:
            return False
    return True


def _answers(port: int) -> bool:
    import socket

    try:
        with socket.create_connection((HOST, port), timeout=1.0) as connection:
            connection.settimeout(5.0)
            connection.sendall(f"GET / HTTP/1.0\r\nHost: {HOST}:{port}\r\n\r\n".encode())
            return connection.recv(5) == b"HTTP/"
    except OSError:
        return False
