"""The command `starterkit undo`: its options and its output."""

from __future__ import annotations

from typing import Annotated

import typer

from starterkit.cli.commands.shared import changes
from starterkit.cli.console.console import Console, pick
from starterkit.cli.options import console_of, flag
from starterkit.cli.session import project_here
from starterkit.project.undo import UndoResult
from starterkit.project.undo import undo as restore

_FORCE_HELP = "Also undo commits and changes that you made after the command. starterkit saves them in a snapshot."


def undo(
    context: typer.Context,
    redo: Annotated[bool, flag("--redo", "Redo the last command that you undid.")] = False,
    force: Annotated[bool, flag("--force", _FORCE_HELP)] = False,
) -> None:
    """Undo the last command that changed files.

    starterkit restores your branch, index and files exactly, even untracked files.
    """
    with project_here(context, names_markers=False) as project:
        _show(console_of(context), restore(project, redo=redo, force=force))


def _show(console: Console, undone: UndoResult) -> None:
    details = pick(undone, "redone", "changed", "left", "snapshot")
    # This is always false, because no undo resets data. The key stays because scripts may read it.
    if console.json("undo", {"undid": undone.command, **details, "data_reset": False, "next": "status"}):
        return
    step = f" ({undone.step})" if undone.step else ""
    console.ok(f"{'Redid' if undone.redone else 'Undid'} `starterkit {undone.command}`{step}.")
    console.print(_counts(undone), indent=4)
    changes.show_left(console, undone.left)
    console.say_prose(
        "To undo the command: `starterkit undo`." if undone.redone else "To redo the command: `starterkit undo --redo`."
    )
    console.type_next("See your progress", "status")


def _counts(undone: UndoResult) -> str:
    """Return how many files the command restored, wrote or removed, without starterkit's own files and left files."""
    done = [path for path in changes.without_own(undone.changed) if path not in undone.left]
    removed = sum(path in undone.removed for path in done)
    written = len(done) - removed
    counts = []
    if written:
        counts.append(f"{'Wrote' if undone.redone else 'Restored'} {written} file{'s' if written != 1 else ''}.")
    if removed:
        counts.append(f"Removed {removed} file{'s' if removed != 1 else ''}.")
    return " ".join(counts) or "No files were changed."
