"""What several template commands share: arguments, and parts of their text and JSON."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer

from starterkit.authoring.renumber import Mention
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import text
from starterkit.cli.options import complete_frameworks

Template = Annotated[
    str,
    typer.Argument(metavar="TEMPLATE", help="The template's folder.", autocompletion=complete_frameworks),
]
Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[TEMPLATE]...",
        help="A bundled name, a folder, or a git address; else all bundled ones.",
        show_default=False,
        autocompletion=complete_frameworks,
    ),
]
MOST_LINES = 20


def named(place: str) -> str:
    """Return how a sentence names a folder."""
    return "this folder" if place == "." else place


def show_ok(console: Console, words: str) -> None:
    """Show what was done."""
    console.print(text("ok", "bold green"), f"  {words}")


def show_moved(console: Console, renumbered: Mapping[str, str], mentions: Sequence[Mention]) -> None:
    """Show which steps have other numbers now, and the lines that may still name the old ones."""
    if not renumbered:
        return
    console.print("Steps that have other numbers now:")
    for old, new in renumbered.items():
        console.print(f"{old} → {new}", indent=4)
    if mentions:
        console.print("Lines that may still speak of the old numbers:")
    for mention in mentions[:MOST_LINES]:
        console.print(f"{mention.file}:{mention.line}  {mention.text}", indent=4, hang=4)
    if len(mentions) > MOST_LINES:
        console.print(f"and {len(mentions) - MOST_LINES} more", indent=4)


def moved_as_json(renumbered: Mapping[str, str], mentions: Sequence[Mention]) -> dict[str, Any]:
    """Return the same for JSON."""
    return {"renumbered": dict(renumbered), "mentions": [asdict(mention) for mention in mentions]}
