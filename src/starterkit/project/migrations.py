"""Migrations: files that are the learner's own history, written by their project and never merged as text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from starterkit.git.objects import Entry
from starterkit.template.model import Template

Tree = Mapping[str, Entry]


def in_folders_of_path(template: Template, tree: Tree, path_tree: Tree) -> dict[str, Entry]:
    """Return the migrations of a tree that lie in folders where the path has some. Those of an app that the learner
    made are nobody else's business."""
    folders = {_folder(path) for path in path_tree if template.is_history(path)}
    return {path: entry for path, entry in tree.items() if template.is_history(path) and _folder(path) in folders}


def has_diverged(template: Template, before: Tree, reference: Tree, mine: Tree) -> bool:
    """Tell whether a solution brings migrations, and the learner's so far are not the path's (names and bytes)."""
    brings = any(template.is_history(path) for path in {*before, *reference} if before.get(path) != reference.get(path))
    theirs, the_paths = (in_folders_of_path(template, tree, before) for tree in (mine, before))
    return brings and theirs != the_paths


def without_new_history(template: Template, before: Tree, reference: Tree) -> dict[str, Entry]:
    """Return a solution without the migrations that it brings: the learner's project makes its own."""
    kept = {path: entry for path, entry in reference.items() if not template.is_history(path)}
    return {**kept, **{path: entry for path, entry in before.items() if template.is_history(path)}}


def rebased_migrations(
    template: Template,
    trees: tuple[Tree, Tree, Tree],
    content: Callable[[str], bytes],
    add: Callable[[bytes], str],
) -> dict[str, Entry] | None:
    """Return the migrations that a solution brings, made to follow the learner's own last ones.

    `trees` are the path's before the solution, the solution, and the learner's. Migrations name each other by the
    app's folder and the file's name. Where the learner's has another name than the path's, the solution's take over
    the name of the learner's last one in that folder. None where this cannot be: the learner has a file of such a
    name, or no migration at all in a folder.
    """
    before, solution, mine = (in_folders_of_path(template, tree, trees[1]) for tree in trees)
    new = {path: entry for path, entry in solution.items() if path not in before}
    if any(path in mine for path in new):
        return None
    theirs = _by_folder(mine)
    follows: dict[tuple[str, str], str] = {}
    for folder, stems in _by_folder(before).items():
        for stem in stems - theirs[folder]:
            if not theirs[folder]:
                return None
            follows[PurePosixPath(folder).parent.name, stem] = max(theirs[folder])
    result = {}
    for path, entry in new.items():
        result[path] = Entry(entry.mode, add(_renamed(content(entry.id), follows)))
    return result


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)


def _by_folder(tree: Tree) -> defaultdict[str, set[str]]:
    stems: defaultdict[str, set[str]] = defaultdict(set)
    for path in tree:
        stems[_folder(path)].add(PurePosixPath(path).stem)
    return stems


def _renamed(data: bytes, follows: Mapping[tuple[str, str], str]) -> bytes:
    """Put other names where a migration names an app and a migration of it, as two texts in a row."""
    text = data.decode("utf-8")
    for (app, old), new in follows.items():
        pair = rf"""((['"]){re.escape(app)}\2\s*,\s*(['"])){re.escape(old)}\3"""
        text = re.sub(pair, lambda found, new=new: f"{found[1]}{new}{found[3]}", text)  # type: ignore[misc]
    return text.encode()
