"""A template under validation: its layers, the source of each file, and a digest of each layer."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from pathlib import Path

from starterkit.errors import EnvironmentProblem, FileError, StarterkitError, UsageError
from starterkit.git.clone import parse_git_url
from starterkit.git.objects import File, digest
from starterkit.paths import expand_user_path
from starterkit.project.layers import Layer, path_layers, read_folder
from starterkit.render import render
from starterkit.template.bundled import bundled_names
from starterkit.template.load import read_step, read_template
from starterkit.template.model import BASE, FolderSource, Template, read_lesson
from starterkit.template.questions import SUFFIX
from starterkit.template.resolve import locate_template
from starterkit.template.validation_settings import AcceptedFinding, SkippedRule
from starterkit.testing.discovery import expected_tests
from starterkit.testing.results import ExpectedTest
from starterkit.validation.external_solutions import ExternalSolutions, find_external_solutions
from starterkit.validation.model import Rule
from starterkit.yamlfile import did_you_mean

Files = dict[str, File]
# Copier changes the current folder of the whole process while it renders. So only one template may render at a time,
# and other threads must not use relative paths.
_rendering = threading.Lock()
SITE_VARIABLE = "STARTERKIT_SITE"  # the value `http` selects the second way to reach the site
_KINDS = ("given", "solution")


class NotRenderedError(StarterkitError):
    """Raised if project/ doesn't render. The rule `renders` reports the reason, and other rules can't run."""


@dataclass(eq=False)
class TemplateUnderTest:
    """A template under validation, with its files, its layers and the tests of each step.

    `name` is the name or folder that the user typed.
    """

    name: str
    folder: Path
    template: Template
    external_solutions: ExternalSolutions | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _layers: dict[str, Layer] | StarterkitError | None = None

    @cached_property
    def project(self) -> Files:
        """The unrendered files of project/."""
        return _read(self.folder / "project")

    @cached_property
    def own_files(self) -> dict[str, Files]:
        """The files that each layer adds, by label, such as `given 02-comments`."""
        return {
            f"{kind} {step}": _read(self.folder / "steps" / step / kind)
            for step in self.template.step_names
            for kind in _KINDS
        }

    @cached_property
    def has_two_ways(self) -> bool:
        """True if a file of the tests contains `STARTERKIT_SITE`."""
        files = (item for layer in (self.project, *self.own_files.values()) for item in layer.items())
        return any(SITE_VARIABLE.encode() in file.data for path, file in files if self.template.owns(path))

    @cached_property
    def digests(self) -> dict[str, str]:
        """A digest of each unrendered layer, by label. It covers the layer's files and all layers before it."""
        questions = (self.folder / "copier.yml").read_bytes() if (self.folder / "copier.yml").is_file() else b""
        below = digest(questions, self.project)
        digests = {BASE: below}
        for step in self.template.steps:
            removed = {"given": step.removed_by_given, "solution": step.removed_by_solution}
            for kind in _KINDS:
                label = f"{kind} {step.name}"
                lesson = self.template.lesson(step.name) if kind == "given" else ""
                below = digests[label] = digest(below, self.own_files[label], removed[kind], lesson)
        return digests

    def layer(self, label: str) -> Files:
        """Return all files of a layer: `base`, `given NAME` or `solution NAME`.

        Raises `NotRenderedError` if project/ doesn't render, and `FileError` if a step's files are invalid.
        """
        with self._lock:
            if self._layers is None:
                self._layers = self._laid_out()
        if isinstance(self._layers, StarterkitError):
            raise NotRenderedError(
                "starterkit can't render the files in project/.",
                "First fix the problems that the rule `renders` reports.",
            ) from self._layers
        return self._layers[label].files

    def _laid_out(self) -> dict[str, Layer] | StarterkitError:
        try:
            base = self.rendered({})
        except StarterkitError as error:
            return error
        return {layer.label: layer for layer in path_layers(self.folder, self.template, base)}

    def rendered(self, answers: Mapping[str, str]) -> Files:
        """Return project/, rendered with these answers. Raises the errors of `render`."""
        with _rendering:
            return render(self.folder, answers, read_folder).files

    def raw_files(self, step: str) -> dict[str, bytes]:
        """Return the files that belong to a step (or `base`) as they are on disk, by path in the template."""
        folder = f"steps/{step}"
        names = ["path.yml", "copier.yml", *(f"project/{path}" for path in self.project)]
        if step != BASE:
            names = [f"{folder}/step.yml", f"{folder}/lesson.md"]
            names += [f"{folder}/{kind}/{path}" for kind in _KINDS for path in self.own_files[f"{kind} {step}"]]
        return {name: (self.folder / name).read_bytes() for name in names if (self.folder / name).is_file()}

    def labels_until(self, step: str) -> list[str]:
        """Return the labels of the layers from the first step to this step, such as `given 02-comments`."""
        names = [] if step == BASE else self.template.step_names[: self.template.step_names.index(step) + 1]
        return [f"{kind} {name}" for name in names for kind in _KINDS]

    def below(self, label: str) -> str:
        """Return the label of the layer before this layer, such as `base` for the first step."""
        kind, _, step = label.partition(" ")
        if kind == "solution":
            return f"given {step}"
        names = self.template.step_names
        position = names.index(step)
        return f"solution {names[position - 1]}" if position else BASE

    def where(self, label: str, path: str) -> str:
        """Return the path of the template's file from which a file of a layer comes, or ""."""
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

    def expected(self, step: str) -> tuple[ExpectedTest, ...]:
        """Return the tests that the base and all steps up to this step list, in path order.

        All of them count here, because a solution must also pass the stretch tests.
        """
        label = BASE if step == BASE else f"given {step}"
        files = {path: file.data for path, file in self.layer(label).items() if self.template.is_test_file(path)}
        return tuple(replace(test, is_stretch=False) for test in expected_tests(self.template, step, files))

    def new_tests(self, step: str) -> tuple[ExpectedTest, ...]:
        """Return the tests that only this step (or the base) lists."""
        return tuple(test for test in self.expected(step) if test.step == step)

    def earlier_tests(self, step: str) -> tuple[ExpectedTest, ...]:
        """Return the tests that the base and all steps before this step list."""
        return tuple(test for test in self.expected(step) if test.step != step)


def _read(folder: Path) -> Files:
    return read_folder(folder) if folder.is_dir() else {}


def template_under_test(name: str, folder: Path) -> TemplateUnderTest:
    """Read a template to validate. Raises `FileError` with file and line for invalid files."""
    template = read_template(FolderSource(folder))
    subject = TemplateUnderTest(name, folder, template, find_external_solutions(folder))
    named: list[SkippedRule | AcceptedFinding] = [*template.validation.skip, *template.validation.accepted]
    for entry in named:
        if entry.rule not in set(Rule):
            fix = did_you_mean(entry.rule, [rule.value for rule in Rule])
            raise FileError(template.source.label("path.yml"), entry.line, f'unknown rule "{entry.rule}"', fix)
    for step in template.steps:  # report invalid files now, and not after minutes of test runs
        template.lesson(step.name)
    _ = subject.digests
    return subject


@dataclass(frozen=True)
class UnreadableTemplate:
    """A template that can't be validated, with one error for each invalid file, or with a problem of this machine."""

    name: str
    folder: Path
    errors: tuple[StarterkitError, ...]


def templates_under_test(
    names: Sequence[str], current: Path, store: Path, *, trusted: bool
) -> tuple[list[TemplateUnderTest], list[UnreadableTemplate]]:
    """Return the templates with these names, and those that can't be read.

    Without names, return the template around the folder `current`, or else all bundled templates. Folders are relative
    to `current`. Raises `UsageError` for an unknown name, and for a git URL that isn't `trusted`,
    because validation runs the template's code.
    """
    subjects, unreadable = [], []
    for name in names or _around(current) or bundled_names():
        if parse_git_url(name) is not None and not trusted:
            raise UsageError(
                f"To validate {name}, starterkit must install its packages and run its code on this machine.",
                "Read the template's code first. If you trust its author, add `--trust`.",
            )
        folder = expand_user_path(name, current).resolve()
        try:
            folder = locate_template(name, current, store).folder
            subjects.append(template_under_test(name, folder))
        except FileError as error:
            unreadable.append(UnreadableTemplate(name, folder, _errors_in(folder) or (error,)))
        except EnvironmentProblem as problem:
            unreadable.append(UnreadableTemplate(name, folder, (problem,)))
    return subjects, unreadable


def _around(current: Path) -> list[str]:
    """Return the relative path of the nearest folder with a path.yml, from `current` upward, or nothing."""
    folders = (current.resolve(), *current.resolve().parents)
    return [os.path.relpath(folder, current) for folder in folders if (folder / "path.yml").is_file()][:1]


def _errors_in(folder: Path) -> tuple[FileError, ...]:
    """Return the first error of each invalid file in a template's folder."""
    errors: dict[str, FileError] = {}
    source = FolderSource(folder)
    reads: list[Callable[[], object]] = [partial(read_template, source), partial(_read, folder / "project")]
    for name in sorted(source.step_names()) if folder.is_dir() else []:
        reads += [partial(read_step, source, name), partial(read_lesson, source, name)]
        reads += [partial(_read, folder / "steps" / name / kind) for kind in _KINDS]
    for read in reads:
        try:
            read()
        except FileError as error:
            errors.setdefault(error.file, error)
    return tuple(errors.values())


def line_of(file: Path, text: str) -> int:
    """Return the number of the first line in a file that contains the first line of `text`, or 0."""
    first = text.strip().split("\n")[0]
    return next((number for number, line in _lines(file) if first and first in line), 0)


def line_of_key(file: Path, key: str) -> int:
    """Return the line number of this key in a YAML file, or 0."""
    starts = (f"{key}:", f'"{key}":', f"'{key}':", f"- {key}")
    return next((number for number, line in _lines(file) if line.strip().startswith(starts)), 0)


def _lines(file: Path) -> list[tuple[int, str]]:
    try:
        return list(enumerate(file.read_text("utf-8", "replace").splitlines(), 1))
    except OSError:
        return []
