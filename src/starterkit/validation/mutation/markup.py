"""What can be changed in a page: fields, buttons, links, what is included or shown, conditions, loops, classes.

Pages are read as text, line by line: a template of a page is no HTML yet, and each framework has a language of its own
for it. `{% … %}` and `{{ … }}` are what Jinja, Django and many others share.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from starterkit.validation.mutation.change import SourceChange, shortened

_CONDITION = re.compile(rb"\{%-?\s*(?:el)?if\s+(?P<test>.+?)\s*-?%\}")
_LOOP = re.compile(rb"\{%-?\s*for\s+\w+(?:\s*,\s*\w+)*\s+in\s+(?P<what>.+?)\s*-?%\}")
_OUTPUT = re.compile(rb"\{\{.*?\}\}", re.DOTALL)
_FILTER = re.compile(rb"\s*\|\s*(?P<name>\w+)(?:\([^()]*\)|:\"[^\"]*\"|:'[^']*')?")
_ATTRIBUTE = re.compile(
    rb"(?P<whole>\s(?P<name>name|action|href|src|method|placeholder|value|class)=)(?P<quoted>\"[^\"]*\"|'[^']*')"
)
_TAG = re.compile(rb"<[a-zA-Z/](?:\{\{.*?\}\}|\{%.*?%\}|\"[^\"]*\"|'[^']*'|[^>])*>", re.DOTALL)
_ACTS = re.compile(rb"<(?:input|textarea|select|button|a|script|form)\b|\{%-?\s*include\b|csrf")
_OPENING = re.compile(rb"<([a-z][a-z0-9]*)\b")
_CLOSING = re.compile(rb"</([a-z][a-z0-9]*)\s*>")
_BLOCK = re.compile(rb"\{%-?\s*(end)?(if|for|block|with|macro|filter|call|autoescape)\b")
_VOID = {b"input", b"img", b"br", b"hr", b"meta", b"link", b"source"}


def changes(data: bytes, promised: frozenset[str]) -> list[SourceChange]:
    """Return the changes of a page, in the order of its lines; `promised` are the words that its lesson names."""
    found = [*_lines(data, promised), *_conditions(data), *_outputs(data), *_attributes(data, promised)]
    return sorted(found, key=lambda change: (change.start, change.end, change.text))


def _lines(data: bytes, promised: frozenset[str]) -> Iterator[SourceChange]:
    """Remove a whole line with which a visitor does something: a field, a button, a link, what is included."""
    start = 0
    for line in data.split(b"\n"):
        end = start + len(line)
        classes = {word for found in _ATTRIBUTE.finditer(line) if found["name"] == b"class" for word in _classes(found)}
        if (_ACTS.search(line) or classes & promised) and _is_whole(line):
            yield SourceChange(start, end, b"", "removed", f"`{shortened(line.decode('utf-8', 'replace'))}`")
        start = end + 1


def _classes(found: re.Match[bytes]) -> list[str]:
    return found["quoted"].decode("utf-8", "replace").strip("\"'").split()


def _is_whole(line: bytes) -> bool:
    """Tell whether each element and block that a line opens is closed on it."""
    depth = [name for name in _OPENING.findall(line) if name not in _VOID]
    if sorted(depth) != sorted(_CLOSING.findall(line)) or line.count(b"<") != line.count(b">"):
        return False
    blocks = _BLOCK.findall(line)
    opened = [name for ending, name in blocks if not ending]
    return sorted(opened) == sorted(name for ending, name in blocks if ending) and line.count(b"{%") == line.count(
        b"%}"
    )


def _conditions(data: bytes) -> Iterator[SourceChange]:
    """Turn a condition into its opposite, and a loop into one over nothing."""
    for found in _CONDITION.finditer(data):
        test = found["test"].decode("utf-8", "replace")
        # `not` binds loosely in Jinja and Django alike, but not more loosely than `and` and `or`.
        if re.search(r"\b(and|or)\b", test):
            continue
        by = test.removeprefix("not ") if test.startswith("not ") else f"not {test}"
        yield SourceChange(
            *found.span("test"), by.encode(), "negated", f"`{shortened(test)}` becomes `{shortened(by)}`"
        )
    for found in _LOOP.finditer(data):
        words = f"`{shortened(found['what'].decode('utf-8', 'replace'))}`"
        yield SourceChange(*found.span("what"), b'""', "a loop over nothing", words)


def _outputs(data: bytes) -> Iterator[SourceChange]:
    """Show a text no more, or show something without a filter."""
    tags = [found.span() for found in _TAG.finditer(data)]
    for found in _OUTPUT.finditer(data):
        text = found[0].decode("utf-8", "replace")
        if not any(start < found.start() < end for start, end in tags):
            yield SourceChange(*found.span(), b"", "shown no more", f"`{shortened(text)}`")
        for one in _FILTER.finditer(found[0]):
            start = found.start() + one.start()
            words = f"`{shortened(one[0].decode('utf-8', 'replace'))}` of `{shortened(text)}`"
            yield SourceChange(start, start + len(one[0]), b"", "without the filter", words)


def _attributes(data: bytes, promised: frozenset[str]) -> Iterator[SourceChange]:
    """Change where something leads, how a field is called, and the classes that the lesson names."""
    for found in _ATTRIBUTE.finditer(data):
        name, quoted = found["name"].decode(), found["quoted"].decode("utf-8", "replace")
        old = shortened(found[0].decode("utf-8", "replace").strip())
        new = _OTHERWISE.get(name)
        if name == "class":
            yield from _promised_classes(found, promised, old)
        elif new is None:
            yield SourceChange(*found.span(), b"", "left out", f"`{old}`")
        elif quoted.strip("\"'").lower() != new:
            yield SourceChange(
                *found.span("quoted"), f'"{new}"'.encode(), "changed", f'`{old}` becomes `{name}="{new}"`'
            )


def _promised_classes(found: re.Match[bytes], promised: frozenset[str], old: str) -> Iterator[SourceChange]:
    for word in re.finditer(rb"[\w-]+", found["quoted"]):
        if word[0].decode("utf-8", "replace") in promised:
            start, end = (found.start("quoted") + at for at in word.span())
            yield SourceChange(start, end, b"", "left out the class", f"`{word[0].decode()}` of `{old}`")


# Leaving these out may change nothing: a form without an action, or with it, may send to its own address.
_OTHERWISE = {"action": "/elsewhere", "href": "/elsewhere", "src": "/elsewhere", "method": "get", "name": "other"}
