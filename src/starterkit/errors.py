"""Errors that a user can cause or fix. Each has a message, a fix and an exit code.

All of them derive from `StarterkitError`, which the command line catches and prints. Any other exception is a bug in
starterkit and leads to a crash report.
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
    """An error that the user can cause or fix: what is wrong, and what to do next, as plain text for a terminal."""

    code: ExitCode = ExitCode.USAGE

    def __init__(self, message: str, fix: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.fix = fix

    def __str__(self) -> str:
        return f"{self.message}\n{self.fix}" if self.fix else self.message


class UsageError(StarterkitError):
    """A command was used incorrectly, or its input is invalid. Nothing was changed."""

    code = ExitCode.USAGE


class FileError(UsageError):
    """A file has a mistake. `file` is its name for the user, and `line` the wrong line (None: unknown)."""

    def __init__(self, file: str, line: int | None, message: str, fix: str = "") -> None:
        where = f"{file}:{line}" if line else file
        super().__init__(f"{where}: {message}", fix)
        self.file = file
        self.line = line


class FailingTestsError(StarterkitError):
    """The tests fail, but the command needs passing tests."""

    code = ExitCode.RED


class ConflictError(StarterkitError):
    """The command stopped because it would change the user's work. Nothing was changed."""

    code = ExitCode.CONFLICT


class EnvironmentProblem(StarterkitError):
    """The machine lacks something: git, uv, Node, the network or disk space."""

    code = ExitCode.ENVIRONMENT


_NO_ROOM = (errno.ENOSPC, errno.EDQUOT)
_NOT_ALLOWED = (errno.EACCES, errno.EPERM, errno.EROFS)
_IMPOSSIBLE = {
    errno.ENAMETOOLONG: "the name is too long",
    errno.ELOOP: "its links form a circle",
    errno.ENOTDIR: "a file is where a folder is expected",
}
_LONGEST_SHOWN = 40


def from_os_error(wrong: OSError) -> StarterkitError | None:
    """Return the error to show for an `OSError`, or None if its cause is unknown.

    An impossible path is bad input (exit code 2). A full disk or a missing permission is a problem of the machine (4).
    """
    if wrong.errno in _IMPOSSIBLE:
        return impossible_path(str(wrong.filename or "This path"), _IMPOSSIBLE[wrong.errno])
    if wrong.errno in _NO_ROOM:
        where = f", so starterkit can't write {wrong.filename}" if wrong.filename else ""
        return EnvironmentProblem(f"The disk is full{where}.", "Free some space, then run the command again.")
    if wrong.errno in _NOT_ALLOWED and wrong.filename:
        return EnvironmentProblem(
            f"You can't read or write {wrong.filename}: {wrong.strerror}.",
            "Run the command as the owner of the file, or ask the owner for permission.",
        )
    return None


def impossible_path(path: str, why: str) -> UsageError:
    """Return the error for a path that no file or folder can have."""
    half = _LONGEST_SHOWN // 2
    shown = f"{path[:half]}…{path[-half:]}" if len(path) > _LONGEST_SHOWN else path
    return UsageError(f'Invalid path "{shown}": {why}.', "Choose another path.")


def cannot_write(what: str, wrong: OSError) -> StarterkitError:
    """Return the error for a file or folder that couldn't be written. `what` is the beginning of the message."""
    known = from_os_error(wrong)
    if known is not None:
        known.message = f"{what} could not be written. {known.message}"
        return known
    reason = (wrong.strerror or str(wrong)).strip().removesuffix(".")
    verb = "written" if wrong.errno else "created"  # an error without a number comes from another library
    return EnvironmentProblem(
        f"{what} could not be {verb}: {reason}.", "To check this machine, type `starterkit doctor`."
    )
