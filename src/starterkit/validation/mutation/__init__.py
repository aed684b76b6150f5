"""Makes mutants of a solution: copies with one small change that a visitor would notice.

Libraries don't fit (checked: mutmut 3.8, cosmic-ray 8.7). Validation runs a test command in the template's own
environment. It mutates the lines of one step only, and mutates pages, JavaScript and SQL as well as Python. mutmut 3
mutates only functions, but most of a step is routes, decorators and tables. It also forks pytest in its own process,
next to the learner's packages. cosmic-ray can run a command, but mutates whole Python modules and removes no
statements. It also installs aiohttp, SQLAlchemy and ten more packages. Both libraries ignore pages and SQL.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import zip_longest

from starterkit.git.objects import digest
from starterkit.textfile import parse_python
from starterkit.validation.language import Language, language_of
from starterkit.validation.mutation import javascript, markup, python, sql
from starterkit.validation.mutation.texts import Promised
from starterkit.validation.source_change import SourceChange

# For each language, the function that finds possible changes in a file.
_FINDERS: dict[Language, Callable[[bytes, Promised], list[SourceChange]]] = {
    Language.PYTHON: python.changes,
    Language.PAGE: markup.changes,
    Language.JAVASCRIPT: javascript.changes,
    Language.SQL: lambda data, _promised: sql.changes(data),
}
MOST = 60  # mutants of a step that make its score; the same files always give the same sample
LEAST = 10  # a score of fewer mutants says nothing


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
    solution: Mapping[str, bytes], given: Mapping[str, bytes], promised: Promised | None = None
) -> list[Mutant]:
    """Return mutants of the lines that a solution adds or changes, compared with the step's `given` files.

    `promised` are the words and texts that the lesson names. Other CSS classes and texts aren't mutated, because
    learners may choose them.
    """
    mutants = []
    for path, data in sorted(solution.items()):
        language = language_of(path, data)
        if language not in _FINDERS:
            continue
        own = _own_lines(data, given.get(path))
        lines = data.decode("utf-8", "replace").split("\n")
        for change in _FINDERS[language](data, promised or Promised()):
            line = data.count(b"\n", 0, change.start) + 1
            if line in own:
                text = lines[line - 1].strip()
                mutants.append(Mutant(path, line, text, change.kind, change.description, change.applied_to(data)))
    return list({(mutant.file, mutant.data): mutant for mutant in mutants}.values())


def unmutated(solution: Mapping[str, bytes], mutants: Iterable[Mutant]) -> dict[str, list[str]]:
    """Return the files of a solution that have no mutant, by the reason."""
    mutated = {mutant.file for mutant in mutants}
    files: dict[str, list[str]] = {}
    for path, data in sorted(solution.items()):
        if path not in mutated and data.strip():
            files.setdefault(_why_unmutated(path, data), []).append(path)
    return files


def _why_unmutated(path: str, data: bytes) -> str:
    if b"\0" in data:
        return "binary"
    language = language_of(path, data)
    if language not in _FINDERS:
        return "no language with mutants"
    if language is Language.PYTHON and parse_python(data) is None:
        return "not valid Python"
    return "nothing to change in the new lines"


def balanced(mutants: list[Mutant]) -> list[Mutant]:
    """Return the mutants in an order whose first part is a balanced sample: over kinds, and in each kind over files.

    Moved lines don't change the order.
    """

    def key(mutant: Mutant) -> str:
        return digest(mutant.file, mutant.kind, mutant.line_text, mutant.change)

    kinds: dict[str, dict[str, list[Mutant]]] = {}
    for mutant in sorted(mutants, key=key):
        kinds.setdefault(mutant.kind, {}).setdefault(mutant.file, []).append(mutant)
    return _in_turn([_in_turn(files.values()) for files in kinds.values()])


def _in_turn(lists: Iterable[list[Mutant]]) -> list[Mutant]:
    """Return the first mutant of each list, then the second of each, and so on."""
    return [mutant for turn in zip_longest(*lists) for mutant in turn if mutant is not None]


def _own_lines(data: bytes, before: bytes | None) -> set[int]:
    old, new = [] if before is None else before.split(b"\n"), data.split(b"\n")
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    changed = [(start, end) for kind, _, _, start, end in matcher.get_opcodes() if kind != "equal"]
    return {number for start, end in changed for number in range(start + 1, end + 1)}
