"""What `workshop collect` found: who sent something new, and who could not be reached."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from starterkit.cli.console.table import counted
from starterkit.cli.console.text import text
from starterkit.cli.screens.enrolled import reached_code

if TYPE_CHECKING:
    from starterkit.cli.console.console import Console
    from starterkit.workshop.collecting import Collected
    from starterkit.workshop.folder import Workshop

_LISTED = 20


def show(console: Console, workshop: Workshop, found: Sequence[Collected]) -> int:
    """Show in one line each who could not be reached, and who sent something new."""
    called = workshop.called
    unreached = [one for one in found if not one.reached]
    code = reached_code(len(unreached), len(found))
    if console.as_json:
        people = [as_json(one, waits=workshop.waits_for(one.person)) for one in found]
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
    console.line(*head, f", {len(new)} with something new.")
    if waiting:
        console.say_prose(
            f"{counted(waiting, 'person', 'people')} began with a zip. Unpack what they hand in, and name the folder: "
            "`remote:` below their name in workshop.yml.",
            indent=4,
        )
    for one in new[:_LISTED]:
        step = one.submission.step if one.submission and one.submission.step else "an unknown step"
        console.line(f"{called[one.person.folder]}: {step}", indent=2, hang=2)
    if len(new) > _LISTED:
        console.line(f"and {len(new) - _LISTED} more", indent=2)
    for one in found:
        if one.reached and one.why:
            console.line(f"{called[one.person.folder]}: {one.why}", indent=2, hang=2)
    for one in unreached:
        console.line(text("NOT REACHED", "bold red"), f"  {called[one.person.folder]}: {one.why}", hang=13)
    console.type_next("See where everybody is", "workshop status")
    return code


def as_json(one: Collected, *, waits: bool) -> dict[str, Any]:
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
