"""`starterkit template add-step`."""

from __future__ import annotations

from typing import Annotated

import typer

from starterkit.authoring.files import template_folder
from starterkit.authoring.scaffold import AddedStep
from starterkit.authoring.scaffold import add_step as write_step
from starterkit.cli.commands.template.shared import Template, moved_as_json, named, show_moved, show_ok
from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.session import console_of, folder_of
from starterkit.process import quoted


def add_step(
    context: typer.Context,
    template: Template,
    name: Annotated[str, typer.Argument(metavar="NAME", help="The step's name without its number, for example tags.")],
    after: Annotated[
        str,
        typer.Option(
            "--after", metavar="STEP", help="Behind this step (or `base`); else at the end.", show_default=False
        ),
    ] = "",
    title: Annotated[
        str, typer.Option("--title", metavar="TEXT", help="Its title for people; else made of the name.")
    ] = "",
) -> int:
    """Add a step to a template: its texts, and a first test that is red. Steps behind it get new numbers."""
    folder = template_folder(template, folder_of(context))
    _show(console_of(context), write_step(folder, name, after=after, title=title))
    return 0


def _show(console: Console, added: AddedStep) -> None:
    if console.as_json:
        answer = {"template": str(added.template), "step": added.step, "files": list(added.files)}
        console.json("template add-step", {**answer, **moved_as_json(added.renumbered, added.mentions)})
        return
    place = shown_path(added.template)
    show_ok(console, f"The step {added.step} is in {named(place)}. Write these, wherever they say TODO:")
    for name in added.files:
        console.print(name, indent=4)
    console.print(f"Then the answer, as whole files, in steps/{added.step}/solution/.", indent=4)
    show_moved(console, added.renumbered, added.mentions)
    console.type_next("See what is still missing", f"template validate {quoted(place)} --step {added.step[:2]}")
