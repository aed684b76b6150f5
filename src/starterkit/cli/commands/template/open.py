"""The command `starterkit template open`: its options and its output."""

from __future__ import annotations

from typing import Annotated

import typer

from starterkit.authoring.files import template_folder
from starterkit.authoring.open import OpenResult, open_template
from starterkit.cli.commands.template.shared import MOST_LINES, TemplateFolder, this_or
from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.console.text import text
from starterkit.cli.options import argument, console_of, folder_of
from starterkit.paths import expand_user_path
from starterkit.process import quoted


def open_path(
    context: typer.Context,
    template: TemplateFolder,
    destination: Annotated[str, argument("DIR", "Folder to create for the git repository.")],
) -> None:
    """Turn a template's learning path into a git repository to edit.

    Edit the commits with git (amend, fixup, rebase). A change to an early step also reaches later steps.
    """
    console, here = console_of(context), folder_of(context)
    _show(
        console,
        open_template(template_folder(template, here), expand_user_path(destination, here), console.show_progress),
    )


def _show(console: Console, opened: OpenResult) -> None:
    if console.json("template open", {**vars(opened), "folder": opened.folder.absolute()}):
        return
    folder, commits = shown_path(opened.folder), opened.commits
    console.ok(f"Wrote the learning path to {this_or(folder)}. The repository has {len(commits)} commits:")
    console.first_of(commits, MOST_LINES, indent=4)
    console.print()
    console.print("To change an earlier step, edit its files in project/. Then change its commit:")
    example = commits[1] if len(commits) > 1 else "base"
    enter = [] if folder == "." else [f"cd {quoted(folder)}"]
    for command in (*enter, f"git commit -a --fixup ':/^{example}'", "git rebase -i --autosquash --root"):
        console.print(text(command, "cyan"), indent=2)
    console.type_next("Then write the changes back to the template", "template save")
