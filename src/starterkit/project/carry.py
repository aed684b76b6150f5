"""Carry: put one change of the path onto the learner's own files, by a three-way merge.

`carry(from, to)` is the one primitive behind next, solve and update. It computes and returns; nothing on disk changes
here. What comes out is a complete picture: which files get which bytes, which versions of the learner's have to be
kept aside, what was kept of theirs, and where git found a conflict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace

from starterkit.git.merge import Conflict, Merger, MergeResult, Resolution
from starterkit.git.objects import FILE, Entry, blob_id
from starterkit.project.migrations import in_folders_of_path
from starterkit.template.model import Template

Tree = Mapping[str, Entry]


@dataclass(frozen=True)
class Pins:
    """The two files that declare and pin the packages, as bytes (None: absent)."""

    declaration: bytes | None
    pins: bytes | None


# From the path's before and after, and the learner's: what the learner's become.
PinsRule = Callable[[Pins, Pins, Pins], Pins]


@dataclass(frozen=True)
class Carried:
    """The outcome of a carry.

    `tree` is what the learner's files become. `kept_aside` are versions of the learner's that the path's replace, to
    be kept under another name. `put_back` are path-owned files that were deleted. `kept_mine` are files of the
    learner's that stand where the path brings a new file, and stay.
    """

    tree: dict[str, Entry]
    conflicts: tuple[Conflict, ...] = ()
    backups: dict[str, Entry] = field(default_factory=dict)
    restored: tuple[str, ...] = ()
    kept_yours: tuple[str, ...] = ()
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
    """Carry the path's change before → after onto the learner's files.

    Path-owned files become the path's, whole. A file that the path newly brings and the learner already has stays the
    learner's. Where the change touches the pins and the learner's differ, `pins_rule` says what they become. All else
    is git's three-way merge; its conflicts are in the outcome.

    With `new_may_meet`, a new file on both sides is a conflict, too: the change is not the path's alone.
    """
    outcome = _Sides(dict(before), dict(after), dict(mine))
    aside, put_back = _take_owned(merger, template, outcome)
    _settle_pins(merger, template, outcome, pins_rule)
    kept_mine = () if new_may_meet else _keep_what_is_theirs(outcome)
    if outcome.before == outcome.after:
        merged = MergeResult(outcome.mine, ())
    else:
        merged = merger.merge(outcome.before, outcome.mine, outcome.after, lenient=lenient)
        aside.update(_words_lost(outcome, merged) if lenient else {})
    return Carried(dict(merged.tree), merged.conflicts, aside, put_back, kept_mine, merged)


def resolve(merger: Merger, carried: Carried, how: Resolution, mine_label: str, theirs_label: str) -> Carried:
    """Settle the conflicts of a carry; where theirs is taken, the learner's versions are kept aside."""
    assert carried.merged is not None
    tree = merger.settle(carried.merged, how, mine_label, theirs_label)
    aside = dict(carried.backups)
    if how is not Resolution.MINE:
        aside.update({conflict.path: conflict.mine for conflict in carried.conflicts if conflict.mine is not None})
        folders = tuple(f"{conflict.path}/" for conflict in carried.conflicts)
        aside.update({path: e for path, e in carried.tree.items() if path.startswith(folders) and path not in tree})
    return replace(carried, tree=tree, conflicts=(), backups=aside)


def take_files(template: Template, before: Tree, after: Tree, mine: Tree, paths: set[str]) -> Carried:
    """Make the named files (and all path-owned ones) the path's, whole; the learner's versions are kept aside."""
    tree = dict(mine)
    aside: dict[str, Entry] = {}
    for path in sorted(paths | {path for path in after if template.owns(path)}):
        old, new = mine.get(path), after.get(path)
        if old is not None and old != new and old != before.get(path):
            aside[path] = old
        if new is None:
            tree.pop(path, None)
        else:
            tree[path] = new
            aside.update(_out_of_the_way(path, tree, after))
    return Carried(tree, backups=aside)


def take_all(before: Tree, after: Tree, mine: Tree, template: Template) -> Carried:
    """Make every file of the path what it is in `after`; files unknown to the path stay.

    What would hide a file of the path (a package beside a module of its name, a folder at a file's name) is kept
    aside, as are the learner's versions that are replaced. Migrations become exactly the reference's.
    """
    tree, aside = dict(mine), {}
    for path, new in after.items():
        old = tree.get(path)
        if old not in (None, new, before.get(path)):
            aside[path] = old
        tree[path] = new
        aside.update(_out_of_the_way(path, tree, after))
    history = in_folders_of_path(template, tree, after)
    for path in [path for path in tree if path not in after and (path in before or path in history)]:
        old = tree.pop(path)
        if old != before.get(path):
            aside[path] = old
    return Carried(tree, backups=aside)


def changed_paths(before: Tree, after: Tree) -> set[str]:
    """Return the paths that differ between two trees."""
    return {path for path in {*before, *after} if before.get(path) != after.get(path)}


@dataclass
class _Sides:
    """The three trees of a merge, as they are made ready for it."""

    before: dict[str, Entry]
    after: dict[str, Entry]
    mine: dict[str, Entry]


def _take_owned(merger: Merger, template: Template, sides: _Sides) -> tuple[dict[str, Entry], tuple[str, ...]]:
    """Make path-owned files the path's on all sides; return the learner's versions, and what had been deleted."""
    aside: dict[str, Entry] = {}
    put_back: list[str] = []
    for path in sorted({*sides.before, *sides.after}):
        if not template.owns(path):
            continue
        mine, before, after = sides.mine.get(path), sides.before.get(path), sides.after.get(path)
        if mine is not None and not _same_words(merger, mine, (before, after)):
            aside[path] = mine
        if mine is None and before is not None and after is not None:
            put_back.append(path)
        for side in (sides.before, sides.mine):
            side.pop(path, None)
            if after is not None:
                side[path] = after
        if after is not None:
            aside.update(_out_of_the_way(path, sides.mine, sides.after))
    return aside, tuple(put_back)


def _same_words(merger: Merger, mine: Entry, versions: tuple[Entry | None, ...]) -> bool:
    """Tell whether the learner's file is one of these versions, however its lines end."""
    if mine in versions:
        return True
    ids = [version.id for version in versions if version is not None and version.mode == mine.mode]
    return bool(ids) and blob_id(merger.content(mine.id).replace(b"\r\n", b"\n")) in ids


def _words_lost(sides: _Sides, merged: MergeResult) -> dict[str, Entry]:
    """The learner's versions of files that a lenient merge made the path's: what differed was white space."""
    return {
        path: mine
        for path, mine in sides.mine.items()
        if mine not in (sides.before.get(path), sides.after.get(path))
        and merged.tree.get(path) == sides.after.get(path)
    }


def _keep_what_is_theirs(sides: _Sides) -> tuple[str, ...]:
    """Let the learner's own win where the path brings a new file of that name; return those names.

    Also a folder of theirs at the file's name, or a file at the name of a folder that it needs.
    """
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


def _settle_pins(merger: Merger, template: Template, sides: _Sides, rule: PinsRule) -> None:
    names = (template.environment.declaration, template.environment.pins)
    if all(sides.before.get(name) == sides.after.get(name) for name in names):
        return  # the change leaves the packages alone, and so do we
    if all(sides.mine.get(name) == sides.before.get(name) for name in names):
        return  # the learner left them alone, so the path's are taken

    def bytes_of(tree: Tree) -> Pins:
        declaration, pins = (merger.content(tree[name].id) if name in tree else None for name in names)
        return Pins(declaration, pins)

    result = rule(bytes_of(sides.before), bytes_of(sides.after), bytes_of(sides.mine))
    for name, data in zip(names, (result.declaration, result.pins), strict=True):
        for side in (sides.before, sides.after, sides.mine):
            side.pop(name, None)
            if data is not None:
                side[name] = Entry(FILE, merger.add(data))


def _out_of_the_way(path: str, tree: dict[str, Entry], of_the_path: Tree) -> dict[str, Entry]:
    """Remove from `tree` what stands in the way of a file of the path, or would hide it; return it."""
    stem = path.removesuffix(".py")
    folders = (f"{path}/", f"{stem}/") if stem != path else (f"{path}/",)
    parents = _parents(path)
    hidden = [other for other in tree if other not in of_the_path and (other in parents or other.startswith(folders))]
    return {other: tree.pop(other) for other in hidden}


def _parents(path: str) -> set[str]:
    """Return the folders that a path lies in."""
    parts = path.split("/")
    return {"/".join(parts[:depth]) for depth in range(1, len(parts))}
