"""The data of path.yml and step.yml: a template, its steps, hints and commands.

docs/authoring.md describes the files. They and the lessons are read from a `Source`: a folder for an author, and a
commit of `refs/starterkit/template` for a learner. Both have the same relative file names.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Protocol

from starterkit.errors import FileError, UsageError
from starterkit.template.validation_settings import ValidationSettings
from starterkit.textfile import decode_utf8
from starterkit.yamlfile import did_you_mean

BASE = "base"
FIRST_EDITION = 1
OWN_TESTS = "own_tests"  # the folder of the tests that a learner writes as the task of a step, whose tests run them
PLATFORMS = ("linux", "macos", "windows")
_LIMIT_BYTES = 1_000_000


class Source(Protocol):
    """A place to read a template's metadata files from.

    They are path.yml, and each step's step.yml and lesson.md.
    """

    def step_names(self) -> list[str]:
        """Return the names of the folders in steps/, in any order."""

    def read(self, name: str) -> bytes | None:
        """Return the content of a file, or None if it is missing."""

    def label(self, name: str) -> str:
        """Return the name of a file for error messages."""


@dataclass(frozen=True)
class FolderSource:
    """Reads a template's metadata from a folder. Raises `FileError` for links and for huge files."""

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
            message = f"this file is larger than {_LIMIT_BYTES:,} bytes, which is the limit for a template"
            raise FileError(str(file), None, message, "Make the file smaller.")
        return file.read_bytes()

    def _check_no_link(self, name: str) -> None:
        for part in (*reversed(PurePosixPath(name).parents[:-1]), PurePosixPath(name)):
            if (self.folder / part).is_symlink():
                message = "this is a link, and a template can't contain links"
                raise FileError(
                    self.label(str(part)), None, message, "Replace the link with the file that it points to."
                )

    def label(self, name: str) -> str:
        return str(self.folder / name)


@dataclass(frozen=True)
class Trait:
    """A trait of a framework, such as async. Its strength is from 0 (absent) to 3 (hallmark)."""

    name: str
    strength: int
    reason: str
    source: str = ""


@dataclass(frozen=True)
class Hint:
    """The hints of one test as Markdown. They go from a question about the problem to nearly the code."""

    test: str
    levels: tuple[str, ...]


@dataclass(frozen=True)
class Link:
    """A page or book about the idea of a step. `about` says what to look for. A book may have no `url`."""

    title: str
    about: str
    url: str = ""


@dataclass(frozen=True)
class ReviewNote:
    """What a reviewer would say about common solutions, as Markdown. `file` is the file that it is about, or ""."""

    text: str
    file: str = ""


@dataclass(frozen=True)
class EnvironmentSpec:
    """The environment of a template's projects.

    `kind` is python or node. `declaration` and `pins` are the two package files, such as pyproject.toml and
    requirements.txt. `clear` has patterns of environment variables that started programs don't get.
    `warm` names the Python modules that a process may import before a test run.
    """

    kind: str
    declaration: str
    pins: str
    clear: tuple[str, ...] = ()
    warm: tuple[str, ...] = ()


@dataclass(frozen=True)
class Commands:
    """The template's commands: argument lists with placeholders such as `{python}`. A missing command is empty."""

    test: tuple[str, ...]
    run: tuple[str, ...]
    reset: tuple[str, ...] = ()
    schema: tuple[str, ...] = ()
    make_history: tuple[str, ...] = ()
    lint: tuple[tuple[str, ...], ...] = ()


@dataclass(frozen=True)
class Step:
    """One step of a learning path: the data of its step.yml. `name` is, for example, `02-comments`.

    `tests` has the step's new tests in order, and then its guards. `guards` has a reason for each test that passes
    before the step is built. `see` maps a test to another test with the same hints. `stretch` are the tests for careful
    work, which don't count. `behavior` has a test's id in the list that all frameworks share. `platforms` names the
    systems of a test that doesn't run everywhere. `in_process` has the reason why a test can't use HTTP.
    """

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
    review: tuple[ReviewNote, ...] = ()
    stretch: tuple[str, ...] = ()
    behavior: dict[str, str] = field(default_factory=dict)
    platforms: dict[str, tuple[str, ...]] = field(default_factory=dict)
    in_process: dict[str, str] = field(default_factory=dict)

    @property
    def core_tests(self) -> tuple[str, ...]:
        """The tests that count: all tests except the stretch tests."""
        return tuple(test for test in self.tests if test not in self.stretch)

    @property
    def number(self) -> str:
        return self.name[:2]

    @property
    def label(self) -> str:
        """The step's number and title: `01 · Comments`."""
        return f"{self.number} · {self.title}"

    def hint_for(self, test: str) -> Hint | None:
        """Return a test's hints, or those of the test that its `see:` key names. None if it has no hints."""
        return self.hints.get(self.see.get(test, test))


@dataclass(frozen=True)
class AcceptedMutant:
    """A mutant that tests may miss, because visitors can't see it.

    A mutant is a small bug put into the solution.
    """

    file: str
    line_text: str
    reason: str


@dataclass(frozen=True)
class Template:
    """A starter project and the learning path of a framework, as path.yml describes them.

    `traits` are by name. `owned`, `own_history` and `test_files` are patterns of paths. `tests` are the tests of the
    base project, and `behavior` their ids in the list that all frameworks share. Projects can't move from one `edition`
    of a learning path to another.
    """

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
    edition: int = FIRST_EDITION
    validation: ValidationSettings = field(default_factory=ValidationSettings)
    behavior: dict[str, str] = field(default_factory=dict)

    @cached_property
    def steps(self) -> tuple[Step, ...]:
        """All steps in order. The first use reads their files."""
        return tuple(self.read_step(name) for name in self.step_names)

    def step(self, name: str) -> Step:
        """Return the step with this full name, such as `02-comments`.

        The other steps aren't read.
        """
        if "steps" in self.__dict__:
            return self.steps[self.step_names.index(name)]
        return self.read_step(name)

    def find_step(self, text: str) -> str:
        """Return the full name of the step with this number or name: `2` gives `02-comments`.

        Raises `UsageError` if no step matches.
        """
        key = text.strip().lower()
        for name in self.step_names:
            number, short_name = name.split("-", 1)
            if key in (name, short_name, number) or (key.isdigit() and int(key) == int(number)):
                return name
        if key.isdigit():
            fix = f"Use a number from 1 to {len(self.step_names)}, or the name of a step."
            raise UsageError(f"Unknown step {text} in the {self.title} learning path.", fix)
        short_names = [name.split("-", 1)[1] for name in self.step_names]
        fix = did_you_mean(key, list(self.step_names), short_names)
        raise UsageError(f'Unknown step "{text}" in the {self.title} learning path.', fix)

    def lesson(self, step: str) -> str:
        """Return a step's lesson as Markdown. Raises `FileError` if it is missing or isn't UTF-8."""
        return read_lesson(self.source, step)

    def owns(self, path: str) -> bool:
        """True if the file at this path is path-owned.

        In a learner's project, the path replaces such a file whole.
        """
        return _matches(path, self.owned)

    def is_history(self, path: str) -> bool:
        """True if the learner's project writes this file itself, such as a migration. Such files are never merged."""
        return _matches(path, self.own_history)

    def is_test_file(self, path: str) -> bool:
        return _matches(path, self.test_files)

    def is_pins(self, path: str) -> bool:
        """True if this file declares or pins the packages."""
        return path in (self.environment.declaration, self.environment.pins)


def _matches(path: str, patterns: tuple[str, ...]) -> bool:
    """True if a path matches a pattern. `**` matches any number of folders, and `*` a part of one name."""
    return any(_match_parts(path.split("/"), pattern.split("/")) for pattern in patterns)


def _match_parts(parts: list[str], patterns: list[str]) -> bool:
    if not patterns:
        return not parts
    if patterns[0] == "**":
        return any(_match_parts(parts[skip:], patterns[1:]) for skip in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], patterns[0]) and _match_parts(parts[1:], patterns[1:])


def read_lesson(source: Source, step: str) -> str:
    """Return a step's lesson as Markdown. Raises `FileError` if it is missing or isn't UTF-8."""
    name = f"steps/{step}/lesson.md"
    data = source.read(name)
    if data is None:
        raise FileError(
            source.label(name),
            None,
            "this file is missing, so the step has no lesson",
            "Create the file, and write the lesson into it.",
        )
    return decode_utf8(data, source.label(name))
