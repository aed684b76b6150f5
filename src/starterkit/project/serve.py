"""`run`: serve the site on this machine, with sample data at first and a database that fits the code."""

from __future__ import annotations

import re
import time
from collections.abc import Callable
from pathlib import Path

from starterkit.errors import ExitCode, StarterkitError, UsageError
from starterkit.process import Completed, TimeLimitReached, run
from starterkit.progress import Progress
from starterkit.project import check
from starterkit.project.project import Project
from starterkit.project.site_failure import SiteFailed, check_database_place, site_failure
from starterkit.runtime.dev_server import Show, free_port
from starterkit.runtime.dev_server import serve as serve_command
from starterkit.runtime.environment import Environment

DEFAULT_PORT = 8000
_COMMAND_SECONDS = 60.0
_ERROR = re.compile(r"^\w[\w.]*(?:Error|Exception|Exit)\b", re.MULTILINE)
# What SQLite keeps beside a database while it is open; it belongs to the file and moves with it.
_COMPANIONS = ("", "-wal", "-shm", "-journal")


class SchemaOutdated(StarterkitError):
    """The database lacks a table or column that the code names, and nobody said that it may be made anew."""

    code = ExitCode.RED

    def __init__(self, what: str) -> None:
        super().__init__(
            f"The site's database does not fit its code any more.\n{what}",
            "`starterkit run --reset` makes it anew with sample data; the old file stays beside it, dated.",
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
    """Serve the site until it is stopped; return the server's exit code.

    `on_ready` is told the address when the site answers. `show` gets the lines of the site's two streams (None: they
    go where ours go). Raises `SchemaOutdated` when the database does not fit,
    `UsageError` when something else listens on the port.
    """
    chosen = _chosen(port)
    template = project.template
    prepared = check.prepared(project, say)
    database = project.folder / template.database if template.database else None
    if database is not None:
        if reset and database.exists():
            say(f"The old database is kept as {_set_aside(database).name}.")
        check_database_place(project)
        if not database.exists():
            say("Making the database, with sample data …")
            _run(project, prepared, template.commands.reset, say)
        elif template.commands.schema:
            _check_schema(project, prepared, say)
    say("Starting the site …")
    with serve_command(project.folder, prepared, template.commands.run, chosen, show=show) as server:
        has_started = server.poll() is None
        if has_started:
            on_ready(f"http://127.0.0.1:{chosen}/")
        code = server.wait()
    if code and not has_started and check.repaired(project, say):
        return serve(project, port=port, reset=False, say=say, on_ready=on_ready, show=show)
    return code


def _chosen(port: int | None) -> int:
    if port is None:
        return free_port(DEFAULT_PORT)
    free = free_port(port)
    if free != port:
        raise UsageError(
            f"Something listens on port {port} already.", f"`starterkit run --port {free}` takes a free one."
        )
    return port


def _check_schema(project: Project, prepared: Environment, say: Progress) -> None:
    """Ask the project whether its database fits its code. Exit code 1 without an error means no."""

    def is_no(finished: Completed) -> bool:
        return finished.code == 1 and bool(finished.text_out.strip()) and not _ERROR.search(finished.text_err)

    finished = _run(project, prepared, project.template.commands.schema, say, is_no)
    if finished.code != 0:
        raise SchemaOutdated(finished.text_out.strip())


def _run(
    project: Project,
    prepared: Environment,
    args: tuple[str, ...],
    say: Progress,
    is_answer: Callable[[Completed], bool] = lambda finished: False,
) -> Completed:
    """Run a command of the site, once more if its environment was damaged. Raises `SiteFailed`."""
    command = prepared.command(args)
    try:
        finished = run(command, cwd=project.folder, env=prepared.variables, timeout=_COMMAND_SECONDS)
    except TimeLimitReached as slow:
        raise SiteFailed(
            f"The site can't start. {slow.message} Is there an endless loop?", "`starterkit check` names its line."
        ) from slow
    if finished.code == 0 or is_answer(finished):
        return finished
    if check.repaired(project, say):
        return _run(project, prepared, args, say, is_answer)
    raise site_failure(project, prepared, command, finished.text_err or finished.text_out)


def _set_aside(database: Path) -> Path:
    """Move a database and what belongs to it to a dated name beside it; return the new name."""
    stamp = time.strftime("%Y-%m-%d-%H%M%S")
    kept = database.with_name(f"{database.stem}-{stamp}{database.suffix}")
    for companion in _COMPANIONS:
        old = database.with_name(database.name + companion)
        if old.exists():
            old.rename(kept.with_name(kept.name + companion))
    return kept
