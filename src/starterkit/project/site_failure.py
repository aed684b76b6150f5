"""Why a command of the site failed: the learner's code, the database file, or its own last lines."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path

from starterkit.errors import ExitCode, StarterkitError
from starterkit.project.project import Project
from starterkit.runtime.environment import Environment
from starterkit.sanitize import strip_control
from starterkit.testing.explain import explain_output
from starterkit.testing.source_tree import SourceTree as Sources

_SHOWN_LINES = 12
_AGAIN = "Then type `starterkit run` again."
_RESET = "`starterkit run --reset` creates a new database with sample data. What is there now is kept next to it."
_PERMISSION = f"Give yourself the right to write to {{file}} and to its folder. {_AGAIN}"
# What SQLite says, what that means for the database file, and what to do.
_DATABASE = (
    (
        "file is not a database|disk image is malformed|file is encrypted|malformed database schema",
        "{file} is damaged, or it isn't a database.",
        _RESET,
    ),
    (
        "database is locked|database table is locked|database schema is locked",
        "{file} is locked by another program.",
        f"Close that program, for example a database browser or another `starterkit run`. {_AGAIN}",
    ),
    ("readonly database|unable to open database file", "{file} can't be written.", _PERMISSION),
    ("database or disk is full", "There is no room for {file} on the disk.", f"Make room on the disk. {_AGAIN}"),
)


class SiteFailed(StarterkitError):
    """A command of the site failed: the site can't start."""

    code = ExitCode.RED


def site_failure(project: Project, prepared: Environment, command: Sequence[str], text: str) -> SiteFailed:
    """Return the error that says why a command of the site failed. `text` is its output."""
    text = strip_control(text)
    if trouble := _database_trouble(project, text):
        return trouble
    found = explain_output(text, Sources(project.folder, project.template.owns, prepared.programs))
    if found.message and found.place:
        where = "" if str(found.place) in found.message else f"\nin {found.place}"
        return SiteFailed(f"The site can't start.\n{found.message}{where}", f"Look at this line first. {_AGAIN}")
    shown = " ".join(command).replace(f"{project.folder}{os.sep}", "")
    tail = "\n".join(text.strip().splitlines()[-_SHOWN_LINES:])
    return SiteFailed(
        f"The site can't start. Its command `{shown}` failed:\n{tail}",
        "If these lines don't help, `starterkit doctor` checks your setup.",
    )


def check_database_place(project: Project) -> None:
    """Raise `SiteFailed` if there can't be a database file where the site wants it."""
    name = project.template.database
    file = project.folder / name
    if file.is_dir():
        raise SiteFailed(f"The site can't start. {name} is a folder, and not a database.", _RESET)
    parent = next(one for one in file.parents if one.exists())
    if not parent.is_dir():
        where = parent.relative_to(project.folder).as_posix()
        raise SiteFailed(f"The site can't start. {where} is a file, and not a folder.", f"Move it away. {_AGAIN}")
    if not _is_writable(file):
        raise SiteFailed(f"The site can't start. {name} can't be written.", _PERMISSION.format(file=name))


def _database_trouble(project: Project, text: str) -> SiteFailed | None:
    name = project.template.database
    for words, message, fix in _DATABASE if name else ():
        if re.search(words, text, re.IGNORECASE):
            return SiteFailed(f"The site can't start. {message.format(file=name)}", fix.format(file=name))
    return None


def _is_writable(file: Path) -> bool:
    folder = next(one for one in file.parents if one.exists())
    return os.access(folder, os.W_OK) and (not file.exists() or os.access(file, os.W_OK))
