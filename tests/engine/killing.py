"""Run a command in a project and stop it at its N-th write: by SIGKILL, or by an error as a full disk gives it.

Started once, it reads one order a line from its standard input and runs each in a child of its own (an audit hook
cannot be taken out again):
`{"folder": …, "command": …, "at": N, "how": "kill"|"fail"}` is answered by `{"ended": …, "writes": …, "error": …}`.
"""

from __future__ import annotations

import errno
import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from learners import Learner

from starterkit.repository.merge import Settle

WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND
EVENTS = frozenset(
    f"os.{name}" for name in ("rename", "remove", "rmdir", "mkdir", "symlink", "link", "chmod", "utime", "truncate")
) | {"subprocess.Popen"}

COMMANDS: dict[str, Callable[[Learner], object]] = {
    "next": lambda learner: learner.next(),
    "solve": lambda learner: learner.solve(settle=Settle.THEIRS),
    "replace": lambda learner: learner.solve(replace_all=True),
    "undo": lambda learner: learner.undo(),
    "forced undo": lambda learner: learner.undo(force=True),
    "redo": lambda learner: learner.redo(),
}


def main() -> None:
    for line in sys.stdin:
        print(json.dumps(_answer(json.loads(line))), flush=True)


def _answer(order: dict[str, Any]) -> dict[str, Any]:
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(reading)
        _run(order, writing)
    os.close(writing)
    with os.fdopen(reading) as stream:
        said = stream.read()
    _pid, status = os.waitpid(child, 0)
    ended = "killed" if os.WIFSIGNALED(status) else "done"
    return {"ended": ended, "writes": 0, "error": "", **(json.loads(said) if said else {})}


def _run(order: dict[str, Any], writing: int) -> None:
    writes, error = [0], ""

    def count(event: str, args: tuple[Any, ...]) -> None:
        opened = event == "open" and args[0] != os.devnull and isinstance(args[2], int) and args[2] & WRITING
        if order["at"] < 0 or not (opened or event in EVENTS):
            return
        writes[0] += 1
        if writes[0] == order["at"]:
            if order["how"] == "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    sys.addaudithook(count)
    try:
        COMMANDS[order["command"]](Learner(Path(order["folder"])))
    except Exception as wrong:
        error = f"{type(wrong).__name__}: {wrong}"
    order["at"] = -1
    os.write(writing, json.dumps({"writes": writes[0], "error": error}).encode())
    os._exit(0)


if __name__ == "__main__":
    main()
