"""Show unified diffs in color: one alone, or two next to each other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import zip_longest

from starterkit.cli.console.console import Console
from starterkit.cli.console.text import Text, columns, harmless, joined, text

_STYLES = {"+++": "bold", "---": "bold", "@@": "cyan", "+": "green", "-": "red"}
_BETWEEN = " │ "


def show_diff(console: Console, lines: Sequence[str], *, indent: int = 0) -> None:
    """Show the lines of a diff without wrapping them."""
    for line in lines:
        console.verbatim(line, _style(line), indent=indent)


def show_side_by_side(console: Console, left: Sequence[str], right: Sequence[str]) -> None:
    """Show the lines of two diffs in two columns that fill the terminal. Long lines are wrapped."""
    # Rich can draw columns too, but importing it takes longer than the rest of the command.
    width = (console.columns - 1 - len(_BETWEEN)) // 2
    for left_line, right_line in zip_longest(left, right, fillvalue=""):
        cells = (_folded(left_line, width), _folded(right_line, width))
        for left_part, right_part in zip_longest(*cells, fillvalue=""):
            gap = " " * (width - columns(left_part))
            parts: tuple[Text, ...] = (text(left_part, _style(left_line)), text(right_part, _style(right_line)))
            console.row(joined(parts[0], gap, text(_BETWEEN, "dim"), parts[1]))


def _style(line: str) -> str:
    return next((style for mark, style in _STYLES.items() if line.startswith(mark)), "")


def _folded(line: str, width: int) -> Iterator[str]:
    """Yield the parts of a line that fit into a number of terminal columns."""
    part, used = "", 0
    for character in harmless(line):
        size = columns(character)
        if used + size > width:
            yield part
            part, used = "", 0
        part, used = part + character, used + size
    yield part
