"""A template as files: what belongs to it, and how its layers and the overlays on disk follow from each other.

A template's files are kept as one dictionary with the names that they have on disk: path.yml, copier.yml, project/…,
steps/NN-name/step.yml, lesson.md, given/… and solution/…. What else lies in its folder is the author's and stays.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import starterkit
from starterkit.errors import FileError, UsageError
from starterkit.git.clone import parse_git_url, without_secret
from starterkit.git.objects import FILE, File
from starterkit.process import quoted
from starterkit.project.layers import Files, check_layout, read_folder, with_unix_line_ends
from starterkit.template.atomic_replace import replace_files
from starterkit.template.load import read_template
from starterkit.template.model import FolderSource, Step, Template
from starterkit.template.questions import read_questions
from starterkit.template.resolve import locate_template

PROJECT, STEPS = "project/", "steps/"
TOP_FILES = ("path.yml", "copier.yml")
STEP_FILES = ("step.yml", "lesson.md")
KINDS = ("given", "solution")
RENDERED_SUFFIX = ".jinja"


@dataclass(frozen=True)
class FilesSource:
    """A template's texts in memory; errors call them as they are called below `place`."""

    files: Mapping[str, File]
    place: str

    def step_names(self) -> list[str]:
        inside = (name.split("/") for name in self.files if name.startswith(STEPS))
        return list(dict.fromkeys(parts[1] for parts in inside if len(parts) > 2))

    def read(self, name: str) -> bytes | None:
        file = self.files.get(name)
        return None if file is None else file.data

    def label(self, name: str) -> str:
        return f"{self.place}/{name}" if self.place else name


@dataclass(frozen=True)
class ProjectLayer:
    """One state of the path's project, before anything is rendered: `kind` is base, given or solution."""

    kind: str
    step: str
    files: Files

    @property
    def label(self) -> str:
        return f"{self.kind} {self.step}" if self.step else self.kind


def template_folder(words: str, current: Path) -> Path:
    """Return the folder that an author means: a template's folder, or the name of a bundled one.

    Raises `UsageError` where there is neither, `FileError` where the folder holds no template.
    """
    if parse_git_url(words) is not None:
        raise UsageError(
            f"{without_secret(words)} is a template elsewhere, and cannot be written to from here.",
            "Clone it with git, then name the folder.",
        )
    return locate_template(words, current, current).folder


def read_files(folder: Path) -> Files:
    """Read a template's files, with LF line ends. Raises `FileError` for links, large files and texts that lack."""
    check_layout(folder)
    source = FolderSource(folder)
    found: Files = {}
    for name in TOP_FILES:
        data = source.read(name)
        if data is None:
            raise FileError(
                source.label(name), None, "there is no such file, so this is no template", "See docs/authoring.md."
            )
        found[name] = File(FILE, with_unix_line_ends(data))
    _collect(folder, "project", found)
    for step in sorted(source.step_names()):
        for name in STEP_FILES:
            data = source.read(f"steps/{step}/{name}")
            if data is not None:
                found[f"steps/{step}/{name}"] = File(FILE, with_unix_line_ends(data))
        for kind in KINDS:
            _collect(folder, f"steps/{step}/{kind}", found)
    return found


def write_template(target: Path, before: Mapping[str, File], wanted: Mapping[str, File]) -> None:
    """Make `wanted` the files of a template; a file that stays keeps its bytes (a CRLF, say) and its time.

    `before` are the template's files now, as they were read. Raises `UsageError` for a template inside an installed
    starterkit, `EnvironmentProblem` if the folder can't be written. Then nothing was changed.
    """
    if Path(starterkit.__file__).resolve().parent in target.resolve().parents:
        raise UsageError(
            f"The template {target.name} came with starterkit, and the next upgrade would undo a change to it.",
            f"Work on a copy: `starterkit template open {quoted(target.name)} commits`, "
            f"and save with `--to {quoted(f'my-{target.name}')}`.",
        )
    is_new = not target.exists()
    target.mkdir(parents=True, exist_ok=True)
    try:
        replace_files(target, before, wanted)
    except BaseException:
        if is_new:
            target.rmdir()
        raise


def read_as_template(files: Mapping[str, File], place: str) -> Template:
    """Read all texts of a template that is in memory. Raises `FileError` with file and line."""
    source = FilesSource(files, place)
    template = read_template(source)
    read_questions(source)
    for step in template.steps:
        template.lesson(step.name)
    return template


def layers_of(files: Mapping[str, File], template: Template) -> list[ProjectLayer]:
    """Return the layers of a template, base first, as its overlays say them."""
    layers = [ProjectLayer("base", "", inside(files, PROJECT))]
    for step in template.steps:
        for kind in KINDS:
            below = layers[-1].files
            gone = removed_by(step, kind)
            for path in gone:
                if path not in below:
                    label = template.source.label(f"steps/{step.name}/step.yml")
                    raise FileError(label, None, f'removes: "{path}" is not there to be removed by the {kind}')
            kept = {path: file for path, file in below.items() if path not in gone}
            layers.append(ProjectLayer(kind, step.name, {**kept, **inside(files, f"steps/{step.name}/{kind}/")}))
    return layers


def removed_by(step: Step, kind: str) -> tuple[str, ...]:
    """Return the paths that a step's given or solution removes."""
    return step.removed_by_given if kind == "given" else step.removed_by_solution


def inside(files: Mapping[str, File], prefix: str) -> Files:
    """Return the files below a folder (its name ends in a slash), by their names in it."""
    return {path[len(prefix) :]: file for path, file in files.items() if path.startswith(prefix)}


def rendered_names(base: Mapping[str, object]) -> dict[str, str]:
    """Return what Copier renders in project/: the name of each rendered file, and the template that it comes from."""
    return {path.removesuffix(RENDERED_SUFFIX): path for path in base if path.endswith(RENDERED_SUFFIX)}


def _collect(folder: Path, name: str, found: Files) -> None:
    if (folder / name).is_dir():
        found.update({f"{name}/{path}": file for path, file in read_folder(folder / name).items()})
