"""What can be changed in a page: fields, buttons, links, what is included or shown, conditions, loops, classes.

Pages are read as text, line by line: a template of a page is no HTML yet, and each framework has a language of its own
for it. `{% … %}` and `{{ … }}` are what Jinja, Django and many others share.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from starterkit.validation.mutation.change import Change, shortened

_CONDITION = re.compile(rb"\{%-?\s*(?:el)?if\s+(?P<test>.+?)\s*-?%\}")
_LOOP = re.compile(rb"\{%-?\s*for\s+\w+(?:\s*,\s*\w+)*\s+in\s+(?P<what>.+?)\s*-?%\}")
_OUTPUT = re.compile(rb"\{\{.*?\}\}", re.DOTALL)
_FILTER = re.compile(rb"\s*\|\s*(?P<name>\w+)(?:\([^()]*\)|:\"[^\"]*\"|:'[^']*')?")
_ATTRIBUTE = re.compile(
    rb"\s(?P<name>name|value|action|href|src|method|placeholder|class|type)=(?P<quoted>\"[^\"]*\"|'[^']*')"
)
_OPENING = re.compile(rb"<([a-z][a-z0-9]*)\b")
_CLOSING = re.compile(rb"</([a-z][a-z0-9]*)\s*>")
_BLOCK = re.compile(rb"\{%-?\s*(end)?(if|for|block|with|macro|filter|call|autoescape)\b")
_VOID = {b"input", b"img", b"br", b"hr", b"meta", b"link", b"source"}


def changes(data: bytes) -> list[Change]:
    """Return the changes of a page, in the order of its lines."""
    found = [*_lines(data), *_conditions(data), *_outputs(data), *_attributes(data)]
    return sorted(found, key=lambda change: (change.start, change.end, change.text))


def _lines(data: bytes) -> Iterator[Change]:
    """Remove a line that opens what it closes: a field, a button, a heading, an include, what is shown."""
    start = 0
    for line in data.split(b"\n"):
        end = start + len(line)
        says_something = b"<" in line or b"{{" in line or b"{% include" in line
        if says_something and _is_whole(line) and not line.strip().startswith((b"<!--", b"{#", b"<!")):
            yield Change(start, end, b"", "removed", f"`{shortened(line.decode('utf-8', 'replace'))}`")
        start = end + 1


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


def _conditions(data: bytes) -> Iterator[Change]:
    """Turn a condition into its opposite, and a loop into one over nothing."""
    for found in _CONDITION.finditer(data):
        test = found["test"].decode("utf-8", "replace")
        # `not` binds loosely in Jinja and Django alike, but not more loosely than `and` and `or`.
        if re.search(r"\b(and|or)\b", test):
            continue
        by = test.removeprefix("not ") if test.startswith("not ") else f"not {test}"
        yield Change(*found.span("test"), by.encode(), "negated", f"`{shortened(test)}` becomes `{shortened(by)}`")
    for found in _LOOP.finditer(data):
        words = f"`{shortened(found['what'].decode('utf-8', 'replace'))}`"
        yield Change(*found.span("what"), b'""', "a loop over nothing", words)


def _outputs(data: bytes) -> Iterator[Change]:
    """Show nothing, or show it without a filter."""
    for found in _OUTPUT.finditer(data):
        text = found[0].decode("utf-8", "replace")
        yield Change(*found.span(), b"", "shown no more", f"`{shortened(text)}`")
        for one in _FILTER.finditer(found[0]):
            start = found.start() + one.start()
            words = f"`{shortened(one[0].decode('utf-8', 'replace'))}` of `{shortened(text)}`"
            yield Change(start, start + len(one[0]), b"", "without the filter", words)


def _attributes(data: bytes) -> Iterator[Change]:
    """Leave out an attribute that a visitor, a browser or a test goes by."""
    for found in _ATTRIBUTE.finditer(data):
        yield Change(*found.span(), b"", "left out", f"`{shortened(found[0].decode('utf-8', 'replace'))}`")
