"""Read path.yml and step.yml. Each error names the file and the line."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import PurePosixPath
from typing import TypeVar

from starterkit.errors import FileError
from starterkit.template.model import (
    FIRST_EDITION,
    PLATFORMS,
    AcceptedMutant,
    Commands,
    EnvironmentSpec,
    Hint,
    Link,
    ReviewNote,
    Source,
    Step,
    Template,
    Trait,
)
from starterkit.template.validation_settings import ValidationSettings, read_validation_settings
from starterkit.yamlfile import Value, did_you_mean, parse

FORMAT = 1
NO_TEMPLATE = ("this file is missing, so the folder is not a template", "See docs/authoring.md.")
_STEP_NAME = re.compile(r"(\d\d)-([a-z0-9]+(?:-[a-z0-9]+)*)")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_MODULE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_BEHAVIOR = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*(?:\.[a-z0-9]+(?:-[a-z0-9]+)*)+")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_PLACEHOLDERS = ("python", "node", "npm", "report", "tests", "port")
_REQUIRED_KEYS = (
    *("format", "name", "title", "summary", "language", "trade_off", "traits", "entry_point", "tools"),
    *("environment", "commands", "select", "report", "test_files", "owned", "tests"),
)


Item = TypeVar("Item")


def read_template(source: Source) -> Template:
    """Read path.yml, but no step yet. Raises `FileError` with file and line if it is missing or invalid."""
    keys = read_yaml(source, "path.yml", *NO_TEMPLATE).mapping(
        _REQUIRED_KEYS, ("edition", "database", "own_history", "validation", "behavior")
    )
    if keys["format"].integer(1, 999) != FORMAT:
        raise keys["format"].wrong(
            f"this version of starterkit reads format {FORMAT}",
            "Install the version of starterkit that the template needs.",
        )
    tests = _unique(keys["tests"])
    return Template(
        source=source,
        read_step=partial(read_step, source),
        name=_name(keys["name"]),
        title=keys["title"].text(),
        summary=keys["summary"].text(),
        edition=keys["edition"].integer(1, 999) if "edition" in keys else FIRST_EDITION,
        language=keys["language"].text(),
        trade_off=keys["trade_off"].text(),
        traits=_traits(keys["traits"]),
        entry_point=keys["entry_point"].text(),
        tools={name: value.text() for name, value in keys["tools"].mapping(optional=None).items()},
        environment=_environment(keys["environment"]),
        commands=_commands(keys["commands"]),
        select=_each(keys, "select", _select),
        report=keys["report"].choice(("junit",)),
        test_files=_each(keys, "test_files", _inside),
        database=_inside(keys["database"]) if "database" in keys else "",
        owned=tuple(dict.fromkeys(("tests/**", "lessons/**", *_each(keys, "owned", _inside)))),
        own_history=_each(keys, "own_history", _inside),
        tests=tests,
        step_names=_step_names(source),
        validation=read_validation_settings(keys["validation"]) if "validation" in keys else ValidationSettings(),
        behavior=_by_test(keys, "behavior", tests, _behavior),
    )


def read_step(source: Source, name: str) -> Step:
    """Read a step.yml. `name` is the step's full name. Raises `FileError` if the file is missing or invalid."""
    top = read_yaml(
        source, f"steps/{name}/step.yml", "this file is missing", "Every step needs this file. See docs/authoring.md."
    )
    keys = top.mapping(
        ("title", "summary", "minutes", "goal", "taught", "out_of_scope", "hints"),
        (
            *("links", "guards", "removes", "resets_data", "accepted_mutants", "review"),
            *("stretch", "behavior", "platforms", "in_process"),
        ),
    )
    hints, see = _hints(keys["hints"])
    guards = keys["guards"].mapping(optional=None) if "guards" in keys else {}
    removes = keys["removes"].mapping((), ("given", "solution")) if "removes" in keys else {}
    tests = tuple(dict.fromkeys((*keys["hints"].mapping(optional=None), *guards)))
    return Step(
        name=name,
        title=keys["title"].text(),
        summary=keys["summary"].text(),
        minutes=keys["minutes"].integer(5, 240),
        goal=keys["goal"].text(),
        taught=keys["taught"].texts(),
        out_of_scope=keys["out_of_scope"].texts(),
        links=_each(keys, "links", _link),
        hints=hints,
        see=see,
        guards={test: reason.text() for test, reason in guards.items()},
        tests=tests,
        removed_by_given=_each(removes, "given", _inside),
        removed_by_solution=_each(removes, "solution", _inside),
        resets_data="resets_data" in keys and keys["resets_data"].boolean(),
        accepted_mutants=_each(keys, "accepted_mutants", _mutant),
        review=_each(keys, "review", _review_note),
        stretch=_stretch(keys["stretch"], tests) if "stretch" in keys else (),
        behavior=_by_test(keys, "behavior", tests, _behavior),
        platforms=_by_test(keys, "platforms", tests, _platforms),
        in_process=_by_test(keys, "in_process", tests, Value.text),
    )


def read_yaml(source: Source, file: str, missing: str, fix: str) -> Value:
    """Parse a YAML file of a template. Raises `FileError` if it is missing or invalid.

    `missing` and `fix` are the error's message and advice for a missing file.
    """
    data = source.read(file)
    if data is None:
        raise FileError(source.label(file), None, missing, fix)
    return parse(data, source.label(file))


def _each(keys: Mapping[str, Value], name: str, read: Callable[[Value], Item]) -> tuple[Item, ...]:
    return tuple(read(item) for item in keys[name].items()) if name in keys else ()


def _name(value: Value) -> str:
    return _matching(value, _NAME, "name", 'Use lowercase letters, digits and single hyphens, for example "my-path".')


def _matching(value: Value, pattern: re.Pattern[str], kind: str, fix: str) -> str:
    """Return a text that matches a pattern. Raises `FileError` with the text and its kind if it doesn't."""
    text = value.text()
    if not pattern.fullmatch(text):
        raise value.wrong(f'invalid {kind} "{text}"', fix)
    return text


def _traits(value: Value) -> dict[str, Trait]:
    traits = {}
    for name, entry in value.mapping(optional=None).items():
        keys = entry.mapping(("strength", "reason"), ("source",))
        source = keys["source"].text() if "source" in keys else ""
        traits[name] = Trait(name, keys["strength"].integer(0, 3), keys["reason"].text(), source)
    return traits


def _environment(value: Value) -> EnvironmentSpec:
    keys = value.mapping(("kind", "declaration", "pins"), ("clear", "warm"))
    return EnvironmentSpec(
        kind=keys["kind"].choice(("python", "node")),
        declaration=_inside(keys["declaration"]),
        pins=_inside(keys["pins"]),
        clear=keys["clear"].texts() if "clear" in keys else (),
        warm=_each(keys, "warm", _module),
    )


def _module(value: Value) -> str:
    name = value.text()
    if not _MODULE.fullmatch(name):
        raise value.wrong(f'"{name}" must be the name of a Python module', 'For example "flask" or "flask.testing".')
    return name


def _commands(value: Value) -> Commands:
    keys = value.mapping(("test", "run"), ("reset", "schema", "make_history", "lint"))
    single = {name: _arguments(entry) for name, entry in keys.items() if name != "lint"}
    return Commands(**single, lint=_each(keys, "lint", _arguments))


def _arguments(value: Value) -> tuple[str, ...]:
    arguments = value.texts()
    if not arguments:
        raise value.wrong("expected a list of arguments, found an empty list")
    for item in value.items():
        for name in _PLACEHOLDER.findall(item.text()):
            if name not in _PLACEHOLDERS:
                raise item.wrong(f'unknown placeholder "{{{name}}}"', did_you_mean(name, list(_PLACEHOLDERS)))
    return arguments


def _select(value: Value) -> str:
    pattern = value.text()
    if "{file}" not in pattern and "{test}" not in pattern:
        raise value.wrong("expected a pattern that contains {file} or {test}")
    return pattern


def _inside(value: Value) -> str:
    text = value.text()
    path = PurePosixPath(text)
    if path.is_absolute() or ".." in path.parts or "\\" in text or re.match(r"[A-Za-z]:", text):
        raise value.wrong(f'"{text}" must be a path inside the project, with forward slashes and without ".."')
    if path.parts[:1] == (".git",):
        raise value.wrong(f'"{text}" is in git\'s own folder')
    return text


def _unique(value: Value) -> tuple[str, ...]:
    seen: set[str] = set()
    for item in value.items():
        if item.text() in seen:
            raise item.wrong(f'the test "{item.text()}" is here twice')
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
                raise target.wrong(f'unknown test "{target.text()}"', did_you_mean(target.text(), list(entries)))
            if not entries[target.text()].is_list():
                raise target.wrong(f'"{target.text()}" has no hints')
            see[test] = target.text()
        else:
            hints[test] = Hint(test, entry.texts())
    return hints, see


def _stretch(value: Value, tests: Sequence[str]) -> tuple[str, ...]:
    for item in value.items():
        _check_test(item.text(), item, tests)
    return _unique(value)


def _by_test(
    keys: Mapping[str, Value], name: str, tests: Sequence[str], read: Callable[[Value], Item]
) -> dict[str, Item]:
    """Return the values of a mapping whose keys are tests. Raises `FileError` for a test that isn't in `tests`."""
    entries = keys[name].mapping(optional=None) if name in keys else {}
    for test, entry in entries.items():
        _check_test(test, entry, tests)
    return {test: read(entry) for test, entry in entries.items()}


def _check_test(test: str, value: Value, tests: Sequence[str]) -> None:
    if test not in tests:
        raise value.wrong(f'unknown test "{test}"', did_you_mean(test, list(tests)))


def _behavior(value: Value) -> str:
    fix = 'Use lowercase words with hyphens and dots, for example "comment.blank-rejected".'
    return _matching(value, _BEHAVIOR, "id", fix)


def _platforms(value: Value) -> tuple[str, ...]:
    platforms = tuple(item.choice(PLATFORMS) for item in value.items())
    if not platforms:
        raise value.wrong("expected a list of systems, found an empty list", did_you_mean("", list(PLATFORMS)))
    return platforms


def _link(value: Value) -> Link:
    keys = value.mapping(("title", "about"), ("url",))
    return Link(keys["title"].text(), keys["about"].text(), keys["url"].text() if "url" in keys else "")


def _mutant(value: Value) -> AcceptedMutant:
    keys = value.mapping(("file", "line_text", "reason"))
    return AcceptedMutant(_inside(keys["file"]), keys["line_text"].text(), keys["reason"].text())


def _review_note(value: Value) -> ReviewNote:
    if not value.is_mapping():
        return ReviewNote(value.text())
    keys = value.mapping(("text",), ("file",))
    return ReviewNote(keys["text"].text(), _inside(keys["file"]) if "file" in keys else "")


def _step_names(source: Source) -> tuple[str, ...]:
    names: list[str] = []
    for name in sorted(source.step_names()):
        label = source.label(f"steps/{name}")
        match = _STEP_NAME.fullmatch(name)
        if not match:
            raise FileError(
                label,
                None,
                "the folder of a step must have a name like NN-name, in lowercase letters",
                "Rename the folder, for example to 02-comments.",
            )
        number = int(match[1])
        if 1 <= number <= len(names):
            message = f"another step already has this number: {names[number - 1]}"
            raise FileError(label, None, message, "Number the steps 01, 02, 03, …")
        if number != len(names) + 1:
            message = f"the step {len(names) + 1:02} is missing before this step"
            raise FileError(label, None, message, "Number the steps without a gap: 01, 02, 03, …")
        names.append(name)
    return tuple(names)
