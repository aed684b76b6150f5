"""Read single keys from the terminal, without Enter."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager

if sys.platform == "win32":
    import msvcrt
else:
    import termios
    import tty


@contextmanager
def single_keys() -> Iterator[None]:
    """Let `pressed` see each key at once and without showing it. Ctrl-C works as usual."""
    if sys.platform == "win32":
        yield
        return
    stream = sys.stdin.fileno()
    before = termios.tcgetattr(stream)
    try:
        tty.setcbreak(stream, termios.TCSADRAIN)  # keeps keys that were pressed already
        yield
    finally:
        termios.tcsetattr(stream, termios.TCSADRAIN, before)


def pressed() -> str:
    """Return the key that was pressed, or "" if there is none. Raises `EOFError` if the terminal is closed."""
    if sys.platform == "win32":
        return msvcrt.getwch() if msvcrt.kbhit() else ""
    if not _has_input():
        return ""
    stream = sys.stdin.fileno()
    typed = os.read(stream, 1)
    if not typed:
        raise EOFError
    if typed == b"\x1b" and _has_input():  # an arrow key sends several characters, which mean nothing here
        os.read(stream, 32)
        return ""
    return typed.decode("ascii", "ignore")


def _has_input() -> bool:
    return bool(select.select([sys.stdin], [], [], 0)[0])
