"""`template open`: a path as an ordinary git repository, one commit a layer, for its author to edit with plain git.

The work tree has the names of the template itself: path.yml, copier.yml, project/ (what a learner has at that commit),
steps/NN-name/step.yml and lesson.md. Files of project/ that Copier renders stay templates; beside them lie, unseen by
git, the files rendered with the default answers, so that the project runs and its tests too.
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
from starterkit.git.worktree import write_file
from starterkit.progress import Progress, no_progress
from starterkit.project.layers import Files, read_folder
from starterkit.project.new import check_destination
from starterkit.template.atomic_replace import build_in_place, finish_replacing

RECORD = "opened"
_DATE = 1767225600  # one date, so that the same template opens as the same commits
_BRANCH = "refs/heads/main"


@dataclass(frozen=True)
class OpenResult:
    """A path that was opened: the repository's folder, the template's, and the names of its commits, oldest first."""

    folder: Path
    template: Path
    commits: tuple[str, ...]


def open_template(template: Path, destination: Path, say: Progress = no_progress) -> OpenResult:
    """Write a template's path as a git repository into a new folder.

    Raises `UsageError` for a destination that is in use, `FileError` for a template that cannot be read.
    """
    check_destination(destination, accepts_clone=False)
    finish_replacing(template)
    say("Reading the template …")
    files = read_files(template)
    layers = layers_of(files, read_as_template(files, str(template)))
    say(f"Writing {len(layers)} commits …")
    try:
        destination.parent.mkdir(parents=True, exist_ok=True)
        build_in_place(destination, lambda folder: _build(folder, template, files, layers, say))
    except OSError as wrong:
        raise cannot_write("The repository", wrong) from wrong
    return OpenResult(destination, template, tuple(layer.label for layer in layers))


def _build(folder: Path, template: Path, files: Files, layers: list[ProjectLayer], say: Progress) -> None:
    repository = make_repository(folder)
    trees = [_tree(files, layers, number) for number in range(len(layers))]
    blobs = {file.entry.id: file.data for tree in trees for file in tree.values()}
    commits = [
        _commit(layer.label, {path: file.entry for path, file in tree.items()}, () if number == 0 else (number - 1,))
        for number, (layer, tree) in enumerate(zip(layers, trees, strict=True))
    ]
    write_objects(repository.git, commits, list(blobs.values()))
    for name, file in trees[-1].items():
        write_file(folder, name, file)
    repository.git.run("read-tree", "HEAD")
    repository.git.try_run("update-index", "-q", "--refresh")
    lay_out_rendered(repository, template, say)
    record(repository, template, files)
    repository.close()


def _tree(files: Files, layers: list[ProjectLayer], number: int) -> Files:
    """Everything that the commit of a layer holds: the template's texts so far, and the project."""
    texts = {name: files[name] for name in TOP_FILES}
    for step in dict.fromkeys(layer.step for layer in layers[1 : number + 1]):
        names = (f"{STEPS}{step}/{name}" for name in STEP_FILES)
        texts.update({name: files[name] for name in names if name in files})
    project = {PROJECT + path: file for path, file in layers[number].files.items()}
    return dict(sorted({**texts, **project}.items()))


def _commit(subject: str, entries: Mapping[str, Entry], parents: tuple[int, ...]) -> NewCommit:
    return NewCommit(_BRANCH, f"{subject}\n", BOT, BOT, _DATE, parents, entries=entries)


def lay_out_rendered(repository: Repository, template: Path, say: Progress) -> None:
    """Write the files that Copier makes, with the default answers, where git does not see them."""
    from starterkit.render import rendered_with_defaults

    try:
        rendered = rendered_with_defaults(template, read_folder)
    except (UsageError, EnvironmentProblem) as wrong:
        say(f"The files that Copier renders are left out: {wrong.message}")
        return
    names = sorted(rendered)
    for name in names:
        write_file(repository.work_tree, PROJECT + name, rendered[name])
    lines = "".join(f"/{PROJECT}{_as_pattern(name)}\n" for name in names)
    head = "# Rendered by starterkit from the .jinja files beside them, with the default answers\n"
    write_file(repository.git_dir, "info/exclude", File(FILE, (head + lines).encode("utf-8", "surrogateescape")))


def _as_pattern(name: str) -> str:
    return "".join("\\" + sign if sign in "\\*?[]! #" else sign for sign in name)


def record(repository: Repository, template: Path, files: Mapping[str, File]) -> None:
    """Remember in the git directory which template this path comes from, and what it was then."""
    found = {name: list(file.entry) for name, file in files.items()}
    data = json.dumps({"template": str(template.absolute()), "files": found})
    write_file(repository.own_folder, f"{RECORD}.json", File(FILE, data.encode("utf-8", "surrogateescape")))


@dataclass(frozen=True)
class Origin:
    """Which template an opened path comes from, and what its files were when it was opened or last saved."""

    template: Path
    files: dict[str, Entry]


def origin(repository: Repository) -> Origin | None:
    """Return what `record` remembered, or None in a repository that `template open` did not make (a clone, say)."""
    file = repository.own_folder / f"{RECORD}.json"
    try:
        found = json.loads(file.read_text("utf-8", "surrogateescape"))
        files = {str(name): Entry(str(entry[0]), str(entry[1])) for name, entry in found["files"].items()}
        return Origin(Path(found["template"]), files)
    except FileNotFoundError:
        return None
    except (ValueError, KeyError, TypeError, AttributeError, IndexError) as wrong:
        raise FileError(str(file), None, "the file is damaged", "Delete it and save with `--to TEMPLATE`.") from wrong
