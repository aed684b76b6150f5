"""`starterkit workshop collect`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from starterkit.cli.commands.workshop.shared import (
    Jobs,
    TrustSubmissions,
    Who,
    reached_code,
    workshop_folder,
    workshop_here,
)
from starterkit.cli.console.console import Console
from starterkit.cli.console.table import counted
from starterkit.cli.console.text import text
from starterkit.cli.options import flag, whole_number
from starterkit.cli.session import console_of
from starterkit.workshop import collect as workshop_collect
from starterkit.workshop.collect import CollectResult
from starterkit.workshop.model import Workshop
from starterkit.workshop.store import working

_LISTED = 20


def collect(
    context: typer.Context,
    who: Who = None,
    jobs: Jobs = "",
    and_grade: Annotated[bool, flag("--grade", help="Grade what changed, as `workshop grade` does.")] = False,
    trust_submissions: TrustSubmissions = False,
) -> int:
    """Bring everybody's latest work here, several at once; tell who could not be reached, and why.

    Exit code 1 where some could not be reached, 4 where none could.
    """
    console = console_of(context)
    count = whole_number(jobs, "--jobs") or workshop_collect.JOBS
    grade_them = None
    if and_grade:
        # Imported here, because the sandbox and what it needs take 0.1 s to import.
        from starterkit.cli.commands.workshop.grading import grader

        grade_them = grader(console, trusted=trust_submissions)
    with working(workshop_folder(context), console.show_progress):
        workshop = workshop_here(context)
        people = workshop.chosen(who or [])
        found = workshop_collect.collect(workshop, people, console.show_progress, jobs=count)
    if grade_them is not None:
        grade_them(workshop, people, console.show_progress)
    return _show(console, workshop, found)


def _show(console: Console, workshop: Workshop, found: Sequence[CollectResult]) -> int:
    """Show in one line each who could not be reached, and who sent something new."""
    called = workshop.called
    unreached = [one for one in found if not one.reached]
    code = reached_code(len(unreached), len(found))
    if console.as_json:
        people = [_as_json(one, waits=workshop.waits_for(one.person)) for one in found]
        console.json("workshop collect", {"people": people, "next": "workshop status"})
        return code
    new = [one for one in found if one.is_new and one.begun]
    waiting = sum(workshop.waits_for(one.person) for one in found)
    asked = counted(len(found) - waiting, "person", "people")
    if unreached:
        reached = len(found) - waiting - len(unreached)
        head = (text("NOT ALL", "bold yellow"), f"  {reached} of {asked} reached")
    else:
        head = (text("ok", "bold green"), f"  {asked} reached")
    console.print(*head, f", {len(new)} with something new.")
    if waiting:
        console.say_prose(
            f"{counted(waiting, 'person', 'people')} began with a zip. Unpack what they hand in, and name the folder: "
            "`remote:` below their name in workshop.yml.",
            indent=4,
        )
    for one in new[:_LISTED]:
        step = one.submission.step if one.submission and one.submission.step else "an unknown step"
        console.print(f"{called[one.person.folder]}: {step}", indent=2, hang=2)
    if len(new) > _LISTED:
        console.print(f"and {len(new) - _LISTED} more", indent=2)
    for one in found:
        if one.reached and one.why:
            console.print(f"{called[one.person.folder]}: {one.why}", indent=2, hang=2)
    for one in unreached:
        console.print(text("NOT REACHED", "bold red"), f"  {called[one.person.folder]}: {one.why}", hang=13)
    console.type_next("See where everybody is", "workshop status")
    return code


def _as_json(one: CollectResult, *, waits: bool) -> dict[str, Any]:
    """Return one person as the object that docs/commands.md describes.

    Of somebody who `waits` for a folder to be named nothing can be collected.
    """
    return {
        "folder": one.person.folder,
        "name": one.person.name,
        "reached": one.reached and not waits,
        "why": "began with a zip, and workshop.yml names no folder of theirs" if waits else one.why,
        "new": one.is_new and one.begun,
        "commit": one.commit,
        "step": one.submission.step if one.submission else None,
    }
