"""Reading a template's texts; every error names file and line, what is wrong and what is right."""

from __future__ import annotations

import re
from functools import partial
from pathlib import PurePosixPath

from starterkit.errors import FileError
from starterkit.template.model import (
    AcceptedMutant,
    Commands,
    EnvironmentSpec,
    Hint,
    Link,
    Source,
    Step,
    Template,
    Trait,
)
from starterkit.yamlfile import Value, did_you_mean, parse

FORMAT = 1
_STEP_NAME = re.compile(r"(\d\d)-([a-z0-9]+(?:-[a-z0-9]+)*)")
_NAME = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
_KNOWN_PLACEHOLDERS = ("python", "node", "npm", "report", "tests", "port")
_REQUIRED_KEYS = (
    *("format", "name", "title", "summary", "language", "trade_off", "traits", "entry_point", "tools"),
    *("environment", "commands", "select", "report", "test_files", "owned", "tests"),
)


def read_template(source: Source) -> Template:
    """Read path.yml (the steps are read when asked for). Raises `FileError` with file and line."""
    data = source.read("path.yml")
    if data is None:
        raise FileError(
            source.label("path.yml"), None, "there is no such file, so this is no template", "See docs/authoring.md."
        )
    top = parse(data, source.label("path.yml"))
    keys = top.mapping(
        _REQUIRED_KEYS,
        ("database", "own_history"),
    )
    if keys["format"].integer(1, 999) != FORMAT:
        raise keys["format"].wrong(
            f"this starterkit reads format {FORMAT}", "Install the starterkit that the template asks for."
        )
    return Template(
        source=source,
        read_step=partial(read_step, source),
        name=_name(keys["name"]),
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


def _name(value: Value) -> str:
    name = value.text()
    if not _NAME.fullmatch(name):
        raise value.wrong(f'"{name}" cannot be a name', 'Small letters, digits and single hyphens: "my-path".')
    return name


def _traits(value: Value) -> dict[str, Trait]:
    traits = {}
    for name, entry in value.mapping(optional=None).items():
        keys = entry.mapping(("strength", "reason"), ("source",))
        source = keys["source"].text() if "source" in keys else ""
        traits[name] = Trait(name, keys["strength"].integer(0, 3), keys["reason"].text(), source)
    return traits


def _environment(value: Value) -> EnvironmentSpec:
    keys = value.mapping(("kind", "declaration", "pins"), ("clear",))
    return EnvironmentSpec(
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
                    f'unknown placeholder "{{{placeholder}}}"', did_you_mean(placeholder, list(_KNOWN_PLACEHOLDERS))
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
                raise target.wrong(
                    f'there is no test "{target.text()}" here', did_you_mean(target.text(), list(entries))
                )
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
