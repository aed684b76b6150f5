"""`starterkit template new`."""

from __future__ import annotations

import os
from typing import Annotated

import typer

from starterkit.authoring.scaffold import NewTemplate, name_of, new_template
from starterkit.cli.commands.template.shared import named, show_ok
from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.console.text import markup
from starterkit.cli.session import console_of, folder_of
from starterkit.errors import UsageError
from starterkit.paths import expand_user_path
from starterkit.process import quoted


def new(
    context: typer.Context,
    name: Annotated[
        str,
        typer.Argument(
            metavar="[NAME]",
            help="Its name, for example my-path, or a folder (. is this one).",
            show_default=False,
        ),
    ] = "",
    destination: Annotated[
        str, typer.Argument(metavar="[DEST]", help="The folder to make; else NAME, here.", show_default=False)
    ] = "",
    title: Annotated[
        str, typer.Option("--title", metavar="TEXT", help="Its title for people; else made of the name.")
    ] = "",
) -> int:
    """Make a small template of your own: a starter project and one step, which validate."""
    console = console_of(context)
    if not destination and (name in (".", "..") or "/" in name or os.sep in name):
        destination, name = name, name_of(expand_user_path(name, folder_of(context)))
    name = name or _asked(console, "What is the template called?", "my-path", "NAME")
    title = title or (_asked(console, "Its title for people?", _title_of(name)) if console.is_interactive else "")
    place = expand_user_path(destination or name, folder_of(context))
    _show(console, new_template(name, place, title))
    return 0


def _asked(console: Console, question: str, default: str, what: str = "") -> str:
    """The answer to a question. Raises `UsageError` naming what is missing where nobody can be asked."""
    if not console.is_interactive:
        raise UsageError(
            f"There is no terminal to ask on, and this is missing: {what}.",
            f"For example: `starterkit template new {default}`.",
        )
    return console.ask(question, default)


def _title_of(name: str) -> str:
    return name.replace("-", " ").capitalize()


def _show(console: Console, begun: NewTemplate) -> None:
    if console.as_json:
        console.json(
            "template new", {"template": str(begun.folder.absolute()), "name": begun.name, "title": begun.title}
        )
        return
    place = shown_path(begun.folder)
    what = "a starter project in project/, and one step in steps/"
    show_ok(console, f"The template {begun.name} is in {named(place)}: {what}.")
    console.print(markup("Change it as you like; docs/authoring.md of starterkit explains every file."))
    console.type_next("Prove that it works", f"template validate {quoted(place)}")
