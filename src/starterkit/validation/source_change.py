"""A change to a file's bytes, and the byte positions of Python syntax nodes."""

from __future__ import annotations

import ast
from dataclasses import dataclass


@dataclass(frozen=True)
class SourceChange:
    """Replaces the bytes from `start` to `end` by `text`. Users see `kind` and `description`."""

    start: int
    end: int
    text: bytes
    kind: str = ""
    description: str = ""

    def applied_to(self, data: bytes) -> bytes:
        """Return the bytes of a file with this change."""
        return data[: self.start] + self.text + data[self.end :]


class PythonSource:
    """The bytes of a Python file. It finds the bytes that belong to a syntax node."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._line_starts = [0]
        for line in data.split(b"\n"):
            self._line_starts.append(self._line_starts[-1] + len(line) + 1)

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """Return the positions of a node's first byte and of the byte after its last byte."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self._line_starts[node.lineno - 1] + node.col_offset, self._line_starts[end_line - 1] + end_column

    def text(self, node: ast.expr | ast.stmt | ast.keyword) -> str:
        """Return the source text of a node."""
        start, end = self.span(node)
        return self.data[start:end].decode("utf-8", "replace")


def one_line(text: str | bytes, letters: int = 70) -> str:
    """Return the text on one line, shortened to a maximum number of characters."""
    line = " ".join((text if isinstance(text, str) else text.decode("utf-8", "replace")).split())
    return line if len(line) <= letters else f"{line[: letters - 2]} …"
