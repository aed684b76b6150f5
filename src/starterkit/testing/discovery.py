"""Which tests a path lists so far, with the file and the sentence of each, read from the source of the tests."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from starterkit.template.model import BASE, Template
from starterkit.testing.results import ExpectedTest

# The title of `test("…", …)`, also as `it`, `test.only` and the like. The format asks for flat tests and titles
# without quotes, so no parser of JavaScript is needed.
_NODE_TEST = re.compile(r"""^[ \t]*(?:await[ ]+)?(?:test|it)(?:\.\w+)?\(\s*(["'`])(?P<title>.+?)\1""", re.MULTILINE)


@dataclass(frozen=True)
class FoundTest:
    """A test as its source says it; `line` counts from 1."""

    id: str
    sentence: str
    line: int


def found_tests(file: str, source: bytes) -> tuple[FoundTest, ...]:
    """Return the tests of a test file in the order of its lines; none where it cannot be read as a program."""
    read = _READERS.get(PurePosixPath(file).suffix)
    return read(source.decode("utf-8", "replace")) if read else ()


def expected_tests(template: Template, step: str, files: Mapping[str, bytes]) -> tuple[ExpectedTest, ...]:
    """Return the tests that the path lists from base up to `step` (a step's name, or "base"), in their order.

    `files` are the path's test files of base and the steps so far. A listed test that is in none of them has no file.
    """
    places = {
        test.id: (file, test)
        for file in sorted(files)
        if template.is_test_file(file)
        for test in found_tests(file, files[file])
    }

    def expected(name: str, owner: str, guard: str = "") -> ExpectedTest:
        if name not in places:
            return ExpectedTest(name, "", owner, name, guard)
        file, test = places[name]
        return ExpectedTest(name, file, owner, test.sentence, guard, test.line)

    tests = [expected(name, BASE) for name in template.tests]
    for name in _steps_until(template, step):
        listed = template.step(name)
        tests += [expected(test, name, listed.guards.get(test, "")) for test in listed.tests]
    return tuple(tests)


def _steps_until(template: Template, step: str) -> tuple[str, ...]:
    return () if step == BASE else template.step_names[: template.step_names.index(step) + 1]


def _python_tests(source: str) -> tuple[FoundTest, ...]:
    import ast

    from starterkit.textfile import parse_python

    tree = parse_python(source)
    functions = [
        node for node in (tree.body if tree else ()) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    ]
    return tuple(
        FoundTest(node.name, _first_line(ast.get_docstring(node)) or node.name, node.lineno)
        for node in functions
        if node.name.startswith("test")
    )


def _node_tests(source: str) -> tuple[FoundTest, ...]:
    return tuple(
        FoundTest(found["title"], found["title"], source.count("\n", 0, found.start("title")) + 1)
        for found in _NODE_TEST.finditer(source)
    )


def _first_line(docstring: str | None) -> str:
    return docstring.strip().split("\n")[0].strip() if docstring else ""


_READERS: dict[str, Callable[[str], tuple[FoundTest, ...]]] = {
    ".py": _python_tests,
    ".js": _node_tests,
    ".mjs": _node_tests,
    ".cjs": _node_tests,
}
