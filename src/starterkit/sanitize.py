"""Make text safe for a terminal or a spreadsheet, and shorten text."""

from __future__ import annotations

import re
from collections.abc import Sequence

# Matches terminal commands such as colors, even in the form in which pytest writes them to a report (#x1B).
_COMMANDS = re.compile(
    r"(?:\x1b|#x1B)\[[0-?]*[ -/]*[@-~]"  # CSI: colors and cursor movement
    r"|(?:\x1b|#x1B)\][^\x07\x1b\n]*(?:\x07|#x07|\x1b\\|#x1B\\)"  # OSC: window titles and links
    r"|\x1b[@-Z\\^_]"
)
# Matches control characters except tab and newline, unusual line breaks, and characters that XML doesn't allow. It also
# matches characters that change the text direction, and half surrogate pairs.
_HARMFUL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff\ufffe\uffff]")

# Matches the start of a formula, also after a `;`, because some spreadsheets start a new cell there.
_COMPUTED = re.compile(r"""(^|;["'\s]*)(?=[=+\-@])""")


def strip_control(text: str) -> str:
    """Return a text without color codes and other terminal commands.

    Other harmful characters become U+FFFD, and all line ends become a newline.
    """
    return _HARMFUL.sub("\ufffd", _COMMANDS.sub("", text.replace("\r\n", "\n").replace("\r", "\n")))


def csv_cell(value: object) -> str:
    """Return a CSV cell that no spreadsheet treats as a formula, even after a `;`."""
    if value is None:
        return ""
    text = str(value).lower() if isinstance(value, bool) else " ".join(strip_control(str(value)).split())
    return _COMPUTED.sub(r"\1'", text)


def truncate(text: str, lines: int, characters: int) -> str:
    """Return a text cut to this many lines and characters, with an ellipsis if it was longer."""
    all_lines = text.split("\n")
    short = "\n".join(all_lines[:lines])
    if len(short) > characters:
        return f"{short[:characters].rstrip()} …"
    return f"{short}\n…" if len(all_lines) > lines else short


def few(names: Sequence[str], most: int) -> str:
    """Return the names as a short list in one line: `a, b and 3 more`."""
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
