"""The command `starterkit pull`: its options and its output."""

from __future__ import annotations

from typing import Annotated

import typer

from starterkit.cli.commands.shared import changes
from starterkit.cli.commands.shared.learner_work import ask_about_large_files, choices
from starterkit.cli.console.console import Console, pick
from starterkit.cli.options import KeepMine, LeaveOut, SaveLarge, argument, console_of, flag, folder_of
from starterkit.cli.session import project_here
from starterkit.project import pull as pulls
from starterkit.project.project import Project
from starterkit.project.pull import PullArguments, PullResult
from starterkit.template.model import BASE

_FROM_HELP = "Remote, URL, folder, git bundle or branch to merge from (default: the remote of this branch)."


def pull(
    context: typer.Context,
    source: Annotated[str, argument("FROM", _FROM_HELP)] = "",
    branch: Annotated[str, argument("BRANCH", "Branch to merge (default: the upstream of your branch).")] = "",
    keep_mine: KeepMine = False,
    take_theirs: Annotated[
        bool,
        flag("--take-theirs", "If there are conflicts, use the new lines. Your own lines stay in your git history."),
    ] = False,
    save_large: SaveLarge = False,
    leave_out: LeaveOut = False,
) -> None:
    """Merge new commits from your workshop or team into your work.

    Your work is saved as a commit first. If both sides changed the same lines, nothing is merged.
    Then you choose which lines to keep.
    """
    console = console_of(context)
    chosen = choices(keep_mine, take_theirs, markers=False, no_check=True, save_large=save_large, leave_out=leave_out)
    with project_here(context, names_markers=False) as project:
        chosen = ask_about_large_files(console, project, chosen)
        pulled = pulls.pull(project, chosen, console.show_progress, PullArguments(source, branch, folder_of(context)))
        _show(console, project, pulled)


def _show(console: Console, project: Project, pulled: PullResult) -> None:
    command = "check" if pulled.commits else "status"
    answer = {
        "from": pulled.source,
        **pick(pulled, "commits", "ahead", "step", "moved", "corrected"),
        "waiting": pulled.waiting or None,
        **changes.written_as_json(pulled.written),
        "next": command,
    }
    if console.json("pull", answer):
        return
    if pulled.written is None:
        console.ok(f"There is nothing new in {pulled.source}.")
    else:
        commits = "one commit" if pulled.commits == 1 else f"{pulled.commits} commits"
        console.ok(f"Merged {commits} from {pulled.source}.", hang=4)
        if pulled.corrected:
            console.print("The learning path was fixed. Your project has the fixed version now.", indent=4)
        if pulled.moved and pulled.step != BASE:
            console.print(f"You are now at {project.template.step(pulled.step).label}.", indent=4)
        changes.show_changed(console, "Changed", pulled.written)
        changes.show_kept(console, pulled.written)
        if pulled.ahead and pulled.must_push:
            console.say_prose(f"{pulled.source} doesn't have your commits yet. To send them, type `git push`.")
    if pulled.waiting:
        console.type_next("You and a fix for the learning path changed the same lines. See what to do", pulled.waiting)
    elif pulled.written is not None:
        console.type_next("Run the tests" if command == "check" else "See your progress", command)
