"""Reads the Markdown of lessons and hints: headings, code blocks and links.

A code block may name its file with `title="path"` after the language. Otherwise, the paragraph before the block may
name the file. Its last sentence ends in a colon and has one file name in backticks, as in "the end of
`conduit/articles.py`:".
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby

_FENCE = re.compile(r"^(?P<indent>\s*)(?P<mark>`{3,}|~{3,})(?P<info>.*)$")
_TITLE = re.compile(r"\btitle=[\"']?(?P<path>[^\"'\s]+)")
_FILE = re.compile(r"`(?P<path>[\w./-]+\.\w+)`")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\((?P<target>[^)\s]+)[^)]*\)|!\[[^\]]*\]\((?P<image>[^)\s]+)[^)]*\)")
# Matches the start of a list item, a table row or a heading. Two stars start bold text, not a list item.
_STARTS_A_PARAGRAPH = re.compile(r"\s*(?:[-*]\s|\d+\.\s|[|#])")
_ELLIPSIS = re.compile(r"(?:#|//|<!--|\{#)?\s*(?:…|\.\.\.)\s*(?:-->|#\})?")


@dataclass(frozen=True)
class MarkdownBlock:
    """A fenced code block. `line` is the line number of its first code line, `file` the named path or "".

    `above` is the paragraph before the block.
    """

    language: str
    lines: tuple[str, ...]
    line: int
    file: str
    above: str = ""


def blocks(text: str) -> list[MarkdownBlock]:
    """Return the fenced code blocks of a text, in order."""
    return [block for block in _parts(text) if isinstance(block, MarkdownBlock)]


def prose_lines(text: str) -> list[tuple[int, str]]:
    """Return the lines outside of code blocks, with their line numbers."""
    return [part for part in _parts(text) if not isinstance(part, MarkdownBlock)]


def paragraphs(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line number and text of each paragraph, list item and table row outside of code blocks."""
    start, lines = 0, list[str]()
    for number, line in [*prose_lines(text), (0, "")]:
        if lines and (not line.strip() or _STARTS_A_PARAGRAPH.match(line)):
            yield start, " ".join(lines)
            lines = []
        if line.strip():
            start = start if lines else number
            lines.append(line.strip().removeprefix("> "))


def links(text: str) -> Iterator[tuple[int, str]]:
    """Yield the line number and target of each link and image outside of code blocks."""
    for number, line in prose_lines(text):
        for link in _LINK.finditer(re.sub(r"`[^`]*`", "", line)):
            yield number, link["target"] or link["image"]


def prose_words(text: str) -> list[str]:
    """Return the words outside of code blocks, for a word count."""
    lines = [line for _, line in prose_lines(text) if not re.fullmatch(r"[\s|:-]*", line)]
    return [word for word in re.split(r"[\s|]+", " ".join(lines)) if re.search(r"\w", word)]


def _parts(text: str) -> Iterator[MarkdownBlock | tuple[int, str]]:
    lines = text.split("\n")
    paragraph: list[str] = []
    number = 0
    while number < len(lines):
        opening = _FENCE.match(lines[number])
        if not opening:
            yield number + 1, lines[number]
            if lines[number].strip():
                paragraph = [*paragraph, lines[number]] if number and lines[number - 1].strip() else [lines[number]]
            number += 1
            continue
        end = number + 1
        while end < len(lines) and not _closes(lines[end], opening):
            end += 1
        code = tuple(line.removeprefix(opening["indent"]) for line in lines[number + 1 : end])
        language = opening["info"].strip().split(" ")[0]
        yield MarkdownBlock(language, code, number + 2, _named(opening["info"], paragraph), " ".join(paragraph))
        paragraph = []
        number = end + 1


def _closes(line: str, opening: re.Match[str]) -> bool:
    """True if a line ends a code block. A fence that is indented by four more columns is a line of the code."""
    bare, mark = line.strip(), opening["mark"]
    indent = len(line) - len(line.lstrip())
    return bare.startswith(mark) and not bare.strip(mark[0]) and indent < len(opening["indent"]) + 4


def _named(info: str, paragraph: list[str]) -> str:
    title = _TITLE.search(info)
    if title:
        return title["path"]
    above = " ".join(line.strip() for line in paragraph)
    if not above.endswith(":"):
        return ""
    sentence = re.split(r"(?<=[.!?;])\s+", above)[-1]
    files = _FILE.findall(sentence)
    return files[0] if len(set(files)) == 1 else ""


def stands_in(code: tuple[str, ...], text: str) -> bool:
    """True if a text contains all lines of a code block in a row, with any indentation.

    A line with only `…` or `...`, or a comment with it, matches any number of lines.
    """
    text_lines = [line.strip() for line in text.split("\n") if line.strip()]
    code_lines = [line.strip() for line in code if line.strip()]
    position = 0
    for is_gap, group in groupby(code_lines, key=lambda line: bool(_ELLIPSIS.fullmatch(line))):
        if is_gap:
            continue
        part = list(group)
        starts = range(position, len(text_lines) - len(part) + 1)
        at = next((at for at in starts if text_lines[at : at + len(part)] == part), None)
        if at is None:
            return False
        position = at + len(part)
    return True
