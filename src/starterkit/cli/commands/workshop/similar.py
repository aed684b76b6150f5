"""`starterkit workshop similar`."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from starterkit.cli.commands.workshop.shared import Who, workshop_with_path
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import text
from starterkit.cli.options import whole_number
from starterkit.cli.session import console_of
from starterkit.errors import ExitCode, UsageError
from starterkit.workshop.model import Workshop
from starterkit.workshop.similarity import CodeRange, SimilarityResult, SimilarPair, compare

_AT_LEAST = 50
_MOST = 40


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
    percent = whole_number(at_least, "--at-least") or _AT_LEAST
    if percent > 100:
        raise UsageError("--at-least wants a share of 1 to 100 percent.", "For example: --at-least 60")
    console = console_of(context)
    workshop = workshop_with_path(context)
    found = compare(workshop, workshop.chosen(who or []), percent / 100, console.show_progress)
    return _show(console, workshop, found, percent)


def _show(console: Console, workshop: Workshop, found: SimilarityResult, percent: int) -> int:
    """Show the pairs; the exit code is 0 whatever was found."""
    if console.as_json:
        console.json("workshop similar", _as_json(found, percent))
        return ExitCode.DONE
    for pair in found.pairs[:_MOST]:
        _show_pair(console, workshop, pair)
    if len(found.pairs) > _MOST:
        console.print(f"… and {len(found.pairs) - _MOST} more pairs: see --json, or ask for more with --at-least.")
    if not found.pairs:
        console.print(f"No two of {found.people} people share {percent} % or more of their own code.")
    console.print()
    if found.people > 1:
        console.print(
            f"Over all pairs of the {found.people} who have code of their own, the median is {found.usual:.0%}."
        )
    console.print("What the path brought does not count.")
    console.print("This is help for a talk, and no verdict: people who learn together write alike.")
    for reason in dict.fromkeys(why for _, why in found.passed):
        names = ", ".join(workshop.called[person.folder] for person, why in found.passed if why == reason)
        console.info(f"Not compared: {names} ({reason}).")
    return ExitCode.DONE


def _show_pair(console: Console, workshop: Workshop, pair: SimilarPair) -> None:
    one, other = (workshop.called[person.folder] for person in pair.people)
    console.print(text(f"{pair.share:4.0%}", "bold"), f"  {one} and {other}", hang=6)
    for place in pair.places:
        console.print(f"{_where(place, 0)}  and  {_where(place, 1)}", indent=6)


def _where(place: CodeRange, side: int) -> str:
    first, last = place.lines[side]
    return f"{place.files[side]}:{first}-{last}"


def _as_json(found: SimilarityResult, percent: int) -> dict[str, Any]:
    return {
        "note": "help for a talk, no verdict",
        "at_least": percent / 100,
        "people": found.people,
        "median": round(found.usual, 3),
        "pairs": [
            {
                "people": [person.folder for person in pair.people],
                "share": round(pair.share, 3),
                "pieces": pair.pieces,
                "places": [_place_as_json(place) for place in pair.places],
            }
            for pair in found.pairs
        ],
        "not_compared": [{"folder": person.folder, "why": why} for person, why in found.passed],
    }


def _place_as_json(place: CodeRange) -> dict[str, Any]:
    return {"files": list(place.files), "lines": [list(lines) for lines in place.lines]}
