"""The command `starterkit template pin`: its output."""

from __future__ import annotations

import typer

from starterkit.authoring.files import template_folder
from starterkit.authoring.pin import pin as pin_template
from starterkit.cli.commands.template.shared import TemplateFolder, this_or
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.options import console_of, folder_of
from starterkit.process import quoted


def pin(context: typer.Context, template: TemplateFolder) -> None:
    """Pin the packages of a template to exact versions.

    The command changes a version only if the template no longer allows it.
    To get newer versions, use `starterkit template outdated --write`.
    """
    console = console_of(context)
    result = pin_template(template_folder(template, folder_of(context)), console.show_progress)
    answer = {"template": result.template, "packages": result.packages, "written": result.written}
    if console.json("template pin", answer):
        return
    folder = shown_path(result.template)
    if not result.written:
        console.ok(f"The exact versions of all {result.packages} packages of {this_or(folder)} are up to date.")
        return
    console.ok(f"Pinned {result.packages} packages of {this_or(folder)} to exact versions in these files:")
    for path in result.written:
        console.print(path, indent=2)
    console.type_next("Check that the template works", f"template validate {quoted(folder)}")
