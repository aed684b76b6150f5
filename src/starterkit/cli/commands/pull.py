"""`starterkit pull`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from starterkit.cli.commands.shared import changes
from starterkit.cli.commands.shared.learner_work import ask_about_large_files, choices
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import markup, text
from starterkit.cli.options import KeepMine, LeaveOut, SaveLarge, flag
from starterkit.cli.session import console_of, folder_of, project_here
from starterkit.errors import ExitCode
from starterkit.project import pull as pulls
from starterkit.project.project import Project
from starterkit.project.pull import PullArguments, PullResult
from starterkit.template.model import BASE


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
    console = console_of(context)
    chosen = choices(keep_mine, take_theirs, markers=False, no_check=True, save_large=save_large, leave_out=leave_out)
    with project_here(context) as project:
        chosen = ask_about_large_files(console, project, chosen)
        return _show(
            console,
            project,
            pulls.pull(project, chosen, console.show_progress, PullArguments(source, branch, folder_of(context))),
        )


def _show(console: Console, project: Project, pulled: PullResult) -> int:
    """Show what came, and what to do now."""
    following = "check" if pulled.commits else "status"
    if console.as_json:
        console.json("pull", {**_as_json(pulled), "next": following})
        return ExitCode.DONE
    if pulled.written is None:
        console.print(text("ok", "bold green"), f"  There is nothing new in {pulled.source}.")
        _show_waiting(console, pulled)
        return ExitCode.DONE
    commits = "One commit" if pulled.commits == 1 else f"{pulled.commits} commits"
    console.print(text("ok", "bold green"), f"  {commits} of {pulled.source} came to your work.", hang=4)
    if pulled.corrected:
        console.print("The path was corrected: you are on the corrected one now.", indent=4)
    if pulled.moved and pulled.step != BASE:
        console.print(f"You are at {project.template.step(pulled.step).label} now.", indent=4)
    changes.show_changed(console, "Changed", pulled.written)
    changes.show_kept(console, pulled.written)
    if pulled.ahead and pulled.must_push:
        console.print(markup("Your own commits are not there yet: `git push`."))
    _show_waiting(console, pulled)
    if not pulled.waiting:
        console.type_next("See how your tests are", following)
    return ExitCode.DONE


def _show_waiting(console: Console, pulled: PullResult) -> None:
    if pulled.waiting:
        console.type_next(
            "A correction waits that meets lines of yours. This names them, and what to do", pulled.waiting
        )


def _as_json(pulled: PullResult) -> dict[str, Any]:
    return {
        "from": pulled.source,
        "commits": pulled.commits,
        "ahead": pulled.ahead,
        "step": pulled.step,
        "moved": pulled.moved,
        "corrected": pulled.corrected,
        "waiting": pulled.waiting or None,
        **changes.written_as_json(pulled.written),
    }
