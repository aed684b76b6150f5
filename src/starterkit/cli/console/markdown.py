"""Markdown on a terminal: with Rich where there is colour, as wrapped text where there is none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from starterkit.cli.console.console import Console
from starterkit.cli.console.text import Text, harmless, joined, markup, text

_ITEM = re.compile(r"(\s*)([-*]|\d+\.)\s+")
# Code as it is, or words between one or two stars.
_MARKED = re.compile(r"`[^`\n]+`|(?<![\w*])(?P<stars>\*\*?)(?=[^\s*])(?P<words>[^*`]+?)(?<=[^\s*])(?P=stars)(?![\w*])")
# Colours that can be read on a dark terminal and on a light one.
_COLOURS = {
    "markdown.h1": "bold",
    "markdown.h2": "bold cyan",
    "markdown.h3": "bold",
    "markdown.code": "cyan",
    "markdown.block_quote": "default",
    "markdown.item.number": "cyan",
    "markdown.table.header": "bold",
    "markdown.table.border": "default",
}


def draw_markdown(console: Console, words: str) -> None:
    """Draw Markdown in colour."""
    from rich.console import Console as RichConsole
    from rich.markdown import Markdown
    from rich.theme import Theme

    console.progress.stop()
    title, _, rest = harmless(words).partition("\n") if words.startswith("# ") else ("", "", harmless(words))
    if title:
        console.print(text(title.removeprefix("# "), "bold"))
        console.print()
    drawing = RichConsole(width=console.width, theme=Theme(_COLOURS), force_terminal=True, highlight=False)
    drawing.print(Markdown(rest, code_theme="ansi_light", hyperlinks=False))


def show_markdown(console: Console, words: str, *, indent: int = 0) -> None:
    """Show Markdown as text: paragraphs and lists wrapped, code and tables as they are."""
    for kind, lines in _blocks(words.strip("\n").split("\n")):
        if kind == "code":
            for line in lines[1:] if lines[-1].lstrip()[:3] != "```" else lines[1:-1]:
                console.verbatim(line, "cyan", indent=indent + 4)
        elif kind == "table":
            console.verbatim("\n".join(lines), indent=indent)
        elif kind == "heading":
            console.print(text(lines[0].lstrip("# ") if console.out_colour else lines[0], "bold"), indent=indent)
        elif kind == "item":
            _show_item(console, lines, indent)
        elif kind == "quote":
            quoted = " ".join(line.removeprefix(">").strip() for line in lines)
            console.print("| ", inline(quoted), indent=indent, hang=2)
        elif kind == "text":
            console.print(inline(" ".join(line.strip() for line in lines)), indent=indent)
        else:
            console.print()


def _show_item(console: Console, lines: list[str], indent: int) -> None:
    mark = _ITEM.match(lines[0])
    assert mark is not None
    own = " ".join([lines[0][mark.end() :], *(line.strip() for line in lines[1:])])
    console.print(f"{mark[2]} ", inline(own), indent=indent + len(mark[1]), hang=len(mark[2]) + 1)


def inline(words: str) -> Text:
    """Return a paragraph of Markdown with its code and its emphasis as styles."""
    parts, end = list[Text](), 0
    for found in _MARKED.finditer(words):
        parts.append(text(words[end : found.start()]))
        emphasised = found["words"]
        style = "bold" if found["stars"] == "**" else ""
        parts.append(markup(found[0]) if emphasised is None else text(emphasised, style))
        end = found.end()
    return joined(*parts, text(words[end:]))


def _blocks(lines: list[str]) -> Iterator[tuple[str, list[str]]]:
    """The blocks of a text, each with its kind."""
    kinds = _kinds(lines)
    for (_, kind), group in groupby(zip(kinds, lines, strict=True), key=lambda pair: pair[0]):
        yield kind, [line for _, line in group]


def _kinds(lines: list[str]) -> Iterator[tuple[int, str]]:
    """For each line the number and the kind of the block that it belongs to."""
    number, kind, is_code = 0, "empty", False
    for line in lines:
        found = "code" if is_code else _kind(line, kind)
        fence = line.lstrip().startswith("```")
        begins = (fence and not is_code) or (
            not is_code and (found in ("item", "heading") and found == _kind(line, ""))
        )
        if begins or found != kind:
            number += 1
        is_code = is_code != fence
        kind = found
        yield number, kind


def _kind(line: str, before: str) -> str:
    stripped = line.strip()
    if not stripped:
        return "empty"
    if stripped.startswith("```"):
        return "code"
    if stripped.startswith("|"):
        return "table"
    if stripped.startswith("#"):
        return "heading"
    if stripped.startswith(">"):
        return "quote"
    if _ITEM.match(line):
        return "item"
    return "item" if before == "item" else "text"
