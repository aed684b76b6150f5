"""What a command works with: the console, and the project that it was called for."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from starterkit.cli.console.console import Console
from starterkit.cli.console.text import markup
from starterkit.paths import expand_user_path

if TYPE_CHECKING:
    from starterkit.project.project import Project


def console_of(context: typer.Context) -> Console:
    """Return the console of this run."""
    console = context.obj
    assert isinstance(console, Console)
    return console


def folder_of(context: typer.Context) -> Path:
    """Return the folder that the command works in: that of `-C`, else the current one."""
    return expand_user_path(context.find_root().params.get("folder") or ".")


@contextmanager
def project_here(context: typer.Context) -> Iterator[Project]:
    """Open the project that the command was called for; tell what was finished after an interruption.

    Raises `UsageError` outside a project.
    """
    from starterkit.project.project import open_project

    console = console_of(context)
    with open_project(folder_of(context)) as project:
        told = _tell_recovery(console, project, told=False)
        yield project
        _tell_recovery(console, project, told=told)


def _tell_recovery(console: Console, project: Project, *, told: bool) -> bool:
    found = project.recovered
    if found is None or told:
        return told
    console.info(markup(f"The last `starterkit {found.command}` was interrupted; it has been finished now."))
    for path in found.left:
        console.info(f"You changed {path} meanwhile: your version stays.", indent=2)
    return True
