"""Show tables of people in the terminal. Long names are cut, and a note fills the rest of a line."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from starterkit.cli.console.console import Console
from starterkit.cli.console.text import columns, harmless, joined, text
from starterkit.template.model import BASE
from starterkit.workshop.model import Person

WIDEST_NAME, WIDEST_STEP = 24, 14
_SHORTEST_NOTE = 12
Cell = str | tuple[str, str]  # the text of a cell, or the text and its style, such as "bold red"


def show_table(console: Console, heads: Sequence[tuple[str, int]], rows: Iterable[tuple[Sequence[Cell], str]]) -> None:
    """Show a table. Each head is the title and the width of a column, in characters.

    Each row is a list of cells, and a note that follows the last column. On a terminal, a long note is cut.
    """
    left = 2 + sum(width + 2 for _, width in heads)
    room = max(_SHORTEST_NOTE, console.columns - 1 - left) if console.shows_screen else 0
    console.verbatim("  ".join(fitted(title, width) for title, width in heads), "dim", indent=2)
    for cells, note in rows:
        pairs = (cell if isinstance(cell, tuple) else (cell, "") for cell in cells)
        parts = [
            text(f"  {fitted(cell, width)}", style) for (cell, style), (_, width) in zip(pairs, heads, strict=False)
        ]
        note = harmless(note).replace("\n", " ")
        console.row(joined(*parts, "  ", fitted(note, room) if room and columns(note) > room else note))


def width_of(title: str, cells: Iterable[str], widest: int) -> int:
    """Return the width that a column needs for its title and cells, but at most `widest`."""
    return min(widest, max([len(title), *(columns(harmless(cell)) for cell in cells)]))


def fitted(cell: str, width: int) -> str:
    """Return a text that fills exactly this many columns. A longer text is cut with an ellipsis."""
    cell = harmless(cell).replace("\n", " ")
    if columns(cell) > width:
        while cell and columns(cell) > width - 1:
            cell = cell[:-1]
        cell = f"{cell.rstrip()}…"
    return cell + " " * (width - columns(cell))


def step_words(step: str, unknown: str = "-") -> str:
    """Return a step for a table: `start` for base, `unknown` for an empty name, otherwise the step's full name."""
    return "start" if step == BASE else step or unknown


def counted(number: int, singular: str, plural: str) -> str:
    """Return a number with its noun: `1 person`, `3 people`."""
    return f"{number} {singular if number == 1 else plural}"


def counted_people(people: Collection[Person], more: int = 0) -> str:
    """Return the number of people as text: `3 people`, or `3 people and teams` if there are teams.

    `more` is added to the number.
    """
    teams = any(person.members for person in people)
    return counted(len(people) + more, "person", "people and teams" if teams else "people")
