"""`template save`: the commits of an opened path, written back as a template's overlays.

Overlays are minimal: only files that differ from the layer below. The texts (path.yml, copier.yml, step.yml,
lesson.md) are those of the last commit, so it does not matter in which commit an author changed them.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
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
from starterkit.git.objects import FILE, Entry, File
from starterkit.git.repository import Repository, open_repository
from starterkit.progress import Progress, no_progress
from starterkit.project.layers import Files, with_unix_line_ends
from starterkit.sanitize import few
from starterkit.template.atomic_replace import finish_replacing
from starterkit.yamlfile import did_you_mean


@dataclass(frozen=True)
class SaveResult:
    """What was saved: the template's folder, and which of its files are new, changed and gone.

    `renumber` tells that steps got other names than the commits have; `mentions` are lines that may still say the
    old numbers.
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
    say: Progress = no_progress,
) -> SaveResult:
    """Write the path of an opened repository back into its template (or into `to`).

    Raises `ConflictError` when something is not committed, a rebase is under way, or the template was changed since
    it was opened (`force` overwrites that); `UsageError` or `FileError` when the commits make no path. Nothing is
    written then.
    """
    if not os.path.lexists(folder / ".git"):
        raise UsageError(
            f"No template is open in {folder.absolute()}.",
            "Go into the folder that `starterkit template open` created, or name it: `starterkit template save DIR`.",
        )
    repository = open_repository(folder)
    try:
        check_settled(repository)
        commits = read_history(repository, renumber=renumber)
        say(f"Reading {len(commits)} commits …")
        wanted, mapping, mentions = _wanted(repository, commits, folder, renumber=renumber)
        target, known = _target(repository, to)
        finish_replacing(target)
        before = read_files(target) if target.exists() else {}
        _check_unchanged(before, wanted, known, target, force=force)
        saved = _compared(target, before, wanted, mapping, mentions)
        if saved.is_change:
            say(f"Writing {target} …")
            write_template(target, before, wanted)
        if to is None or (known is not None and known.template == target):
            record(repository, target, wanted)
        if saved.is_change:
            _refresh_rendered(repository, target, saved, say)
        return saved
    finally:
        repository.close()


def _wanted(
    repository: Repository, commits: list[LayerCommit], folder: Path, *, renumber: bool
) -> tuple[Files, dict[str, str], tuple[Mention, ...]]:
    """The template's files as the commits say them."""
    files = _texts(repository, commits, folder)
    read_as_template(_by_own_numbers(files, commits) if renumber else files, str(folder))
    files.update(_overlays(repository, commits, files, str(folder)))
    mapping: dict[str, str] = {}
    mentions: tuple[Mention, ...] = ()
    if renumber:
        names = [commit.step for commit in commits if commit.kind == "given"]
        mapping = {name: f"{number:02}{name[2:]}" for number, name in enumerate(names, 1)}
        files, mentions = renumber_steps(files, mapping)
        mapping = {old: new for old, new in mapping.items() if old != new}
    template = read_as_template(files, str(folder))
    layers_of(files, template)
    return dict(sorted(files.items())), mapping, mentions


def _by_own_numbers(files: Files, commits: list[LayerCommit]) -> Files:
    """The texts under numbers that follow each other, so that they can be read before they are renumbered."""
    names = [commit.step for commit in commits if commit.kind == "given"]
    new = {name: f"{number:02}{name[2:]}" for number, name in enumerate(names, 1)}
    found = {}
    for path, file in files.items():
        parts = path.split("/")
        if parts[0] == "steps":
            parts[1] = new[parts[1]]
        found["/".join(parts)] = file
    return found


def _texts(repository: Repository, commits: list[LayerCommit], folder: Path) -> Files:
    """The texts of the last commit. Raises `UsageError` for a file that is none of a template's."""
    tip = commits[-1]
    steps = [commit.step for commit in commits if commit.kind == "given"]
    found: Files = {}
    for path, entry in tip.tree.items():
        if path.startswith(PROJECT):
            continue
        parts = path.split("/")
        if len(parts) == 3 and parts[0] == "steps" and parts[2] in STEP_FILES and parts[1] not in steps:
            raise UsageError(
                f'{folder / path} belongs to a step "{parts[1]}", and no commit is called "given {parts[1]}".',
                f"Move the folder to the step's name (`git mv`), or reword the commit. "
                f"{did_you_mean(parts[1], steps)}".strip(),
            )
        is_text = path in TOP_FILES or (len(parts) == 3 and parts[0] == "steps" and parts[2] in STEP_FILES)
        if not is_text:
            raise UsageError(
                f"{folder / path} is no file of a path, so it cannot be saved.",
                "In a path there are path.yml, copier.yml, project/, and of each step steps/NN-name/step.yml and "
                "lesson.md. Files of the template itself (a README, say) belong into its own folder.",
            )
        found[path] = File(entry.mode if entry.mode == FILE else FILE, _bytes(repository, entry))
    _check_steps_have_texts(found, commits, folder)
    return found


def _check_steps_have_texts(texts: Files, commits: list[LayerCommit], folder: Path) -> None:
    for commit in commits:
        for name in STEP_FILES:
            path = f"{STEPS}{commit.step}/{name}"
            if commit.kind == "given" and path not in texts:
                others = [other.split("/")[1] for other in texts if other.endswith(f"/{name}")]
                elsewhere = did_you_mean(commit.step, [other for other in others if other[2:] == commit.step[2:]])
                raise UsageError(
                    f"{commit.shown} has no {folder / path}.",
                    f"A step's texts lie in {STEPS}{commit.step}/; add the file to that commit. {elsewhere}".strip(),
                )


def _overlays(repository: Repository, commits: list[LayerCommit], texts: Files, place: str) -> Files:
    """The files of project/, and of each given and solution what differs from the layer below; and step.yml's."""
    base = commits[0]
    found = {PROJECT + path: File(entry.mode, _bytes(repository, entry)) for path, entry in base.project.items()}
    check_layer(base, base, {path: found[PROJECT + path] for path in base.project})
    for given, below in zip(commits[1::2], commits[0::2], strict=False):
        solution = commits[commits.index(given) + 1]
        removes: dict[str, tuple[str, ...]] = {}
        for layer, under in ((given, below), (solution, given)):
            changed = {
                path: File(entry.mode, _bytes(repository, entry))
                for path, entry in layer.project.items()
                if under.project.get(path) != entry
            }
            removes[layer.kind] = tuple(sorted(set(under.project) - set(layer.project)))
            check_layer(layer, base, changed, removes[layer.kind])
            found.update({f"{STEPS}{layer.step}/{layer.kind}/{path}": file for path, file in changed.items()})
        name = f"{STEPS}{given.step}/step.yml"
        found[name] = File(FILE, with_removes(texts[name].data, removes, f"{place}/{name}"))
    return found


def _bytes(repository: Repository, entry: Entry) -> bytes:
    return with_unix_line_ends(repository.reader.blob(entry.id)) if entry.mode != "160000" else b""


def _target(repository: Repository, to: Path | None) -> tuple[Path, Origin | None]:
    """The folder to write, and what this repository remembers of it."""
    known = origin(repository)
    if to is not None:
        target = to.resolve()
        if target.exists() and not (target / "path.yml").is_file() and (not target.is_dir() or any(target.iterdir())):
            raise UsageError(f"{target} is no template.", "Name a template's folder, or one that does not exist yet.")
        return target, known if known is not None and known.template == target else None
    if known is None:
        raise UsageError(
            f"{repository.work_tree} does not remember the template that it was opened from.",
            "Say where to save: `--to TEMPLATE_FOLDER`.",
        )
    if not known.template.parent.is_dir():
        raise UsageError(f"The template's place, {known.template}, is gone.", "Save it elsewhere: `--to FOLDER`.")
    return known.template, known


def _check_unchanged(
    before: Mapping[str, File], wanted: Mapping[str, File], known: Origin | None, target: Path, *, force: bool
) -> None:
    """Raise `ConflictError` when the template's files are neither those that were opened nor what is to be saved."""
    if force or not before:
        return
    now = {name: file.entry for name, file in before.items()}
    if now == {name: file.entry for name, file in wanted.items()} or (known is not None and now == known.files):
        return
    if known is None:
        raise ConflictError(
            f"{target} holds a template that was not opened here.", "To replace it by this path, add `--force`."
        )
    names = sorted(name for name in {*now, *known.files} if now.get(name) != known.files.get(name))
    raise ConflictError(
        f"The template in {target} was changed since it was opened: {few(names, 5)}.",
        "Saving would undo that. Open it again beside this one and bring your commits over (`git format-patch`, "
        "`git am -3`), or overwrite the changes with `--force`.",
    )


def _compared(
    target: Path,
    before: Mapping[str, File],
    wanted: Mapping[str, File],
    mapping: dict[str, str],
    mentions: tuple[Mention, ...],
) -> SaveResult:
    return SaveResult(
        template=target,
        added=tuple(name for name in wanted if name not in before),
        changed=tuple(name for name in wanted if name in before and before[name] != wanted[name]),
        removed=tuple(name for name in before if name not in wanted),
        renumbered=mapping,
        mentions=mentions,
    )


def _refresh_rendered(repository: Repository, target: Path, saved: SaveResult, say: Progress) -> None:
    changes = (*saved.added, *saved.changed, *saved.removed)
    if any(name.endswith(".jinja") or name == "copier.yml" for name in changes):
        lay_out_rendered(repository, target, say)
