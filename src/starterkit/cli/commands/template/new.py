"""The command `starterkit template new`: its options and its output."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from starterkit.authoring.scaffold import KINDS, NewTemplate, name_of, new_template
from starterkit.cli.commands.template.shared import this_or
from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.options import Title, argument, console_of, folder_of, option
from starterkit.errors import UsageError
from starterkit.paths import expand_user_path
from starterkit.process import quoted


def new(
    context: typer.Context,
    name: Annotated[str, argument("NAME", "Name of the template, or a folder (. is the current folder).")] = "",
    destination: Annotated[str, argument("DEST", "Folder to create (default: NAME in the current folder).")] = "",
    title: Title = "",
    kind: Annotated[str, option("--kind", "KIND", "Language of the project: python or node (default: python).")] = "",
) -> None:
    """Create a small template with a starter project and one step."""
    console = console_of(context)
    if not destination and (name in (".", "..") or "/" in name or os.sep in name):
        destination, name = name, name_of(expand_user_path(name, folder_of(context)))
    if not name and not console.is_interactive:
        raise UsageError(
            "Missing argument: NAME. starterkit can ask for it only in a terminal.",
            "For example: `starterkit template new my-path`.",
        )
    name = name or console.ask("What is the name of the template?", "my-path")
    if not title and console.is_interactive:
        title = console.ask("What is the title of the template?", name.replace("-", " ").capitalize())
    _show(
        console, new_template(name, expand_user_path(destination or name, folder_of(context)), title, kind or KINDS[0])
    )


def _show(console: Console, begun: NewTemplate) -> None:
    answer = {"template": begun.folder.absolute(), "name": begun.name, "title": begun.title}
    if console.json("template new", answer):
        return
    folder = shown_path(begun.folder)
    contents = "a starter project in project/, and one step in steps/"
    console.ok(f"Created the template {begun.name} in {this_or(folder)}: {contents}.")
    console.say_prose("docs/authoring.md in the repository of starterkit explains each file.")
    console.type_next("Check that the template works", f"template validate {quoted(folder)}")
