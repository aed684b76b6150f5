"""What can be changed in a JavaScript file: statements, conditions, comparisons, numbers, addresses, and SQL in texts.

The file is read as tokens: comments, texts and regular expressions are told from code, and that is enough for changes
that leave a program a program. Why not Stryker, which is kept: it wants to be installed beside the learner's packages
(some 150 more), runs whole test suites in its own sandbox, and knows neither SQL nor which class a lesson promises.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from starterkit.validation.mutation.change import SourceChange, shortened

_TOKEN = re.compile(
    rb"(?P<comment>//[^\n]*|/\*.*?\*/)"
    rb"|(?P<text>'(?:\\.|[^'\\\n])*'|\"(?:\\.|[^\"\\\n])*\")"
    rb"|(?P<template>`(?:\\.|[^`\\])*`)"
    rb"|(?P<regex>(?<=[(,=:\[!&|?{};])\s*/(?![/*])(?:\\.|\[(?:\\.|[^\]\\\n])*\]|[^/\\\[\n])+/[a-z]*)",
    re.DOTALL,
)
_JOINED = re.compile(rb"^import '[^'\n]*';$", re.MULTILINE)
_IMPORT = re.compile(rb"^(?:import\b.*?;|export [^;]*? from [^;]*;)$", re.MULTILINE | re.DOTALL)
_COMPARISON = re.compile(rb"(?<![=!<>])(===|!==|<=|>=|<|>)(?![=<>])")
_OTHER = {
    b"===": b"!==",
    b"!==": b"===",
    b"<": b"<=",
    b"<=": b"<",
    b">": b">=",
    b">=": b">",
    b"&&": b"||",
    b"||": b"&&",
}
_BOTH = re.compile(rb"&&|\|\|(?!=)")
_NUMBER = re.compile(rb"(?<![\w.$#])(\d[\d_]*)(?![\w.])")
_FACT = re.compile(rb"\b(true|false)\b")
_CONDITION = re.compile(rb"\bif \(")
_METHOD = re.compile(rb"\brouter\.(get|post|put|delete)\(")
_METHODS = {b"get": b"post", b"post": b"put", b"put": b"post", b"delete": b"post"}
_MIDDLEWARE = re.compile(rb"\b\w+\(\w+\), (?=async\b)")
_LEFT_OUT = re.compile(rb"\.(?:trim|toLowerCase|sort|reverse)\(\)|\bencodeURIComponent(?=\()")
_STATEMENT = re.compile(
    rb"^[ \t]*(?P<start>(?!response\b)"  # without an answer a test waits for long, and notices in any case
    rb"(?:await |throw |(?:if|for) \(|[A-Za-z_$][\w$.]*(?:\(|\[[^\]\n]*\] = | (?:\+|\|\||\?\?)?= )))",
    re.MULTILINE,
)
_CLASS = re.compile(rb"\bclass: '(?P<words>[^'\n]*)'")
_SQL = re.compile(rb"\b(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|CREATE TABLE|ORDER BY|WHERE)\b|\bIN \(")
_IN_SQL = (
    (re.compile(rb"\bDESC\b"), b"ASC"),
    (re.compile(rb"\bAND\b"), b"OR"),
    (re.compile(rb" ON CONFLICT(?: \(\w+\))? DO NOTHING"), b""),
    (re.compile(rb" ON DELETE CASCADE"), b""),
    (re.compile(rb" UNIQUE\b(?! \()"), b""),
    (re.compile(rb" = (?=\?)"), b" <> "),
    (re.compile(rb"<>"), b"="),
    (re.compile(rb"\bLIMIT 1(?=\d)"), b"LIMIT 2"),
    (re.compile(rb"\bLIMIT 2(?=\d)"), b"LIMIT 3"),
)


def changes(data: bytes, promised: frozenset[str]) -> list[SourceChange]:
    """Return the changes of a JavaScript file, in the order of its lines; `promised` are words of its lesson."""
    code, texts = _without_texts(data)
    found = [*_operators(code), *_conditions(code, data), *_calls(code, data), *_statements(code, data)]
    found += [SourceChange(*match.span(), b"", "removed", f"`{_shown(match[0])}`") for match in _JOINED.finditer(data)]
    found += _in_texts(data, texts)
    found += _classes(data, texts, promised)
    return sorted(found, key=lambda change: (change.start, change.end, change.text))


def _without_texts(data: bytes) -> tuple[bytes, list[tuple[int, int]]]:
    """The code with texts, regular expressions, comments and imports blanked out, and where the texts are."""
    code = bytearray(data)
    texts = []
    imports = [match.span() for match in _IMPORT.finditer(data)]
    for start, end in imports:
        _blank(code, start, end, b" ")
    for token in _TOKEN.finditer(data):
        if any(start <= token.start() < end for start, end in imports):
            continue
        if token["text"] or token["template"]:
            texts.append(token.span())
        _blank(code, *token.span(), b" " if token["comment"] else b'"')
    return bytes(code), texts


def _blank(code: bytearray, start: int, end: int, sign: bytes) -> None:
    code[start:end] = b"".join(b"\n" if byte == 10 else sign for byte in code[start:end])  # a line stays a line


def _operators(code: bytes) -> Iterator[SourceChange]:
    for match in (*_COMPARISON.finditer(code), *_BOTH.finditer(code)):
        around = code[match.start() - 1 : match.start()] + code[match.end() : match.end() + 1]
        if around == b"  ":  # Prettier writes it so; an arrow or an assignment looks different
            yield _changed(match, _OTHER[match[0]])
    for match in _NUMBER.finditer(code):
        yield _changed(match, str(int(match[1].replace(b"_", b"")) + 1).encode())
    for match in _FACT.finditer(code):
        yield _changed(match, b"false" if match[1] == b"true" else b"true")


def _conditions(code: bytes, data: bytes) -> Iterator[SourceChange]:
    for match in _CONDITION.finditer(code):
        end = _closing(code, match.end() - 1)
        if end:
            inner = data[match.end() : end]
            yield SourceChange(match.end(), end, b"!(" + inner + b")", "negated", f"`if ({_shown(inner)})`")


def _calls(code: bytes, data: bytes) -> Iterator[SourceChange]:
    for match in _METHOD.finditer(code):
        other = _METHODS[match[1]]
        yield SourceChange(*match.span(1), other, "changed", f"`{match[1].decode()}` to `{other.decode()}`")
    for match in (*_MIDDLEWARE.finditer(code), *_LEFT_OUT.finditer(code)):
        start, end = match.span()
        yield SourceChange(start, end, b"", "left out", f"`{_shown(data[start:end])}`")


def _statements(code: bytes, data: bytes) -> Iterator[SourceChange]:
    """Remove a statement that does something and gives nothing back; those with a block of their own stay."""
    for match in _STATEMENT.finditer(code):
        start = match.start("start")
        if code[:start].rstrip()[-1:] not in (b"", b";", b"{", b"}"):
            continue
        end = _end_of_statement(code, start)
        if end and not code[end:].lstrip().startswith(b"else"):
            yield SourceChange(start, end, b";", "removed", f"`{_shown(data[start:end])}`")


def _end_of_statement(code: bytes, start: int) -> int:
    """Where a statement ends, after its semicolon; 0 where it has a block, or no end that can be told."""
    if code[start:].startswith((b"if (", b"for (")):
        closing = _closing(code, code.index(b"(", start))
        if not closing or code[closing + 1 :].lstrip().startswith(b"{"):
            return 0
    depth = 0
    for at in range(start, len(code)):
        sign = code[at : at + 1]
        depth += (sign in b"([{") - (sign in b")]}")
        if depth < 0:
            return 0
        if depth == 0 and sign == b";":
            return at + 1
    return 0


def _closing(code: bytes, opening: int) -> int:
    """Where the bracket closes that opens there; 0 where it does not."""
    depth = 0
    for at in range(opening, len(code)):
        sign = code[at : at + 1]
        depth += (sign in b"([{") - (sign in b")]}")
        if depth == 0:
            return at
    return 0


def _in_texts(data: bytes, texts: list[tuple[int, int]]) -> Iterator[SourceChange]:
    """Change addresses, and in SQL what decides which rows come, and in which order."""
    for start, end in texts:
        text = data[start:end]
        if text[1:2] == b"/" and b" " not in text:
            yield SourceChange(start + 2, start + 2, b"x", "changed", f"the address {_shown(text)}")
        if not _SQL.search(text):
            continue
        for pattern, other in _IN_SQL:
            for match in pattern.finditer(text):
                what = f"`{_shown(match[0])}` to `{_shown(other)}`" if other else f"`{_shown(match[0])}` left out"
                yield SourceChange(start + match.start(), start + match.end(), other, "changed in SQL", what)


def _classes(data: bytes, texts: list[tuple[int, int]], promised: frozenset[str]) -> Iterator[SourceChange]:
    for match in _CLASS.finditer(data):
        if not any(start < match.start("words") < end for start, end in texts):
            continue
        for word in re.finditer(rb"[\w-]+", match["words"]):
            if word[0].decode() in promised:
                at = match.start("words")
                yield SourceChange(
                    at + word.start(), at + word.end(), b"", "left out", f"the class `{word[0].decode()}`"
                )


def _changed(match: re.Match[bytes], other: bytes) -> SourceChange:
    return SourceChange(match.start(), match.end(), other, "changed", f"`{_shown(match[0])}` to `{_shown(other)}`")


def _shown(text: bytes) -> str:
    return shortened(text.decode("utf-8", "replace"))
