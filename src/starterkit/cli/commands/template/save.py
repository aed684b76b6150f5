"""`starterkit template save`."""

from __future__ import annotations

from typing import Annotated

import typer

from starterkit.authoring.save import SaveResult, save_template
from starterkit.cli.commands.template.shared import MOST_LINES, moved_as_json, named, show_moved, show_ok
from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.console.text import markup
from starterkit.cli.options import flag
from starterkit.cli.session import console_of, folder_of
from starterkit.paths import expand_user_folder, expand_user_path
from starterkit.process import quoted


def save(
    context: typer.Context,
    folder: Annotated[
        str, typer.Argument(metavar="[DIR]", help="The repository that `open` wrote; else this folder.")
    ] = "",
    to: Annotated[
        str, typer.Option("--to", metavar="FOLDER", help="Save here, not where it was opened from.", show_default=False)
    ] = "",
    force: Annotated[bool, flag("--force", help="Overwrite what was changed in the template meanwhile.")] = False,
    renumber: Annotated[bool, flag("--renumber", help="Number the steps in the order of their commits.")] = False,
) -> int:
    """Write the commits of an opened path back into its template, as small overlays."""
    console, here = console_of(context), folder_of(context)
    target = expand_user_path(to, here) if to else None
    place = expand_user_folder(folder, here)
    _show(console, save_template(place, to=target, force=force, renumber=renumber, say=console.show_progress))
    return 0


def _show(console: Console, saved: SaveResult) -> None:
    if console.as_json:
        answer = {
            "template": str(saved.template),
            "added": list(saved.added),
            "changed": list(saved.changed),
            "removed": list(saved.removed),
        }
        console.json("template save", {**answer, **moved_as_json(saved.renumbered, saved.mentions)})
        return
    place = shown_path(saved.template)
    if not saved.is_change:
        show_ok(console, f"The template in {named(place)} says all this already: nothing was written.")
        return
    parts = [("new", saved.added), ("changed", saved.changed), ("removed", saved.removed)]
    counts = ", ".join(f"{len(names)} {word}" for word, names in parts if names)
    show_ok(console, f"Saved in {named(place)}: {counts}.")
    lines = [f"{word:9}{name}" for word, names in parts for name in names]
    for line in lines[:MOST_LINES]:
        console.print(line, indent=4)
    if len(lines) > MOST_LINES:
        console.print(f"and {len(lines) - MOST_LINES} more", indent=4)
    show_moved(console, saved.renumbered, saved.mentions)
    if saved.renumbered:
        console.print(markup("The commits still have the old numbers: open the template again before you go on."))
    console.type_next("Prove that it still works", f"template validate {quoted(place)}")
