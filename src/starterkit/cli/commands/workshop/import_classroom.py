"""The command `starterkit workshop import`: its options and its output."""

from __future__ import annotations

import typer

from starterkit.cli.commands.workshop.create import (
    Due,
    RemoteTemplate,
    RosterFile,
    WorkshopFolder,
    read_request,
    show,
)
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
    folder: WorkshopFolder = "",
    framework: Framework = "",
    template: Elsewhere = "",
    trust: Trust = False,
    data: Data = None,
    at: At = "",
    remote_template: RemoteTemplate = "",
    due: Due = "",
    jobs: Jobs = "",
) -> int:
    """Create a workshop from a GitHub Classroom roster.

    The command lists the students who have no login in the roster.
    """
    request = read_request(context, roster, folder, framework, template, trust, data, at, remote_template, due, jobs)
    console = console_of(context)
    return _show(console, create_workshop(request, console.show_progress))


def _show(console: Console, made: CreateResult) -> int:
    if not console.as_json:
        everybody = [member for enrolled in made.people for member in enrolled.person.everybody]
        without = [member.name for member in everybody if not member.login]
        people = counted(len(everybody), "person", "people")
        console.print(text("Imported", "bold"), f" {people}. People with a login: {len(everybody) - len(without)}.")
        if without:
            console.print(f"People without a login: {few(without, _LISTED)}.", indent=2, hang=2)
        console.print()
    return show(console, "workshop import", made)
