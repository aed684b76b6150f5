"""Apply one change of the path to the learner's files with a three-way merge.

`starterkit next`, `solve` and `pull` use this merge, which is called a carry. It changes nothing on disk. It returns
everything that a command must write: the new files, the learner's versions to keep, and the conflicts.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from starterkit.git.merge import Conflict, Merger, MergeResult, Resolution
from starterkit.git.objects import FILE, Entry, Tree, blob_id
from starterkit.project.migrations import changed_history, has_diverged, in_folders_of_path, without_new_history
from starterkit.template.model import Template


@dataclass(frozen=True)
class Pins:
    """The content of the two files that list packages (None: the file is missing).

    The declaration is pyproject.toml or package.json. The pins file has the exact versions.
    """

    declaration: bytes | None
    pins: bytes | None


# Merges packages: from the path's files before a change, after the change, and the learner's files, to new files.
PinsRule = Callable[[Pins, Pins, Pins], Pins]


@dataclass(frozen=True)
class Carried:
    """The result of a carry.

    `tree` has the learner's new files. `backups` are the learner's versions that were replaced. `restored` are
    path-owned files that the learner had deleted. `kept_yours` are the learner's files with the name of a new file.
    `skipped_migrations` are new migrations of the path that don't fit the learner's. `merged` is git's merge, which
    `resolve` needs to resolve the conflicts.
    """

    tree: dict[str, Entry]
    conflicts: tuple[Conflict, ...] = ()
    backups: dict[str, Entry] = field(default_factory=dict)
    restored: tuple[str, ...] = ()
    kept_yours: tuple[str, ...] = ()
    skipped_migrations: tuple[str, ...] = ()
    merged: MergeResult | None = None

    @property
    def is_clean(self) -> bool:
        return not self.conflicts


def carry(
    merger: Merger,
    template: Template,
    before: Tree,
    after: Tree,
    mine: Tree,
    *,
    pins_rule: PinsRule,
    lenient: bool = False,
    new_may_meet: bool = False,
) -> Carried:
    """Apply the path's change from `before` to `after` to the learner's files.

    Path-owned files are replaced. If the learner has a file with the name of a new file, the learner's file stays. If
    both sides changed the pins, `pins_rule` merges the pins. git merges all other files. With `lenient`, git ignores
    differences in whitespace. If the learner's migrations differ from the path's, the path's new ones are left out.

    With `new_may_meet`, `after` is the work of another person and not a layer of the path. So a file that is new on
    both sides is a conflict, and new migrations are merged. A pull needs this.
    """
    skipped: tuple[str, ...] = ()
    if not new_may_meet and has_diverged(template, before, after, mine):
        skipped, after = changed_history(template, before, after), without_new_history(template, before, after)
    sides = _Sides(dict(before), dict(after), dict(mine))
    backups, restored = _replace_owned(merger, template, sides)
    _merge_pins(merger, template, sides, pins_rule)
    kept_yours = () if new_may_meet else _keep_learner_files(sides)
    if sides.before == sides.after:
        merged = MergeResult(sides.mine, ())
    else:
        merged = merger.merge(sides.before, sides.mine, sides.after, lenient=lenient)
        backups.update(_replaced_leniently(sides, merged) if lenient else {})
    return Carried(dict(merged.tree), merged.conflicts, backups, restored, kept_yours, skipped, merged)


def resolve(merger: Merger, carried: Carried, how: Resolution, mine_label: str, theirs_label: str) -> Carried:
    """Resolve all conflicts as `how` says. The labels name the two sides in conflict markers.

    Unless the learner's lines win everywhere, the learner's versions become backups.
    """
    assert carried.merged is not None
    tree = merger.resolve(carried.merged, how, mine_label, theirs_label)
    backups = dict(carried.backups)
    if how is not Resolution.MINE:
        backups.update({conflict.path: conflict.mine for conflict in carried.conflicts if conflict.mine is not None})
        folders = tuple(f"{conflict.path}/" for conflict in carried.conflicts)
        backups.update({path: e for path, e in carried.tree.items() if path.startswith(folders) and path not in tree})
    return replace(carried, tree=tree, conflicts=(), backups=backups)


def take_files(template: Template, before: Tree, after: Tree, mine: Tree, paths: set[str]) -> Carried:
    """Replace all path-owned files and the files at `paths` with the path's. The learner's versions become backups."""
    tree = dict(mine)
    backups: dict[str, Entry] = {}
    for path in sorted(paths | {path for path in after if template.owns(path)}):
        old, new = mine.get(path), after.get(path)
        if old not in (None, new, before.get(path)):
            backups[path] = old
        if new is None:
            tree.pop(path, None)
        else:
            tree[path] = new
            backups.update(_pop_obstacles(path, tree, after))
    return Carried(tree, backups=backups)


def take_all(before: Tree, after: Tree, mine: Tree, template: Template) -> Carried:
    """Replace all files and migrations with the path's. Files that the path doesn't know stay.

    The learner's versions become backups. A file that hides a file of the path becomes a backup too. Examples: a
    package next to a module of the same name, a folder with the name of a file.
    """
    tree, backups = dict(mine), {}
    for path, new in after.items():
        old = tree.get(path)
        if old not in (None, new, before.get(path)):
            backups[path] = old
        tree[path] = new
        backups.update(_pop_obstacles(path, tree, after))
    history = in_folders_of_path(template, tree, after)
    for path in [path for path in tree if path not in after and (path in before or path in history)]:
        old = tree.pop(path)
        if old != before.get(path):
            backups[path] = old
    return Carried(tree, backups=backups)


def changed_paths(before: Tree, after: Tree) -> set[str]:
    """Return the paths that differ between two trees."""
    return {path for path in {*before, *after} if before.get(path) != after.get(path)}


@dataclass
class _Sides:
    """The files of the three sides of a merge, as dictionaries that are changed before git merges them."""

    before: dict[str, Entry]
    after: dict[str, Entry]
    mine: dict[str, Entry]


def _replace_owned(merger: Merger, template: Template, sides: _Sides) -> tuple[dict[str, Entry], tuple[str, ...]]:
    """Replace path-owned files on all sides. Return the learner's versions and the restored paths."""
    backups: dict[str, Entry] = {}
    restored: list[str] = []
    for path in sorted({*sides.before, *sides.after}):
        if not template.owns(path):
            continue
        mine, before, after = sides.mine.get(path), sides.before.get(path), sides.after.get(path)
        if mine is not None and not _is_version(merger, mine, (before, after)):
            backups[path] = mine
        if mine is None and before is not None and after is not None:
            restored.append(path)
        for side in (sides.before, sides.mine):
            side.pop(path, None)
            if after is not None:
                side[path] = after
        if after is not None:
            backups.update(_pop_obstacles(path, sides.mine, sides.after))
    return backups, tuple(restored)


def _is_version(merger: Merger, mine: Entry, versions: tuple[Entry | None, ...]) -> bool:
    if mine in versions:
        return True
    ids = [version.id for version in versions if version is not None and version.mode == mine.mode]
    return bool(ids) and blob_id(merger.content(mine.id).replace(b"\r\n", b"\n")) in ids


def _replaced_leniently(sides: _Sides, merged: MergeResult) -> dict[str, Entry]:
    """Return the learner's files that the merge replaced because only whitespace differed."""
    return {
        path: mine
        for path, mine in sides.mine.items()
        if mine not in (sides.before.get(path), sides.after.get(path))
        and merged.tree.get(path) == sides.after.get(path)
    }


def _keep_learner_files(sides: _Sides) -> tuple[str, ...]:
    """Keep the learner's files and folders that have the name of a new file or its folder. Return their paths."""
    kept: list[str] = []
    folders = {parent for path in sides.mine for parent in _parents(path)}
    for path in sorted(set(sides.after) - set(sides.before)):
        if path in sides.mine:
            if sides.mine[path] != sides.after[path]:
                kept.append(path)
            sides.after[path] = sides.before[path] = sides.mine[path]
        elif path in folders or any(parent in sides.mine for parent in _parents(path)):
            kept.append(path)
            del sides.after[path]
    return tuple(kept)


def _merge_pins(merger: Merger, template: Template, sides: _Sides, rule: PinsRule) -> None:
    names = (template.environment.declaration, template.environment.pins)
    if all(sides.before.get(name) == sides.after.get(name) for name in names):
        return  # the path didn't change the packages
    if all(sides.mine.get(name) == sides.before.get(name) for name in names):
        return  # the learner didn't change the packages, so git takes the path's files

    def bytes_of(tree: Tree) -> Pins:
        declaration, pins = (merger.content(tree[name].id) if name in tree else None for name in names)
        return Pins(declaration, pins)

    result = rule(bytes_of(sides.before), bytes_of(sides.after), bytes_of(sides.mine))
    for name, data in zip(names, (result.declaration, result.pins), strict=True):
        for side in (sides.before, sides.after, sides.mine):
            side.pop(name, None)
            if data is not None:
                side[name] = Entry(FILE, merger.add(data))


def _pop_obstacles(path: str, tree: dict[str, Entry], of_the_path: Tree) -> dict[str, Entry]:
    stem = path.removesuffix(".py")
    folders = (f"{path}/", f"{stem}/") if stem != path else (f"{path}/",)
    parents = _parents(path)
    hidden = [other for other in tree if other not in of_the_path and (other in parents or other.startswith(folders))]
    return {other: tree.pop(other) for other in hidden}


def _parents(path: str) -> set[str]:
    parts = path.split("/")
    return {"/".join(parts[:depth]) for depth in range(1, len(parts))}
