"""Makes mutants of a solution: copies with one small change that a visitor would notice.

Libraries don't fit (checked: mutmut 3.8, cosmic-ray 8.7). Validation runs a test command in the template's own
environment. It mutates the lines of one step only, and mutates pages and JavaScript as well as Python. mutmut 3 mutates
only functions, but most of a step is routes, decorators and tables. It also forks pytest in its own process, next to
the learner's packages. cosmic-ray can run a command, but mutates whole Python modules and removes no statements.
It also installs aiohttp, SQLAlchemy and ten more packages. Both libraries ignore pages.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from starterkit.git.objects import digest
from starterkit.validation.mutation import javascript, markup, python
from starterkit.validation.source_change import SourceChange

# For each suffix, the function that finds possible changes in a file.
_FINDERS: dict[str, Callable[[bytes, frozenset[str]], list[SourceChange]]] = {
    ".py": lambda data, _promised: python.changes(data),
    ".html": markup.changes,
    ".js": javascript.changes,
}
MOST = 60  # maximum mutants per step; the same files always give the same sample


@dataclass(frozen=True)
class Mutant:
    """One changed file of a solution. `line_text` is the line before the change, `data` the changed file."""

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
    """Return mutants of the lines that a solution adds or changes, compared with the step's `given` files.

    `promised` are the words that the lesson names. Other CSS classes aren't mutated, because learners may choose them.
    """
    mutants = []
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
                mutants.append(Mutant(path, line, text, change.kind, change.description, change.applied_to(data)))
    return list({(mutant.file, mutant.data): mutant for mutant in mutants}.values())


def sampled(mutants: list[Mutant], most: int = MOST) -> list[Mutant]:
    """Return at most `most` mutants, in order. Moved lines don't change which mutants are chosen."""

    def key(mutant: Mutant) -> str:
        return digest(mutant.file, mutant.kind, mutant.line_text, mutant.change)

    chosen = sorted(mutants, key=key)[:most]
    return [mutant for mutant in mutants if mutant in chosen]


def _own_lines(data: bytes, before: bytes | None) -> set[int]:
    old, new = [] if before is None else before.split(b"\n"), data.split(b"\n")
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    changed = [(start, end) for kind, _, _, start, end in matcher.get_opcodes() if kind != "equal"]
    return {number for start, end in changed for number in range(start + 1, end + 1)}
