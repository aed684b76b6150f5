"""Make text harmless for a terminal or a spreadsheet, and shorten text."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Terminal commands such as colors: as they are, and as pytest writes them in a report (#x1B).
_COMMANDS = re.compile(
    r"(?:\x1b|#x1B)\[[0-?]*[ -/]*[@-~]"  # CSI: colors, cursor
    r"|(?:\x1b|#x1B)\][^\x07\x1b\n]*(?:\x07|#x07|\x1b\\|#x1B\\)"  # OSC: titles, links
    r"|\x1b[@-Z\\^_]"
)
# Control characters except tab and newline, other line ends, characters that XML doesn't allow, characters that change
# the direction of a line, and halves of surrogate pairs.
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")

# A formula at the start of a cell, or after a `;` that a spreadsheet may take for the end of a cell.
_COMPUTED = re.compile(r"""(^|;["'\s]*)(?=[=+\-@])""")


def strip_control(text: str) -> str:
    """Return the text without color codes and terminal commands."""
    return _HARMFUL.sub("\ufffd", _COMMANDS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def csv_cell(value: object) -> str:
    """Return a CSV cell that no spreadsheet takes for a formula, even after `;`."""
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else " ".join(strip_control(str(value)).split())
    return _COMPUTED.sub(r"\1'", text)


def truncate(text: str, lines: int, characters: int) -> str:
    """Return a text with at most this many lines and characters, and an ellipsis."""
    all_lines = text.split("\n")
    short = "\n".join(all_lines[:lines])
    if len(short) > characters:
        return f"{short[:characters].rstrip()} …"
    return f"{short}\n…" if len(all_lines) > lines else short


def few(names: Sequence[str], most: int) -> str:
    """Return names in one line: `a, b and 3 more`."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
