"""Options and questions about the user's work: conflicts and large files."""

from __future__ import annotations

from dataclasses import replace

import typer

from starterkit.cli.console.console import Console
from starterkit.cli.options import only_one
from starterkit.errors import ExitCode
from starterkit.git.merge import Resolution
from starterkit.project.learner_work import Choices
from starterkit.project.project import Project

_SETTLE = {"--keep-mine": Resolution.MINE, "--take-theirs": Resolution.THEIRS, "--markers": Resolution.MARKERS}


def choices(
    keep_mine: bool, take_theirs: bool, markers: bool, no_check: bool, save_large: bool, leave_out: bool
) -> Choices:
    """Convert the values of options to `Choices`. Raises `UsageError` if two options exclude each other."""
    conflicts = only_one({"--keep-mine": keep_mine, "--take-theirs": take_theirs, "--markers": markers})
    only_one({"--save-large": save_large, "--leave-out": leave_out})
    return Choices(_SETTLE.get(conflicts), not no_check, save_large, leave_out)


def ask_about_large_files(console: Console, project: Project, chosen: Choices) -> Choices:
    """On a terminal, ask the user whether to commit large files and nested repositories.

    Return the choices with the answer. If the user stops, end the command with the exit code for conflicts.
    """
    if not console.is_interactive or chosen.leave_out:
        return chosen
    listing = project.listing()
    large = () if chosen.save_large else listing.large
    if not (large or listing.nested):
        return chosen
    console.print("starterkit saves your work as a commit first. Should the commit contain these files?")
    for path in (*large, *listing.nested):
        console.print(f"{path}  ({'larger than 10 MB' if path in large else 'a git repository'})", indent=2)
    actions = [
        ("leave", "don't add these files to the commit, but keep the files"),
        ("stop", "stop, and change nothing"),
    ]
    if large and not listing.nested:
        actions.insert(0, ("save", "add these files to the commit"))
    action = console.choose("Type one of:", actions, "stop")
    if action == "stop":
        raise typer.Exit(ExitCode.CONFLICT)
    return replace(chosen, save_large=action == "save", leave_out=action == "leave")
