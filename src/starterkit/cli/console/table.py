"""Tables of people in the terminal: names are clipped, and a note takes the rest of the line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import TYPE_CHECKING

from starterkit.cli.console.text import columns, harmless, joined, text
from starterkit.template.model import BASE

if TYPE_CHECKING:
    from starterkit.cli.console.console import Console
    from starterkit.workshop.model import Person

WIDEST_NAME, WIDEST_STEP = 24, 14
_SHORTEST_NOTE = 12
Cell = str | tuple[str, str]  # words, or words and their style


def show_table(console: Console, heads: Sequence[tuple[str, int]], rows: Iterable[tuple[Sequence[Cell], str]]) -> None:
    """Show rows of cells under titles with the widths of their columns, each row with a note behind it."""
    left = 2 + sum(width + 2 for _, width in heads)
    room = max(_SHORTEST_NOTE, console.columns - 1 - left) if console.shows_screen else 0
    console.verbatim("  ".join(fitted(title, width) for title, width in heads), "dim", indent=2)
    for cells, note in rows:
        pairs = (cell if isinstance(cell, tuple) else (cell, "") for cell in cells)
        parts = [
            text(f"  {fitted(words, width)}", style) for (words, style), (_, width) in zip(pairs, heads, strict=False)
        ]
        note = harmless(note).replace("\n", " ")
        console.row(joined(*parts, "  ", fitted(note, room) if room and columns(note) > room else note))


def width_of(title: str, words: Iterable[str], widest: int) -> int:
    """Return the width of a column with these cells, at most `widest`."""
    return min(widest, max([len(title), *(columns(harmless(one)) for one in words)]))


def fitted(words: str, width: int) -> str:
    """Return words in exactly this many columns, cut with an ellipsis if they are longer."""
    words = harmless(words).replace("\n", " ")
    if columns(words) > width:
        while words and columns(words) > width - 1:
            words = words[:-1]
        words = f"{words.rstrip()}…"
    return words + " " * (width - columns(words))


def step_words(step: str, unknown: str = "-") -> str:
    """Return a step as a table shows it."""
    return "start" if step == BASE else step or unknown


def counted(number: int, one: str, more: str) -> str:
    """Return a number with its noun: `1 person`, `3 people`."""
    return f"{number} {one if number == 1 else more}"


def counted_people(people: Collection[Person], more: int = 0) -> str:
    """Return how many there are, and `more`. A team counts as one: `3 people`, `3 people and teams`."""
    teams = any(person.members for person in people)
    return counted(len(people) + more, "person", "people and teams" if teams else "people")
