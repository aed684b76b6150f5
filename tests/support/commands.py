"""Running starterkit as people and scripts do: as a program, with or without a terminal."""

from __future__ import annotations

import json
import os
import select
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

PROGRAM = (sys.executable, "-m", "starterkit")


@dataclass(frozen=True)
class Ran:
    """A run that has ended: exit code, answer, and what was told beside it."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The answer, read as JSON."""
        return json.loads(self.out)


def environment(**more: str | None) -> dict[str, str]:
    """This process's environment with some variables set, and those that are None taken out."""
    found = {**os.environ, **{name: value for name, value in more.items() if value is not None}}
    return {name: value for name, value in found.items() if more.get(name, "") is not None}


def starterkit(
    *args: str,
    cwd: Path,
    code: int | None = 0,
    env: Mapping[str, str | None] | None = None,
    timeout: float = 240.0,
    through: Sequence[str] = (),
) -> Ran:
    """Run a command to its end, without a terminal; its exit code must be `code`.

    `through` is a program with arguments that starts it.
    """
    done = subprocess.run(
        [*through, *PROGRAM, *args],
        cwd=cwd,
        env=environment(**(env or {})),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=timeout,
        check=False,
    )
    ran = Ran(done.returncode, done.stdout.decode(), done.stderr.decode())
    assert code is None or ran.code == code, f"{args}: exit code {ran.code}, not {code}\n{ran.out}\n{ran.err}"
    return ran


def on_terminal(
    *args: str,
    cwd: Path,
    answers: Sequence[tuple[str, str]] = (),
    code: int | None = 0,
    env: Mapping[str, str | None] | None = None,
    timeout: float = 120.0,
) -> str:
    """Run a command on a terminal of its own and return all that it showed.

    `answers` are typed one after the other: each pair is what to wait for, and what to type then.
    """
    import pty

    main, own = pty.openpty()
    process = subprocess.Popen(
        [*PROGRAM, *args],
        cwd=cwd,
        env=environment(**{"TERM": "xterm", "PAGER": "cat", **(env or {})}),
        stdin=own,
        stdout=own,
        stderr=own,
        start_new_session=True,
        preexec_fn=_take_terminal,
    )
    os.close(own)
    try:
        text = _conversation(main, answers, time.monotonic() + timeout)
        ended = process.wait(30)
    finally:
        process.kill()
        os.close(main)
    assert code is None or ended == code, f"{args}: exit code {ended}, not {code}\n{text}"
    return text


def _take_terminal() -> None:
    """Make standard input the terminal of this session, so that Ctrl-C reaches us."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _conversation(main: int, answers: Sequence[tuple[str, str]], deadline: float) -> str:
    """Type the answers when they are asked for; return what was shown until the terminal was closed."""
    shown, waiting, seen = b"", list(answers), 0
    while (piece := _read(main, deadline, shown)) is not None:
        shown += piece
        while waiting and waiting[0][0].encode() in shown[seen:]:
            wanted, answer = waiting.pop(0)
            seen = shown.index(wanted.encode(), seen) + len(wanted.encode())
            if answer == "\x03":
                time.sleep(0.2)  # no hand is faster; just after its prompt, readline does not listen to signals yet
            os.write(main, answer.encode())
    text = shown.decode(errors="replace").replace("\r\n", "\n")
    assert not waiting, f"never asked: {waiting}\n{text}"
    return text


def _read(main: int, deadline: float, shown: bytes) -> bytes | None:
    """What the terminal shows next; None when the program has closed it. Fails after the deadline."""
    ready, _, _ = select.select([main], [], [], max(0.0, deadline - time.monotonic()))
    assert ready, f"the program neither went on nor ended:\n{shown.decode(errors='replace')}"
    try:
        return os.read(main, 65536) or None
    except OSError:  # Linux says so when the last writer has closed
        return None


def loaded_command_line() -> Any:
    """The command line with every command imported; to run a command, only its own module is."""
    from starterkit.cli.app import COMMANDS, command_line

    line = command_line()
    for entry in COMMANDS:
        *group, name = entry.name.split()
        (line.commands[group[0]] if group else line).load(name)
    return line
