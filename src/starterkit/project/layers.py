"""Convert a template's folder to the commits of a path: base, and two for each step.

The same template and answers give the same commit ids on every machine. For this, line endings, hash algorithm, author
and date are fixed.
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
from starterkit.template.model import FolderSource, Template
from starterkit.yamlfile import did_you_mean

_DATE = 1767225600  # 2026-01-01: a constant date, so that the same files always get the same commit ids
FILE_LIMIT = 5_000_000
# Tools create these files and folders. They don't belong to a template.
_TOOL_FOLDERS = frozenset(
    ("__pycache__", ".git", ".venv", "node_modules", ".pytest_cache", ".ruff_cache", ".mypy_cache")
)
_STEP_ENTRIES = ("step.yml", "lesson.md", "given", "solution")
_TOOL_SUFFIXES = (".pyc", ".DS_Store")

Files = dict[str, File]


@dataclass(frozen=True)
class Layer:
    """One layer of the path with all its files. `label` is for example `base` or `given 02-comments`."""

    label: str
    files: Files


def read_folder(folder: Path) -> Files:
    """Return all files of a template's folder by relative path, with LF line endings.

    Files that tools and editors create are left out. Raises `FileError` for a link, and for a file over `FILE_LIMIT`
    bytes.
    """
    files: Files = {}
    for parent, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in _TOOL_FOLDERS)
        plain = [name for name in names if not _is_tool_file(name)]
        for name in [*plain, *(entry for entry in folders if (Path(parent) / entry).is_symlink())]:
            file = Path(parent) / name
            status = file.lstat()
            if not stat.S_ISREG(status.st_mode):
                raise FileError(
                    str(file),
                    None,
                    "this is a link, and a template can't contain links",
                    "Replace the link with the file that it points to.",
                )
            if status.st_size > FILE_LIMIT:
                message = f"this file is larger than {FILE_LIMIT:,} bytes, which is the limit for a template"
                raise FileError(str(file), None, message, "Make the file smaller, or remove it.")
            mode = EXECUTABLE if status.st_mode & stat.S_IXUSR and os.name == "posix" else FILE
            files[file.relative_to(folder).as_posix()] = File(mode, with_unix_line_ends(file.read_bytes()))
    return files


def is_passed_over(path: str) -> bool:
    """True if a tool or an editor created this file, so it doesn't belong to a template."""
    *folders, name = path.split("/")
    return _is_tool_file(name) or not _TOOL_FOLDERS.isdisjoint(folders)


def check_layout(folder: Path) -> None:
    """Raise `FileError` if a template's folder has unknown entries or lacks needed folders.

    An unknown entry is, for example, a folder of a step with a misspelled name.
    """
    _check_folder(folder / "project", "the starter project")
    steps = folder / "steps"
    for step in sorted(steps.iterdir()) if steps.is_dir() else ():
        if _is_left_behind(step.name):
            continue
        if not step.is_dir():
            raise FileError(
                str(step),
                None,
                "this file is directly in steps/, which can only contain the folders of steps",
                "Move the file into the folder of its step.",
            )
        for entry in sorted(step.iterdir()):
            if entry.name not in _STEP_ENTRIES and not _is_left_behind(entry.name):
                fix = did_you_mean(entry.name, list(_STEP_ENTRIES))
                raise FileError(
                    str(entry), None, "the folder of a step can't contain a file or folder with this name", fix
                )
        for kind in ("given", "solution"):
            if (step / kind).exists() or (step / kind).is_symlink():
                _check_folder(step / kind, f"the {kind} files of the step")


def _is_tool_file(name: str) -> bool:
    return name.endswith(_TOOL_SUFFIXES) or is_editor_file(name)


def _check_folder(folder: Path, content: str) -> None:
    if folder.is_symlink():
        raise FileError(
            str(folder), None, "this is a link, and a template can't contain links", "Replace the link with the folder."
        )
    if not folder.is_dir():
        raise FileError(
            str(folder), None, f"this folder is missing. It must contain {content}", "See docs/authoring.md."
        )


def _is_left_behind(name: str) -> bool:
    return name.startswith(".") or name in _TOOL_FOLDERS or _is_tool_file(name)


def with_unix_line_ends(data: bytes) -> bytes:
    """Return the bytes of a text file with LF line endings. Binary files don't change."""
    return data if b"\0" in data[:8000] or b"\r\n" not in data else data.replace(b"\r\n", b"\n")


def path_layers(folder: Path, template: Template, base: Mapping[str, File]) -> list[Layer]:
    """Return the layers of a path, base first. `base` has the rendered files of the template's project/ folder.

    Raises `FileError` for unknown files in the template, and if a step removes a file that doesn't exist.
    """
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
            label, kept = f"{kind} {step.name}", dict(layers[-1].files)
            for path in removed:
                if kept.pop(path, None) is None:
                    file = str(folder / "steps" / step.name / "step.yml")
                    message = f'`removes: {kind}:` lists "{path}", but this file does not exist'
                    raise FileError(file, None, message, "Correct the path, or delete its line.")
            layers.append(Layer(label, {**kept, **files}))
    return layers


def metadata_of(folder: Path, template: Template) -> Files:
    """Return the files for `refs/starterkit/template`: path.yml, step.yml and lesson.md."""
    source = FolderSource(folder)
    steps = (f"steps/{step}/{name}" for step in template.step_names for name in ("step.yml", "lesson.md"))
    contents = {name: source.read(name) for name in ("path.yml", *steps)}
    return {name: File(FILE, with_unix_line_ends(data)) for name, data in contents.items() if data is not None}


def write_path(git: Git, layers: list[Layer], texts: Files, refs: str = STARTERKIT_REFS) -> tuple[str, str]:
    """Write a path's layers and its metadata (`texts`) as commits. Return both commit ids.

    The ref `path` below `refs` gets the last layer, and the ref `template` gets the metadata.
    """

    def commit(ref: str, message: str, files: Files, *parents: int) -> NewCommit:
        return NewCommit(ref, f"{message}\n", BOT, BOT, _DATE, parents, files=dict(sorted(files.items())))

    commits = [
        commit(f"{refs}path", layer.label, layer.files, *([number - 1] if number else []))
        for number, layer in enumerate(layers)
    ]
    ids = write_objects(git, [*commits, commit(f"{refs}template", "metadata of the path", texts)])
    return ids[-2], ids[-1]
