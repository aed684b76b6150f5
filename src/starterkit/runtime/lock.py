"""One command at a time: a lock on a file, given back when its holder ends, however it ends."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starterkit.errors import EnvironmentProblem
from starterkit.paths import try_lock
from starterkit.progress import Progress, no_progress

_LIMIT_SECONDS = 600.0
_LOOK_EVERY_SECONDS = 0.05


@contextmanager
def locked(
    file: Path, *, say: Progress = no_progress, what: str = "this", seconds: float = _LIMIT_SECONDS
) -> Iterator[int]:
    """Hold the lock on `file` (made when absent) while the block runs; gives the file descriptor that holds it.

    A program that inherits the descriptor holds the lock too, so that what a killed command started is waited for.
    Raises `EnvironmentProblem` when another command still holds it after `seconds`.
    """
    descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o666)
    try:
        deadline = time.monotonic() + seconds
        waiting = False
        while not try_lock(descriptor):
            if time.monotonic() > deadline:
                raise EnvironmentProblem(
                    f"Another command has been preparing {what} for more than {seconds:g} seconds.",
                    "End that command, then type this one again.",
                )
            if not waiting:
                say(f"Another command is preparing {what}: waiting for it")
                waiting = True
            time.sleep(_LOOK_EVERY_SECONDS)
        yield descriptor
    finally:
        os.close(descriptor)
