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


class FailingTestsError(StarterkitError):
    """The tests are red, and what was asked for needs them green."""

    code = ExitCode.RED


class ConflictError(StarterkitError):
    """Stopped because going on would touch the user's work; nothing was changed."""

    code = ExitCode.CONFLICT


class EnvironmentProblem(StarterkitError):
    """The machine lacks something (git, uv, Node, the network, room on the disk)."""

    code = ExitCode.ENVIRONMENT


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)
_IMPOSSIBLE = {
    errno.ENAMETOOLONG: "the name is too long",
    errno.ELOOP: "its links lead in a circle",
    errno.ENOTDIR: "a file is where a folder is expected",
}
_LONGEST_SHOWN = 40


def from_os_error(wrong: OSError) -> StarterkitError | None:
    """Return the error for a refusal of the operating system whose cause is known, else None.

    A path that no file can have is bad input (exit 2). No room, or no permission, is up to the machine (exit 4).
    """
    if wrong.errno in _IMPOSSIBLE:
        return impossible_path(str(wrong.filename or "This path"), _IMPOSSIBLE[wrong.errno])
    if wrong.errno in _NO_ROOM:
        where = f" (writing {wrong.filename})" if wrong.filename else ""
        return EnvironmentProblem(
            f"There is no room left on the disk{where}.", "Make room, then type the command again."
        )
    if wrong.errno in _NOT_ALLOWED and wrong.filename:
        return EnvironmentProblem(
            f"You may not read or write {wrong.filename}: {wrong.strerror}.",
            "Type the command as the user to whom it belongs, or have it opened for you.",
        )
    return None


def impossible_path(words: str, why: str) -> UsageError:
    """Return the error for a path that no file or folder can have."""
    middle = "…" if len(words) > _LONGEST_SHOWN else ""
    shown = words[: _LONGEST_SHOWN // 2] + middle + words[-_LONGEST_SHOWN // 2 :] if middle else words
    return UsageError(f'"{shown}" is not a possible path here: {why}.', "Name another path.")


def cannot_write(what: str, wrong: OSError) -> StarterkitError:
    """Return the error for something that could not be written: the cause if it is known, else the system's words."""
    known = from_os_error(wrong)
    words = (wrong.strerror or str(wrong)).strip().removesuffix(".")
    if known is not None:
        known.message = f"{what} could not be written. {known.message}"
        return known
    verb = "written" if wrong.errno else "created"  # without a number, it is the failure of another program
    return EnvironmentProblem(f"{what} could not be {verb}: {words}.", "`starterkit doctor` checks this machine.")
