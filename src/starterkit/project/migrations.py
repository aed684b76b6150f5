"""Find, compare and rename migrations, which are never merged as text.

Tools order migrations in three ways. A migration of Django names its predecessors by the app's folder and the file's
name. A migration of Alembic names the revision id of its predecessor. Other tools, such as knex, run migrations in the
order of their file names.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Set
from dataclasses import dataclass
from pathlib import PurePosixPath

from starterkit.git.objects import Entry, Tree
from starterkit.template.model import Template

_DEPENDENCIES = re.compile(r"^\s*dependencies\s*=", re.MULTILINE)
_REVISION = re.compile(r"""^revision\b[^=\n]*=\s*(['"])(.+?)\1""", re.MULTILINE)
# The variable, and the line in the docstring that repeats its value.
_PREDECESSOR = re.compile(r"^(?:down_revision\b[^=\n]*=\s*(?:\([^)]*\)|.*)|Revises:.*)$", re.MULTILINE)
_QUOTED = re.compile(r"""(['"])(.+?)\1""")


def in_folders_of_path(template: Template, tree: Tree, path_tree: Tree) -> dict[str, Entry]:
    """Return the migrations of `tree` in those folders where the path (`path_tree`) has migrations too."""
    folders = {_folder(path) for path in path_tree if template.is_history(path)}
    return {path: entry for path, entry in tree.items() if template.is_history(path) and _folder(path) in folders}


def has_diverged(template: Template, before: Tree, after: Tree, mine: Tree) -> bool:
    """True if a layer changes migrations, and the learner's migrations differ from the path's.

    Then the layer's migrations don't fit the learner's project.
    """
    layers = {**before, **after}
    learners, *paths = (in_folders_of_path(template, tree, layers) for tree in (mine, before, after))
    return paths[0] != paths[1] and learners not in paths


def changed_history(template: Template, before: Tree, after: Tree) -> tuple[str, ...]:
    """Return the paths of the migrations that a layer adds or changes."""
    return tuple(sorted(path for path in after if template.is_history(path) and after[path] != before.get(path)))


def without_new_history(template: Template, before: Tree, after: Tree) -> dict[str, Entry]:
    """Return a layer without its new migrations, because they don't fit the learner's migrations."""
    kept = {path: entry for path, entry in after.items() if not template.is_history(path)}
    return {**kept, **{path: entry for path, entry in before.items() if template.is_history(path)}}


def rebased_migrations(
    template: Template,
    trees: tuple[Tree, Tree, Tree],
    content: Callable[[str], bytes],
    add: Callable[[bytes], str],
) -> dict[str, Entry] | None:
    """Return a solution's new migrations, changed to follow the learner's last ones, or None.

    `trees` are the path before the solution, the solution, and the learner's files. None means that this is impossible.
    For example, the learner already has a file with the same name, or created the first migration of a folder.
    `content` returns a blob's bytes by its id. `add` stores bytes and returns their id.
    """
    layers = {**trees[0], **trees[1]}
    before, solution, mine = (in_folders_of_path(template, tree, layers) for tree in trees)
    new = {path: entry for path, entry in solution.items() if path not in before}
    if any(path in mine for path in new):
        return None

    def texts(tree: Mapping[str, Entry], folder: str) -> dict[str, str]:
        paths = sorted(path for path in tree if _folder(path) == folder)
        return {PurePosixPath(path).name: content(tree[path].id).decode("utf-8", "replace") for path in paths}

    folders = sorted({_folder(path) for path in layers if template.is_history(path)})
    histories = [_History(folder, *(texts(tree, folder) for tree in (before, new, mine))) for folder in folders]
    if any(bool(history.before) != bool(history.mine) for history in histories):
        return None
    follows = {pair: name for history in histories for pair, name in history.follows().items()}
    migrations: dict[str, Entry] = {}
    for history in histories:
        rebased = history.rebased(follows)
        if rebased is None:
            return None
        for (name, text), (old_name, old_text) in zip(rebased, history.new.items(), strict=True):
            entry = new[f"{history.folder}/{old_name}"]
            is_same = text == old_text
            migrations[f"{history.folder}/{name}"] = entry if is_same else Entry(entry.mode, add(text.encode()))
    return migrations


@dataclass(frozen=True)
class _History:
    """The migrations in one folder: texts by file name, sorted by name.

    `before` are the path's migrations before the solution, `new` the solution's, and `mine` the learner's.
    """

    folder: str
    before: Mapping[str, str]
    new: Mapping[str, str]
    mine: Mapping[str, str]

    def follows(self) -> dict[tuple[str, str], str]:
        """Map the app and name of a predecessor to the learner's last migration, which replaces it.

        A predecessor is replaced if the learner's project lacks it, or if it is the path's last migration.
        """
        app = PurePosixPath(self.folder).parent.name
        paths, learners = _stems(self.before), _stems(self.mine)
        return {(app, stem): max(learners) for stem in paths if stem not in learners or stem == max(paths)}

    def rebased(self, follows: Mapping[tuple[str, str], str]) -> list[tuple[str, str]] | None:
        """Return names and texts of the new migrations, so that they follow the learner's last migration, or None."""
        if any(map(_REVISION.search, self.new.values())):
            return self._after_revision()
        if any(map(_DEPENDENCIES.search, self.new.values())):
            return [(name, _with_dependencies(text, follows)) for name, text in self.new.items()]
        names = _names_after(max(self.mine, default=""), self.new)
        return None if names is None else list(zip(names, self.new.values(), strict=True))

    def _after_revision(self) -> list[tuple[str, str]] | None:
        if not self.before:
            return list(self.new.items())
        old, head = _head(self.before.values()), _head(self.mine.values())
        if old is None or head is None or _revisions(self.new.values()) & _revisions(self.mine.values()):
            return None
        id = re.compile(rf"(?<![\w-]){re.escape(old)}(?![\w-])")
        return [(name, _PREDECESSOR.sub(lambda line: id.sub(head, line[0]), text)) for name, text in self.new.items()]


def _folder(path: str) -> str:
    return str(PurePosixPath(path).parent)


def _stems(names: Iterable[str]) -> Set[str]:
    return {PurePosixPath(name).stem for name in names}


def _revisions(texts: Iterable[str]) -> set[str]:
    return {match[2] for match in map(_REVISION.search, texts) if match}


def _head(texts: Iterable[str]) -> str | None:
    """Return the revision id that no other migration of Alembic follows, or None if there are several."""
    lines = [line for text in texts for line in _PREDECESSOR.findall(text)]
    heads = _revisions(texts) - {quoted[2] for line in lines for quoted in _QUOTED.finditer(line)}
    return heads.pop() if len(heads) == 1 else None


def _with_dependencies(text: str, follows: Mapping[tuple[str, str], str]) -> str:
    """Replace the names of predecessors. A migration of Django names them as two strings: `("blog", "0002_tags")`."""
    for (app, old), new in follows.items():
        pair = rf"""((['"]){re.escape(app)}\2\s*,\s*(['"])){re.escape(old)}\3"""
        text = re.sub(pair, lambda match, new=new: f"{match[1]}{new}{match[3]}", text)  # type: ignore[misc]
    return text


def _names_after(last: str, names: Iterable[str]) -> list[str] | None:
    """Return file names that sort after `last`, or None. A name keeps its text and gets the next number or time stamp.

    A name stays if it sorts after `last` and has as many digits.
    """
    result: list[str] = []
    for name in names:
        latest, rest = _number(last), name.removeprefix(_number(name))
        if name > last and len(_number(name)) == len(latest or _number(name)):
            last = name
        elif latest and (renamed := f"{int(latest) + 1:0{len(latest)}}{rest}") > last:
            last = renamed
        else:
            return None
        result.append(last)
    return result


def _number(name: str) -> str:
    """Return the digits at the start of a file name, or ""."""
    match = re.match("[0-9]*", name)
    return match[0] if match else ""
