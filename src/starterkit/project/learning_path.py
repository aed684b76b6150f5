"""Read the learning path of a project: its layers and metadata in git's objects.

`refs/starterkit/path` is a chain of commits: base → given 01 → solution 01 → given 02 → … `refs/starterkit/template` is
one commit with path.yml and every step.yml and lesson.md. A project needs nothing else: no template, no renderer and no
network.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from starterkit.errors import EnvironmentProblem
from starterkit.git.bare import BareRepository
from starterkit.git.objects import Entry, ObjectReader
from starterkit.git.repository import Repository
from starterkit.template.load import read_template
from starterkit.template.model import BASE, Template
from starterkit.testing.discovery import expected_tests
from starterkit.testing.results import ExpectedTest


@dataclass(frozen=True)
class CommitSource:
    """Reads a template's metadata from a commit instead of a folder, for `read_template`."""

    reader: ObjectReader
    commit: str

    def step_names(self) -> list[str]:
        parts = [name.split("/") for name in self.reader.tree(self.commit)]
        return list(dict.fromkeys(part[1] for part in parts if part[0] == "steps" and len(part) > 2))

    def read(self, name: str) -> bytes | None:
        entry = self.reader.tree(self.commit).get(name)
        return None if entry is None else self.reader.blob(entry.id)

    def label(self, name: str) -> str:
        return f"{name} (of the path)"


class LearningPath:
    """The learning path of a project: its metadata, the order of its steps, and the files of each layer.

    `tip` is the commit id of the last layer. `texts` is the commit id of the metadata.
    """

    def __init__(self, repository: Repository | BareRepository, path: str, texts: str) -> None:
        self._reader = repository.reader
        self.tip = path
        self.texts = texts
        self._expected: dict[str, tuple[ExpectedTest, ...]] = {}

    @cached_property
    def template(self) -> Template:
        """The metadata of the path: path.yml, and each step's step.yml and lesson.md."""
        return read_template(CommitSource(self._reader, self.texts))

    @cached_property
    def _commits(self) -> list[str]:
        ids: list[str] = []
        name = self.tip
        while name:
            id, commit = self._reader.commit(name)
            ids.append(id)
            name = commit.parents[0] if commit.parents else ""
        expected = 1 + 2 * len(self.template.step_names)
        if len(ids) != expected:
            raise EnvironmentProblem(
                f"The learning path in this repository is damaged. It has {len(ids)} commits instead of {expected}.",
                "`starterkit doctor` explains how to restore the learning path.",
            )
        return ids[::-1]

    def layer_commit(self, step: str, *, solved: bool) -> str:
        """Return the commit id of a step's given, or of its solution if `solved`.

        Base has only one layer, so `solved` has no effect there. Raises `EnvironmentProblem` if layers are missing.
        """
        if step == BASE:
            return self._commits[0]
        return self._commits[1 + 2 * self.template.step_names.index(step) + solved]

    def layer(self, step: str, *, solved: bool) -> Mapping[str, Entry]:
        """Return all files of a step's given, or of its solution if `solved`, by path."""
        return self._reader.tree(self.layer_commit(step, solved=solved))

    def next_step(self, step: str) -> str | None:
        """Return the name of the next step, or None after the last."""
        names = self.template.step_names
        position = 0 if step == BASE else names.index(step) + 1
        return names[position] if position < len(names) else None

    def steps_so_far(self, step: str) -> tuple[str, ...]:
        """Return the names of all steps up to and including this step."""
        names = self.template.step_names
        return () if step == BASE else names[: names.index(step) + 1]

    def expected_tests(self, step: str) -> tuple[ExpectedTest, ...]:
        """Return the tests of base and of the steps up to `step`. Finding them takes long, so they are kept."""
        if step not in self._expected:
            self._expected[step] = expected_tests(self.template, step, self.test_files(step))
        return self._expected[step]

    def test_files(self, step: str) -> dict[str, bytes]:
        """Return the content of the path's test files, for base and the steps up to `step`, by path."""
        layer = self.layer(step, solved=False)
        return {path: self._reader.blob(entry.id) for path, entry in layer.items() if self.template.is_test_file(path)}
