"""Mutants of a solution: small changes to its files that a visitor would notice, one at a time.

Why no kept library (looked at: mutmut 3.8, cosmic-ray 8.7). What is needed here is a black-box test command in the
template's own environment, mutants of the lines of one step only, pages as well as programs, and another language
later. mutmut 3 mutates functions only, runs pytest in its own process by fork, and so wants to be installed beside the
learner's packages; routes, decorators and tables, which are most of a step, lie outside functions. cosmic-ray has a
black-box command, but mutates whole Python modules in place through a session database, knows no removed statement,
and brings aiohttp, SQLAlchemy and ten more packages. Neither touches a page. What remains is 300 lines.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from starterkit.git.objects import digest
from starterkit.validation.mutation import javascript, markup, python
from starterkit.validation.mutation.change import SourceChange

# The functions that find the changes of a file, by suffix and by nothing else.
_FINDERS: dict[str, Callable[[bytes, frozenset[str]], list[SourceChange]]] = {
    ".py": lambda data, _promised: python.changes(data),
    ".html": markup.changes,
    ".js": javascript.changes,
}
MOST = 60  # a step has at most so many; above that, a sample that stays the same while the file does


@dataclass(frozen=True)
class Mutant:
    """One change to one file of a solution. `line_text` is the line as it stands there, `change` what becomes of it."""

    file: str
    line: int
    line_text: str
    kind: str
    change: str
    data: bytes

    def __str__(self) -> str:
        return f"{self.kind}: {self.change}"


def mutants_of(
    solution: Mapping[str, bytes], given: Mapping[str, bytes], promised: frozenset[str] = frozenset()
) -> list[Mutant]:
    """Return the mutants of what a solution changes: of new files all lines, of older ones those that differ.

    `promised` are the words that the lesson names: of a page's classes only these are more than looks.
    """
    found = []
    for path, data in sorted(solution.items()):
        find = _FINDERS.get(PurePosixPath(path).suffix)
        if find is None or b"\0" in data:
            continue
        own = _own_lines(data, given.get(path))
        lines = data.decode("utf-8", "replace").split("\n")
        for change in find(data, promised):
            line = data.count(b"\n", 0, change.start) + 1
            if line in own:
                text = lines[line - 1].strip()
                found.append(Mutant(path, line, text, change.kind, change.words, change.applied_to(data)))
    unique = {(mutant.file, mutant.data): mutant for mutant in found}
    return list(unique.values())


def sampled(mutants: list[Mutant], most: int = MOST) -> list[Mutant]:
    """Return at most so many mutants, chosen by their words and not by their place, in the order of the files."""
    if len(mutants) <= most:
        return mutants
    chosen = sorted(mutants, key=lambda mutant: digest(mutant.file, mutant.kind, mutant.line_text, mutant.change))[
        :most
    ]
    return [mutant for mutant in mutants if mutant in chosen]


def _own_lines(data: bytes, before: bytes | None) -> set[int]:
    """The numbers of the lines that a solution adds or changes."""
    new = data.split(b"\n")
    if before is None:
        return set(range(1, len(new) + 1))
    matcher = difflib.SequenceMatcher(None, before.split(b"\n"), new, autojunk=False)
    return {
        number
        for kind, _, _, start, end in matcher.get_opcodes()
        if kind != "equal"
        for number in range(start + 1, end + 1)
    }
