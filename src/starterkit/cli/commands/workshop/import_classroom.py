"""`starterkit workshop import`."""

from __future__ import annotations

import typer

from starterkit.cli.commands.workshop import create
from starterkit.cli.commands.workshop.create_request import Due, Place, RemoteTemplate, RosterFile, workshop_request
from starterkit.cli.commands.workshop.shared import Jobs
from starterkit.cli.console.console import Console
from starterkit.cli.console.table import counted
from starterkit.cli.console.text import text
from starterkit.cli.options import At, Data, Elsewhere, Framework, Trust, console_of
from starterkit.sanitize import few
from starterkit.workshop.create import CreateResult
from starterkit.workshop.create import create as create_workshop

_LISTED = 12


def import_classroom(
    context: typer.Context,
    roster: RosterFile,
    place: Place = "",
    framework: Framework = "",
    template: Elsewhere = "",
    trust: Trust = False,
    data: Data = None,
    at: At = "",
    remote_template: RemoteTemplate = "",
    due: Due = "",
    jobs: Jobs = "",
) -> int:
    """Create a workshop from the roster of a GitHub Classroom, and list who has no login."""
    request = workshop_request(context, roster, place, framework, template, trust, data, at, remote_template, due, jobs)
    console = console_of(context)
    return _show(console, create_workshop(request, console.show_progress))


def _show(console: Console, made: CreateResult) -> int:
    """Show how many people have a login, and the workshop."""
    if not console.as_json:
        everybody = [member for enrolled in made.people for member in enrolled.person.everybody]
        without = [member.name for member in everybody if not member.login]
        people = counted(len(everybody), "person", "people")
        console.print(text("Taken", "bold"), f": {people}, {len(everybody) - len(without)} with a login.")
        if without:
            console.print(f"Without a login: {few(without, _LISTED)}.", indent=2, hang=2)
        console.print()
    return create.show(console, "workshop import", made)
