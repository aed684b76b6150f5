"""Show a workshop that was created from a GitHub Classroom."""

from __future__ import annotations

from typing import TYPE_CHECKING

from starterkit.cli.console.table import counted
from starterkit.cli.console.text import text
from starterkit.cli.screens import enrolled

if TYPE_CHECKING:
    from starterkit.cli.console.console import Console
    from starterkit.workshop.enrolling import Enrolment

_LISTED = 12


def show(console: Console, made: Enrolment) -> int:
    """Show how many people have a login, and the workshop."""
    if console.as_json:
        console.json("workshop import", enrolled.as_json(made))
        return enrolled.reached_code(len(made.unreached), sum(one.pushed is not None for one in made.people))
    everybody = [member for one in made.people for member in one.person.everybody]
    without = [member.name for member in everybody if not member.login]
    people = counted(len(everybody), "person", "people")
    console.line(text("Taken", "bold"), f": {people}, {len(everybody) - len(without)} with a login.")
    if without:
        more = f" and {len(without) - _LISTED} more" if len(without) > _LISTED else ""
        console.line(f"Without a login: {', '.join(without[:_LISTED])}{more}.", indent=2, hang=2)
    console.line()
    return enrolled.show(console, made)
