"""`starterkit undo`."""

from __future__ import annotations

from typing import Annotated

import typer

from starterkit.cli.commands.shared import changes
from starterkit.cli.console.console import Console, pick
from starterkit.cli.console.text import markup
from starterkit.cli.options import console_of, flag
from starterkit.cli.session import project_here
from starterkit.project.undo import UndoResult
from starterkit.project.undo import undo as restore


def undo(
    context: typer.Context,
    redo: Annotated[bool, flag("--redo", "Redo the command that was undone last.")] = False,
    force: Annotated[bool, flag("--force", "Undo later commits and changes too. They stay in a snapshot.")] = False,
) -> None:
    """Undo the last command that changed files.

    Restores branch, index and files exactly, even files that git doesn't know.
    """
    with project_here(context) as project:
        _show(console_of(context), restore(project, redo=redo, force=force))


def _show(console: Console, undone: UndoResult) -> None:
    details = pick(undone, "redone", "changed", "left", "snapshot", "data_reset")
    if console.json("undo", {"undid": undone.command, **details, "next": "status"}):
        return
    action = "was done again" if undone.redone else "was taken back"
    count = len(changes.without_own(undone.changed))
    files = f"{count} files are" if count != 1 else "one file is"
    state = "as that command had left them" if undone.redone else "as they were before"
    console.ok(markup(f"Your `{undone.command}` {action}: {files} {state}."))
    changes.show_files(console, "Left alone, for you changed them meanwhile", undone.left)
    if undone.data_reset:
        changes.show_reset(console, "A table differs between the two")
    console.say_prose("`undo` takes it back again." if undone.redone else "`undo --redo` does it again.")
    console.type_next("See where you are", "status")
