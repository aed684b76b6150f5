"""`starterkit undo`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from starterkit.cli.commands.shared import changes
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import markup, text
from starterkit.cli.options import flag
from starterkit.cli.session import console_of, project_here
from starterkit.errors import ExitCode
from starterkit.project.undo import UndoResult
from starterkit.project.undo import undo as take_back


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
    with project_here(context) as project:
        return _show(console_of(context), take_back(project, redo=redo, force=force))


def _show(console: Console, undone: UndoResult) -> int:
    """Show what was taken back, or done again."""
    if console.as_json:
        console.json("undo", {**_as_json(undone), "next": "status"})
        return ExitCode.DONE
    what = "was done again" if undone.redone else "was taken back"
    count = len(changes.yours(undone.changed))
    files = f"{count} files are" if count != 1 else "one file is"
    when = "as that command had left them" if undone.redone else "as they were before"
    console.print(text("ok", "bold green"), markup(f"  Your `{undone.command}` {what}: {files} {when}."))
    changes.show_files(console, "Left alone, for you changed them meanwhile", undone.left)
    if undone.data_reset:
        changes.show_reset(console, "A table differs between the two")
    if undone.redone:
        console.print(markup("`undo` takes it back again."))
    else:
        console.print(markup("`undo --redo` does it again."))
    console.type_next("See where you are", "status")
    return ExitCode.DONE


def _as_json(undone: UndoResult) -> dict[str, Any]:
    return {
        "undid": undone.command,
        "redone": undone.redone,
        "changed": list(undone.changed),
        "left": list(undone.left),
        "snapshot": undone.snapshot,
        "data_reset": undone.data_reset,
    }
