"""Find, compare and rename migrations, which are never merged as text."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from pathlib import PurePosixPath

from starterkit.git.objects import Entry, Tree
from starterkit.template.model import Template


def in_folders_of_path(template: Template, tree: Tree, path_tree: Tree) -> dict[str, Entry]:
    """Return the migrations of `tree` in those folders where the path (`path_tree`) has migrations too."""
    folders = {_folder(path) for path in path_tree if template.is_history(path)}
    return {path: entry for path, entry in tree.items() if template.is_history(path) and _folder(path) in folders}


def has_diverged(template: Template, before: Tree, reference: Tree, mine: Tree) -> bool:
    """True if a solution changes migrations, and the learner's migrations differ from the path's before the solution.

    Then the solution's migrations don't fit the learner's project.
    """
    brings = any(template.is_history(path) for path in {*before, *reference} if before.get(path) != reference.get(path))
    learners, paths = (in_folders_of_path(template, tree, before) for tree in (mine, before))
    return brings and learners != paths


def without_new_history(template: Template, before: Tree, reference: Tree) -> dict[str, Entry]:
    """Return a solution without its new migrations, because the learner's project creates its own."""
    kept = {path: entry for path, entry in reference.items() if not template.is_history(path)}
    return {**kept, **{path: entry for path, entry in before.items() if template.is_history(path)}}


def rebased_migrations(
    template: Template,
    trees: tuple[Tree, Tree, Tree],
    content: Callable[[str], bytes],
    add: Callable[[bytes], str],
) -> dict[str, Entry] | None:
    """Return a solution's new migrations, changed to follow the learner's last ones, or None.

    `trees` are the path before the solution, the solution, and the learner's files. A migration names its predecessor
    by the app's folder and the file's name. If the learner's predecessor has another name, that name is inserted. None
    means that this is impossible: the learner has a file with the same name, or no migration in a folder. `content`
    returns a blob's bytes by its id. `add` stores bytes and returns their id.
    """
    before, solution, mine = (in_folders_of_path(template, tree, trees[1]) for tree in trees)
    new = {path: entry for path, entry in solution.items() if path not in before}
    if any(path in mine for path in new):
        return None
    learners = _by_folder(mine)
    follows: dict[tuple[str, str], str] = {}
    for folder, stems in _by_folder(before).items():
        for stem in stems - learners[folder]:
            if not learners[folder]:
                return None
            follows[PurePosixPath(folder).parent.name, stem] = max(learners[folder])
    return {path: Entry(entry.mode, add(_renamed(content(entry.id), follows))) for path, entry in new.items()}


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)


def _by_folder(tree: Tree) -> defaultdict[str, set[str]]:
    stems: defaultdict[str, set[str]] = defaultdict(set)
    for path in tree:
        stems[_folder(path)].add(PurePosixPath(path).stem)
    return stems


def _renamed(data: bytes, follows: Mapping[tuple[str, str], str]) -> bytes:
    """Replace the names of predecessors. A migration names them as two strings: `("blog", "0002_tags")`."""
    text = data.decode("utf-8")
    for (app, old), new in follows.items():
        pair = rf"""((['"]){re.escape(app)}\2\s*,\s*(['"])){re.escape(old)}\3"""
        text = re.sub(pair, lambda match, new=new: f"{match[1]}{new}{match[3]}", text)  # type: ignore[misc]
    return text.encode()
