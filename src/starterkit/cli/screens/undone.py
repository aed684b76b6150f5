"""The outcome of undo on the screen, and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starterkit.cli.console.text import prose, text
from starterkit.cli.screens import written
from starterkit.errors import ExitCode

if TYPE_CHECKING:
    from starterkit.cli.console.console import Console
    from starterkit.project.undo import Undone


def show(console: Console, undone: Undone) -> int:
    """Show what was taken back, or done again."""
    if console.as_json:
        console.json("undo", {**_as_json(undone), "next": "status"})
        return ExitCode.DONE
    what = "was done again" if undone.redone else "was taken back"
    count = len(written.yours(undone.changed))
    files = f"{count} files are" if count != 1 else "one file is"
    when = "as that command had left them" if undone.redone else "as they were before"
    console.line(text("ok", "bold green"), prose(f"  Your `{undone.command}` {what}: {files} {when}."))
    written.show_files(console, "Left alone, for you changed them meanwhile", undone.left)
    if undone.data_reset:
        written.show_reset(console, "A table differs between the two")
    if undone.redone:
        console.line(prose("`undo` takes it back again."))
    else:
        console.line(prose("`undo --redo` does it again."))
    console.type_next("See where you are", "status")
    return ExitCode.DONE


def _as_json(undone: Undone) -> dict[str, Any]:
    return {
        "undid": undone.command,
        "redone": undone.redone,
        "changed": list(undone.changed),
        "left": list(undone.left),
        "snapshot": undone.snapshot,
        "data_reset": undone.data_reset,
    }
