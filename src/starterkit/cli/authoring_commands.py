"""The commands with which an author makes and edits a template: new, add-step, open, save, outdated, schema."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from starterkit.cli.console.text import prose
from starterkit.cli.options import complete_frameworks, flag
from starterkit.cli.session import console_of, folder_of
from starterkit.errors import UsageError
from starterkit.paths import expand_user_folder, expand_user_path

if TYPE_CHECKING:
    from starterkit.authoring.outdated import Outdated
    from starterkit.cli.console.console import Console

Template = Annotated[
    str,
    typer.Argument(metavar="TEMPLATE", help="The template's folder.", autocompletion=complete_frameworks),
]


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
    from starterkit.authoring.beginning import name_of, new_template
    from starterkit.cli.screens import authored

    console = console_of(context)
    if not destination and (name in (".", "..") or "/" in name or os.sep in name):
        destination, name = name, name_of(expand_user_path(name, folder_of(context)))
    name = name or _asked(console, "What is the template called?", "my-path", "NAME")
    title = title or (_asked(console, "Its title for people?", _title_of(name)) if console.is_interactive else "")
    place = expand_user_path(destination or name, folder_of(context))
    authored.show_begun(console, new_template(name, place, title))
    return 0


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
    from starterkit.authoring.beginning import add_step as add
    from starterkit.authoring.files import template_folder
    from starterkit.cli.screens import authored

    folder = template_folder(template, folder_of(context))
    authored.show_added(console_of(context), add(folder, name, after=after, title=title))
    return 0


def open_path(
    context: typer.Context,
    template: Template,
    destination: Annotated[str, typer.Argument(metavar="DIR", help="The folder to make for the repository.")],
) -> int:
    """Write a template's path as a git repository: one commit for base, for each given and for each solution.

    Edit it with plain git (amend, fixup, rebase): a change in an early step flows into all later ones.
    """
    from starterkit.authoring.files import template_folder
    from starterkit.authoring.opening import open_template
    from starterkit.cli.screens import authored

    console, here = console_of(context), folder_of(context)
    found = open_template(template_folder(template, here), expand_user_path(destination, here), console.say)
    authored.show_opened(console, found)
    return 0


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
    from starterkit.authoring.saving import save_template
    from starterkit.cli.screens import authored

    console, here = console_of(context), folder_of(context)
    target = expand_user_path(to, here) if to else None
    place = expand_user_folder(folder, here)
    saved = save_template(place, to=target, force=force, renumber=renumber, say=console.say)
    authored.show_saved(console, saved)
    return 0


def outdated(
    context: typer.Context,
    template: Template,
    try_them: Annotated[bool, flag("--try", help="Validate a copy of the template with the newest releases.")] = False,
    write: Annotated[bool, flag("--write", help="Write the newest pins into the template.")] = False,
) -> int:
    """Tell which packages of a template have newer releases than it pins; this asks the network.

    With --try: exit code 1 where the template does not validate with them.
    """
    from starterkit.authoring.files import template_folder
    from starterkit.authoring.outdated import outdated as compare
    from starterkit.authoring.outdated import write_with_newest
    from starterkit.cli.screens import authored

    console = console_of(context)
    found = compare(template_folder(template, folder_of(context)), console.say)
    will_write = write and found.is_update
    if not try_them or not found.is_update:
        if will_write:
            write_with_newest(found, found.template)
        authored.show_outdated(console, found, is_written=will_write)
        return 0
    if not console.as_json:
        authored.show_outdated(console, found, is_written=False, is_tried=True)
    code = _tried(console, found)
    if code == 0 and will_write:
        write_with_newest(found, found.template)
        console.note(prose(f"The newest pins are written into {found.template}."))
    return code


def schema(
    context: typer.Context,
    file: Annotated[str, typer.Argument(metavar="path|step", help="Of path.yml or of step.yml.")],
) -> int:
    """Print the JSON Schema of path.yml or step.yml, with which an editor helps to write them."""
    from starterkit.template.schemas import SCHEMAS, schema_text
    from starterkit.yamlfile import nearest

    if file not in SCHEMAS:
        raise UsageError(f'There is no schema "{file}".', nearest(file, list(SCHEMAS)))
    console_of(context).exact(schema_text(file).rstrip("\n"))
    return 0


def _tried(console: Console, found: Outdated) -> int:
    """Validate a copy of the template with the newest pins, and show what came of it.

    What mutants of a solution do hangs on its tests and not on releases, so the rule `earned` is left out.
    """
    from tempfile import TemporaryDirectory

    from starterkit.authoring.outdated import write_with_newest
    from starterkit.cli.screens import validated
    from starterkit.cli.template_commands import report_of

    with TemporaryDirectory(prefix="starterkit-outdated-", ignore_cleanup_errors=True) as place:
        copy = Path(place) / found.template.name
        write_with_newest(found, copy)
        return validated.show(console, report_of(console, copy, skip=["earned"]), junit="", github=False)


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
