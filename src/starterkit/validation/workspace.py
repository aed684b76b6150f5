"""Where a template's tests run: an environment for each set of pins, copies of layers, and the runs themselves."""

from __future__ import annotations

import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from starterkit.errors import EnvironmentProblem
from starterkit.git.objects import File, digest
from starterkit.git.worktree import write_file
from starterkit.process import quoted
from starterkit.runtime.environment import Environment
from starterkit.runtime.prepare import prepare
from starterkit.testing.results import CheckResult, ExpectedTest
from starterkit.testing.runner import run_tests
from starterkit.validation.concurrency import ConcurrencyLimit
from starterkit.validation.model import Finding, Rule
from starterkit.validation.side_effects import SideEffect, SideEffectWatch
from starterkit.validation.target import Files, TemplateUnderTest

Made = TypeVar("Made")
# What makes a test program stop at the first red test, for each kind of environment; harmless where it is unknown.
_STOP_AT_FIRST = {"python": {"PYTEST_ADDOPTS": "-x"}}


class Workspace:
    """The place of one validation. All of it is used by several threads at once."""

    def __init__(self, scratch: Path, environments: Path, slots: ConcurrencyLimit) -> None:
        self.scratch = scratch
        self.slots = slots
        self._environments = environments
        self._lock = threading.Lock()
        self._locks: dict[object, threading.Lock] = {}
        self._made: dict[object, Any] = {}
        self._idle: dict[tuple[str, str], list[Path]] = {}

    def once(self, key: object, make: Callable[[], Made]) -> Made:
        """Return what `make` gives, made once for each key however many threads ask."""
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key not in self._made:
                self._made[key] = make()
            made: Made = self._made[key]
            return made

    def prepared(self, subject: TemplateUnderTest, label: str) -> Environment:
        """Return the environment for the pins of a layer: made once for each set of pins, and kept."""
        environment = subject.template.environment
        files = subject.layer(label)
        for name in (environment.declaration, environment.pins):
            if name not in files:
                raise EnvironmentProblem(
                    f'The layer "{label}" has no {name}.', "path.yml names it under `environment`."
                )
        data = [files[environment.declaration].data, files[environment.pins].data]
        folder = self._environments / digest(environment.kind, environment.clear, sys.version, *data)[:16]

        def make() -> Environment:
            with self.slots.one():
                folder.mkdir(parents=True, exist_ok=True)
                for name, content in zip((environment.declaration, environment.pins), data, strict=True):
                    if not (folder / name).is_file() or (folder / name).read_bytes() != content:
                        (folder / name).parent.mkdir(parents=True, exist_ok=True)
                        (folder / name).write_bytes(content)
                return prepare(folder, environment)

        return self.once(("environment", folder), make)

    @contextmanager
    def copy_of(self, subject: TemplateUnderTest, label: str) -> Iterator[Path]:
        """Give the block a copy of a layer that is its own while it runs; other blocks use it again."""
        key = (subject.name, label)
        with self._lock:
            idle = self._idle.setdefault(key, [])
            folder = idle.pop() if idle else None
        if folder is None:
            folder = self.new_folder()
            write_files(folder, subject.layer(label))
        yield folder
        with self._lock:  # left out where the block failed: nobody knows what it left behind
            self._idle[key].append(folder)

    def new_folder(self) -> Path:
        """Return a new, empty folder; it is removed with the bench."""
        return Path(tempfile.mkdtemp(prefix="project-", dir=self.scratch))


class Skip(Exception):  # an outcome, no error
    """A rule has nothing to look at, or cannot look; the words say why."""


@dataclass(frozen=True)
class Observed:
    """A test run, and what it did to the world outside the project."""

    result: CheckResult
    seen: tuple[SideEffect, ...]


@dataclass
class RuleContext:
    """What a rule works with: the template, the step (or `base`), and the bench. It sums up the seconds of its runs."""

    subject: TemplateUnderTest
    step: str
    bench: Workspace
    rule: Rule
    test_seconds: float = 0.0
    score: float | None = None
    notes: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def finding(self, message: str, file: str = "", line: int = 0, *, by_hand: str = "") -> Finding:
        """Return a finding of this rule; without `by_hand`, the command that runs this rule alone shows it."""
        name, step = quoted(self.subject.name), self.step
        command = by_hand or f"starterkit template validate {name} --step {step} --only {self.rule} --no-cache"
        return Finding(self.subject.template.name, step, self.rule, file, line, message, command)

    def of_test(self, label: str, test: ExpectedTest, message: str) -> Finding:
        """Return a finding about a test, at its line."""
        file = self.subject.where(label, test.file) if test.file else ""
        return self.finding(f"{test.id}: {message}", file, test.line if file else 0)

    def run(
        self,
        folder: Path,
        label: str,
        tests: Sequence[ExpectedTest],
        *,
        each: bool = False,
        has_slot: bool = False,
        stop_at_first: bool = False,
        limit_seconds: float | None = None,
        variables: Mapping[str, str] | None = None,
    ) -> CheckResult:
        """Run the files of these tests in a folder (with `each`: exactly these, named one by one, in their order).

        `label` names the layer whose environment serves. With `has_slot` the caller holds a slot already.
        """
        template = self.subject.template
        prepared = self.bench.prepared(self.subject, label)
        more = dict(variables or {})
        if stop_at_first:
            more.update(_STOP_AT_FIRST.get(template.environment.kind, {}))
        selected = [test.id for test in tests] if each else []
        slot = nullcontext() if has_slot else self.bench.slots.one()
        with slot, tempfile.TemporaryDirectory(dir=self.bench.scratch) as temporary:
            own = {"TMPDIR": temporary, "TEMP": temporary, "TMP": temporary, **more}
            serving = replace(prepared, variables={**prepared.variables, **own})
            result = run_tests(
                folder, serving, template, tests, selected=selected, step=self.step, limit_seconds=limit_seconds
            )
        self.count(result.seconds)
        return result

    def count(self, seconds: float) -> None:
        """Add the seconds of a test run."""
        with self._lock:
            self.test_seconds += seconds

    def layer_run(self, label: str) -> Observed:
        """Run all tests of a layer once, in their order and watched; rules that need the same run share it."""

        def make() -> Observed:
            prepared = self.bench.prepared(self.subject, label)
            with self.bench.copy_of(self.subject, label) as folder:
                watch = SideEffectWatch(self.bench.new_folder(), (folder, environment_folder(prepared)))
                variables = watch.variables(self.subject.template.environment.kind)
                result = self.run(folder, label, self.subject.expected(self.step), variables=variables)
                return Observed(result, watch.seen())

        return self.bench.once(("run", self.subject.name, label), make)

    @property
    def given(self) -> str:
        return f"given {self.step}"

    @property
    def solution(self) -> str:
        return f"solution {self.step}"

    def files(self, label: str) -> Files:
        return self.subject.layer(label)


def write_files(folder: Path, files: Mapping[str, File]) -> None:
    """Write files into a folder."""
    for path, file in files.items():
        write_file(folder, path, file)


def environment_folder(prepared: Environment) -> Path:
    """Return the folder that holds an environment's packages, and into which they may write what they compile."""
    if prepared.folder is not None:
        return prepared.folder
    program = Path(next(iter(prepared.programs.values())))
    return program.parent.parent
