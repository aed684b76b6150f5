"""Variations of JavaScript files. Each gives back the bytes it was given where it cannot be sure."""

from __future__ import annotations

import re

_IMPORTS = re.compile(r"(?:^import [^;\n]+;\n){2,}", re.MULTILINE)
_FIXED = re.compile(r"^(?P<indent>[ \t]*)//\s*Your own lines go below this one\.[ \t]*$", re.MULTILINE)


def reordered_imports(data: bytes) -> bytes:
    """Return the file with each group of its imports, where each stands on one line, in the opposite order."""

    def turned(group: re.Match[str]) -> str:
        return "".join(reversed(group[0].splitlines(keepends=True)))

    return _IMPORTS.sub(turned, _text(data)).encode("utf-8", "surrogateescape")


def with_own_code(data: bytes) -> bytes:
    """Return the file with code of the learner's own: below the fixed line, and a function at its end."""
    text = _text(data)
    for fixed in reversed(list(_FIXED.finditer(text))):
        own = f"\n{fixed['indent']}globalThis.myOwnWord = 'mine';"
        text = text[: fixed.end()] + own + text[fixed.end() :]
    return f"{text.rstrip()}\n\nexport function myOwnFunction() {{\n  return 'mine';\n}}\n".encode(
        "utf-8", "surrogateescape"
    )


def _text(data: bytes) -> str:
    return data.decode("utf-8", "surrogateescape")
