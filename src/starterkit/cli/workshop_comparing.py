"""The command for instructors that compares submissions with each other."""

from __future__ import annotations

from typing import Annotated

import typer

from starterkit.cli.options import whole_number
from starterkit.cli.session import console_of
from starterkit.cli.workshop_options import Who, workshop_with_path
from starterkit.errors import UsageError

_AT_LEAST = 50


def similar(
    context: typer.Context,
    who: Who = None,
    at_least: Annotated[
        str,
        typer.Option(
            "--at-least", metavar="PERCENT", help="Show pairs from this share on; else 50.", show_default=False
        ),
    ] = "",
) -> int:
    """Show pairs of people whose own code is alike, beyond what the path explains.

    It is help for a talk, never a verdict: people who learn together write alike. Needs the package copydetect.
    """
    from starterkit.cli.screens import compared
    from starterkit.workshop.similarity import compare

    percent = whole_number(at_least, "--at-least") or _AT_LEAST
    if percent > 100:
        raise UsageError("--at-least wants a share of 1 to 100 percent.", "For example: --at-least 60")
    console = console_of(context)
    workshop = workshop_with_path(context)
    found = compare(workshop, workshop.chosen(who or []), percent / 100, console.say)
    return compared.show(console, workshop, found, percent)
