"""The commands that write: next, solve, pull, undo."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from starterkit.cli.options import KeepMine, LeaveOut, Markers, SaveLarge, TakeTheirs, choices, flag
from starterkit.cli.session import console_of, folder_of, opened

if TYPE_CHECKING:
    from pathlib import Path

    from starterkit.cli.console.console import Console
    from starterkit.project.advance import Choices
    from starterkit.project.opened import Project


def next_step(
    context: typer.Context,
    keep_mine: KeepMine = False,
    take_theirs: TakeTheirs = False,
    markers: Markers = False,
    solve_first: Annotated[bool, flag("--solve", help="Take the solution of this step first.")] = False,
    no_check: Annotated[bool, flag("--no-check", help="Go on as it is, without running anything.")] = False,
    save_large: SaveLarge = False,
    leave_out: LeaveOut = False,
) -> int:
    """Save your work and bring the next step: its lesson, its tests.

    Only when the tests so far are green; else it says what is red, and changes nothing.
    """
    from starterkit.cli.screens import advanced
    from starterkit.project.advance import TestsRed, advance

    console = console_of(context)
    chosen = choices(
        keep_mine=keep_mine,
        take_theirs=take_theirs,
        markers=markers,
        no_check=no_check,
        save_large=save_large,
        leave_out=leave_out,
    )
    with opened(context) as project:
        chosen = _about_large_files(console, project, chosen)
        before = None
        try:
            if solve_first and project.step is not None:
                from starterkit.project.solving import solve as take_solution

                before = take_solution(project, chosen, console.say)
                if before.in_conflict:
                    from starterkit.cli.screens import solved

                    return solved.show(console, project, before)
            begun = advance(project, chosen, console.say)
        except TestsRed as red:
            return advanced.show_stopped_by_red(console, red)
        return advanced.show(console, project, begun, before)


def solve(
    context: typer.Context,
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE", help="Take only these files of the solution, whole.")
    ] = None,
    show: Annotated[bool, flag("--show", help="Only show the solution against your code.")] = False,
    replace_all: Annotated[
        bool, flag("--replace", help="Take every file of the path; yours are kept and named.")
    ] = False,
    no_check: Annotated[bool, flag("--no-check", help="Merge it in without running the tests.")] = False,
    keep_mine: KeepMine = False,
    take_theirs: TakeTheirs = False,
    markers: Markers = False,
    save_large: SaveLarge = False,
    leave_out: LeaveOut = False,
) -> int:
    """Bring the solution of this step into your code, and check it.

    Nothing is written before the outcome is known; what it replaces of yours is kept and named.
    """
    from starterkit.cli.screens import solved
    from starterkit.project.solving import NotSolved, show_solution
    from starterkit.project.solving import solve as take_solution

    console = console_of(context)
    chosen = choices(
        keep_mine=keep_mine,
        take_theirs=take_theirs,
        markers=markers,
        no_check=no_check,
        save_large=save_large,
        leave_out=leave_out,
    )
    with opened(context) as project:
        if show:
            return solved.show_solution(console, project, show_solution(project))
        chosen = _about_large_files(console, project, chosen)
        names = [_inside(project.folder, folder_of(context), name) for name in files or ()]
        try:
            found = take_solution(project, chosen, console.say, replace_all=replace_all, files=names)
        except NotSolved as stopped:
            return solved.show_not_solved(console, stopped)
        return solved.show(console, project, found)


def pull(
    context: typer.Context,
    source: Annotated[
        str,
        typer.Argument(
            metavar="[FROM]",
            help="A remote, an address, a folder, a bundle file of git, or a branch; else the remote of this branch.",
            show_default=False,
        ),
    ] = "",
    branch: Annotated[
        str,
        typer.Argument(
            metavar="[BRANCH]", help="Which branch of it; else the one that belongs to yours.", show_default=False
        ),
    ] = "",
    keep_mine: KeepMine = False,
    take_theirs: Annotated[
        bool, flag("--take-theirs", help="On a conflict: the lines that come win; yours stay in your history.")
    ] = False,
    save_large: SaveLarge = False,
    leave_out: LeaveOut = False,
) -> int:
    """Bring what others put into your repository, and merge it.

    A correction from your workshop, say, or a teammate's work. Yours is saved as a commit first. Where both changed the
    same lines, it says so and changes nothing.
    """
    from starterkit.cli.screens import pulled
    from starterkit.project.pulling import Source
    from starterkit.project.pulling import pull as bring

    console = console_of(context)
    chosen = choices(
        keep_mine=keep_mine,
        take_theirs=take_theirs,
        markers=False,
        no_check=True,
        save_large=save_large,
        leave_out=leave_out,
    )
    with opened(context) as project:
        chosen = _about_large_files(console, project, chosen)
        return pulled.show(
            console, project, bring(project, chosen, console.say, Source(source, branch, folder_of(context)))
        )


def undo(
    context: typer.Context,
    redo: Annotated[bool, flag("--redo", help="Do again what was taken back last.")] = False,
    force: Annotated[
        bool, flag("--force", help="Also over commits and changes made since; they stay in a snapshot.")
    ] = False,
) -> int:
    """Go back to where you were before the last command that wrote.

    Exactly: branch, index and files, also those that git does not know.
    """
    from starterkit.cli.screens import undone
    from starterkit.project.undo import undo as take_back

    with opened(context) as project:
        return undone.show(console_of(context), take_back(project, redo=redo, force=force))


def _about_large_files(console: Console, project: Project, chosen: Choices) -> Choices:
    """Ask what to do with large files and nested repositories, where somebody is there to be asked."""
    if not console.is_interactive or chosen.leave_out:
        return chosen
    listing = project.listing()
    large = () if chosen.save_large else listing.large
    if not (large or listing.nested):
        return chosen
    console.line("Your work is saved as a commit first. What about these?")
    for path in (*large, *listing.nested):
        console.line(f"{path}  ({'larger than 10 MB' if path in large else 'a git repository of its own'})", indent=2)
    ways = [("leave", "leave them where they are, out of the commit"), ("stop", "change nothing")]
    if large and not listing.nested:
        ways.insert(0, ("save", "commit them with your work"))
    way = console.choose("Type one of:", ways, "stop")
    if way == "stop":
        raise typer.Exit(3)
    return replace(chosen, save_large=way == "save", leave_out=way == "leave")


def _inside(project: Path, folder: Path, name: str) -> str:
    """Return a file's path inside the project; a name is meant from the folder that one is in, if there is such."""
    full = (folder / name).absolute()
    if full.exists() and full.is_relative_to(project):
        return full.relative_to(project).as_posix()
    return name.replace("\\", "/")
