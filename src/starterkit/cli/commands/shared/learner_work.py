"""What happens to the learner's work: the choices for conflicts, and the question about large files."""

from __future__ import annotations

from dataclasses import replace

import typer

from starterkit.cli.console.console import Console
from starterkit.errors import UsageError
from starterkit.git.merge import Resolution
from starterkit.project.learner_work import Choices
from starterkit.project.project import Project


def choices(
    keep_mine: bool, take_theirs: bool, markers: bool, no_check: bool, save_large: bool, leave_out: bool
) -> Choices:
    """Return what was chosen. Raises `UsageError` where two choices exclude each other."""
    ways = {"--keep-mine": keep_mine, "--take-theirs": take_theirs, "--markers": markers}
    chosen = [flag for flag, is_chosen in ways.items() if is_chosen]
    if len(chosen) > 1:
        raise UsageError(f"{chosen[0]} and {chosen[1]} exclude each other.", "Choose one of them.")
    if save_large and leave_out:
        raise UsageError("--save-large and --leave-out exclude each other.", "Choose one of them.")
    settle = {"--keep-mine": Resolution.MINE, "--take-theirs": Resolution.THEIRS, "--markers": Resolution.MARKERS}
    return Choices(settle[chosen[0]] if chosen else None, not no_check, save_large, leave_out)


def ask_about_large_files(console: Console, project: Project, chosen: Choices) -> Choices:
    """Ask what to do with large files and nested repositories, where somebody is there to be asked."""
    if not console.is_interactive or chosen.leave_out:
        return chosen
    listing = project.listing()
    large = () if chosen.save_large else listing.large
    if not (large or listing.nested):
        return chosen
    console.print("Your work is saved as a commit first. What about these?")
    for path in (*large, *listing.nested):
        console.print(f"{path}  ({'larger than 10 MB' if path in large else 'a git repository of its own'})", indent=2)
    ways = [("leave", "leave them where they are, out of the commit"), ("stop", "change nothing")]
    if large and not listing.nested:
        ways.insert(0, ("save", "commit them with your work"))
    way = console.choose("Type one of:", ways, "stop")
    if way == "stop":
        raise typer.Exit(3)
    return replace(chosen, save_large=way == "save", leave_out=way == "leave")
