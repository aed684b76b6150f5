"""Arguments and output that several template commands share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Annotated

from starterkit.authoring.renumber import Mention
from starterkit.cli.console.console import Console
from starterkit.cli.options import argument, complete_frameworks

_HELP = "Names of bundled templates, folders or git URLs (default: this template, or all bundled templates)."
TemplateFolder = Annotated[str, argument("TEMPLATE", "Folder of the template.", complete_frameworks)]
Templates = Annotated[list[str] | None, argument("TEMPLATE", _HELP, complete_frameworks)]
MOST_LINES = 20


def this_or(folder: str) -> str:
    """Return a folder's name for a sentence, or "this folder" for the current folder (`.`)."""
    return "this folder" if folder == "." else folder


def show_renumbered(console: Console, renumbered: Mapping[str, str], mentions: Sequence[Mention]) -> None:
    """Show the steps that got new numbers, and lines that may still use the old numbers."""
    if not renumbered:
        return
    console.print("Steps with new numbers:")
    for old, new in renumbered.items():
        console.print(f"{old} → {new}", indent=4)
    if mentions:
        console.print("These lines may still have the old step numbers:")
    lines = [f"{mention.file}:{mention.line}  {mention.text}" for mention in mentions]
    console.first_of(lines, MOST_LINES, indent=4, hang=4)
