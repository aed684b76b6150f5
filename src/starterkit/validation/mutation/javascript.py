"""Finds changes in JavaScript and TypeScript: statements, conditions, calls, numbers, and in strings URLs and SQL.

The code is not parsed. Only comments, strings and regular expressions are recognized, and that is enough for changes
that keep a program valid. Stryker would install about 150 packages next to the learner's packages, and runs whole test
suites in its own sandbox. It supports neither SQL nor the classes that a lesson names.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from starterkit.validation.mutation import markup, sql
from starterkit.validation.mutation.texts import OTHER_TEXT, Promised
from starterkit.validation.source_change import SourceChange, one_line

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
_PAIRS = ((b"===", b"!=="), (b"<", b"<="), (b">", b">="), (b"&&", b"||"))
_OTHER = {old: new for pair in _PAIRS for old, new in (pair, pair[::-1])}
_BOTH = re.compile(rb"&&|\|\|(?!=)")
_NUMBER = re.compile(rb"(?<![\w.$#])(\d[\d_]*)(?![\w.])")
_FACT = re.compile(rb"\b(true|false)\b")
_CONDITION = re.compile(rb"\bif \(")
_METHOD = re.compile(rb"\b(?:router|app|api)\.(get|post|put|delete)\(")
_METHODS = {b"get": b"post", b"post": b"put", b"put": b"post", b"delete": b"post"}
_MIDDLEWARE = re.compile(rb"\b\w+\(\w+\), (?=async\b)")
_LEFT_OUT = re.compile(rb"\.(?:trim|toLowerCase|sort|reverse)\(\)|\bencodeURIComponent(?=\()")
# A call of a function that cleans or converts a value. Without its name, the value in brackets is left.
_UNWRAPPED = re.compile(
    rb"(?<!function )(?<![\w$.])(?:\w+\.)*(?:\w*(?:[eE]scape|[qQ]uote|[sS]aniti[sz]e)\w*|Number|parseInt)(?=\()"
)
_TEXT_CONTENT = re.compile(rb"\.textContent(?= = (?![\s'\"`\d]))")
_DEFAULT = re.compile(rb"(?:\|\||\?\?|[(,{] *\w+ =) *$")
_STATEMENT = re.compile(
    rb"^[ \t]*(?P<start>(?!response\b)"  # without a response, every test times out, which is slow
    rb"(?:await |throw |(?:if|for) \(|[A-Za-z_$][\w$.]*(?:\(|\[[^\]\n]*\] = | (?:\+|\|\||\?\?)?= )))",
    re.MULTILINE,
)
_CLASS = re.compile(rb"\bclass: '(?P<names>[^'\n]*)'")


def changes(data: bytes, promised: Promised) -> list[SourceChange]:
    """Return all possible mutants of a JavaScript file as changes, sorted by position.

    `promised` are the words and texts that the lesson names. Only these CSS classes and texts are changed.
    """
    code, strings = _without_strings(data)
    all_changes = [*_operators(code), *_conditions(code, data), *_calls(code, data), *_statements(code, data)]
    all_changes += [
        SourceChange(*match.span(), b"", "removed", f"`{one_line(match[0])}`") for match in _JOINED.finditer(data)
    ]
    all_changes += [*_in_strings(data, strings, promised), *_classes(data, strings, promised.words)]
    return sorted(all_changes, key=lambda change: (change.start, change.end, change.text))


def _without_strings(data: bytes) -> tuple[bytes, list[tuple[int, int]]]:
    """Return the code with blanked strings, regular expressions, comments and imports, and the strings' spans."""
    code = bytearray(data)
    strings = []
    imports = [match.span() for match in _IMPORT.finditer(data)]
    for start, end in imports:
        _blank(code, start, end, b" ")
    for token in _TOKEN.finditer(data):
        if any(start <= token.start() < end for start, end in imports):
            continue
        if token["text"] or token["template"]:
            strings.append(token.span())
        _blank(code, *token.span(), b" " if token["comment"] else b'"')
    return bytes(code), strings


def _blank(code: bytearray, start: int, end: int, character: bytes) -> None:
    code[start:end] = re.sub(rb"[^\n]", character, code[start:end])  # line breaks stay, for line numbers


def _operators(code: bytes) -> Iterator[SourceChange]:
    for match in (*_COMPARISON.finditer(code), *_BOTH.finditer(code)):
        around = code[match.start() - 1 : match.start()] + code[match.end() : match.end() + 1]
        if around == b"  ":  # Prettier puts spaces around comparisons, but not inside arrows
            yield _changed(match, _OTHER[match[0]])
    for match in _NUMBER.finditer(code):
        yield _changed(match, str(int(match[1].replace(b"_", b"")) + 1).encode())
    for match in _FACT.finditer(code):
        yield _changed(match, b"false" if match[1] == b"true" else b"true")


def _changed(match: re.Match[bytes], other: bytes) -> SourceChange:
    description = f"`{one_line(match[0])}` to `{one_line(other)}`"
    return SourceChange(*match.span(), other, "changed", description)


def _conditions(code: bytes, data: bytes) -> Iterator[SourceChange]:
    for match in _CONDITION.finditer(code):
        end = _closing(code, match.end() - 1)
        if end:
            inner = data[match.end() : end]
            yield SourceChange(match.end(), end, b"!(" + inner + b")", "negated", f"`if ({one_line(inner)})`")


def _calls(code: bytes, data: bytes) -> Iterator[SourceChange]:
    for match in _METHOD.finditer(code):
        other = _METHODS[match[1]]
        yield SourceChange(*match.span(1), other, "changed", f"`{match[1].decode()}` to `{other.decode()}`")
    for match in _TEXT_CONTENT.finditer(code):
        yield SourceChange(*match.span(), b".innerHTML", "without escaping", "`textContent` to `innerHTML`")
    for match in _UNWRAPPED.finditer(code):
        closing = _closing(code, match.end())
        first = next((at for at, depth in _depths(code, match.end()) if depth == 1 and code[at : at + 1] == b","), 0)
        if closing:
            inner = data[match.end() : first if 0 < first < closing else closing] + b")"
            description = f"`{one_line(data[match.start() : closing + 1])}` becomes `{one_line(inner)}`"
            yield SourceChange(match.start(), closing + 1, inner, "unwrapped", description)
    for match in (*_MIDDLEWARE.finditer(code), *_LEFT_OUT.finditer(code)):
        start, end = match.span()
        yield SourceChange(start, end, b"", "left out", f"`{one_line(data[start:end])}`")


def _statements(code: bytes, data: bytes) -> Iterator[SourceChange]:
    for match in _STATEMENT.finditer(code):
        start = match.start("start")
        if code[:start].rstrip()[-1:] not in (b"", b";", b"{", b"}"):
            continue
        end = _end_of_statement(code, start)
        if end and not code[end:].lstrip().startswith(b"else"):
            yield SourceChange(start, end, b";", "removed", f"`{one_line(data[start:end])}`")


def _end_of_statement(code: bytes, start: int) -> int:
    """Return the position after a statement's semicolon, or 0 if it opens a block or has no clear end."""
    if code[start:].startswith((b"if (", b"for (")):
        closing = _closing(code, code.index(b"(", start))
        if not closing or code[closing + 1 :].lstrip().startswith(b"{"):
            return 0
    for at, depth in _depths(code, start):
        if depth < 0:
            return 0
        if depth == 0 and code[at : at + 1] == b";":
            return at + 1
    return 0


def _closing(code: bytes, opening: int) -> int:
    return next((at for at, depth in _depths(code, opening) if depth == 0), 0)


def _depths(code: bytes, start: int) -> Iterator[tuple[int, int]]:
    depth = 0
    for at in range(start, len(code)):
        depth += (code[at] in b"([{") - (code[at] in b")]}")
        yield at, depth


def _in_strings(data: bytes, strings: list[tuple[int, int]], promised: Promised) -> Iterator[SourceChange]:
    for start, end in strings:
        text = data[start:end]
        before = data[max(0, start - 80) : start]
        if _DEFAULT.search(before):
            other = text[:1] + OTHER_TEXT + text[-1:]
            yield SourceChange(start, end, other, "changed the default", f"`{one_line(text)}`")
        if not before.endswith(b"class: "):
            yield from promised.text_changes(data, start, end)
        if text[1:2] == b"/" and b" " not in text:
            yield SourceChange(start + 2, start + 2, b"x", "changed", f"the URL {one_line(text)}")
        yield from sql.changes_in_string(data, start, end)
        if not text.startswith(b'"'):  # the changed attributes have double quotes
            yield from markup.changes_in_string(data, start, end, promised)


def _classes(data: bytes, strings: list[tuple[int, int]], promised: frozenset[str]) -> Iterator[SourceChange]:
    for match in _CLASS.finditer(data):
        at = match.start("names")
        if any(start < at < end for start, end in strings):
            for word in re.finditer(rb"[\w-]+", match["names"]):
                name = word[0].decode()
                if name in promised:
                    yield SourceChange(at + word.start(), at + word.end(), b"", "left out", f"the class `{name}`")
