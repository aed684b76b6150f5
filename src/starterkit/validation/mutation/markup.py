"""Finds changes in pages: fields, buttons, links, includes, conditions, loops, output and classes.

Pages are read as text, because a page template isn't HTML yet and each framework has its own template language. Jinja,
Django and many other languages share `{% … %}` and `{{ … }}`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from starterkit.validation.source_change import SourceChange, one_line

_CONDITION = re.compile(rb"\{%-?\s*(?:el)?if\s+(?P<test>.+?)\s*-?%\}")
_LOOP = re.compile(rb"\{%-?\s*for\s+\w+(?:\s*,\s*\w+)*\s+in\s+(?P<items>.+?)\s*-?%\}")
_OUTPUT = re.compile(rb"\{\{.*?\}\}", re.DOTALL)
_FILTER = re.compile(rb"\s*\|\s*(?P<name>\w+)(?:\([^()]*\)|:\"[^\"]*\"|:'[^']*')?")
_ATTRIBUTE = re.compile(
    rb"(?P<whole>\s(?P<name>name|action|href|src|method|placeholder|value|class)=)(?P<quoted>\"[^\"]*\"|'[^']*')"
)
# Attributes whose value is changed, not removed, because removing them may have no effect. For example, a form without
# an action submits to its own URL.
_OTHERWISE = {"action": "/elsewhere", "href": "/elsewhere", "src": "/elsewhere", "method": "get", "name": "other"}
_TAG = re.compile(rb"<[a-zA-Z/](?:\{\{.*?\}\}|\{%.*?%\}|\"[^\"]*\"|'[^']*'|[^>])*>", re.DOTALL)
_ACTS = re.compile(rb"<(?:input|textarea|select|button|a|script|form)\b|\{%-?\s*include\b|csrf")
_OPENING = re.compile(rb"<([a-z][a-z0-9]*)\b")
_CLOSING = re.compile(rb"</([a-z][a-z0-9]*)\s*>")
_BLOCK = re.compile(rb"\{%-?\s*(end)?(if|for|block|with|macro|filter|call|autoescape)\b")
_VOID = {b"input", b"img", b"br", b"hr", b"meta", b"link", b"source"}


def changes(data: bytes, promised: frozenset[str]) -> list[SourceChange]:
    """Return all possible mutants of a page as changes, sorted by position.

    `promised` are the words that the lesson names. Only these CSS classes are changed.
    """
    all_changes = [*_lines(data, promised), *_conditions(data), *_outputs(data), *_attributes(data, promised)]
    return sorted(all_changes, key=lambda change: (change.start, change.end, change.text))


def _lines(data: bytes, promised: frozenset[str]) -> Iterator[SourceChange]:
    for line in re.finditer(rb"[^\n]+", data):
        attributes = [match for match in _ATTRIBUTE.finditer(line[0]) if match["name"] == b"class"]
        classes = {name for match in attributes for name in match["quoted"].decode("utf-8", "replace")[1:-1].split()}
        if (_ACTS.search(line[0]) or classes & promised) and _is_whole(line[0]):
            yield SourceChange(*line.span(), b"", "removed", f"`{one_line(line[0])}`")


def _is_whole(line: bytes) -> bool:
    """True if a line closes all elements and blocks that it opens."""
    elements = [name for name in _OPENING.findall(line) if name not in _VOID]
    if sorted(elements) != sorted(_CLOSING.findall(line)) or line.count(b"<") != line.count(b">"):
        return False
    blocks = _BLOCK.findall(line)
    opened, closed = (sorted(name for end, name in blocks if bool(end) is is_end) for is_end in (False, True))
    return opened == closed and line.count(b"{%") == line.count(b"%}")


def _conditions(data: bytes) -> Iterator[SourceChange]:
    for match in _CONDITION.finditer(data):
        test = match["test"].decode("utf-8", "replace")
        # In Jinja and Django, `not` binds more tightly than `and` and `or`, so it would negate only the first part.
        if re.search(r"\b(and|or)\b", test):
            continue
        by = test.removeprefix("not ") if test.startswith("not ") else f"not {test}"
        description = f"`{one_line(test)}` becomes `{one_line(by)}`"
        yield SourceChange(*match.span("test"), by.encode(), "negated", description)
    for match in _LOOP.finditer(data):
        yield SourceChange(*match.span("items"), b'""', "a loop over nothing", f"`{one_line(match['items'])}`")


def _outputs(data: bytes) -> Iterator[SourceChange]:
    tags = [tag.span() for tag in _TAG.finditer(data)]
    for output in _OUTPUT.finditer(data):
        if not any(start < output.start() < end for start, end in tags):
            yield SourceChange(*output.span(), b"", "shown no more", f"`{one_line(output[0])}`")
        for match in _FILTER.finditer(output[0]):
            start, end = (output.start() + at for at in match.span())
            description = f"`{one_line(match[0])}` of `{one_line(output[0])}`"
            yield SourceChange(start, end, b"", "without the filter", description)


def _attributes(data: bytes, promised: frozenset[str]) -> Iterator[SourceChange]:
    for match in _ATTRIBUTE.finditer(data):
        name, old = match["name"].decode(), one_line(match[0])
        new = _OTHERWISE.get(name)
        if name == "class":
            for word in re.finditer(rb"[\w-]+", match["quoted"]):
                if word[0].decode("utf-8", "replace") in promised:
                    start, end = (match.start("quoted") + at for at in word.span())
                    yield SourceChange(start, end, b"", "left out the class", f"`{word[0].decode()}` of `{old}`")
        elif new is None:
            yield SourceChange(*match.span(), b"", "left out", f"`{old}`")
        elif match["quoted"].decode("utf-8", "replace").strip("\"'").lower() != new:
            description = f'`{old}` becomes `{name}="{new}"`'
            yield SourceChange(*match.span("quoted"), f'"{new}"'.encode(), "changed", description)
