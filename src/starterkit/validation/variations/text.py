"""Variations of files that are not programs: pages, styles, tables."""

from __future__ import annotations

import re

# Inside these, white space at the beginning of a line is something that a visitor sees.
_OPENS = re.compile(r"<(textarea|pre)\b", re.IGNORECASE)
_CLOSES = re.compile(r"</(textarea|pre)\s*>", re.IGNORECASE)
_FIXED = re.compile(r"^(?P<indent>[ \t]*)[^\w\n]*Your own lines go below this one\.[^\w\n]*$", re.MULTILINE)


def indented_twice(data: bytes) -> bytes:
    """Return the text with every indentation twice as deep."""
    lines, depth = [], 0
    in_backticks = False
    for line in _text(data).split("\n"):
        bare = line.lstrip(" ")
        is_fixed_text = depth > 0 or in_backticks
        lines.append(line if is_fixed_text else " " * (len(line) - len(bare)) + line)
        depth = max(0, depth + len(_OPENS.findall(line)) - len(_CLOSES.findall(line)))
        in_backticks ^= line.count("`") % 2 == 1
    return "\n".join(lines).encode()


def with_own_markup(data: bytes) -> bytes:
    """Return the page with a remark of the learner's below its fixed line, where it has one."""
    return _below_fixed_line(data, "<!-- my own remark -->")


def with_own_style(data: bytes) -> bytes:
    """Return the style sheet with a rule of the learner's own."""
    return data.rstrip(b"\n") + b"\n\n.my-own-class {\n  color: inherit;\n}\n"


def _below_fixed_line(data: bytes, line: str) -> bytes:
    text = _text(data)
    fixed = _FIXED.search(text)
    if not fixed:
        return data
    return f"{text[: fixed.end()]}\n{fixed['indent']}{line}{text[fixed.end() :]}".encode()


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
