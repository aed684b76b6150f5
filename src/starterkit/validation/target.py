"""A template as the validator sees it: its layers, where each file of them comes from, and a digest of each."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from starterkit.errors import StarterkitError, UsageError
from starterkit.git.clone import parse_git_url
from starterkit.git.objects import File, digest
from starterkit.project.layers import Layer, path_layers, read_folder
from starterkit.render import SUFFIX
from starterkit.template.bundled import bundled_names
from starterkit.template.load import read_template
from starterkit.template.model import BASE, FolderSource, Template
from starterkit.template.resolve import locate_template
from starterkit.testing.discovery import expected_tests
from starterkit.testing.results import ExpectedTest

Files = dict[str, File]
# Copier changes the current folder of the whole process while it renders: one at a time, and nothing that runs beside
# it may go by the current folder.
_rendering = threading.Lock()


class NotRenderedError(StarterkitError):
    """project/ does not render, so nothing that needs it can be proven; the rule `renders` says why."""


@dataclass(eq=False)
class TemplateUnderTest:
    """One template under validation. `name` is how it was named, and how its findings name it again."""

    name: str
    folder: Path
    template: Template
    foreign: Path | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _layers: dict[str, Layer] | None = None
    _failure: StarterkitError | None = None

    # --- the template's folders, as they lie there ------------------------------------------------------------------

    @cached_property
    def project(self) -> Files:
        """The files of project/, not rendered."""
        return _read(self.folder / "project")

    @cached_property
    def own_files(self) -> dict[str, Files]:
        """The files that each given and solution brings, by label (`given 01-comments`)."""
        found: dict[str, Files] = {}
        for step in self.template.step_names:
            for kind in ("given", "solution"):
                found[f"{kind} {step}"] = _read(self.folder / "steps" / step / kind)
        return found

    @cached_property
    def digests(self) -> dict[str, str]:
        """A digest of each layer, by label: of its own files and of all that lies below it, before rendering."""
        questions = (self.folder / "copier.yml").read_bytes() if (self.folder / "copier.yml").is_file() else b""
        found = {BASE: digest(questions, self.project)}
        below = found[BASE]
        for step in self.template.steps:
            removed = {"given": step.removed_by_given, "solution": step.removed_by_solution}
            for kind in ("given", "solution"):
                label = f"{kind} {step.name}"
                lesson = self.template.lesson(step.name) if kind == "given" else ""
                below = found[label] = digest(below, self.own_files[label], removed[kind], lesson)
        return found

    # --- its layers, rendered ---------------------------------------------------------------------------------------

    def layer(self, label: str) -> Files:
        """Return all files of a layer: `base`, `given NAME` or `solution NAME`.

        Raises `NotRenderedError` where project/ does not render, `FileError` where a step's files cannot be laid out.
        """
        with self._lock:
            if self._layers is None and self._failure is None:
                self._render()
        if self._failure is not None:
            raise NotRenderedError("project/ does not render") from self._failure
        assert self._layers is not None
        return self._layers[label].files

    def _render(self) -> None:
        try:
            base = self.rendered({})
        except StarterkitError as wrong:
            self._failure = wrong
            return
        self._layers = {layer.label: layer for layer in path_layers(self.folder, self.template, base)}

    def rendered(self, answers: Mapping[str, str]) -> Files:
        """Return project/ rendered with these answers. Raises what `render` raises."""
        from starterkit.render import render

        with _rendering:
            return render(self.folder, answers, read_folder).files

    def below(self, label: str) -> str:
        """Return the label of the layer that a given or a solution is laid over."""
        kind, _, step = label.partition(" ")
        if kind == "solution":
            return f"given {step}"
        names = self.template.step_names
        position = names.index(step)
        return f"solution {names[position - 1]}" if position else BASE

    def where(self, label: str, path: str) -> str:
        """Return which file of the template a file of a layer comes from ("" where there is none)."""
        while label != BASE:
            kind, _, step = label.partition(" ")
            if path in self.own_files[label]:
                return f"steps/{step}/{kind}/{path}"
            if kind == "given" and path == f"lessons/{step}.md":
                return f"steps/{step}/lesson.md"
            label = self.below(label)
        if path in self.project:
            return f"project/{path}"
        return f"project/{path}{SUFFIX}" if f"{path}{SUFFIX}" in self.project else ""

    # --- its tests --------------------------------------------------------------------------------------------------

    def expected(self, step: str) -> tuple[ExpectedTest, ...]:
        """Return the tests that base and the steps up to this one list."""
        label = BASE if step == BASE else f"given {step}"
        files = {path: file.data for path, file in self.layer(label).items() if self.template.is_test_file(path)}
        return expected_tests(self.template, step, files)

    def new_tests(self, step: str) -> tuple[ExpectedTest, ...]:
        """Return the tests that a step (or base) itself lists."""
        return tuple(test for test in self.expected(step) if test.step == step)

    def earlier_tests(self, step: str) -> tuple[ExpectedTest, ...]:
        """Return the tests that are listed before a step."""
        return tuple(test for test in self.expected(step) if test.step != step)


def template_under_test(name: str, folder: Path, *, foreign: Path | None = None) -> TemplateUnderTest:
    """Read a template to validate. Raises `FileError` for texts that are malformed, each with file and line."""
    template = read_template(FolderSource(folder))
    subject = TemplateUnderTest(name, folder, template, foreign)
    for step in template.steps:  # what is malformed is told at once, and not after minutes of test runs
        template.lesson(step.name)
    _ = subject.digests
    return subject


def _read(folder: Path) -> Files:
    return read_folder(folder) if folder.is_dir() else {}


def templates_under_test(names: Sequence[str], current: Path, store: Path, *, trusted: bool) -> list[TemplateUnderTest]:
    """Return the templates that are named; all bundled ones where none is. Folders are looked for from `current`.

    Raises `UsageError` for a name that means nothing, and for a git address that is not `trusted`: to validate a
    template is to run its code. Raises `FileError` for a template that is malformed.
    """
    found = []
    for name in names or bundled_names():
        if parse_git_url(name) is not None and not trusted:
            raise UsageError(
                f"To validate {name} is to install its packages and run its code on this machine.",
                "Look at it first; then say that you trust it with --trust.",
            )
        folder = locate_template(name, current, store).folder
        found.append(template_under_test(name, folder, foreign=_foreign(folder)))
    return found


def _foreign(folder: Path) -> Path:
    """Where answers of other people are kept: beside the steps, or for a bundled template in the checkout's tests."""
    beside = folder / "foreign"
    return beside if beside.is_dir() else folder.parents[1] / "tests" / "foreign" / folder.name
