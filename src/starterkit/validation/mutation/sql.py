"""Finds changes in SQL, in a file or in a string of a program: order, limit, conditions and constraints."""

from __future__ import annotations

import re
from collections.abc import Iterator

from starterkit.validation.source_change import SourceChange, one_line

_KEYWORDS = rb"SELECT|INSERT (?:OR \w+ )?INTO|UPDATE|DELETE FROM|CREATE TABLE|ORDER BY|GROUP BY|WHERE|LIMIT|VALUES"
# In lower case, these words are also English, so a string must begin like a statement.
_LOWER_CASE = re.compile(
    rb"(?:\w{0,2}[\"'`]+)?\s*(?:select (?:distinct )?[\w.*()]+(?:,\s*[\w.*()]+)*\s+from"
    rb"|insert into|update \w+ set|delete from|create (?:unique )?(?:table|index)|with \w+ as)\b"
)
_SQL = re.compile(rb"\b(?:" + _KEYWORDS + rb")\b|\bIN \(")
_PLACEHOLDER = rb"(?=\?|:\w|%s|%\(|\$\d|\{|\$\{)"
_CHANGES = tuple(
    (re.compile(pattern, re.IGNORECASE), new)
    for pattern, new in (
        (rb"\bDESC\b", b"ASC"),
        (rb"(?<=\bORDER BY )[\w.]+(?! *\()\b(?! (?:DESC|COLLATE)|[\w.])(?: ASC)?", rb"\g<0> DESC"),
        (rb"\bAND\b", b"OR"),
        (rb" ON CONFLICT(?: \([\w, ]+\))? DO NOTHING", b""),
        (rb"\bOR IGNORE ", b""),
        (rb" ON DELETE CASCADE", b""),
        (rb" UNIQUE\b(?! \()", b""),
        (rb" COLLATE NOCASE", b""),
        (rb"\bDISTINCT ", b""),
        (rb" = " + _PLACEHOLDER, b" <> "),
        (rb"<>|!=", b"="),
        (rb" < ", b" <= "),
        (rb" > ", b" >= "),
        (rb" <= ", b" < "),
        (rb" >= ", b" > "),
        (rb"\bIS NULL\b", b"IS NOT NULL"),
        (rb"(?<=\bIS )NOT ", b""),
        (rb"(?<!\bIF )\bNOT (?=IN\b|EXISTS\b|LIKE\b)", b""),
        (rb"(?<!\bIF )(?<!NOT )\bEXISTS \(", b"NOT EXISTS ("),
        (rb"\bLEFT (?:OUTER )?JOIN\b", b"JOIN"),
        (rb"\bLIMIT 1(?=\d)", b"LIMIT 2"),
        (rb"\bLIMIT (?=[2-9])", b"LIMIT 1"),
        (rb"\bLIMIT " + _PLACEHOLDER, b"LIMIT 1 + "),
        (rb"\bOFFSET " + _PLACEHOLDER, b"OFFSET 1 + "),
    )
)
_NOISE = re.compile(rb"--[^\n]*|/\*.*?\*/|'(?:[^']|'')*'", re.DOTALL)
_INSERT = re.compile(rb"^[ \t]*(?:INSERT|UPDATE|DELETE)\b[^;]*;", re.MULTILINE | re.IGNORECASE)


def changes(data: bytes) -> list[SourceChange]:
    """Return all possible mutants of a SQL file as changes, sorted by position."""
    code = _NOISE.sub(lambda match: b"_" * len(match[0]), data)
    all_changes = list(_all(code))
    all_changes += [
        SourceChange(*match.span(), b"", "removed", f"`{one_line(data[match.start() : match.end()])}`")
        for match in _INSERT.finditer(code)
    ]
    return sorted(all_changes, key=lambda change: (change.start, change.end, change.text))


def changes_in_string(data: bytes, start: int, end: int) -> Iterator[SourceChange]:
    """Yield the possible mutants of the string from `start` to `end` of a program. A string without SQL has none."""
    text = data[start:end]
    if _SQL.search(text) or _LOWER_CASE.match(text):
        yield from _all(text, start)


def _all(text: bytes, offset: int = 0) -> Iterator[SourceChange]:
    for pattern, new in _CHANGES:
        for match in pattern.finditer(text):
            other = match.expand(new)
            description = f"`{one_line(match[0])}` " + (f"to `{one_line(other)}`" if other else "left out")
            start, end = (offset + position for position in match.span())
            yield SourceChange(start, end, other, "changed in SQL", description)
