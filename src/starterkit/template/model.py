"""What a template is: `Template`, `Step`, `Hint` and the rest, as plain data.

The texts of a template (path.yml, and each step's step.yml and lesson.md) are read through a `Source`: a folder on
disk for an author, a commit of `refs/starterkit/template` for a learner. Both hold the same relative names.
The format is described in docs/authoring.md and DESIGN.md.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Protocol

from starterkit.errors import FileError, UsageError
from starterkit.textfile import decode_utf8
from starterkit.yamlfile import did_you_mean

BASE = "base"
_LIMIT_BYTES = 1_000_000


class Source(Protocol):
    """Where the texts of a template are read from."""

    def step_names(self) -> list[str]:
        """Return the names of the folders under steps/, in no particular order."""

    def read(self, name: str) -> bytes | None:
        """Return the bytes of one file by its relative name, or None where there is none."""

    def label(self, name: str) -> str:
        """Return how to call that file in an error."""


@dataclass(frozen=True)
class FolderSource:
    """A template in a folder."""

    folder: Path

    def step_names(self) -> list[str]:
        self._check_no_link("steps")
        steps = self.folder / "steps"
        return [entry.name for entry in steps.iterdir() if entry.is_dir()] if steps.is_dir() else []

    def read(self, name: str) -> bytes | None:
        self._check_no_link(name)
        file = self.folder / name
        if not file.is_file():
            return None
        if file.stat().st_size > _LIMIT_BYTES:
            raise FileError(
                str(file), None, f"the file is larger than {_LIMIT_BYTES:,} bytes", "A text of a path is a short one."
            )
        return file.read_bytes()

    def _check_no_link(self, name: str) -> None:
        """Raise `FileError` where a link leads out of the template (or in it: then the file itself belongs there)."""
        for part in (*reversed(PurePosixPath(name).parents[:-1]), PurePosixPath(name)):
            if (self.folder / part).is_symlink():
                raise FileError(
                    self.label(str(part)),
                    None,
                    "a template holds plain files only, no links",
                    "Put the file itself here.",
                )

    def label(self, name: str) -> str:
        return str(self.folder / name)


@dataclass(frozen=True)
class Trait:
    """What a framework is like in one respect: a strength from 0 (absent) to 3 (its hallmark), with the reason."""

    name: str
    strength: int
    reason: str
    source: str = ""


@dataclass(frozen=True)
class Hint:
    """The hints of one test, from a nudge to nearly the code (Markdown each)."""

    test: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """Where to read more about a step's idea."""

    title: str
    about: str
    url: str = ""


@dataclass(frozen=True)
class EnvironmentSpec:
    """What runs the project: `kind` names a maker in runtime, the two files declare and pin its packages."""

    kind: str
    declaration: str
    pins: str
    clear: tuple[str, ...] = ()


@dataclass(frozen=True)
class Commands:
    """Argument lists with placeholders in braces, run in the project's folder; absent ones are empty."""

    test: tuple[str, ...]
    run: tuple[str, ...]
    reset: tuple[str, ...] = ()
    schema: tuple[str, ...] = ()
    make_history: tuple[str, ...] = ()
    lint: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Step:
    """One thing to build. `name` is NN-name; `tests` are all the new tests, in the order a learner meets them."""

    name: str
    title: str
    summary: str
    minutes: int
    goal: str
    taught: tuple[str, ...]
    out_of_scope: tuple[str, ...]
    links: tuple[Link, ...]
    hints: dict[str, Hint]
    see: dict[str, str]
    guards: dict[str, str]
    tests: tuple[str, ...]
    removed_by_given: tuple[str, ...] = ()
    removed_by_solution: tuple[str, ...] = ()
    resets_data: bool = False
    accepted_mutants: tuple[AcceptedMutant, ...] = ()

    @property
    def number(self) -> str:
        return self.name[:2]

    @property
    def label(self) -> str:
        """How people read it: `01 · Comments`."""
        return f"{self.number} · {self.title}"

    def hint_for(self, test: str) -> Hint | None:
        """Return the hints of a test, following `see:`."""
        return self.hints.get(self.see.get(test, test))


@dataclass(frozen=True)
class AcceptedMutant:
    """A change to the solution that no visitor can see, with the reason why no test need notice it."""

    file: str
    line_text: str
    reason: str


@dataclass(frozen=True)
class Template:
    """A framework's starter project and learning path, as its texts say it."""

    source: Source = field(repr=False, compare=False)
    read_step: Callable[[str], Step] = field(repr=False, compare=False)
    name: str
    title: str
    summary: str
    language: str
    trade_off: str
    traits: dict[str, Trait]
    entry_point: str
    tools: dict[str, str]
    environment: EnvironmentSpec
    commands: Commands
    select: tuple[str, ...]
    report: str
    test_files: tuple[str, ...]
    database: str
    owned: tuple[str, ...]
    own_history: tuple[str, ...]
    tests: tuple[str, ...]
    step_names: tuple[str, ...]

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """All steps, in order; read when first asked for."""
        return tuple(self.read_step(name) for name in self.step_names)

    def step(self, name: str) -> Step:
        """Return one step by its full name, without reading the others."""
        if "steps" in self.__dict__:
            return self.steps[self.step_names.index(name)]
        return self.read_step(name)

    def find_step(self, words: str) -> str:
        """Return the full name of the step that `words` means: its number, full name, or name without number.

        Raises `UsageError` with the nearest names.
        """
        wanted = words.strip().lower()
        for name in self.step_names:
            number, plain = name.split("-", 1)
            if wanted in (name, plain, number) or (wanted.isdigit() and int(wanted) == int(number)):
                return name
        if wanted.isdigit():
            raise UsageError(f"There is no step {words} in the {self.title} path: it has {len(self.step_names)}.")
        known = [*self.step_names, *(name.split("-", 1)[1] for name in self.step_names)]
        raise UsageError(f'There is no step "{words}" in the {self.title} path.', did_you_mean(wanted, known))

    def lesson(self, step: str) -> str:
        """Return a step's lesson as Markdown."""
        name = f"steps/{step}/lesson.md"
        data = self.source.read(name)
        if data is None:
            raise FileError(self.source.label(name), None, "the lesson is missing")
        return decode_utf8(data, self.source.label(name))

    def owns(self, path: str) -> bool:
        """Tell whether the words of this file of the path are the path's (path-owned) and not the learner's."""
        return any(_matches(path, pattern) for pattern in self.owned)

    def is_history(self, path: str) -> bool:
        """Tell whether this file is a migration: the learner's history."""
        return any(_matches(path, pattern) for pattern in self.own_history)

    def is_test_file(self, path: str) -> bool:
        return any(_matches(path, pattern) for pattern in self.test_files)

    def is_pins(self, path: str) -> bool:
        """Tell whether this is one of the two files that declare and pin the packages."""
        return path in (self.environment.declaration, self.environment.pins)


def _matches(path: str, pattern: str) -> bool:
    """Match a path against a pattern in which `**` stands for any depth and `*` stays within one folder."""
    return _match_parts(path.split("/"), pattern.split("/"))


def _match_parts(parts: list[str], patterns: list[str]) -> bool:
    if not patterns:
        return not parts
    if patterns[0] == "**":
        return any(_match_parts(parts[skip:], patterns[1:]) for skip in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], patterns[0]) and _match_parts(parts[1:], patterns[1:])
