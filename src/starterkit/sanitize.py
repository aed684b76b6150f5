"""Text of other programs made harmless for a terminal, and long text made short."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Colours and other commands to a terminal: as they are, and as pytest writes them into a report (#x1B).
_COMMANDS = re.compile(
    r"(?:\x1b|#x1B)\[[0-?]*[ -/]*[@-~]"  # CSI: colours, cursor
    r"|(?:\x1b|#x1B)\][^\x07\x1b\n]*(?:\x07|#x07|\x1b\\|#x1B\\)"  # OSC: titles, links
    r"|\x1b[@-Z\\^_]"
)
# Control characters but tab and newline, other line ends, what XML cannot hold, the signs that turn the direction
# of a line, and halves of characters, which no file can hold.
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")

# A formula at the start of a cell, or after a `;` that a spreadsheet may take for the end of a cell.
_COMPUTED = re.compile(r"""(^|;["'\s]*)(?=[=+\-@])""")


def strip_control(text: str) -> str:
    """Return the text without colour codes; any other character that moves a terminal's cursor becomes U+FFFD."""
    return _HARMFUL.sub("\ufffd", _COMMANDS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def csv_cell(value: object) -> str:
    """Return a value as one CSV cell that no spreadsheet computes, even if it splits cells at `;`."""
    if value is None:
        return ""
    words = str(value).lower() if isinstance(value, bool) else " ".join(strip_control(str(value)).split())
    return _COMPUTED.sub(r"\1'", words)


def truncate(text: str, lines: int, letters: int) -> str:
    """Return at most so many lines and letters of a text; an ellipsis stands where something was left out."""
    kept = text.split("\n")
    short = "\n".join(kept[:lines])
    if len(short) > letters:
        return f"{short[:letters].rstrip()} …"
    return f"{short}\n…" if len(kept) > lines else short


def few(words: Sequence[str], most: int) -> str:
    """Return words in one line; of many, the first and how many more there are: `a, b and 3 more`."""
    more = f" and {len(words) - most} more" if len(words) > most else ""
    return ", ".join(words[:most]) + more
