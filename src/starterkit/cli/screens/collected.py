"""What `workshop collect` found: who sent something new, and who could not be reached."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from starterkit.cli.screens.enrolled import reached_code
from starterkit.cli.text import text

if TYPE_CHECKING:
    from starterkit.cli.console import Console
    from starterkit.workshop.collecting import Collected

_LISTED = 20


def show(console: Console, called: Mapping[str, str], found: Sequence[Collected]) -> int:
    """Show in one line each who could not be reached, and who sent something new.

    `called` are everybody's names, by their folders.
    """
    unreached = [one for one in found if not one.reached]
    code = reached_code(len(unreached), len(found))
    if console.as_json:
        console.json("workshop collect", {"people": [as_json(one) for one in found], "next": "workshop status"})
        return code
    new = [one for one in found if one.is_new and one.begun]
    people = f"{len(found)} {'person' if len(found) == 1 else 'people'}"
    if unreached:
        head = (text("NOT ALL", "bold yellow"), f"  {len(found) - len(unreached)} of {people} reached")
    else:
        head = (text("ok", "bold green"), f"  {people} reached")
    console.line(*head, f", {len(new)} with something new.")
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


def as_json(one: Collected) -> dict[str, Any]:
    """Return one person as the object that docs/commands.md describes."""
    return {
        "folder": one.person.folder,
        "name": one.person.name,
        "reached": one.reached,
        "why": one.why,
        "new": one.is_new and one.begun,
        "commit": one.commit,
        "step": one.submission.step if one.submission else None,
    }
