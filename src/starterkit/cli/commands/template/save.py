"""The command `starterkit template save`: its options and its output."""

from __future__ import annotations

from typing import Annotated

import typer

from starterkit.authoring.save import SaveResult, save_template
from starterkit.cli.commands.template.shared import MOST_LINES, show_renumbered, this_or
from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.options import argument, console_of, flag, folder_of, option
from starterkit.paths import expand_user_folder, expand_user_path
from starterkit.process import quoted


def save(
    context: typer.Context,
    folder: Annotated[
        str, argument("DIR", "Repository that `starterkit template open` created (default: the current folder).")
    ] = "",
    to: Annotated[str, option("--to", "FOLDER", "Template folder to save to (default: the opened template).")] = "",
    force: Annotated[bool, flag("--force", "Overwrite changes made in the template since you opened it.")] = False,
    renumber: Annotated[bool, flag("--renumber", "Number the steps in the order of their commits.")] = False,
) -> None:
    """Write your changes back to the template, after `starterkit template open`."""
    console, here = console_of(context), folder_of(context)
    target = expand_user_path(to, here) if to else None
    opened = expand_user_folder(folder, here)
    _show(console, save_template(opened, to=target, force=force, renumber=renumber, progress=console.show_progress))


def _show(console: Console, saved: SaveResult) -> None:
    if console.json("template save", vars(saved)):
        return
    folder = shown_path(saved.template)
    if not saved.is_change:
        console.ok(f"Nothing to save. The template in {this_or(folder)} already has these changes.")
        return
    parts = [("new", saved.added), ("changed", saved.changed), ("removed", saved.removed)]
    counts = ", ".join(f"{len(names)} {label}" for label, names in parts if names)
    console.ok(f"Saved your changes in {this_or(folder)}. Files: {counts}.")
    console.first_of([f"{label:9}{name}" for label, names in parts for name in names], MOST_LINES, indent=4)
    show_renumbered(console, saved.renumbered, saved.mentions)
    if saved.renumbered:
        console.say_prose("The commits still have the old step numbers. Before you continue, open the template again.")
    console.type_next("Check that the template still works", f"template validate {quoted(folder)}")
