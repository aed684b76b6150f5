"""Build text for a terminal from styled spans, wrap it, and print it with or without color.

Only `Text.drawn` writes escape sequences. Spans contain plain text, because `text` and `markup` remove color codes.
They replace other characters that move the cursor with U+FFFD.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from starterkit.sanitize import strip_control

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "blue": "34", "magenta": "35", "cyan": "36"}
_CODES["code"] = _CODES["cyan"]
_UNBROKEN = ("code", "quoted")  # these styles mark text that users type, which is never broken across lines
_SPACES = re.compile("( +)")
_CODE = re.compile(r"`([^`\n]+)`")


def harmless(string: str) -> str:
    """Return a string without control characters, and with spaces for tabs."""
    return strip_control(string).expandtabs(4)


def minutes(count: int) -> str:
    """Return minutes as text: `40 min`, `2 h 15 min`."""
    hours, rest = divmod(count, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def columns(string: str) -> int:
    """Return the number of terminal columns that a string fills."""
    return len(string) if string.isascii() else sum(map(_columns_of, string))


def _columns_of(character: str) -> int:
    if unicodedata.combining(character) or unicodedata.category(character) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(character) in "WF" else 1


@dataclass(frozen=True)
class Span:
    """A piece of text in one style. A style is "bold red", for example, or "code" for text that users type."""

    content: str
    style: str = ""


@dataclass(frozen=True)
class Text:
    """A line or a paragraph as a sequence of spans."""

    spans: tuple[Span, ...] = ()

    @property
    def plain(self) -> str:
        """The text without styles. Text that users type is in backticks."""
        return "".join(span.content for span in self.quoted().spans)

    def quoted(self) -> Text:
        """Return the text for output without color: text that users type gets backticks."""
        return Text(tuple(Span(f"`{span.content}`", "quoted") if span.style == "code" else span for span in self.spans))

    def drawn(self, *, colour: bool) -> str:
        """Return the text as a string, with escape sequences if `colour` is true."""
        if not colour:
            return self.plain
        by_style = groupby((span for span in self.spans if span.content), key=lambda span: span.style)
        return "".join(_coloured("".join(span.content for span in group), style) for style, group in by_style)


def text(content: Text | str, style: str = "") -> Text:
    """Return a string as a `Text` in one style. A `Text` is returned as it is."""
    return content if isinstance(content, Text) else Text((Span(harmless(content), style),))


def joined(*parts: Text | str) -> Text:
    """Return one `Text` with all parts in a row. A string has no style."""
    return Text(tuple(span for part in parts for span in text(part).spans))


def markup(content: str) -> Text:
    """Return sentences as a `Text`. Backticks in `content` mark the parts that users type, such as commands."""
    parts = enumerate(_CODE.split(harmless(content)))
    return Text(tuple(Span(part, "code" if number % 2 else "") for number, part in parts if part))


def wrapped(paragraph: Text, width: int, *, indent: int = 0, hang: int = 0) -> list[Text]:
    """Wrap a text, and indent its first line by `indent` and other lines by `indent + hang`.

    Line breaks in the text are kept. Long words and commands are never broken, so that users can copy them.
    """
    lines: list[Text] = []
    for part in _split_lines(paragraph):
        lines.extend(_wrapped_line(part, width, indent + (hang if lines else 0), indent + hang))
    return lines


def clipped(line: Text, width: int) -> Text:
    """Return a line that fills at most `width` columns. A longer line ends with an ellipsis."""
    if columns(line.plain) <= width:
        return line
    spans, room = list[Span](), width - 1
    for span in line.quoted().spans:
        content = span.content
        while columns(content) > room:
            content = content[:-1]
        spans.append(Span(content, span.style))
        room -= columns(content)
        if content != span.content:
            break
    return joined(Text(tuple(spans)), "…")


def _wrapped_line(part: Text, width: int, first: int, rest: int) -> Iterator[Text]:
    line, used, is_empty = [Span(" " * first)], first, True
    for gap, word in _words(part):
        length = sum(columns(span.content) for span in word)
        if not is_empty and used + gap + length > width:
            yield Text(tuple(line))
            line, used, gap = [Span(" " * rest)], rest, 0
        between = word[0].style if line[-1].style == word[0].style not in _UNBROKEN else ""
        line.extend((Span(" " * gap, between), *word))
        used, is_empty = used + gap + length, False
    yield Text(() if is_empty else tuple(line))


def _split_lines(paragraph: Text) -> Iterator[Text]:
    spans: list[Span] = []
    for span in paragraph.spans:
        first, *others = span.content.split("\n")
        spans.append(Span(first, span.style))
        for other in others:
            yield Text(tuple(spans))
            spans = [Span(other, span.style)]
    yield Text(tuple(spans))


def _words(part: Text) -> Iterator[tuple[int, list[Span]]]:
    """Yield the words of a line, each with the spaces in front of it. A command is a single word."""
    gap, word = 0, list[Span]()
    for span in part.spans:
        is_unbroken = span.style in _UNBROKEN
        for piece in [span.content] if is_unbroken else _SPACES.split(span.content):
            if piece.startswith(" ") and not is_unbroken:
                if word:
                    yield gap, word
                    gap, word = 0, []
                gap += len(piece)
            elif piece:
                word.append(Span(piece, span.style))
    if word:
        yield gap, word


def _coloured(content: str, style: str) -> str:
    if style in ("", "quoted"):
        return content
    return f"\x1b[{';'.join(_CODES[name] for name in style.split())}m{content}\x1b[0m"
