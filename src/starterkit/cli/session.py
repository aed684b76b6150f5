"""Open the project or the external template that a command works on."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import typer

from starterkit.cli.console.console import Console
from starterkit.cli.options import console_of, folder_of
from starterkit.paths import cache_folder
from starterkit.project.learner_work import ConflictMarkersLeft, find_markers
from starterkit.project.project import Project, open_project
from starterkit.template.resolve import ResolvedTemplate, locate_template


@contextmanager
def project_here(context: typer.Context, *, names_markers: bool = True) -> Iterator[Project]:
    """Open the project that a command works on. Raises `UsageError` outside a project.

    If the last command was interrupted, this finishes that command and shows a message. With `names_markers`, another
    message names the files with conflict markers. Commands that reject or undo files with markers don't need it.
    """
    console = console_of(context)
    with open_project(folder_of(context)) as project:
        is_told = _tell_recovery(console, project)
        if names_markers and (places := find_markers(project)):
            markers = ConflictMarkersLeft(places)
            console.error("Conflict:", markers.message, markers.fix)
        yield project
        if not is_told:  # a command that writes looks again for an interrupted command when it gets the project's lock
            _tell_recovery(console, project)


def _tell_recovery(console: Console, project: Project) -> bool:
    recovered = project.recovered
    if recovered is None:
        return False
    undone = "starterkit undid the command, because you are on another branch now."
    result = "starterkit has now finished the command." if recovered.finished else undone
    console.note_prose(f"The last `starterkit {recovered.command}` was interrupted. {result}")
    for path in recovered.left:
        console.info(f"You changed {path} after the interruption, so starterkit kept your version.", indent=2)
    return True


def from_elsewhere(console: Console, folder: Path, address: str) -> ResolvedTemplate:
    """Return the template at `address`: a git URL, a folder (relative to `folder`) or a bundled template's name.

    Raises `UsageError` for an unknown template, and `EnvironmentProblem` without a network.
    """
    console.show_progress("Reading the template …")
    return locate_template(address, folder, cache_folder() / "templates")
