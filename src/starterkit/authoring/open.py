"""`template open`: writes a learning path as a git repository with one commit per layer.

An author edits the commits with git. Each commit has path.yml, copier.yml, and project/ with a learner's files at this
layer. It also has step.yml and lesson.md of each step so far. In project/, Copier's .jinja files are unrendered. Next
to them are rendered files with the default answers, so that the tests run. git ignores the rendered files.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starterkit.authoring.files import (
    PROJECT,
    STEP_FILES,
    STEPS,
    TOP_FILES,
    ProjectLayer,
    layers_of,
    read_as_template,
    read_files,
)
from starterkit.errors import EnvironmentProblem, FileError, UsageError, cannot_write
from starterkit.git.objects import BOT, FILE, Entry, File, NewCommit, write_objects
from starterkit.git.repository import Repository, make_repository
from starterkit.git.worktree import write_file, write_files
from starterkit.progress import Progress, no_progress
from starterkit.project.layers import Files, read_folder
from starterkit.project.new import check_destination
from starterkit.render import rendered_with_defaults
from starterkit.template.atomic_replace import build_in_place, finish_replacing

_RECORD = "opened.json"
_DAMAGED_FIX = "Delete the file. Then save with the template's folder: `starterkit template save --to FOLDER`."
_DATE = 1767225600  # a fixed date, so that a template always opens with the same commit ids
_BRANCH = "refs/heads/main"


@dataclass(frozen=True)
class OpenResult:
    """The result of `template open`: the new repository and the template.

    `commits` has the commit subjects, oldest first.
    """

    folder: Path
    template: Path
    commits: tuple[str, ...]


@dataclass(frozen=True)
class Origin:
    """The template that a repository was opened from.

    `files` are its files at the last `template open` or `template save`.
    """

    template: Path
    files: dict[str, Entry]


def open_template(template: Path, destination: Path, progress: Progress = no_progress) -> OpenResult:
    """Write a template's path as a git repository into a new folder.

    Raises `UsageError` if the folder isn't empty, `FileError` for an invalid template, and `EnvironmentProblem` if
    the folder can't be written.
    """
    check_destination(destination, accepts_clone=False)
    finish_replacing(template)
    progress("Reading the template …")
    files = read_files(template)
    layers = layers_of(files, read_as_template(files, str(template)))
    progress(f"Writing {len(layers)} commits …")
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        build_in_place(destination, lambda folder: _build(folder, template, files, layers, progress))
    except OSError as error:
        raise cannot_write("The repository", error) from error
    return OpenResult(destination, template, tuple(layer.label for layer in layers))


def _build(folder: Path, template: Path, files: Files, layers: list[ProjectLayer], progress: Progress) -> None:
    repository = make_repository(folder)
    tree: Files = {}
    commits, blobs = [], {}
    for number, layer in enumerate(layers):
        tree = _tree(files, layers[: number + 1])
        entries = {path: file.entry for path, file in tree.items()}
        blobs.update({entries[path].id: file.data for path, file in tree.items()})
        parents = (number - 1,) if number else ()
        commits.append(NewCommit(_BRANCH, f"{layer.label}\n", BOT, BOT, _DATE, parents, entries=entries))
    write_objects(repository.git, commits, list(blobs.values()))
    write_files(folder, tree)
    repository.git.run("read-tree", "HEAD")
    repository.git.try_run("update-index", "-q", "--refresh")
    lay_out_rendered(repository, template, progress)
    record(repository, template, files)
    repository.close()


def _tree(files: Files, layers: list[ProjectLayer]) -> Files:
    steps = dict.fromkeys(layer.step for layer in layers if layer.step)
    names = [*TOP_FILES, *(f"{STEPS}{step}/{name}" for step in steps for name in STEP_FILES)]
    project = {PROJECT + path: file for path, file in layers[-1].files.items()}
    return dict(sorted({**{name: files[name] for name in names if name in files}, **project}.items()))


def lay_out_rendered(repository: Repository, template: Path, progress: Progress) -> None:
    """Render the .jinja files with the default answers, and write the results.

    git ignores the results. If Copier can't render the template, report the reason as progress and write nothing.
    """
    try:
        rendered = rendered_with_defaults(template, read_folder)
    except (UsageError, EnvironmentProblem) as error:
        progress(f"Left out the files that Copier renders: {error.message}")
        return
    write_files(repository.work_tree / PROJECT, rendered)
    lines = "".join(f"/{PROJECT}{_as_pattern(name)}\n" for name in sorted(rendered))
    head = "# Rendered by starterkit from the .jinja files next to them, with the default answers\n"
    write_file(repository.git_dir, "info/exclude", File(FILE, (head + lines).encode("utf-8", "surrogateescape")))


def _as_pattern(name: str) -> str:
    return "".join(f"\\{character}" if character in "\\*?[]! #" else character for character in name)


def record(repository: Repository, template: Path, files: Mapping[str, File]) -> None:
    """Store the template's folder and the ids of its current files, for `origin`.

    Both go into a file in the git directory.
    """
    entries = {name: list(file.entry) for name, file in files.items()}
    data = json.dumps({"template": str(template.absolute()), "files": entries})
    write_file(repository.own_folder, _RECORD, File(FILE, data.encode("utf-8", "surrogateescape")))


def origin(repository: Repository) -> Origin | None:
    """Return what `record` stored, or None if it stored nothing, for example in a clone.

    Raises `FileError` if the stored file is damaged.
    """
    file = repository.own_folder / _RECORD
    try:
        recorded = json.loads(file.read_text("utf-8", "surrogateescape"))
        files = {str(name): Entry(str(entry[0]), str(entry[1])) for name, entry in recorded["files"].items()}
        return Origin(Path(recorded["template"]), files)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as error:
        raise FileError(
            str(file), None, "starterkit can't read this file, which stores the template's folder", _DAMAGED_FIX
        ) from error
