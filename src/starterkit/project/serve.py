"""Serve the site on this machine with a database that fits the code, for `starterkit run`."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from subprocess import Popen

from starterkit.errors import ExitCode, StarterkitError, UsageError
from starterkit.process import Completed, TimeLimitReached, run
from starterkit.progress import Progress
from starterkit.project import check
from starterkit.project.project import Project
from starterkit.runtime.dev_server import Show, free_port
from starterkit.runtime.dev_server import serve as serve_command
from starterkit.runtime.environment import Environment
from starterkit.sanitize import strip_control
from starterkit.testing.explain import explain_output
from starterkit.testing.source_tree import SourceTree as Sources

DEFAULT_PORT = 8000
_COMMAND_SECONDS = 60.0
_ERROR = re.compile(r"^\w[\w.]*(?:Error|Exception|Exit)\b", re.MULTILINE)
# SQLite keeps these files next to an open database. They must be moved together with it.
_COMPANIONS = ("", "-wal", "-shm", "-journal")
_SHOWN_LINES = 12
RUN_AGAIN = "Then type `starterkit run` again."
_RESET = "`starterkit run --reset` creates a new database with sample data, and keeps the old file next to it."
_PERMISSION = f"Make {{file}} and its folder writable. {RUN_AGAIN}"
# A pattern of SQLite's error message, what is wrong with the database file, and how to fix it.
_DATABASE = (
    (
        "file is not a database|disk image is malformed|file is encrypted|malformed database schema",
        "{file} is damaged, or it isn't a database.",
        _RESET,
    ),
    (
        "database is locked|database table is locked|database schema is locked",
        "{file} is locked by another program.",
        f"Close that program, for example a database browser or another `starterkit run`. {RUN_AGAIN}",
    ),
    ("readonly database|unable to open database file", "{file} can't be written.", _PERMISSION),
    ("database or disk is full", "The disk is full, so {file} can't be written.", f"Free some space. {RUN_AGAIN}"),
)


class SiteFailed(StarterkitError):
    """A command of the site failed, so the site can't start."""

    code = ExitCode.RED


class SchemaOutdated(StarterkitError):
    """The database lacks a table or column that the code needs."""

    code = ExitCode.RED

    def __init__(self, difference: str) -> None:
        super().__init__(
            f"The site's database doesn't match its code.\n{difference}",
            "`starterkit run --reset` creates a new database with sample data. The old file gets a date and "
            "stays next to it.",
        )


def serve(
    project: Project,
    *,
    port: int | None,
    reset: bool,
    say: Progress,
    on_ready: Callable[[str], None],
    show: tuple[Show | None, Show | None] = (None, None),
) -> int:
    """Serve the site until it is stopped. Return the exit code of the server.

    `port` is None for the first free port. With `reset`, the site gets a new database, and the old file is renamed.
    `on_ready` gets the URL when the site responds. `show` gets the lines of the site's stdout and stderr (None: the
    lines go to this process's streams). Raises `SchemaOutdated` if the database doesn't fit the code. Raises
    `SiteFailed` if the site can't start, and `UsageError` if the port is in use.
    """
    free = free_port(DEFAULT_PORT if port is None else port)
    if port not in (None, free):
        raise UsageError(f"Port {port} is in use.", f"Use a free port: `starterkit run --port {free}`.")
    with start_site(project, port=free, reset=reset, say=say, show=show) as server:
        has_started = server.poll() is None
        if has_started:
            on_ready(f"http://127.0.0.1:{free}/")
        code = server.wait()
    if code and not has_started and check.repaired(project, say):
        return serve(project, port=port, reset=False, say=say, on_ready=on_ready, show=show)
    return code


@contextmanager
def start_site(
    project: Project, *, port: int, reset: bool, say: Progress, show: tuple[Show | None, Show | None]
) -> Iterator[Popen[bytes]]:
    """Prepare the database, start the site, and yield its process when the site responds or has ended.

    The arguments and errors are the same as for `serve`. The site is ended after the block.
    """
    template = project.template
    prepared = check.prepared(project, say)
    database = project.folder / template.database if template.database else None
    if database is not None:
        if reset and database.exists():
            say(f"Kept the old database as {_rename_old(database).name}.")
        _check_database_file(project)
        if not database.exists():
            say("Creating the database with sample data …")
            _run(project, prepared, template.commands.reset, say)
        elif template.commands.schema:
            finished = _run(project, prepared, template.commands.schema, say, _is_outdated)
            if finished.code != 0:
                raise SchemaOutdated(finished.text_out.strip())
    say("Starting the site …")
    with serve_command(project.folder, prepared, template.commands.run, port, show=show) as server:
        yield server


def _is_outdated(finished: Completed) -> bool:
    """True if the database doesn't fit the code. Then the site's command prints the difference and returns 1.

    An error in the command returns 1 too, but prints the name of an exception.
    """
    return finished.code == 1 and bool(finished.text_out.strip()) and not _ERROR.search(finished.text_err)


def _run(
    project: Project,
    prepared: Environment,
    args: tuple[str, ...],
    say: Progress,
    is_expected: Callable[[Completed], bool] = lambda finished: False,
) -> Completed:
    """Run a command of the site. If it fails because the environment is damaged, repair this and run it again.

    `is_expected` decides which failures are fine. Raises `SiteFailed` for all others.
    """
    command = prepared.command(args)
    try:
        finished = run(command, cwd=project.folder, env=prepared.variables, timeout=_COMMAND_SECONDS)
    except TimeLimitReached as slow:
        raise SiteFailed(
            f"The site can't start. {slow.message}",
            "Your code may have an endless loop. To find its line, type `starterkit check`.",
        ) from slow
    if finished.code == 0 or is_expected(finished):
        return finished
    if check.repaired(project, say):
        return _run(project, prepared, args, say, is_expected)
    raise _site_failure(project, prepared, command, finished.text_err or finished.text_out)


def _rename_old(database: Path) -> Path:
    stamp = time.strftime("%Y-%m-%d-%H%M%S")
    kept = database.with_name(f"{database.stem}-{stamp}{database.suffix}")
    for companion in _COMPANIONS:
        old = database.with_name(database.name + companion)
        if old.exists():
            old.rename(kept.with_name(kept.name + companion))
    return kept


def _site_failure(project: Project, prepared: Environment, command: Sequence[str], text: str) -> SiteFailed:
    text = strip_control(text)
    name = project.template.database
    for pattern, message, fix in _DATABASE if name else ():
        if re.search(pattern, text, re.IGNORECASE):
            return SiteFailed(f"The site can't start. {message.format(file=name)}", fix.format(file=name))
    failure = explain_output(text, Sources(project.folder, project.template.owns, prepared.programs))
    if failure.message and failure.place:
        source_line = "" if str(failure.place) in failure.message else f"\nin {failure.place}"
        return SiteFailed(f"The site can't start.\n{failure.message}{source_line}", f"Fix this line first. {RUN_AGAIN}")
    shown = " ".join(command).replace(f"{project.folder}{os.sep}", "")
    tail = "\n".join(text.strip().splitlines()[-_SHOWN_LINES:])
    return SiteFailed(
        f"The site can't start. Its command `{shown}` failed:\n{tail}",
        "Fix the problem that these lines describe. If your code is right, check your setup: `starterkit doctor`.",
    )


def _check_database_file(project: Project) -> None:
    name = project.template.database
    file = project.folder / name
    if file.is_dir():
        raise SiteFailed(f"The site can't start. {name} is a folder, not a database.", _RESET)
    folder = next(parent for parent in file.parents if parent.exists())
    if not folder.is_dir():
        path = folder.relative_to(project.folder).as_posix()
        raise SiteFailed(
            f"The site can't start. {path} is a file, not a folder.",
            f"Move the file to another folder. {RUN_AGAIN}",
        )
    if not os.access(folder, os.W_OK) or (file.exists() and not os.access(file, os.W_OK)):
        raise SiteFailed(
            f"The site can't start. You have no permission to write {name}.", _PERMISSION.format(file=name)
        )
