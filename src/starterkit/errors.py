"""What a user can cause or cure: what is wrong, what to do next, and the exit code that says it to scripts.

Everything here derives from `StarterkitError`; the command line catches exactly that and prints it. Any other
exception is a bug of ours and ends in a report.
"""

from __future__ import annotations

import errno
from enum import IntEnum


class ExitCode(IntEnum):
    """The exit codes of every command, as docs/commands.md lists them."""

    DONE = 0
    RED = 1
    USAGE = 2
    CONFLICT = 3
    ENVIRONMENT = 4
    BUG = 70
    INTERRUPTED = 130


class StarterkitError(Exception):
    """Something the user can cause or cure.

    `message` says what is wrong (and where), `fix` what to do next; both are plain text for a terminal.
    """

    code: ExitCode = ExitCode.USAGE

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message}\n{self.fix}" if self.fix else self.message


class UsageError(StarterkitError):
    """Wrong usage or bad input: nothing was changed."""

    code = ExitCode.USAGE


class FileError(UsageError):
    """A file says something that cannot be right; `file` and `line` tell where."""

    def __init__(self, file: str, line: int | None, message: str, fix: str = "") -> None:
        where = f"{file}:{line}" if line else file
        super().__init__(f"{where}: {message}", fix)
        self.file = file
        self.line = line


class RedError(StarterkitError):
    """The tests are red, and what was asked for needs them green."""

    code = ExitCode.RED


class ConflictError(StarterkitError):
    """Stopped because going on would touch the user's work; nothing was changed."""

    code = ExitCode.CONFLICT


class MissingError(StarterkitError):
    """The machine lacks something (git, uv, Node, the network, room on the disk)."""

    code = ExitCode.ENVIRONMENT


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)


def of_the_machine(wrong: OSError) -> MissingError | None:
    """Return the error that says in words what the machine refuses (room, or leave to read or write); else None."""
    if wrong.errno in _NO_ROOM:
        where = f" (writing {wrong.filename})" if wrong.filename else ""
        return MissingError(f"There is no room left on the disk{where}.", "Make room, then type the command again.")
    if wrong.errno in _NOT_ALLOWED and wrong.filename:
        return MissingError(
            f"You may not read or write {wrong.filename}: {wrong.strerror}.",
            "Type the command as the user to whom it belongs, or have it opened for you.",
        )
    return None
