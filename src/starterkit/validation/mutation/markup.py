"""Finds changes in pages: fields, buttons, links, includes, conditions, loops, output, escaping, texts and classes.

Pages are read as text, because a page template isn't HTML yet and each framework has its own template language. Jinja,
Django and many other languages share `{% … %}` and `{{ … }}`. Bottle, EJS and Handlebars have other marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from starterkit.validation.mutation.texts import Promised
from starterkit.validation.source_change import SourceChange, one_line

# Conditions and loops of Jinja, Django and others, then of Bottle and Mako, then of EJS.
_CONDITIONS = (
    re.compile(rb"\{%-?\s*(?:el)?if\s+(?P<test>.+?)\s*-?%\}"),
    re.compile(rb"^\s*%\s*(?:el)?if\s+(?P<test>.+?)\s*:\s*$", re.MULTILINE),
    re.compile(rb"<%[-_]?\s*(?:\}\s*else\s+)?if\s*\((?P<test>.+?)\)\s*\{\s*[-_]?%>"),
)
_LOOPS = (
    re.compile(rb"\{%-?\s*for\s+\w+(?:\s*,\s*\w+)*\s+in\s+(?P<items>.+?)\s*-?%\}"),
    re.compile(rb"^\s*%\s*for\s+[\w, ]+\s+in\s+(?P<items>.+?)\s*:\s*$", re.MULTILINE),
    re.compile(rb"<%[-_]?\s*for\s*\(\s*(?:const|let)\s.+?\sof\s+(?P<items>.+?)\)\s*\{"),
    re.compile(rb"<%[-_]?\s*(?P<items>[\w.]+)\.forEach\("),
    re.compile(rb"\{\{~?#each\s+(?P<items>[\w.@/]+)"),
)
_OUTPUT = re.compile(rb"\{\{(?![#/>!^~]|else\b).*?\}\}\}?|<%[=-](?!\s*include\b).*?%>", re.DOTALL)
_FILTER = re.compile(rb"\s*\|(?!\|)\s*(?P<name>\w+)(?:\([^()]*\)|:\"[^\"]*\"|:'[^']*')?")
# An output of a plain value that can hold HTML: no call, no filter, and no number, URL or time.
_ESCAPED = re.compile(
    rb"(?:(?<!\{)\{\{|<%=)\s*(?P<value>[\w.]+?)(?<!\bid)(?<!_id)(?<!_at)(?<!slug)(?<!url)(?<!count)(?<!number)(?<!token)"
    rb"(?P<or>\s+or\s+(?:''|\"\"))?\s*(?:\}\}|%>)",
    re.IGNORECASE,
)
_TEXT = re.compile(rb"(?<=>)[^<>{}]+(?=[<{])")
_ATTRIBUTE = re.compile(
    rb"(?P<whole>\s(?P<name>name|action|href|src|method|placeholder|value|class)=)(?P<quoted>\"[^\"]*\"|'[^']*')"
)
# Attributes whose value is changed, not removed, because removing them may have no effect. For example, a form without
# an action submits to its own URL.
_OTHERWISE = {"action": "/elsewhere", "href": "/elsewhere", "src": "/elsewhere", "method": "get", "name": "other"}
_TAG = re.compile(rb"<[a-zA-Z/](?:\{\{.*?\}\}|\{%.*?%\}|<%.*?%>|\"[^\"]*\"|'[^']*'|[^>])*>", re.DOTALL)
_ACTS = re.compile(
    rb"<(?:input|textarea|select|button|a|script|form)\b|\{%-?\s*include\b"
    rb"|<%-\s*include\b|\{\{>|^\s*%\s*include\b|csrf"
)
_OPENING = re.compile(rb"<([a-z][a-z0-9]*)\b")
_CLOSING = re.compile(rb"</([a-z][a-z0-9]*)\s*>")
_BLOCK = re.compile(rb"\{%-?\s*(end)?(if|for|block|with|macro|filter|call|autoescape)\b")
_VOID = {b"input", b"img", b"br", b"hr", b"meta", b"link", b"source"}


def changes(data: bytes, promised: Promised) -> list[SourceChange]:
    """Return all possible mutants of a page as changes, sorted by position.

    `promised` are the words and texts that the lesson names. Only these CSS classes and texts are changed.
    """
    all_changes = [*_lines(data, promised.words), *_conditions(data), *_outputs(data), *_unescaped(data)]
    all_changes += _attributes(data, promised.words)
    for text in _TEXT.finditer(data):
        all_changes += promised.text_changes(data, *text.span())
    return sorted(all_changes, key=lambda change: (change.start, change.end, change.text))


def changes_in_string(data: bytes, start: int, end: int, promised: Promised) -> Iterator[SourceChange]:
    """Yield the possible changes of the HTML attributes in a string of a program."""
    for change in _attributes(data[start:end], promised.words):
        yield replace(change, start=change.start + start, end=change.end + start)


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
    return opened == closed and line.count(b"{") == line.count(b"}") and line.count(b"{{#") == line.count(b"{{/")


def _conditions(data: bytes) -> Iterator[SourceChange]:
    for match in (found for pattern in _CONDITIONS for found in pattern.finditer(data)):
        test = match["test"].decode("utf-8", "replace")
        if match[0].startswith(b"<%"):
            by = f"!({test})"
        # In Jinja and Django, `not` binds more tightly than `and` and `or`, so it would negate only the first part.
        elif re.search(r"\b(and|or)\b", test):
            continue
        else:
            by = test.removeprefix("not ") if test.startswith("not ") else f"not {test}"
        description = f"`{one_line(test)}` becomes `{one_line(by)}`"
        yield SourceChange(*match.span("test"), by.encode(), "negated", description)
    for match in (found for pattern in _LOOPS for found in pattern.finditer(data)):
        nothing = b"[]" if match[0].startswith(b"<%") else b"nothing" if match[0].startswith(b"{{") else b'""'
        yield SourceChange(*match.span("items"), nothing, "a loop over nothing", f"`{one_line(match['items'])}`")


def _unescaped(data: bytes) -> Iterator[SourceChange]:
    """Yield changes that show a value without escaping its HTML, in the words of the file's template language."""
    has_blocks = b"{%" in data
    for match in _ESCAPED.finditer(data):
        value, fallback = match["value"], match["or"] or b""
        if match[0].startswith(b"<%"):
            raw = b"<%- " + value + b" %>"
        elif not has_blocks and re.search(rb"\{\{[#/]", data):  # Handlebars, Mustache
            raw = b"{{{" + value + b"}}}"
        elif not has_blocks and re.search(rb"^\s*%\s*\w", data, re.MULTILINE):  # Bottle
            raw = b"{{!" + value + fallback + b"}}"
        else:
            raw = b"{{ (" + value + fallback + b") | safe }}" if fallback else b"{{ " + value + b" | safe }}"
        yield SourceChange(*match.span(), raw, "without escaping", f"`{one_line(match[0])}`")


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
