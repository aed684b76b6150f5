"""Text for a terminal: built from styled spans, made harmless, wrapped to a width, drawn with or without colour.

Only the drawing here writes escape sequences. What a span holds is text and nothing else: colour codes that came with
it are taken out, and any other character that moves a cursor becomes U+FFFD.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

from starterkit.sanitize import strip_control

_CODES = {"bold": "1", "dim": "2", "red": "31", "green": "32", "yellow": "33", "blue": "34", "cyan": "36"}
_CODES["code"] = _CODES["cyan"]
_ONE_WORD = ("code", "quoted")  # what is to be typed, before and after it got its backticks
_SPACES = re.compile("( +)")
_CODE = re.compile(r"`([^`\n]+)`")


def harmless(words: str) -> str:
    """Return the words without anything that a terminal would obey instead of showing it; a tab becomes spaces."""
    return strip_control(words).expandtabs(4)


def minutes(count: int) -> str:
    """Return minutes as people say them: `40 min`, `2 h 15 min`."""
    hours, rest = divmod(count, 60)
    if not hours:
        return f"{rest} min"
    return f"{hours} h {rest} min" if rest else f"{hours} h"


def columns(words: str) -> int:
    """Return how many columns of a terminal the words take."""
    if words.isascii():
        return len(words)
    return sum(_columns_of(sign) for sign in words)


def _columns_of(sign: str) -> int:
    if unicodedata.combining(sign) or unicodedata.category(sign) in ("Mn", "Me", "Cf"):
        return 0
    return 2 if unicodedata.east_asian_width(sign) in "WF" else 1


@dataclass(frozen=True)
class Span:
    """Words in one style: names such as "bold red", or "code" for what is to be typed."""

    words: str
    style: str = ""


@dataclass(frozen=True)
class Text:
    """A line or a paragraph as spans."""

    spans: tuple[Span, ...] = ()

    def __add__(self, other: Text | str) -> Text:
        return Text((*self.spans, *text(other).spans))

    @property
    def plain(self) -> str:
        """The words alone, with what is to be typed in backticks."""
        return "".join(span.words for span in self.quoted().spans)

    def quoted(self) -> Text:
        """Return the text for a place without colour: what is to be typed stands in backticks."""
        return Text(tuple(Span(f"`{span.words}`", "quoted") if span.style == "code" else span for span in self.spans))

    def drawn(self, *, colour: bool) -> str:
        """Return the text as the terminal gets it."""
        spans = self.spans if colour else self.quoted().spans
        alike = groupby((span for span in spans if span.words), key=lambda span: span.style)
        return "".join(_drawn(Span("".join(span.words for span in group), style), colour) for style, group in alike)


def text(words: Text | str, style: str = "") -> Text:
    """Return words as text in one style; text stays as it is."""
    return words if isinstance(words, Text) else Text((Span(harmless(words), style),))


def joined(*parts: Text | str) -> Text:
    """Return several texts as one."""
    return Text(tuple(span for part in parts for span in text(part).spans))


def markup(words: str, style: str = "") -> Text:
    """Return a sentence of ours, in which `…` marks what is to be typed."""
    spans = []
    for number, part in enumerate(_CODE.split(harmless(words))):
        if part:
            spans.append(Span(part, "code" if number % 2 else style))
    return Text(tuple(spans))


def wrapped(paragraph: Text, width: int, *, indent: int = 0, hang: int = 0) -> list[Text]:
    """Return the lines of a text: the first indented by `indent`, those that follow by `indent + hang`.

    A line end in the text stays one. A word longer than a line is not broken, and neither is what is to be typed, so
    that paths and commands can be copied.
    """
    lines: list[Text] = []
    for part in _split_lines(paragraph):
        lines.extend(_wrapped_line(part, width, indent + (hang if lines else 0), indent + hang))
    return lines


def _wrapped_line(part: Text, width: int, first: int, rest: int) -> Iterator[Text]:
    line, used, is_empty = [Span(" " * first)], first, True
    for gap, word in _words(part):
        length = sum(columns(span.words) for span in word)
        if not is_empty and used + gap + length > width:
            yield Text(tuple(line))
            line, used, gap = [Span(" " * rest)], rest, 0
        between = word[0].style if line[-1].style == word[0].style not in _ONE_WORD else ""
        line.extend((Span(" " * gap, between), *word))
        used, is_empty = used + gap + length, False
    yield Text(() if is_empty else tuple(line))


def _split_lines(paragraph: Text) -> Iterator[Text]:
    spans: list[Span] = []
    for span in paragraph.spans:
        first, *others = span.words.split("\n")
        spans.append(Span(first, span.style))
        for other in others:
            yield Text(tuple(spans))
            spans = [Span(other, span.style)]
    yield Text(tuple(spans))


def _words(part: Text) -> Iterator[tuple[int, list[Span]]]:
    """The words of a line with the spaces before each; what is to be typed is one word."""
    gap, word = 0, list[Span]()
    for span in part.spans:
        is_one = span.style in _ONE_WORD
        for piece in [span.words] if is_one else _SPACES.split(span.words):
            if piece.startswith(" ") and not is_one:
                if word:
                    yield gap, word
                    gap, word = 0, []
                gap += len(piece)
            elif piece:
                word.append(Span(piece, span.style))
    if word:
        yield gap, word


def _drawn(span: Span, colour: bool) -> str:
    if not colour or span.style in ("", "quoted"):
        return span.words
    codes = ";".join(_CODES[name] for name in span.style.split())
    return f"\x1b[{codes}m{span.words}\x1b[0m"
