"""What the path brings to grading at one step: its tests and their support, and what the harness is told of them."""

from __future__ import annotations

import ast
import re
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

from starterkit.errors import EnvironmentProblem
from starterkit.git.bare import BareRepository
from starterkit.git.objects import File, ObjectReader, digest
from starterkit.project.learning_path import LearningPath
from starterkit.template.model import BASE, Template
from starterkit.testing.discovery import expected_tests
from starterkit.testing.results import ExpectedTest
from starterkit.textfile import parse_python
from starterkit.workshop.model import Workshop


@dataclass(frozen=True)
class ReferenceTests:
    """The files of the path at one step, as far as grading needs them.

    `files` are the path-owned ones; `declaration` and `pins` those of the step. `others` are the paths of all other
    files of the path at this step.
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
        """The files of the tests, in the order of the path."""
        return tuple(dict.fromkeys(test.file for test in self.tests if test.file))

    @cached_property
    def fingerprint(self) -> str:
        """One word for all that the path has a say in."""
        listed = [test.id for test in self.tests]
        return digest(self.files, listed, list(self.template.commands.test), self.step)[:16]

    def delivers(self, path: str) -> bool:
        """Tell whether a path is one that the path delivers, or would: a submission's own file there does not count."""
        return self.template.owns(path) or any(
            path.startswith(f"{owned}/") or owned.startswith(f"{path}/") for owned in self.files
        )

    @cached_property
    def used_modules(self) -> list[str]:
        """The modules that tests and support import, but those of the project."""
        found: dict[str, None] = {}
        inside = {path.partition("/")[0].removesuffix(".py") for path in (*self.files, *self.others)}
        for path, file in self.files.items():
            imported = _IMPORTED.get(PurePosixPath(path).suffix)
            if imported:
                names = imported(file.data.decode("utf-8", "replace"))
                found.update(dict.fromkeys(name for name in names if name.partition(".")[0] not in inside))
        return list(found)


def _imported_by_python(source: str) -> Iterator[str]:
    """Yield the modules that Python code imports at its top."""
    try:
        tree = parse_python(source)
    except (SyntaxError, ValueError):
        return
    for node in tree.body:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _imported_by_node(source: str) -> Iterator[str]:
    """Yield the packages that JavaScript imports, at its top or later: neither files nor Node's own modules."""
    for found in _NODE_IMPORT.finditer(source):
        if not found[1].startswith((".", "/", "node:", "#")):
            yield found[1]


_NODE_IMPORT = re.compile(r"""(?:\bfrom|\bimport|\bimport\(|\brequire\()\s*["']([^"'\s]+)["']""")
_IMPORTED = {
    ".py": _imported_by_python,
    ".js": _imported_by_node,
    ".mjs": _imported_by_node,
    ".cjs": _imported_by_node,
}


def reference_tests(path: LearningPath, reader: ObjectReader, step: str) -> ReferenceTests:
    """Return what the path brings at a step."""
    template = path.template
    layer = path.layer(step, solved=False)
    owned = {
        name: File(entry.mode, reader.blob(entry.id))
        for name, entry in layer.items()
        if template.owns(name) and not name.endswith(".md")
    }
    environment = template.environment
    for name in (environment.declaration, environment.pins):
        if name not in layer:
            raise EnvironmentProblem(
                f"The path has no {name} at {step}.", "Make the workshop again from a sound template."
            )
    return ReferenceTests(
        template,
        step,
        expected_tests(template, step, path.test_files(step)),
        owned,
        frozenset(layer) - frozenset(owned),
        reader.blob(layer[environment.declaration].id),
        reader.blob(layer[environment.pins].id),
    )


class Layers(Mapping[str, ReferenceTests]):
    """What the path of a workshop brings at each of its steps, base first; read when it is asked for."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop = workshop
        self._lock = threading.Lock()
        self._read: dict[str, ReferenceTests] = {}
        with BareRepository(workshop.path_repository) as repository:
            self._steps = (BASE, *LearningPath(repository, workshop.path, workshop.texts).template.step_names)

    def __getitem__(self, step: str) -> ReferenceTests:
        if step not in self._steps:
            raise KeyError(step)
        with self._lock:
            if step not in self._read:
                with BareRepository(self._workshop.path_repository) as repository:
                    path = LearningPath(repository, self._workshop.path, self._workshop.texts)
                    self._read[step] = reference_tests(path, repository.reader, step)
            return self._read[step]

    def reference(self, step: str) -> dict[str, File]:
        """Return the files of the path's own answer to a step."""
        with BareRepository(self._workshop.path_repository) as repository:
            layer = LearningPath(repository, self._workshop.path, self._workshop.texts).layer(step, solved=True)
            return {name: File(entry.mode, repository.reader.blob(entry.id)) for name, entry in layer.items()}

    def __contains__(self, step: object) -> bool:
        return step in self._steps

    def __iter__(self) -> Iterator[str]:
        return iter(self._steps)

    def __len__(self) -> int:
        return len(self._steps)
