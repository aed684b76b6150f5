"""Finds code of a step's solution in the code blocks of a hint or a lesson."""

from __future__ import annotations

import re
from collections.abc import Iterator

from starterkit.validation.markdown import blocks
from starterkit.validation.workspace import RuleContext

_IN_A_ROW = 3


def solution_code(work: RuleContext, markdown: str) -> Iterator[tuple[int, str, str]]:
    """Yield the code blocks that contain three successive code lines of the solution.

    Each block is yielded with its line number, the first of the three lines, and the solution's file.
    """
    with_windows = [(block.line, windows) for block in blocks(markdown) if (windows := _windows(block.lines))]
    if not with_windows:
        return
    given = work.files(work.given)
    solution = {path: _code_lines(content.data) for path, content in work.own_files(work.solution).items()}
    before = {path: set(_code_lines(given[path].data)) for path in solution if path in given}
    for line, windows in with_windows:
        found = ((window[0], path) for window in windows if (path := _file_with(window, solution, before)))
        yield from ((line, *match) for match in list(found)[:1])


def _windows(lines: tuple[str, ...]) -> list[list[str]]:
    """Return each three successive code lines."""
    code = _bare(lines)
    return [code[at : at + _IN_A_ROW] for at in range(len(code) - _IN_A_ROW + 1)]


def _file_with(window: list[str], solution: dict[str, list[str]], before: dict[str, set[str]]) -> str:
    """Return the first solution file that adds these successive lines, or ""."""
    for path, lines in solution.items():
        is_older = all(line in before.get(path, ()) for line in window)
        if not is_older and any(lines[at : at + len(window)] == window for at in range(len(lines))):
            return path
    return ""


def _code_lines(data: bytes) -> list[str]:
    return _bare(tuple(data.decode("utf-8", "replace").split("\n")))


def _bare(lines: tuple[str, ...]) -> list[str]:
    """Return the lines that contain a letter or digit, without indentation."""
    return [line.strip() for line in lines if re.search(r"\w", line)]
