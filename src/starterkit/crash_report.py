"""Write a crash report, which is a file with everything needed to fix a bug."""

from __future__ import annotations

import importlib.metadata
import itertools
import os
import platform
import sys
import tempfile
import time
import traceback
from pathlib import Path

from starterkit import __version__
from starterkit.errors import ExitCode, StarterkitError, from_os_error
from starterkit.paths import folder_with
from starterkit.process import run
from starterkit.project.state import STATE_FILE

UNEXPECTED = "Unexpected error"  # the start of each message that names a crash report
_NUMBERS = itertools.count(1)
_REPORTS: dict[str, Path | None] = {}  # the reports by traceback, because a watch meets the same bug many times
_PACKAGES = ("copier", "jinja2", "pyyaml", "rich", "typer", "uv")


class UnexpectedError(StarterkitError):
    """A bug in starterkit that affects only one person's work, so other work goes on."""

    code = ExitCode.BUG


def error_of(error: Exception) -> StarterkitError:
    """Return the error to show for any exception. If it is a bug, write a crash report and name the report's file."""
    if isinstance(error, StarterkitError):
        return error
    if isinstance(error, OSError) and (known := from_os_error(error)) is not None:
        return known
    trace = "".join(traceback.format_exception(error))
    if trace not in _REPORTS:
        _REPORTS[trace] = write_report(error, sys.argv[1:])
    report = _REPORTS[trace]
    where = f"The full report is in {report}." if report else f"starterkit could not write a report: {error}."
    return UnexpectedError(f"{UNEXPECTED}: {type(error).__name__}. {where}", "Please report this bug.")


def write_report(error: BaseException, arguments: list[str]) -> Path | None:
    """Write a crash report in the project or the temporary folder. Return its path, or None if both fail."""
    name = f"report-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}-{next(_NUMBERS)}.txt"
    content = _report(error, arguments)
    for folder in (_own_folder(arguments), Path(tempfile.gettempdir())):
        if folder is None:
            continue
        try:
            folder.mkdir(exist_ok=True)
            (folder / name).write_text(content, encoding="utf-8", errors="backslashreplace")
        except OSError:
            continue
        return folder / name
    return None


def _report(error: BaseException, arguments: list[str]) -> str:
    lines = [
        f"starterkit {__version__}: a bug in starterkit. Please report it with this file.",
        "",
        f"command:   starterkit {' '.join(arguments)}",
        f"folder:    {_current_folder()}",
        f"time:      {time.strftime('%Y-%m-%d %H:%M:%S %z')}",
        f"Python:    {sys.version.split()[0]} ({sys.executable})",
        f"platform:  {platform.platform()}",
        f"locale:    {sys.getfilesystemencoding()}, output {sys.stdout.encoding}",
        f"git:       {_git_version()}",
        *(f"{name + ':':10} {_package_version(name)}" for name in _PACKAGES),
        "",
        *traceback.format_exception(error),
    ]
    return "\n".join(lines)


def _current_folder() -> str:
    try:
        return str(Path.cwd())
    except OSError as error:
        return str(error)


def _git_version() -> str:
    try:
        return run(["git", "--version"], timeout=10).text_out.strip()
    except StarterkitError as error:
        return error.message


def _package_version(name: str) -> str:
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not found"


def _own_folder(arguments: list[str]) -> Path | None:
    """Return the project's folder for local data. This doesn't use git, because git may have failed."""
    start = Path(arguments[arguments.index("-C") + 1]) if "-C" in arguments[:-1] else Path()
    try:
        start = start.absolute()
    except OSError:
        return None
    folder = folder_with(STATE_FILE, start)
    return folder / ".git" / "starterkit" if folder and (folder / ".git").is_dir() else None
