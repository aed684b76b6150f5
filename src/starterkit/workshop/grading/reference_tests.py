"""Reads the learning path's own tests for grading.

It also reads their support files and the package files.
"""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from starterkit.errors import EnvironmentProblem
from starterkit.git.bare import BareRepository
from starterkit.git.objects import File, ObjectReader, digest
from starterkit.project.learning_path import LearningPath
from starterkit.template.model import BASE, Template
from starterkit.testing.results import ExpectedTest
from starterkit.textfile import parse_python
from starterkit.workshop.model import Workshop

_NODE_IMPORT = re.compile(r"""(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*["']([^"'\s]+)["']""")


@dataclass(frozen=True)
class ReferenceTests:
    """The learning path's tests at one step. They replace the tests in a submission.

    `files` are the path-owned files (tests and settings) without lessons. `others` has the names of all other files of
    the learning path. `declaration` and `pins` are the contents of the two package files.
    """

    template: Template
    step: str
    tests: tuple[ExpectedTest, ...]
    files: Mapping[str, File]
    others: frozenset[str]
    declaration: bytes
    pins: bytes

    @property
    def test_files(self) -> tuple[str, ...]:
        """The test files, in path order."""
        return tuple(dict.fromkeys(test.file for test in self.tests if test.file))

    @cached_property
    def fingerprint(self) -> str:
        """A digest of the data of the learning path that can change a verdict.

        It covers the path-owned files, the list of tests, and the test command.
        """
        listed = [test.id for test in self.tests]
        listed += [f"stretch: {test.id}" for test in self.tests if test.is_stretch]
        listed += [f"not here: {test.id}" for test in self.tests if not test.is_here]
        return digest(self.files, listed, list(self.template.commands.test), self.step)[:16]

    @cached_property
    def top_names(self) -> frozenset[str]:
        """The names of the learning path's modules and folders at the project's top level."""
        return frozenset(path.partition("/")[0].removesuffix(".py") for path in (*self.files, *self.others))

    def delivers(self, path: str) -> bool:
        """True if grading takes the file at this path from the learning path.

        The submission's file isn't used.
        """
        return self.template.owns(path) or any(
            path.startswith(f"{owned}/") or owned.startswith(f"{path}/") for owned in self.files
        )

    @cached_property
    def used_modules(self) -> list[str]:
        """The modules of installed packages that the tests and their support files import."""
        names: dict[str, None] = {}
        for path, file in self.files.items():
            if path.endswith((".py", ".js", ".mjs", ".cjs")):
                imported = _imported_by_python if path.endswith(".py") else _imported_by_node
                names.update(dict.fromkeys(imported(file.data.decode("utf-8", "replace"))))
        return [name for name in names if name.partition(".")[0] not in self.top_names]


def _imported_by_python(source: str) -> Iterator[str]:
    tree = parse_python(source)
    for node in tree.body if tree else ():
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _imported_by_node(source: str) -> Iterator[str]:
    """Yield the packages that JavaScript code imports. Relative files and Node's modules aren't packages."""
    yield from (name for name in _NODE_IMPORT.findall(source) if not name.startswith((".", "/", "node:", "#")))


class Layers:
    """The learning path's tests by step, such as `layers["02-comments"]`. Each step is read when it is first used."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._lock = threading.Lock()
        self._read: dict[str, ReferenceTests] = {}
        with self._open() as (path, _):
            self._steps = (BASE, *path.template.step_names)

    def __getitem__(self, step: str) -> ReferenceTests:
        if step not in self._steps:
            raise KeyError(step)
        with self._lock:
            if step not in self._read:
                with self._open() as (path, reader):
                    self._read[step] = _read_step(path, reader, step)
            return self._read[step]

    def reference(self, step: str) -> dict[str, File]:
        """Return all files of a project with the path's solution to a step, by path."""
        with self._open() as (path, reader):
            layer = path.layer(step, solved=True)
            return {name: File(entry.mode, reader.blob(entry.id)) for name, entry in layer.items()}

    def __contains__(self, step: object) -> bool:
        return step in self._steps

    @contextmanager
    def _open(self) -> Iterator[tuple[LearningPath, ObjectReader]]:
        with BareRepository(self._workshop.path_repository) as repository:
            yield LearningPath(repository, self._workshop.path, self._workshop.texts), repository.reader


def _read_step(path: LearningPath, reader: ObjectReader, step: str) -> ReferenceTests:
    template = path.template
    environment, layer = template.environment, path.layer(step, solved=False)
    owned = {
        name: File(entry.mode, reader.blob(entry.id))
        for name, entry in layer.items()
        if template.owns(name) and not name.endswith(".md")
    }
    for name in (environment.declaration, environment.pins):
        if name not in layer:
            raise EnvironmentProblem(
                f"The step {step} of the learning path has no file {name}.",
                "Create the workshop again from a template with this file.",
            )
    return ReferenceTests(
        template,
        step,
        path.expected_tests(step),
        owned,
        frozenset(layer) - frozenset(owned),
        reader.blob(layer[environment.declaration].id),
        reader.blob(layer[environment.pins].id),
    )
