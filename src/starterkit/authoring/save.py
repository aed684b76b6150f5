"""`template save`: writes the commits of an opened learning path back to a template's files.

A given/ or solution/ folder gets only the files that differ from the layer before. The metadata (path.yml, copier.yml,
step.yml, lesson.md) comes from the last commit, so authors may change it in any commit.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from starterkit.authoring.commits import LayerCommit, check_settled, read_history
from starterkit.authoring.files import (
    PROJECT,
    STEP_FILES,
    STEPS,
    TOP_FILES,
    layers_of,
    read_as_template,
    read_files,
    write_template,
)
from starterkit.authoring.layer_rules import check_layer
from starterkit.authoring.open import Origin, lay_out_rendered, origin, record
from starterkit.authoring.renumber import Mention
from starterkit.authoring.renumber import renumber as renumber_steps
from starterkit.authoring.step_yaml import with_removes
from starterkit.errors import ConflictError, UsageError
from starterkit.git.objects import FILE, SUBMODULE, Entry, File
from starterkit.git.repository import Repository, open_repository
from starterkit.progress import Progress, no_progress
from starterkit.project.layers import Files, with_unix_line_ends
from starterkit.sanitize import few
from starterkit.template.atomic_replace import finish_replacing
from starterkit.template.questions import SUFFIX
from starterkit.yamlfile import did_you_mean


@dataclass(frozen=True)
class SaveResult:
    """The result of `template save`: the template's added, changed and removed files.

    `renumbered` has the new name of each renamed step, by old name. `mentions` are lines that may have old numbers.
    """

    template: Path
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    renumbered: dict[str, str]
    mentions: tuple[Mention, ...]

    @property
    def is_change(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def save_template(
    folder: Path,
    *,
    to: Path | None = None,
    force: bool = False,
    renumber: bool = False,
    progress: Progress = no_progress,
) -> SaveResult:
    """Save an opened path in its template, or in the folder `to`.

    With `renumber`, the order of the commits decides the numbers of the steps. Raises `ConflictError` for uncommitted
    changes, an unfinished rebase, or a template that changed after it was opened. `force` overwrites such a template.
    Raises `UsageError` or `FileError` if the commits make no valid path. After an error, nothing has been written.
    """
    if not os.path.lexists(folder / ".git"):
        raise UsageError(
            f"The folder {folder.absolute()} has no git repository, so it isn't an opened template.",
            "Use the folder that `starterkit template open` created: `starterkit template save DIR`.",
        )
    repository = open_repository(folder)
    try:
        check_settled(repository)
        commits = read_history(repository, renumber=renumber)
        progress(f"Reading {len(commits)} commits …")
        after, renumbered, mentions = _files_of(repository, commits, folder, renumber=renumber)
        target, opened = _target(repository, to)
        finish_replacing(target)
        before = read_files(target) if target.exists() else {}
        _check_unchanged(before, after, opened, target, force=force)
        saved = SaveResult(
            template=target,
            added=tuple(name for name in after if name not in before),
            changed=tuple(name for name in after if name in before and before[name] != after[name]),
            removed=tuple(name for name in before if name not in after),
            renumbered=renumbered,
            mentions=mentions,
        )
        if saved.is_change:
            progress(f"Writing {target} …")
            write_template(target, before, after)
        if opened is not None:
            record(repository, target, after)
        changes = (*saved.added, *saved.changed, *saved.removed)
        if any(name.endswith(SUFFIX) or name == "copier.yml" for name in changes):
            lay_out_rendered(repository, target, progress)
        return saved
    finally:
        repository.close()


def _files_of(
    repository: Repository, commits: list[LayerCommit], folder: Path, *, renumber: bool
) -> tuple[Files, dict[str, str], tuple[Mention, ...]]:
    files = _metadata(repository, commits, folder)
    steps = [commit.step for commit in commits if commit.kind == "given"]
    names = {step: f"{number:02}{step[2:]}" if renumber else step for number, step in enumerate(steps, 1)}
    # The check uses the new step names, because a template with wrong numbers can't be parsed.
    read_as_template({_with_step(path, names): file for path, file in files.items()}, str(folder))
    files.update(_project_files(repository, commits, files, str(folder)))
    mentions: tuple[Mention, ...] = ()
    if renumber:
        files, mentions = renumber_steps(files, names)
    layers_of(files, read_as_template(files, str(folder)))
    return dict(sorted(files.items())), {old: new for old, new in names.items() if old != new}, mentions


def _with_step(path: str, names: Mapping[str, str]) -> str:
    parts = path.split("/")
    return "/".join((parts[0], names[parts[1]], *parts[2:])) if parts[0] == "steps" else path


def _metadata(repository: Repository, commits: list[LayerCommit], folder: Path) -> Files:
    steps = [commit.step for commit in commits if commit.kind == "given"]
    files: Files = {}
    for path, entry in commits[-1].tree.items():
        if path.startswith(PROJECT):
            continue
        parts = path.split("/")
        is_of_step = len(parts) == 3 and parts[0] == "steps" and parts[2] in STEP_FILES
        if is_of_step and parts[1] not in steps:
            raise UsageError(
                f'{folder / path} belongs to the step "{parts[1]}", but the commit "given {parts[1]}" is missing.',
                f"Rename the folder with `git mv`, or change the subject of the commit. "
                f"{did_you_mean(parts[1], steps)}".strip(),
            )
        if not is_of_step and path not in TOP_FILES:
            raise UsageError(
                f"{folder / path} can't be saved, because it isn't part of the learning path.",
                "Remove the file from the commits, and put it directly into the template's folder. starterkit saves "
                "only path.yml, copier.yml, the folder project/, and step.yml and lesson.md of each step.",
            )
        files[path] = File(FILE, _bytes(repository, entry))
    for commit in commits:
        for name in STEP_FILES if commit.kind == "given" else ():
            if f"{STEPS}{commit.step}/{name}" not in files:
                raise _missing_metadata(commit, name, files, folder)
    return files


def _missing_metadata(commit: LayerCommit, name: str, files: Files, folder: Path) -> UsageError:
    others = [other.split("/")[1] for other in files if other.endswith(f"/{name}")]
    guess = did_you_mean(commit.step, [other for other in others if other[2:] == commit.step[2:]])
    return UsageError(
        f"{commit.shown} doesn't contain the file {folder / STEPS / commit.step / name}.",
        f"Add the file to this commit. {guess}".strip(),
    )


def _project_files(repository: Repository, commits: list[LayerCommit], metadata: Files, folder: str) -> Files:
    base = commits[0]
    project = {path: File(entry.mode, _bytes(repository, entry)) for path, entry in base.project.items()}
    check_layer(base, base, project)
    files = {PROJECT + path: file for path, file in project.items()}
    removes: dict[str, tuple[str, ...]] = {}
    for below, layer in pairwise(commits):
        changed = {
            path: File(entry.mode, _bytes(repository, entry))
            for path, entry in layer.project.items()
            if below.project.get(path) != entry
        }
        removes[layer.kind] = tuple(sorted(set(below.project) - set(layer.project)))
        check_layer(layer, base, changed, removes[layer.kind])
        files.update({f"{STEPS}{layer.step}/{layer.kind}/{path}": file for path, file in changed.items()})
        if layer.kind == "solution":
            name = f"{STEPS}{layer.step}/step.yml"
            files[name] = File(FILE, with_removes(metadata[name].data, removes, f"{folder}/{name}"))
    return files


def _bytes(repository: Repository, entry: Entry) -> bytes:
    return with_unix_line_ends(repository.reader.blob(entry.id)) if entry.mode != SUBMODULE else b""


def _target(repository: Repository, to: Path | None) -> tuple[Path, Origin | None]:
    opened = origin(repository)
    if to is not None:
        target = to.resolve()
        if target.exists() and not (target / "path.yml").is_file() and (not target.is_dir() or any(target.iterdir())):
            raise UsageError(
                f"{target} is not a template.", "Choose the folder of a template, or a folder that doesn't exist yet."
            )
        return target, opened if opened is not None and opened.template == target else None
    if opened is None:
        raise UsageError(
            f"starterkit doesn't know which template {repository.work_tree} belongs to.",
            "Add the template's folder: `starterkit template save --to FOLDER`.",
        )
    if not opened.template.parent.is_dir():
        raise UsageError(
            f"The template was in the folder {opened.template.parent}, which doesn't exist any more.",
            "Save the template in another folder: `starterkit template save --to FOLDER`.",
        )
    return opened.template, opened


def _check_unchanged(
    before: Mapping[str, File], after: Mapping[str, File], opened: Origin | None, target: Path, *, force: bool
) -> None:
    if force or not before:
        return
    now = {name: file.entry for name, file in before.items()}
    if before == after or (opened is not None and now == opened.files):
        return
    if opened is None:
        raise ConflictError(
            f"{target} already contains a different template.",
            "To replace that template, add `--force`.",
        )
    names = sorted(name for name in {*now, *opened.files} if now.get(name) != opened.files.get(name))
    raise ConflictError(
        f"These files of the template in {target} changed after you opened it: {few(names, 5)}.",
        "To overwrite these changes, add `--force`. To keep them, open the template again in another folder, and apply "
        "your commits there with `git am -3`.",
    )
