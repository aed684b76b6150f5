"""One change to a file's bytes."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class SourceChange:
    """Put `text` where `start` to `end` (bytes) stand; `kind` and `words` say it to people."""

    start: int
    end: int
    text: bytes
    kind: str
    words: str

    def applied_to(self, data: bytes) -> bytes:
        """Return the bytes with this change."""
        return data[: self.start] + self.text + data[self.end :]


def shortened(text: str, letters: int = 70) -> str:
    """Return the text on one line, at most so long."""
    line = " ".join(text.split())
    return line if len(line) <= letters else f"{line[: letters - 2]} …"
