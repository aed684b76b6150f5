"""Workshops for the tests of grading: a path, and people whose repositories hold what the test says."""

from __future__ import annotations

import hmac
import io
import json
import tarfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from textwrap import dedent

import pytest

from starterkit.git.bare import BareRepository, write_bare
from starterkit.git.objects import FILE, File, Identity, NewCommit, write_objects
from starterkit.project.layers import Layer, metadata_of, path_layers, read_folder, write_path
from starterkit.project.state import STATE_FILE, State, state_bytes
from starterkit.runtime.prepare import prepare
from starterkit.template.load import read_template
from starterkit.template.model import BASE, FolderSource, Template
from starterkit.workshop.grading.batch import Grading, GradingRequest
from starterkit.workshop.grading.environments import EnvironmentCache, GradingPackages, _node_packages, _python_packages
from starterkit.workshop.grading.grader import LocalRunner
from starterkit.workshop.grading.model import Grade, Verdict
from starterkit.workshop.grading.reference_tests import ReferenceTests
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.sandbox.model import Confinement, RunResult, Sandbox, SandboxJob
from starterkit.workshop.sandbox.select import MECHANISMS, why_not
from starterkit.workshop.sandbox.select import sandbox as best_sandbox
from tests.support.projects import node_alone, pytest_environment

GRADED = Path(__file__).parents[1] / "templates" / "graded"
GRADED_NODE = Path(__file__).parents[1] / "templates" / "graded-node"
Changes = Mapping[str, "str | bytes | File | None"]
ADA = Person("ada", "Ada")
WHEN = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
_WHO = Identity("Ada", "ada@example.org")

needs_a_sandbox = pytest.mark.skipif(
    all(why_not(name) for name in MECHANISMS), reason="learners' code is not started without a sandbox"
)


_MADE: dict[str, GradingPackages] = {}


class OneShelf(EnvironmentCache):
    """A shelf with one environment: that of the site in its folder, else pytest and its time limits, or Node."""

    def _packages(self, pristine: ReferenceTests, pins: bytes) -> GradingPackages:
        name = pristine.template.name
        if name not in _PREPARED and pristine.template.environment.kind == "node":
            return super()._packages(pristine, pins)
        if name not in _PREPARED:
            return _python_packages("site", prepare(self.folder, pristine.template.environment), pristine)
        if name not in _MADE:
            _MADE[name] = _PREPARED[name](pristine)
        return _MADE[name]


_PREPARED: dict[str, Callable[[ReferenceTests], GradingPackages]] = {
    GRADED.name: lambda pristine: _python_packages("one", pytest_environment(), pristine),
    GRADED_NODE.name: lambda _: _node_packages("node", node_alone(GRADED_NODE / "project")),
}


@dataclass
class Room:
    """A workshop on the disk, made without the command."""

    folder: Path
    source: Path = GRADED
    people: tuple[Person, ...] = (ADA,)
    site: Path | None = None
    prove: bool = False
    layers: dict[str, Layer] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.template: Template = read_template(FolderSource(self.source))
        made = path_layers(self.source, self.template, _base(self.source))
        self.layers = {layer.label: layer for layer in made}
        path = self.folder / "repos" / ".path.git"
        write_bare(path, {})
        with BareRepository(path) as repository:
            ids = write_path(repository.git, made, metadata_of(self.source, self.template))
        self.workshop = Workshop(self.folder, "graded", "0", {}, BASE, True, *ids, people=self.people)
        for person in self.people:
            write_bare(self.folder / "repos" / f"{person.folder}.git", {})

    def submit(
        self,
        changes: Mapping[str, str | bytes | File | None] | None = None,
        *,
        step: str = "01-words",
        person: Person = ADA,
        when: datetime = WHEN,
        start: str = "",
        message: str = "Work",
    ) -> str:
        """Commit the solution of a step with these changes (None: without that file); return the commit."""
        label = start or (f"solution {step}" if step != BASE else BASE)
        files = dict(self.layers[label].files)
        own = State("graded", "0", self.workshop.path, self.workshop.texts, step, False)
        files[STATE_FILE] = File(FILE, state_bytes(own))
        for name, content in (changes or {}).items():
            files.pop(name, None)
            if content is not None:
                files[name] = content if isinstance(content, File) else File(FILE, _bytes(content))
        with BareRepository(self.workshop.repository(person)) as repository:
            commit = NewCommit("refs/heads/main", f"{message}\n", _WHO, _WHO, int(when.timestamp()), files=files)
            return write_objects(repository.git, [commit])[-1]

    def grade(self, order: GradingRequest | None = None, sandbox: Sandbox | None = None) -> Grade:
        """Grade the first person and return the grade."""
        return self.grades(order, sandbox)[0]

    def grades(self, order: GradingRequest | None = None, sandbox: Sandbox | None = None) -> list[Grade]:
        """Grade everybody."""
        grading = self.grading(order, sandbox)
        grades = grading.run()
        for wrong in grading.failed.values():
            raise wrong
        return grades

    def grading(self, order: GradingRequest | None = None, sandbox: Sandbox | None = None) -> Grading:
        """Return a grading of everybody."""
        chosen = order or GradingRequest(self.people, jobs=1)
        shelf = OneShelf(self.site or self.folder)
        return Grading(self.workshop, chosen, LocalRunner(shelf, sandbox or best_sandbox()), shelf, prove=self.prove)


def _base(source: Path) -> dict[str, File]:
    """The starter project, rendered where there is something to render."""
    found = read_folder(source / "project")
    if not any(name.endswith(".jinja") for name in found):
        return found
    from starterkit.render import render

    return dict(render(source, {}, read_folder, trusted=True).files)


def _bytes(content: str | bytes) -> bytes:
    return content if isinstance(content, bytes) else dedent(content).lstrip("\n").encode()


TESTS = ("test_home_greets", "test_a_missing_page_is_told", "test_words_are_counted", "test_each_length")


@dataclass
class Feigned:
    """A sandbox in which nothing runs: each listed test passes but the `red` ones.

    It keeps the jobs and reports a `note`.
    """

    red: tuple[str, ...] = ()
    jobs: list[SandboxJob] = field(default_factory=list)
    site: str = "/site"
    lines: int = 100
    note: str = ""
    ends_early: bool = False
    killed: bool = False

    def describe(self) -> Confinement:
        return Confinement("feigned", ("nothing",), ())

    def run(self, job: SandboxJob) -> RunResult:
        self.jobs.append(job)
        if self.killed:
            raise KeyboardInterrupt
        events: list[dict[str, object]] = [{"event": "begun"}, {"event": "collected"}]
        for name in TESTS:
            outcome = "failed" if name in self.red else "passed"
            events += [
                {"event": "began", "test": name},
                {
                    "event": "ended",
                    "test": name,
                    "file": "",
                    "outcome": outcome,
                    "message": "AssertionError: \x1b[1mno",
                },
            ]
        events += [{"event": "note", "what": self.note}] if self.note else []
        events.append({"event": "finished"})
        if self.ends_early:
            events = [{"event": "started"}]
        assert job.on_report is not None
        for number, event in enumerate(events[: self.lines]):
            body = json.dumps({**event, "n": number}).encode()
            job.on_report(hmac.new(job.secret, body, "sha256").hexdigest().encode() + b" " + body + b"\n")
        return RunResult(0, 0.1, b"")

    def files(self) -> dict[str, bytes]:
        """What the last job was given."""
        with tarfile.open(fileobj=io.BytesIO(self.jobs[-1].archive)) as archive:
            return {one.name: archive.extractfile(one).read() for one in archive if one.isfile()}  # type: ignore[union-attr]


def said(grade: Grade) -> str:
    """All that a grading says in words."""
    return "\n".join([grade.why, *grade.notes, *(one.message for one in grade.results)])


def check_cheat(grade: Grade, verdict: Verdict, words: str) -> None:
    """A cheat ended so, with these words; it is not green, and nothing of it reaches a terminal as it is."""
    assert grade.verdict is verdict, said(grade)
    assert words in said(grade)
    assert "\x1b" not in said(grade) and "\u202e" not in said(grade)
    assert len(said(grade)) < 10_000
    assert verdict is Verdict.TAMPERED or any(not one.is_green for one in grade.results)
