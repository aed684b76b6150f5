"""Variations of pages, style sheets and JavaScript files."""

from __future__ import annotations

import re

MARKER_LINE = re.compile(r"^(?P<indent>[ \t]*)[^\w\n]*Your own lines go below this one\.[^\w\n]*$", re.MULTILINE)
_IMPORTS = re.compile(r"(?:^import [^;\n]+;\n){2,}", re.MULTILINE)
# Visitors can see whitespace at the beginning of a line in these elements.
_OPENS = re.compile(r"<(textarea|pre)\b", re.IGNORECASE)
_CLOSES = re.compile(r"</(textarea|pre)\s*>", re.IGNORECASE)


def indented_twice(data: bytes) -> bytes:
    """Return the text with its indentation doubled."""
    lines, depth = [], 0
    in_backticks = False
    for line in _decode(data).split("\n"):
        indent = "" if depth > 0 or in_backticks else line[: len(line) - len(line.lstrip(" "))]
        lines.append(indent + line)
        depth = max(0, depth + len(_OPENS.findall(line)) - len(_CLOSES.findall(line)))
        in_backticks ^= line.count("`") % 2 == 1
    return _encode("\n".join(lines))


def reordered_imports(data: bytes) -> bytes:
    """Return the JavaScript file with the one-line imports of each group in reverse order."""
    text = _IMPORTS.sub(lambda group: "".join(reversed(group[0].splitlines(keepends=True))), _decode(data))
    return _encode(text)


def with_own_code(data: bytes) -> bytes:
    """Return the JavaScript file with learner's code: lines below each marker line, and a function at the end."""
    text = MARKER_LINE.sub(r"\g<0>\n\g<indent>globalThis.myOwnWord = 'mine';", _decode(data))
    return _encode(f"{text.rstrip()}\n\nfunction myOwnFunction() {{\n  return 'mine';\n}}\n")


def with_own_markup(data: bytes) -> bytes:
    """Return the page with a learner's comment below its first marker line."""
    return _encode(MARKER_LINE.sub(r"\g<0>\n\g<indent><!-- my own remark -->", _decode(data), count=1))


def with_own_style(data: bytes) -> bytes:
    """Return the style sheet with a learner's rule at the end."""
    return data.rstrip(b"\n") + b"\n\n.my-own-class {\n  color: inherit;\n}\n"


def _decode(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")


def _encode(text: str) -> bytes:
    return text.encode("utf-8", "surrogateescape")
