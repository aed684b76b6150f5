"""`starterkit workshop import`."""

from __future__ import annotations

import typer

from starterkit.cli.commands.workshop.create import as_json
from starterkit.cli.commands.workshop.create import show as show_created
from starterkit.cli.commands.workshop.create_request import Due, Place, RemoteTemplate, RosterFile, WorkshopChoice
from starterkit.cli.commands.workshop.shared import Jobs, reached_code
from starterkit.cli.console.console import Console
from starterkit.cli.console.table import counted
from starterkit.cli.console.text import text
from starterkit.cli.options import At, Data, Elsewhere, Framework, Trust
from starterkit.cli.session import console_of
from starterkit.workshop.create import CreateResult, create

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
    console = console_of(context)
    choice = WorkshopChoice(context, place, framework, template, trust, data, at)
    return _show(console, create(choice.request(roster, remote_template, due, jobs), console.show_progress))


def _show(console: Console, made: CreateResult) -> int:
    """Show how many people have a login, and the workshop."""
    if console.as_json:
        console.json("workshop import", as_json(made))
        return reached_code(len(made.unreached), sum(one.pushed is not None for one in made.people))
    everybody = [member for one in made.people for member in one.person.everybody]
    without = [member.name for member in everybody if not member.login]
    people = counted(len(everybody), "person", "people")
    console.print(text("Taken", "bold"), f": {people}, {len(everybody) - len(without)} with a login.")
    if without:
        more = f" and {len(without) - _LISTED} more" if len(without) > _LISTED else ""
        console.print(f"Without a login: {', '.join(without[:_LISTED])}{more}.", indent=2, hang=2)
    console.print()
    return show_created(console, made)
