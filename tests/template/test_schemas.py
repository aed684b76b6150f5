"""The JSON Schemas and the reader of path.yml and step.yml accept and refuse the same files."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from starterkit.authoring.files import FilesSource
from starterkit.authoring.scaffold import KINDS
from starterkit.errors import FileError
from starterkit.git.objects import FILE, File
from starterkit.template.bundled import bundled_folder, skeleton_folder
from starterkit.template.load import read_step, read_template
from starterkit.template.schemas import schema_text

LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
DUMPER = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
FULL_PATH = """
format: 1
name: full
title: Full
edition: 2
summary: Everything that a path.yml can say.
language: Python
trade_off: None.
traits: {quick_start: {strength: 3, reason: It is quick, source: "https://example.org/"}}
entry_point: "conduit:create_app()"
tools: {git: ">=2.38"}
environment: {kind: python, declaration: pyproject.toml, pins: requirements.txt, clear: ["FLASK_*"], warm: [a.b, c]}
commands:
  test: ["{python}", "{report}", "{tests}"]
  run: ["{python}", "{port}"]
  reset: ["{python}"]
  schema: ["{python}"]
  make_history: ["{python}"]
  lint: [["{python}"]]
select: ["{file}::{test}"]
report: junit
test_files: ["tests/test_*.py"]
database: instance/site.db
owned: ["tests/**"]
own_history: ["migrations/**"]
tests: [test_a, test_b]
behavior: {test_a: page.shown, test_b: page.missing-is-404}
validation:
  skip: {wording: The lessons are in German.}
  limits:
    lesson_sections: [Warum]
    lesson_stretch: Kür
    lesson_box: In anderen Frameworks
    lesson_min_words: 1
    lesson_max_words: 2
    belittling_words: [einfach]
    min_hints: 1
    max_hints: 4
    sentence_words: 30
    title_words: 20
    step_seconds: 20
  accepted: [{rule: lesson, file: steps/01-full/lesson.md, message: words, reason: It is long.}]
"""
FULL_STEP = """
title: Full
summary: Everything that a step.yml can say.
minutes: 30
goal: One idea.
taught: [one]
out_of_scope: [two]
links: [{title: Here, about: this, url: "https://example.org/"}]
hints: {test_a: [Look, Write], test_b: {see: test_a}}
guards: {test_c: It stays.}
removes: {given: [a.txt], solution: [b/c.txt]}
resets_data: true
accepted_mutants: [{file: a.py, line_text: "return 1", reason: Nobody sees it.}]
review: [Sort in the database., {text: An index helps., file: conduit/models.py}]
stretch: [test_b]
behavior: {test_a: comment.shown, test_b: comment.blank-rejected}
platforms: {test_b: [linux, macos], test_c: [windows]}
in_process: {test_c: It needs the clock of the site.}
"""
FULL = {"path": FULL_PATH, "step": FULL_STEP}
# Every kind of value, in places where another kind belongs, and texts that mean more than they say.
VALUES = [
    *(None, True, -1, 0, 4, 30, 241, 1.5, "", "  ", "word", "Big Word", "1", [], {}, [[]], [None], ["a", "a"]),
    *([["{python}"]], {"see": "test_a"}, {"a": "b"}, {"a": None}, {"a": ["b"]}, "2026-01-01", "a\nb"),
    *("/etc/passwd", "../up", "a/..", "a..b", "back\\slash", "C:/x", "./.git", "a/.git", ".gitignore"),
    *("{python}", "{nothing}", "{tests} {report}", "{}", "x{test}x", ["{nothing}"], ["{file}"], ["/abs"]),
    *("a.b", "a.b-c.d", "a..b", "a.-b", "A.b", ["linux"], ["linux", "plan9"], ["windows", "macos"]),
]


def reader_accepts(kind: str, data: bytes) -> bool:
    files = {"path.yml": File(FILE, data), "steps/01-full/step.yml": File(FILE, data)}
    try:
        if kind == "path":
            read_template(FilesSource({"path.yml": files["path.yml"]}, ""))
        else:
            read_step(FilesSource(files, ""), "01-full")
    except FileError:
        return False
    return True


def schema_accepts(kind: str, value: Any) -> bool:
    return VALIDATORS[kind].is_valid(value)


SCHEMAS = {kind: json.loads(schema_text(kind)) for kind in FULL}
VALIDATORS = {kind: jsonschema.Draft202012Validator(schema) for kind, schema in SCHEMAS.items()}


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Yield the path to every value inside a document."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, below in inner:
        yield from places(below, (*path, key))


def changed(document: Any, path: tuple[Any, ...], change: str, value: Any = None) -> Any:
    """Return a copy of a document with the value at a path replaced, taken away, or given one more key."""
    document = copy.deepcopy(document)
    if not path:
        return {**document, "surplus": value} if change == "add" else value
    target = document
    for key in path[:-1]:
        target = target[key]
    if change == "replace":
        target[path[-1]] = value
    elif change == "remove":
        del target[path[-1]]
    else:
        target[path[-1]]["surplus"] = value
    return document


def variations(document: Any) -> Iterator[Any]:
    yield document
    for number, path in enumerate(places(document)):
        # Each place gets a third of the values: every kind of place is there several times.
        for value in VALUES[number % 3 :: 3]:
            yield changed(document, path, "replace", value)
        if path:
            yield changed(document, path, "remove")
        here = document
        for key in path:
            here = here[key]
        if isinstance(here, dict):
            yield changed(document, path, "add", "word")
            yield changed(document, path, "add", {"strength": 1, "reason": "yes"})


def only_the_reader_can_tell(kind: str, document: Any) -> bool:
    """True if a document is wrong in a way that no JSON Schema can say: it names a test that it doesn't list."""
    if not isinstance(document, dict):
        return False
    lists = [document.get(key) or () for key in (("hints", "guards") if kind == "step" else ("tests",))]
    tests = {str(test) for each in lists if isinstance(each, dict | list) for test in each}
    named = [document.get(key) or () for key in ("stretch", "behavior", "platforms", "in_process")]
    if any(str(test) not in tests for each in named if isinstance(each, dict | list) for test in each):
        return True
    hints = document.get("hints")
    if kind != "step" or not isinstance(hints, dict):
        return False
    targets = [entry.get("see") for entry in hints.values() if isinstance(entry, dict)]
    return any(
        not isinstance(hints.get(str(target)), list) for target in targets if isinstance(target, str | int | float)
    )


@pytest.mark.parametrize("kind", FULL)
def test_the_schema_and_the_reader_agree_on_every_change_to_a_full_file(kind: str) -> None:
    document = yaml.safe_load(FULL[kind])
    count = refused = 0
    differing: list[str] = []
    for variation in variations(document):
        data = yaml.dump(variation, Dumper=DUMPER, allow_unicode=True).encode()
        seen = yaml.load(data, Loader=LOADER)
        by_reader, by_schema = reader_accepts(kind, data), schema_accepts(kind, seen)
        count, refused = count + 1, refused + (not by_reader)
        if by_reader != by_schema and not only_the_reader_can_tell(kind, seen):
            differing.append(f"the reader says {by_reader}, the schema {by_schema}:\n{data.decode()}")

    assert not differing, f"{len(differing)} differ, the first: {differing[0]}"
    assert count > 500 and refused > count // 2


@pytest.mark.parametrize("kind", FULL)
def test_the_full_file_is_accepted_and_has_every_key_of_the_schema(kind: str) -> None:
    document = yaml.safe_load(FULL[kind])

    assert reader_accepts(kind, FULL[kind].encode())
    assert schema_accepts(kind, document)
    assert set(SCHEMAS[kind]["properties"]) == set(document)


@pytest.mark.parametrize(
    "template", [*bundled_folder().iterdir(), *map(skeleton_folder, KINDS)], ids=lambda path: path.name
)
def test_the_texts_of_every_template_fit_the_schemas(template: Path) -> None:
    for file in [template / "path.yml", *template.glob("steps/*/step.yml")]:
        document = yaml.safe_load(file.read_text("utf-8"))
        VALIDATORS[file.stem].validate(document)


def test_every_key_of_a_schema_says_what_it_is() -> None:
    def keys(schema: Any) -> Iterator[tuple[str, Any]]:
        if isinstance(schema, dict):
            yield from schema.get("properties", {}).items()
            for below in schema.values():
                yield from keys(below)
        elif isinstance(schema, list):
            for below in schema:
                yield from keys(below)

    silent = [name for schema in SCHEMAS.values() for name, entry in keys(schema) if not entry.get("description")]
    assert not silent
