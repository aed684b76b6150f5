"""Reading a template into `Template`, `Step` and `Hint`; every error names file and line.

The texts of a template (path.yml, and each step's step.yml and lesson.md) are read through a `Source`: a folder on
disk for an author, a commit of `refs/starterkit/template` for a learner. Both hold the same relative names.
The format is described in docs/authoring.md and DESIGN.md.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path, PurePosixPath
from typing import Protocol

from starterkit.errors import FileError, UsageError
from starterkit.yamlfile import Value, nearest, parse

FORMAT = 1
BASE = "base"
_STEP_NAME = re.compile(r"(\d\d)-([a-z0-9]+(?:-[a-z0-9]+)*)")
_LIMIT_BYTES = 1_000_000
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_KNOWN_PLACEHOLDERS = ("python", "node", "npm", "report", "tests", "port")


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
        steps = self.folder / "steps"
        return [entry.name for entry in steps.iterdir() if entry.is_dir()] if steps.is_dir() else []

    def read(self, name: str) -> bytes | None:
        file = self.folder / name
        if not file.is_file():
            return None
        if file.stat().st_size > _LIMIT_BYTES:
            raise FileError(str(file), None, f"the file is larger than {_LIMIT_BYTES:,} bytes")
        return file.read_bytes()

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
class Environment:
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
    name: str
    title: str
    summary: str
    language: str
    trade_off: str
    traits: dict[str, Trait]
    entry_point: str
    tools: dict[str, str]
    environment: Environment
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
        return tuple(read_step(self.source, name) for name in self.step_names)

    def step(self, name: str) -> Step:
        """Return one step by its full name, without reading the others."""
        if "steps" in self.__dict__:
            return self.steps[self.step_names.index(name)]
        return read_step(self.source, name)

    def find_step(self, words: str) -> str:
        """Return the full name of the step that `words` means: its number, full name, or name without number.

        Raises `UsageError` with the nearest names.
        """
        wanted = words.strip().lower()
        for name in self.step_names:
            number, plain = name.split("-", 1)
            if wanted in (name, plain, number) or (wanted.isdigit() and int(wanted) == int(number)):
                return name
        known = [*self.step_names, *(name.split("-", 1)[1] for name in self.step_names)]
        raise UsageError(f'There is no step "{words}" in the {self.title} path.', nearest(wanted, known))

    def lesson(self, step: str) -> str:
        """Return a step's lesson as Markdown."""
        name = f"steps/{step}/lesson.md"
        data = self.source.read(name)
        if data is None:
            raise FileError(self.source.label(name), None, "the lesson is missing")
        return data.decode("utf-8")

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


def read_template(source: Source) -> Template:
    """Read path.yml (the steps are read when asked for). Raises `FileError` with file and line."""
    data = source.read("path.yml")
    if data is None:
        raise FileError(
            source.label("path.yml"), None, "there is no such file, so this is no template", "See docs/authoring.md."
        )
    top = parse(data, source.label("path.yml"))
    keys = top.mapping(
        ("format", "name", "title", "summary", "language", "trade_off", "traits", "entry_point", "tools")
        + ("environment", "commands", "select", "report", "test_files", "owned", "tests"),
        ("database", "own_history"),
    )
    if keys["format"].integer(1, 999) != FORMAT:
        raise keys["format"].wrong(
            f"this starterkit reads format {FORMAT}", "Install the starterkit that the template asks for."
        )
    return Template(
        source=source,
        name=keys["name"].text(),
        title=keys["title"].text(),
        summary=keys["summary"].text(),
        language=keys["language"].text(),
        trade_off=keys["trade_off"].text(),
        traits=_traits(keys["traits"]),
        entry_point=keys["entry_point"].text(),
        tools={name: value.text() for name, value in keys["tools"].mapping(optional=None).items()},
        environment=_environment(keys["environment"]),
        commands=_commands(keys["commands"]),
        select=tuple(_select(item) for item in keys["select"].items()),
        report=keys["report"].choice(("junit",)),
        test_files=_patterns(keys["test_files"]),
        database=_inside(keys["database"]) if "database" in keys else "",
        owned=tuple(dict.fromkeys(("tests/**", "lessons/**", *_patterns(keys["owned"])))),
        own_history=_patterns(keys["own_history"]) if "own_history" in keys else (),
        tests=_unique(keys["tests"]),
        step_names=_step_names(source),
    )


def read_step(source: Source, name: str) -> Step:
    """Read one step's step.yml. Raises `FileError` with file and line."""
    file = f"steps/{name}/step.yml"
    data = source.read(file)
    if data is None:
        raise FileError(source.label(file), None, "the file is missing", "Every step has one; see docs/authoring.md.")
    keys = parse(data, source.label(file)).mapping(
        ("title", "summary", "minutes", "goal", "taught", "out_of_scope", "hints"),
        ("links", "guards", "removes", "resets_data", "accepted_mutants"),
    )
    hints, see = _hints(keys["hints"])
    guards = (
        {test: reason.text() for test, reason in keys["guards"].mapping(optional=None).items()}
        if "guards" in keys
        else {}
    )
    removes = keys["removes"].mapping((), ("given", "solution")) if "removes" in keys else {}
    return Step(
        name=name,
        title=keys["title"].text(),
        summary=keys["summary"].text(),
        minutes=keys["minutes"].integer(5, 240),
        goal=keys["goal"].text(),
        taught=keys["taught"].texts(),
        out_of_scope=keys["out_of_scope"].texts(),
        links=tuple(_link(item) for item in keys["links"].items()) if "links" in keys else (),
        hints=hints,
        see=see,
        guards=guards,
        tests=tuple(dict.fromkeys((*keys["hints"].mapping(optional=None), *guards))),
        removed_by_given=tuple(_inside(item) for item in removes["given"].items()) if "given" in removes else (),
        removed_by_solution=tuple(_inside(item) for item in removes["solution"].items())
        if "solution" in removes
        else (),
        resets_data=keys["resets_data"].boolean() if "resets_data" in keys else False,
        accepted_mutants=tuple(_mutant(item) for item in keys["accepted_mutants"].items())
        if "accepted_mutants" in keys
        else (),
    )


def _traits(value: Value) -> dict[str, Trait]:
    traits = {}
    for name, entry in value.mapping(optional=None).items():
        keys = entry.mapping(("strength", "reason"), ("source",))
        source = keys["source"].text() if "source" in keys else ""
        traits[name] = Trait(name, keys["strength"].integer(0, 3), keys["reason"].text(), source)
    return traits


def _environment(value: Value) -> Environment:
    keys = value.mapping(("kind", "declaration", "pins"), ("clear",))
    return Environment(
        kind=keys["kind"].choice(("python", "node")),
        declaration=_inside(keys["declaration"]),
        pins=_inside(keys["pins"]),
        clear=keys["clear"].texts() if "clear" in keys else (),
    )


def _commands(value: Value) -> Commands:
    keys = value.mapping(("test", "run"), ("reset", "schema", "make_history", "lint"))
    plain = {name: _arguments(entry) for name, entry in keys.items() if name != "lint"}
    lint = tuple(_arguments(item) for item in keys["lint"].items()) if "lint" in keys else ()
    return Commands(**plain, lint=lint)


def _arguments(value: Value) -> tuple[str, ...]:
    words = value.texts()
    if not words:
        raise value.wrong("expected a list of arguments, found an empty one")
    for item, word in zip(value.items(), words, strict=True):
        for placeholder in _PLACEHOLDER.findall(word):
            if placeholder not in _KNOWN_PLACEHOLDERS:
                raise item.wrong(
                    f'unknown placeholder "{{{placeholder}}}"', nearest(placeholder, list(_KNOWN_PLACEHOLDERS))
                )
    return words


def _select(value: Value) -> str:
    pattern = value.text()
    if "{file}" not in pattern and "{test}" not in pattern:
        raise value.wrong("expected a pattern with {file} or {test} in it")
    return pattern


def _patterns(value: Value) -> tuple[str, ...]:
    return tuple(_inside(item) for item in value.items())


def _inside(value: Value) -> str:
    """A relative path that stays inside the project."""
    text = value.text()
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or "\\" in text or re.match(r"[A-Za-z]:", text):
        raise value.wrong(f'"{text}" must be a path inside the project, with forward slashes and without ".."')
    if path.parts[:1] == (".git",):
        raise value.wrong(f'"{text}" lies in git\'s own folder')
    return text


def _unique(value: Value) -> tuple[str, ...]:
    seen: set[str] = set()
    for item in value.items():
        if item.text() in seen:
            raise item.wrong(f'the test "{item.text()}" stands here twice')
        seen.add(item.text())
    return value.texts()


def _hints(value: Value) -> tuple[dict[str, Hint], dict[str, str]]:
    hints: dict[str, Hint] = {}
    see: dict[str, str] = {}
    entries = value.mapping(optional=None)
    for test, entry in entries.items():
        if entry.is_mapping():
            target = entry.mapping(("see",))["see"]
            if target.text() not in entries:
                raise target.wrong(f'there is no test "{target.text()}" here', nearest(target.text(), list(entries)))
            if not entries[target.text()].is_list():
                raise target.wrong(f'"{target.text()}" has no hints of its own')
            see[test] = target.text()
        else:
            hints[test] = Hint(test, entry.texts())
    return hints, see


def _link(value: Value) -> Link:
    keys = value.mapping(("title", "about"), ("url",))
    return Link(keys["title"].text(), keys["about"].text(), keys["url"].text() if "url" in keys else "")


def _mutant(value: Value) -> AcceptedMutant:
    keys = value.mapping(("file", "line_text", "reason"))
    return AcceptedMutant(_inside(keys["file"]), keys["line_text"].text(), keys["reason"].text())


def _step_names(source: Source) -> tuple[str, ...]:
    names = sorted(source.step_names())
    numbers: dict[int, str] = {}
    for name in names:
        match = _STEP_NAME.fullmatch(name)
        label = source.label(f"steps/{name}")
        if not match:
            raise FileError(label, None, "a step is called NN-name, in small letters", "For example: 01-comments.")
        number = int(match[1])
        if number in numbers:
            raise FileError(
                label, None, f"the number {match[1]} is taken by {numbers[number]}", "Number the steps 01, 02, 03, …"
            )
        if number != len(numbers) + 1:
            raise FileError(
                label, None, f"the step {len(numbers) + 1:02} is missing before it", "Number the steps without a gap."
            )
        numbers[number] = name
    return tuple(names)


def _matches(path: str, pattern: str) -> bool:
    """Match a path against a pattern in which `**` stands for any depth and `*` stays within one folder."""
    return _match_parts(path.split("/"), pattern.split("/"))


def _match_parts(parts: list[str], patterns: list[str]) -> bool:
    if not patterns:
        return not parts
    if patterns[0] == "**":
        return any(_match_parts(parts[skip:], patterns[1:]) for skip in range(len(parts) + 1))
    return bool(parts) and fnmatchcase(parts[0], patterns[0]) and _match_parts(parts[1:], patterns[1:])
