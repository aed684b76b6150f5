"""The command `starterkit template add-step`: its options and its output."""

from __future__ import annotations

from typing import Annotated

import typer

from starterkit.authoring.files import template_folder
from starterkit.authoring.scaffold import AddedStep
from starterkit.authoring.scaffold import add_step as write_step
from starterkit.cli.commands.template.shared import TemplateFolder, show_renumbered, this_or
from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.options import Title, argument, console_of, folder_of, option
from starterkit.process import quoted

_AFTER_HELP = (
    "Step that comes before the new step (default: the last step). To make the new step the first step, use `base`."
)


def add_step(
    context: typer.Context,
    template: TemplateFolder,
    name: Annotated[str, argument("NAME", "Name of the step without its number, for example `tags`.")],
    after: Annotated[str, option("--after", "STEP", _AFTER_HELP)] = "",
    title: Title = "",
) -> None:
    """Add a step to a template, and renumber the steps after it.

    The new step has a lesson and a first test that fails.
    """
    folder = template_folder(template, folder_of(context))
    _show(console_of(context), write_step(folder, name, after=after, title=title))


def _show(console: Console, added: AddedStep) -> None:
    if console.json("template add-step", vars(added)):
        return
    folder = shown_path(added.template)
    console.ok(f"Created the step {added.step} in {this_or(folder)}. Now replace each TODO in these files:")
    for name in added.files:
        console.print(name, indent=4)
    console.print(f"steps/{added.step}/solution/ (the complete files of your solution)", indent=4)
    show_renumbered(console, added.renumbered, added.mentions)
    console.type_next("See what is still missing", f"template validate {quoted(folder)} --step {added.step[:2]}")
