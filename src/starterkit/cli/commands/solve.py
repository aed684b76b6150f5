"""`starterkit solve`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from starterkit.cli.commands.shared import changes, check_result, solution
from starterkit.cli.commands.shared.learner_work import ask_about_large_files, choices
from starterkit.cli.console.console import Console
from starterkit.cli.options import (
    KeepMine,
    LeaveOut,
    Markers,
    SaveLarge,
    TakeTheirs,
    argument,
    console_of,
    flag,
    folder_of,
)
from starterkit.cli.session import project_here
from starterkit.errors import ExitCode
from starterkit.project import solve as project_solve
from starterkit.project.project import Project
from starterkit.project.solve import FileDiff, NotSolved

_DIFF_STYLES = {"+++": "bold", "---": "bold", "@@": "cyan", "+": "green", "-": "red"}


def solve(
    context: typer.Context,
    files: Annotated[list[str] | None, argument("FILE", "Take only these files of the solution, whole.")] = None,
    show: Annotated[bool, flag("--show", "Only show the solution against your code.")] = False,
    replace_all: Annotated[bool, flag("--replace", "Take every file of the path; yours are kept and named.")] = False,
    no_check: Annotated[bool, flag("--no-check", "Merge it in without running the tests.")] = False,
    keep_mine: KeepMine = False,
    take_theirs: TakeTheirs = False,
    markers: Markers = False,
    save_large: SaveLarge = False,
    leave_out: LeaveOut = False,
) -> int:
    """Bring the solution of this step into your code, and check it.

    Nothing is written before the outcome is known; what it replaces of yours is kept and named.
    """
    console = console_of(context)
    chosen = choices(keep_mine, take_theirs, markers, no_check, save_large, leave_out)
    with project_here(context) as project:
        if show:
            return _show_solution(console, project, project_solve.show_solution(project))
        chosen = ask_about_large_files(console, project, chosen)
        names = [_inside(project.folder, folder_of(context), name) for name in files or ()]
        try:
            solved = project_solve.solve(project, chosen, console.show_progress, replace_all=replace_all, files=names)
        except NotSolved as stopped:
            return _show_not_solved(console, stopped)
        return solution.show(console, project, solved)


def _inside(project: Path, folder: Path, name: str) -> str:
    """Return a file's path inside the project. A name is relative to the current folder if that file exists."""
    full = (folder / name).absolute()
    if full.exists() and full.is_relative_to(project):
        return full.relative_to(project).as_posix()
    return name.replace("\\", "/")


def _show_not_solved(console: Console, stopped: NotSolved) -> int:
    """Show that the solution does not fit the user's code. Nothing was changed."""
    check = check_result.as_json(stopped.result) if stopped.result else None
    console.json("solve", {"check": check, "error": changes.error_as_json(stopped)})
    console.error("Stopped:", stopped.message, stopped.fix)
    return int(stopped.code)


def _show_solution(console: Console, project: Project, diffs: Sequence[FileDiff]) -> int:
    """Show the solution against the user's code, file by file."""
    if console.json("solve", {"step": project.state.step, "files": diffs}):
        return ExitCode.DONE
    if not diffs:
        console.print("Your code is the solution already, line by line.")
        console.type_next("Check it", "check")
        return ExitCode.DONE
    for file in diffs:
        for line in file.diff.rstrip("\n").split("\n"):
            console.verbatim(line, next((style for mark, style in _DIFF_STYLES.items() if line.startswith(mark)), ""))
    console.type_next("To take it into your code", "solve")
    return ExitCode.DONE
