"""Find the tests of the path so far, with their files and titles."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import PurePosixPath

from starterkit.template.model import BASE, Template
from starterkit.testing.results import ExpectedTest
from starterkit.textfile import parse_python

# Matches the title in `test("…", …)`, `it("…", …)`, `test.only("…", …)` and the like. The format allows no nested tests
# and no quotes in titles, so a regular expression is enough.
_NODE_TEST = re.compile(r"""^[ \t]*(?:await[ ]+)?(?:test|it)(?:\.\w+)?\(\s*(["'`])(?P<title>.+?)\1""", re.MULTILINE)


@dataclass(frozen=True)
class FoundTest:
    """A test in a source file. `sentence` is its title. `line` starts at 1."""

    id: str
    sentence: str
    line: int


def found_tests(file: str, source: bytes) -> tuple[FoundTest, ...]:
    """Return the tests of a Python or JavaScript test file in order. Return none if the Python code is invalid."""
    read = _READERS.get(PurePosixPath(file).suffix)
    return read(source.decode("utf-8", "replace")) if read else ()


def tests_in(template: Template, files: Mapping[str, bytes]) -> Iterator[tuple[str, FoundTest]]:
    """Yield each test of the test files among `files`, with its file. The files are sorted by path."""
    for file in sorted(filter(template.is_test_file, files)):
        yield from ((file, test) for test in found_tests(file, files[file]))


def expected_tests(template: Template, step: str, files: Mapping[str, bytes]) -> tuple[ExpectedTest, ...]:
    """Return the tests of the path from base up to `step` in order.

    `files` are the path's test files for base and the steps so far. If no file contains a listed test, its file is "".
    """
    sources = {test.id: (file, test) for file, test in tests_in(template, files)}

    def found(name: str, owner: str) -> ExpectedTest:
        if name not in sources:
            return ExpectedTest(name, "", owner, name)
        file, test = sources[name]
        return ExpectedTest(name, file, owner, test.sentence, line=test.line)

    tests = [replace(found(name, BASE), behavior=template.behavior.get(name, "")) for name in template.tests]
    last = 0 if step == BASE else template.step_names.index(step) + 1
    for listed in map(template.step, template.step_names[:last]):
        for name in listed.tests:
            test = replace(
                found(name, listed.name),
                guard=listed.guards.get(name, ""),
                is_stretch=name in listed.stretch,
                behavior=listed.behavior.get(name, ""),
                platforms=listed.platforms.get(name, ()),
                in_process=listed.in_process.get(name, ""),
            )
            tests.append(test)
    return tuple(tests)


def _python_tests(source: str) -> tuple[FoundTest, ...]:
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
        FoundTest(match["title"], match["title"], source.count("\n", 0, match.start("title")) + 1)
        for match in _NODE_TEST.finditer(source)
    )


def _first_line(docstring: str | None) -> str:
    return docstring.strip().split("\n")[0].strip() if docstring else ""


_READERS: dict[str, Callable[[str], tuple[FoundTest, ...]]] = {
    ".py": _python_tests,
    **dict.fromkeys((".js", ".mjs", ".cjs"), _node_tests),
}
