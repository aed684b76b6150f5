"""From a template's folder to the path's commits: base, given and solution laid over each other, straight as bytes.

The same template and answers give the same ids on every machine: LF line ends, sha1, one author, one date.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import FileError
from starterkit.git.command import Git
from starterkit.git.objects import BOT, EXECUTABLE, FILE, File, NewCommit, write_objects
from starterkit.git.repository import STARTERKIT_REFS
from starterkit.paths import is_editor_file
from starterkit.template.model import FolderSource, Step, Template
from starterkit.yamlfile import did_you_mean

_DATE = 1767225600  # 2026-01-01, so that ids depend on nothing but the layers
FILE_LIMIT = 5_000_000
# What tools leave behind in a template's folder is no part of it.
_PASSED_FOLDERS = frozenset(
    ("__pycache__", ".git", ".venv", "node_modules", ".pytest_cache", ".ruff_cache", ".mypy_cache")
)
_STEP_ENTRIES = ("step.yml", "lesson.md", "given", "solution")
_PASSED_ENDS = (".pyc", ".DS_Store")

Files = dict[str, File]


@dataclass(frozen=True)
class Layer:
    """One state of the path: `label` says which (`base`, `given 01-comments`), `files` are all files in it."""

    label: str
    files: Files


def read_folder(folder: Path) -> Files:
    """Read all files of a template's folder by relative path, with LF line ends.

    Raises `FileError` for links and files that are too large; caches of Python and editors are passed over.
    """
    found: Files = {}
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _PASSED_FOLDERS)
        plain = [name for name in names if not _is_of_a_tool(name)]
        for name in [*plain, *(entry for entry in folders if (Path(parent) / entry).is_symlink())]:
            file = Path(parent) / name
            status = file.lstat()
            if not stat.S_ISREG(status.st_mode):
                raise FileError(
                    str(file), None, "a template holds plain files only, no links", "Put the file itself here."
                )
            if status.st_size > FILE_LIMIT:
                raise FileError(
                    str(file), None, f"the file is larger than {FILE_LIMIT:,} bytes", "A step's files are small ones."
                )
            mode = EXECUTABLE if status.st_mode & stat.S_IXUSR and os.name == "posix" else FILE
            found[file.relative_to(folder).as_posix()] = File(mode, with_unix_line_ends(file.read_bytes()))
    return found


def is_passed_over(path: str) -> bool:
    """Tell whether a file at this path is no part of a template: a cache, or an editor's copy."""
    *folders, name = path.split("/")
    return _is_of_a_tool(name) or not _PASSED_FOLDERS.isdisjoint(folders)


def check_layout(folder: Path) -> None:
    """Raise `FileError` for what has no place in a template: a misspelt folder would be passed over in silence."""
    _check_folder(folder / "project", "the starter project belongs there")
    steps = folder / "steps"
    for step in sorted(steps.iterdir()) if steps.is_dir() else ():
        if _is_left_behind(step.name):
            continue
        if not step.is_dir():
            raise FileError(str(step), None, "steps/ holds the folders of steps only", "Put the file into its step.")
        for entry in sorted(step.iterdir()):
            if entry.name not in _STEP_ENTRIES and not _is_left_behind(entry.name):
                fix = did_you_mean(entry.name, list(_STEP_ENTRIES))
                raise FileError(str(entry), None, "a step has no place for this", fix)
        for kind in ("given", "solution"):
            if (step / kind).exists() or (step / kind).is_symlink():
                _check_folder(step / kind, f"the files of the {kind} belong there")


def _is_of_a_tool(name: str) -> bool:
    return name.endswith(_PASSED_ENDS) or is_editor_file(name)


def _check_folder(folder: Path, what: str) -> None:
    if folder.is_symlink():
        raise FileError(str(folder), None, "a template holds plain files only, no links", "Put the folder itself here.")
    if not folder.is_dir():
        raise FileError(str(folder), None, f"there is no such folder: {what}", "See docs/authoring.md.")


def _is_left_behind(name: str) -> bool:
    return name.startswith(".") or name in _PASSED_FOLDERS or _is_of_a_tool(name)


def with_unix_line_ends(data: bytes) -> bytes:
    """Return a text with LF line ends; binary files stay as they are."""
    return data if b"\0" in data[:8000] or b"\r\n" not in data else data.replace(b"\r\n", b"\n")


def path_layers(folder: Path, template: Template, base: Mapping[str, File]) -> list[Layer]:
    """Return the layers of a path, base first, given the rendered files of its project/ folder."""
    check_layout(folder)
    layers = [Layer("base", dict(base))]
    for step in template.steps:
        lesson = {f"lessons/{step.name}.md": File(FILE, with_unix_line_ends(template.lesson(step.name).encode()))}
        given = {**read_folder(folder / "steps" / step.name / "given"), **lesson}
        solution = read_folder(folder / "steps" / step.name / "solution")
        for kind, files, removed in (
            ("given", given, step.removed_by_given),
            ("solution", solution, step.removed_by_solution),
        ):
            layers.append(_laid_over(layers[-1], f"{kind} {step.name}", files, removed, folder, step))
    return layers


def _laid_over(below: Layer, label: str, files: Files, removed: tuple[str, ...], folder: Path, step: Step) -> Layer:
    kept = dict(below.files)
    for path in removed:
        if kept.pop(path, None) is None:
            file = str(folder / "steps" / step.name / "step.yml")
            raise FileError(file, None, f'removes: "{path}" is not there to be removed in "{label}"')
    return Layer(label, {**kept, **files})


def metadata_of(folder: Path, template: Template) -> Files:
    """Return the texts that `refs/starterkit/template` holds: path.yml, and each step's step.yml and lesson.md."""
    source = FolderSource(folder)
    names = ["path.yml"]
    for step in template.step_names:
        names += [f"steps/{step}/step.yml", f"steps/{step}/lesson.md"]
    found = {name: source.read(name) for name in names}
    return {name: File(FILE, with_unix_line_ends(data)) for name, data in found.items() if data is not None}


def write_path(git: Git, layers: list[Layer], texts: Files, refs: str = STARTERKIT_REFS) -> tuple[str, str]:
    """Write the commits of a path into a repository; return the ids of the path's last commit and of its texts.

    The two refs are made below `refs`.
    """
    commits = [
        _commit(f"{refs}path", layer.label, layer.files, () if number == 0 else (number - 1,))
        for number, layer in enumerate(layers)
    ]
    ids = write_objects(git, [*commits, _commit(f"{refs}template", "texts of the path", texts, ())])
    return ids[-2], ids[-1]


def _commit(ref: str, message: str, files: Files, parents: tuple[int, ...]) -> NewCommit:
    in_order = dict(sorted(files.items()))
    return NewCommit(ref, f"{message}\n", BOT, BOT, _DATE, parents, files=in_order)
