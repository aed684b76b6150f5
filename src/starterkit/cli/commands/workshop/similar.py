"""The command `starterkit workshop similar`: its options and its output."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from starterkit.cli.commands.workshop.shared import PeopleNames, workshop_with_path
from starterkit.cli.console.console import Console, pick
from starterkit.cli.console.text import text
from starterkit.cli.options import console_of, option, whole_number
from starterkit.errors import UsageError
from starterkit.workshop.model import Workshop
from starterkit.workshop.similarity import SimilarityResult, SimilarPair, compare

_AT_LEAST = 50
_MOST = 40


def similar(
    context: typer.Context,
    names: PeopleNames = None,
    at_least: Annotated[
        str, option("--at-least", "PERCENT", "Smallest percentage of similar code to show (default: 50).")
    ] = "",
) -> None:
    """Show pairs of participants whose own code is similar.

    Code that comes from the learning path isn't compared.

    Similar code doesn't prove that somebody copied. People who learn together write similar code.
    Use the result to start a conversation.

    This command needs the package copydetect.
    """
    percent = whole_number(at_least, "--at-least") or _AT_LEAST
    if percent > 100:
        raise UsageError(
            f'Invalid --at-least "{percent}".', "Use a percentage from 1 to 100, for example `--at-least 60`."
        )
    console = console_of(context)
    workshop = workshop_with_path(context)
    compared = compare(workshop, workshop.chosen(names or []), percent / 100, console.show_progress)
    _show(console, workshop, compared, percent)


def _show(console: Console, workshop: Workshop, compared: SimilarityResult, percent: int) -> None:
    if console.json("workshop similar", _as_json(compared, percent)):
        return
    for pair in compared.pairs[:_MOST]:
        _show_pair(console, workshop, pair)
    if len(compared.pairs) > _MOST:
        more = len(compared.pairs) - _MOST
        console.print(
            f"There are {more} more pairs. To see all pairs, add `--json`. To see fewer pairs, use `--at-least`."
        )
    if not compared.pairs:
        console.print(
            f"Compared {compared.people} people. No two people have code that is {percent} % or more similar."
        )
    console.print()
    if compared.people > 1:
        console.print(
            f"The code of two people is typically {compared.usual:.0%} similar (median of {compared.people} people)."
        )
    console.print("Code that comes from the learning path isn't compared.")
    console.print("Similar code doesn't prove that somebody copied. People who learn together write similar code.")
    for reason in dict.fromkeys(why for _, why in compared.passed):
        names = ", ".join(workshop.called[person.folder] for person, why in compared.passed if why == reason)
        console.info(f"Not compared: {names} ({reason}).")


def _show_pair(console: Console, workshop: Workshop, pair: SimilarPair) -> None:
    first, second = (workshop.called[person.folder] for person in pair.people)
    console.print(text(f"{pair.share:4.0%}", "bold"), f"  {first} and {second}", hang=6)
    for alike in pair.places:
        sides = zip(alike.files, alike.lines, strict=True)
        console.print("  and  ".join(f"{file}:{first}-{last}" for file, (first, last) in sides), indent=6)


def _as_json(compared: SimilarityResult, percent: int) -> dict[str, Any]:
    return {
        "note": "Similar code doesn't prove that somebody copied.",
        "at_least": percent / 100,
        "people": compared.people,
        "median": round(compared.usual, 3),
        "pairs": [
            {
                "people": [person.folder for person in pair.people],
                "share": round(pair.share, 3),
                "pieces": pair.pieces,
                "places": [pick(alike, "files", "lines") for alike in pair.places],
            }
            for pair in compared.pairs
        ],
        "not_compared": [{"folder": person.folder, "why": why} for person, why in compared.passed],
    }
