"""Reads and writes a template as a dictionary of its files, and computes its layers.

The keys are paths in the template's folder: path.yml, copier.yml, project/… and steps/NN-name/…. A step has step.yml,
lesson.md, given/… and solution/…. Other files in the folder belong to the author and stay unchanged.
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


@dataclass(frozen=True)
class FilesSource:
    """Reads a template's metadata from files in memory. Error messages name the files as if in `folder`."""

    files: Mapping[str, File]
    folder: str

    def step_names(self) -> list[str]:
        parts = (name.split("/") for name in self.files if name.startswith(STEPS))
        return list(dict.fromkeys(step for _, step, *rest in parts if rest))

    def read(self, name: str) -> bytes | None:
        file = self.files.get(name)
        return None if file is None else file.data

    def label(self, name: str) -> str:
        return f"{self.folder}/{name}" if self.folder else name


@dataclass(frozen=True)
class ProjectLayer:
    """All project files at one layer, before Copier renders them. `kind` is base, given or solution."""

    kind: str
    step: str
    files: Files

    @property
    def label(self) -> str:
        return f"{self.kind} {self.step}".rstrip()

    @property
    def folder(self) -> str:
        """The layer's folder in the template, with a slash at its end."""
        return f"{STEPS}{self.step}/{self.kind}/" if self.step else PROJECT


def template_folder(name: str, current: Path) -> Path:
    """Return the folder of the template that an author typed.

    The author types a folder or a bundled template's name. Raises `UsageError` for a git URL or an unknown name, and
    `FileError` for a malformed template.
    """
    if parse_git_url(name) is not None:
        raise UsageError(
            f"{without_secret(name)} is a git URL. starterkit can change only a template in a folder on this machine.",
            "Clone the repository with `git clone` first. Then use the folder of the clone.",
        )
    return locate_template(name, current, current).folder


def read_files(folder: Path) -> Files:
    """Read a template's files, with LF line endings. Raises `FileError` for links, large or missing files."""
    check_layout(folder)
    source = FolderSource(folder)
    files: Files = {}
    for prefix in ("", *(f"{STEPS}{step}/" for step in sorted(source.step_names()))):
        for name in STEP_FILES if prefix else TOP_FILES:
            data = source.read(prefix + name)
            if data is not None:
                files[prefix + name] = File(FILE, with_unix_line_ends(data))
            elif not prefix:
                message = "this file is missing, so the folder is not a template"
                fix = "Use the folder of a template. To create a template, type `starterkit template new NAME`."
                raise FileError(source.label(name), None, message, fix)
        for name in KINDS if prefix else ("project",):
            inner = folder / prefix / name
            if inner.is_dir():
                files.update({f"{prefix}{name}/{path}": file for path, file in read_folder(inner).items()})
    return files


def write_template(target: Path, before: Mapping[str, File], after: Mapping[str, File]) -> None:
    """Replace a template's files `before` with `after`. Unchanged files keep their time and CRLF line endings.

    Raises `UsageError` for a template inside an installed starterkit, and `EnvironmentProblem` if the folder isn't
    writable. After an error, no file has changed.
    """
    if Path(starterkit.__file__).resolve().parent in target.resolve().parents:
        raise UsageError(
            f"The template {target.name} is part of starterkit, so an upgrade would overwrite your changes.",
            f"Work on a copy: `starterkit template open {quoted(target.name)} commits`. Then save the copy: "
            f"`starterkit template save commits --to {quoted(f'my-{target.name}')}`.",
        )
    is_new = not target.exists()
    target.mkdir(parents=True, exist_ok=True)
    try:
        replace_files(target, before, after)
    except BaseException:
        if is_new:
            target.rmdir()
        raise


def read_as_template(files: Mapping[str, File], folder: str) -> Template:
    """Return the template in these files. Raises `FileError` with file and line for invalid metadata."""
    source = FilesSource(files, folder)
    template = read_template(source)
    read_questions(source)
    for step in template.steps:
        template.lesson(step.name)
    return template


def layers_of(files: Mapping[str, File], template: Template) -> list[ProjectLayer]:
    """Return a template's layers with all their project files, base first.

    Raises `FileError` if `removes:` in a step.yml lists a file that doesn't exist.
    """
    layers = [ProjectLayer("base", "", inside(files, PROJECT))]
    for step in template.steps:
        for kind in KINDS:
            below, removed = layers[-1].files, removed_by(step, kind)
            for path in removed:
                if path not in below:
                    label = template.source.label(f"{STEPS}{step.name}/step.yml")
                    message = f'`removes: {kind}:` lists "{path}", but this file does not exist'
                    raise FileError(label, None, message, "Correct the path, or delete its line.")
            kept = {path: file for path, file in below.items() if path not in removed}
            layers.append(ProjectLayer(kind, step.name, kept | inside(files, f"{STEPS}{step.name}/{kind}/")))
    return layers


def removed_by(step: Step, kind: str) -> tuple[str, ...]:
    """Return the paths that a step's `given` or `solution` layer removes."""
    return step.removed_by_given if kind == "given" else step.removed_by_solution


def inside(files: Mapping[str, File], prefix: str) -> Files:
    """Return the files in a folder, by their paths inside the folder.

    `prefix` is the folder's path with a slash at its end.
    """
    return {path[len(prefix) :]: file for path, file in files.items() if path.startswith(prefix)}
