"""The commands with which one begins: list and new."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated

import typer

from starterkit.cli.options import Elsewhere, Trust, complete_beginnings, complete_frameworks, flag
from starterkit.cli.session import console_of, folder_of
from starterkit.errors import UsageError
from starterkit.paths import expand_user_folder

if TYPE_CHECKING:
    from starterkit.runtime import Bundle
    from starterkit.template import Template


Destination = Annotated[
    str, typer.Argument(metavar="DEST", help="The folder to make, for example my-site.", show_default=False)
]
Names = Annotated[
    list[str] | None,
    typer.Argument(metavar="NAME", help="Only these frameworks.", autocompletion=complete_frameworks),
]
Framework = Annotated[
    str,
    typer.Option(
        "--framework",
        "-f",
        metavar="NAME",
        help="Which framework; `starterkit list` shows them.",
        show_default=False,
        autocompletion=complete_frameworks,
    ),
]
Data = Annotated[
    list[str] | None,
    typer.Option("--data", "-d", metavar="KEY=VALUE", help="Answer a question, for example site_title=Notes."),
]
At = Annotated[
    str,
    typer.Option(
        "--at",
        metavar="STEP",
        help="Begin at this step, with the steps before it solved.",
        show_default=False,
        autocompletion=complete_beginnings,
    ),
]

Packages = Annotated[
    str,
    typer.Option(
        "--bundle",
        metavar="DIR",
        help="Take all packages from this bundle, now and later, and nothing from the network.",
        show_default=False,
    ),
]


def list_frameworks(context: typer.Context, names: Names = None) -> int:
    """List the frameworks, what each costs you, and its steps."""
    from starterkit.cli.screens import listed
    from starterkit.template import bundled_names, bundled_template

    listed.show(console_of(context), [bundled_template(name)[1] for name in names or bundled_names()])
    return 0


def new(
    context: typer.Context,
    destination: Destination = "",
    framework: Framework = "",
    template: Elsewhere = "",
    trust: Trust = False,
    data: Data = None,
    defaults: Annotated[bool, flag("--defaults", help="Take the default answer to every question.")] = False,
    no_install: Annotated[
        bool, flag("--no-install", help="Do not make its environment and run its tests now.")
    ] = False,
    at: At = "",
    complete: Annotated[bool, flag("--complete", help="Begin at the end, with every step solved.")] = False,
    bundle: Packages = "",
) -> int:
    """Make a new site, in a git repository with its learning path.

    Asks for what is missing; every question has a flag.
    """
    from starterkit.cli.new_questions import Asking, Wanted
    from starterkit.cli.screens import made

    if at and complete:
        raise UsageError("--at and --complete exclude each other.", "Choose one of them.")
    if framework and template:
        raise UsageError("--framework and --template exclude each other.", "Choose one of them.")
    console = console_of(context)
    asking = Asking(console, folder_of(context), given_answers(data or []), use_defaults=defaults)
    wanted = Wanted(framework, template, trusted=trust, bundle=_bundle(context, bundle))
    order = asking.order(destination, wanted, lambda found: _start(found, at, complete=complete))
    created = asking.create(order, install=not no_install)
    return made.show(console, created)


def _bundle(context: typer.Context, words: str) -> Bundle | None:
    """Return the bundle that is named, by the option or else the variable; it must fit this machine."""
    from starterkit.runtime.bundle import Bundle, named_bundle

    named = Bundle(expand_user_folder(words, folder_of(context)).absolute()) if words else named_bundle(os.environ)
    if named is not None:
        named.check_fits()
    return named


def _start(template: Template, at: str, *, complete: bool) -> tuple[str, bool]:
    """Return the step at which to begin, and whether it is solved."""
    from starterkit.template import BASE

    if complete and template.step_names:
        return template.step_names[-1], True
    return (template.find_step(at), False) if at and at.lower() != BASE else (BASE, True)


def given_answers(data: list[str]) -> dict[str, str]:
    """Return the answers that `--data` gives. Raises `UsageError` for one that is no KEY=VALUE."""
    found = {}
    for item in data:
        key, sign, value = item.partition("=")
        if not sign or not key.strip():
            raise UsageError(f'--data wants KEY=VALUE, and found "{item}".', "For example: --data site_title=Notes")
        found[key.strip()] = value
    return found
