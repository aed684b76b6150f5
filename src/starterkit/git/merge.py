"""Merge whole trees with git's three-way merge, without changing a work tree.

`merge` gets three trees and returns the merged tree and its conflicts. A learner's file with CRLF line endings is
merged with LF line endings, and then gets CRLF again. So a Windows editor that changes the line endings doesn't cause
conflicts.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from enum import Enum
from pathlib import Path

from starterkit.git.command import Git, git_failed
from starterkit.git.marker_line import insert_at_marker
from starterkit.git.objects import BOT, LINK, SCRATCH_REF, Entry, File, NewCommit, ObjectReader, blob_id, write_objects

_MARKER = re.compile(rb"^(<{7}|={7}|>{7}|\|{7})( .*)?$", re.MULTILINE)


class Resolution(Enum):
    """How to resolve a conflict: with one side, or with conflict markers."""

    MINE = "--ours"
    THEIRS = "--theirs"
    MARKERS = ""


@dataclass(frozen=True)
class Conflict:
    """A file that git could not merge. A version is None if that side (base, mine or theirs) has no such file."""

    path: str
    base: Entry | None
    mine: Entry | None
    theirs: Entry | None


@dataclass(frozen=True)
class MergeResult:
    """The result of a merge: the merged tree and the conflicts.

    In the tree, files in conflict contain conflict markers until `Merger.resolve` replaces them.
    """

    tree: dict[str, Entry]
    conflicts: tuple[Conflict, ...]


@dataclass
class Merger:
    """Merges trees in memory, and keeps the line endings of the learner's files.

    `mine` is always the learner's side, `theirs` is the path's side, and `base` is the version before both.
    """

    git: Git
    reader: ObjectReader
    new: dict[str, bytes] = field(default_factory=dict)  # merged content by blob id, not yet in the repository

    def content(self, id: str) -> bytes:
        """Return the content of a blob, even if the blob isn't in the repository yet."""
        return self.new[id] if id in self.new else self.reader.blob(id)

    def add(self, data: bytes) -> str:
        """Keep new content in memory, and return its blob id. The caller writes it with the next commit."""
        id = blob_id(data)
        self.new.setdefault(id, data)
        return id

    def merge(
        self,
        base: Mapping[str, Entry],
        mine: Mapping[str, Entry],
        theirs: Mapping[str, Entry],
        *,
        lenient: bool = False,
    ) -> MergeResult:
        """Merge the changes from `base` to `theirs` into `mine`.

        With `lenient`, a change in the amount of whitespace causes no conflict.
        """
        in_crlf = {path: entry for path, entry in mine.items() if base.get(path) != entry and self._is_crlf(entry)}
        unix = {path: Entry(e.mode, self.add(_with_lf(self.content(e.id)))) for path, e in in_crlf.items()}
        commits = self._commits(base, {**mine, **unix}, theirs)
        merged = self._merge_lenient(commits) if lenient else self._merge_strict(commits)
        tree = dict(merged.tree)
        for path in tree.keys() & unix.keys():
            mode, id = tree[path]
            tree[path] = mine[path] if tree[path] == unix[path] else self._saved(mode, self.content(id), crlf=True)
        as_saved = {unix[path]: entry for path, entry in in_crlf.items()}
        conflicts = [replace(c, mine=as_saved.get(c.mine, c.mine) if c.mine else None) for c in merged.conflicts]
        # git reports a conflict if the path adds lines above a marker line and the learner below it. Keep both instead.
        joined = {each.path: entry for each in conflicts if (entry := self._merge_at_marker(each)) is not None}
        return MergeResult({**tree, **joined}, tuple(each for each in conflicts if each.path not in joined))

    def _merge_at_marker(self, conflict: Conflict) -> Entry | None:
        if conflict.base is None or conflict.mine is None or conflict.theirs is None or conflict.mine.mode == LINK:
            return None
        mine, base, theirs = (self.content(e.id) for e in (conflict.mine, conflict.base, conflict.theirs))
        crlf = _ends_in_crlf(mine)
        texts = insert_at_marker(base, theirs, _with_lf(mine) if crlf else mine)
        if texts is None:
            return None
        conflicts, data = self._merge_texts([texts[1], texts[0], theirs])
        return None if conflicts else self._saved(conflict.mine.mode, data, crlf=crlf)

    def _saved(self, mode: str, data: bytes, *, crlf: bool) -> Entry:
        return Entry(mode, self.add(_with_lf(data).replace(b"\n", b"\r\n") if crlf else data))

    def resolve(self, merged: MergeResult, how: Resolution, mine_label: str, theirs_label: str) -> dict[str, Entry]:
        """Return the merged tree, with one side or conflict markers in each hunk that conflicts.

        The labels name the two sides in conflict markers.
        """
        tree = dict(merged.tree)
        for conflict in merged.conflicts:
            entry = self._resolve(conflict, how, mine_label, theirs_label)
            tree.pop(conflict.path, None)
            if entry is not None:
                for hidden in [path for path in tree if path.startswith(f"{conflict.path}/")]:
                    del tree[hidden]  # one side has a file, the other side has a folder with its name
                tree[conflict.path] = entry
        return tree

    def _resolve(self, conflict: Conflict, how: Resolution, mine_label: str, theirs_label: str) -> Entry | None:
        versions = (conflict.mine, conflict.base, conflict.theirs)
        one_side = conflict.theirs if how is Resolution.THEIRS else conflict.mine
        if conflict.mine is None or conflict.theirs is None:
            # One side deleted the file, so there are no hunks to mark. The side that still has the file is kept.
            return one_side if how is not Resolution.MARKERS else conflict.mine or conflict.theirs
        datas = [b"" if version is None else self.content(version.id) for version in versions]
        if conflict.mine.mode == LINK or conflict.theirs.mode == LINK or any(b"\0" in data for data in datas):
            return one_side
        crlf = _ends_in_crlf(datas[0])
        options = [how.value] if how.value else []
        labels = ("-L", mine_label, "-L", "before", "-L", theirs_label)
        _, data = self._merge_texts([_with_lf(data) for data in datas] if crlf else datas, *options, *labels)
        return self._saved(conflict.mine.mode, data, crlf=crlf)

    def _merge_texts(self, datas: list[bytes], *options: str) -> tuple[int, bytes]:
        """Merge three texts (mine, base, theirs). Return the number of conflicts and the result."""
        with tempfile.TemporaryDirectory(prefix="starterkit-") as folder:
            files = [Path(folder) / name for name in ("mine", "base", "theirs")]
            for file, data in zip(files, datas, strict=True):
                file.write_bytes(data)
            finished = self.git.try_run("merge-file", "-p", "-q", *options, *map(str, files))
            if finished.code < 0 or finished.code > 127:
                raise git_failed(finished)
            return finished.code, finished.out

    def _commits(self, base: Mapping[str, Entry], mine: Mapping[str, Entry], theirs: Mapping[str, Entry]) -> list[str]:
        """Write a commit for each tree. The base is the parent, because merge-tree looks for a common ancestor."""

        def commit(tree: Mapping[str, Entry], *parents: int) -> NewCommit:
            files = {path: File(e.mode, self.new[e.id]) for path, e in tree.items() if e.id in self.new}
            entries = {path: entry for path, entry in tree.items() if path not in files}
            return NewCommit(SCRATCH_REF, "a merge", BOT, BOT, 0, parents, entries=entries, files=files)

        return write_objects(self.git, [commit(base), commit(mine, 0), commit(theirs, 0)])

    def _merge_strict(self, commits: list[str]) -> MergeResult:
        _base, mine, theirs = commits
        # merge-tree has no option --merge-base before git 2.40, so the base must be a common parent commit.
        finished = self.git.try_run("merge-tree", "--write-tree", "-z", "--no-messages", mine, theirs)
        if finished.code not in (0, 1):
            raise git_failed(finished)
        tree_id, *records = os.fsdecode(finished.out).split("\0")
        # If a file and a folder have the same name, git renames one of them. The new name ends with a commit id.
        second_name = re.compile(rf"~(?:{mine}|{theirs})(?:_\d+)?$")
        tree = {path: entry for path, entry in self.reader.tree(tree_id).items() if not second_name.search(path)}
        return MergeResult(tree, _conflicts(second_name.sub("", record) for record in records))

    def _merge_lenient(self, commits: list[str]) -> MergeResult:
        base, mine, theirs = commits
        with tempfile.TemporaryDirectory(prefix="starterkit-") as folder:
            work_tree = Path(folder) / "files"
            work_tree.mkdir()
            git_dir = Path(self.git.line("rev-parse", "--absolute-git-dir"))
            git = self.git.with_index(Path(folder) / "index", work_tree, git_dir)
            git.run("read-tree", mine)
            git.run("checkout-index", "-a", "-q", "-u")
            # Without a refresh, git may think that the files it has just written were changed.
            git.try_run("update-index", "-q", "--refresh")
            finished = git.try_run("merge-recursive", "--ignore-space-change", base, "--", mine, theirs)
            if finished.code not in (0, 1):
                raise git_failed(finished)
            if finished.code == 0:
                return MergeResult(dict(self.reader.tree(git.line("write-tree"))), ())
        return self._merge_strict(commits)

    def _is_crlf(self, entry: Entry) -> bool:
        return entry.mode != LINK and _ends_in_crlf(self.content(entry.id))


def has_markers(data: bytes) -> bool:
    """True if a file contains all three conflict markers: `<<<<<<<`, `=======` and `>>>>>>>`."""
    return {b"<", b"=", b">"} <= {match[1][:1] for match in _MARKER.finditer(data)}


def _with_lf(data: bytes) -> bytes:
    return data.replace(b"\r\n", b"\n")


def _ends_in_crlf(data: bytes) -> bool:
    """True if every line ends with CRLF. A text with mixed line endings is merged as it is."""
    return b"\r\n" in data and b"\0" not in data and data.count(b"\n") == data.count(b"\r\n")


def _conflicts(records: Iterable[str]) -> tuple[Conflict, ...]:
    """Return the conflicts in merge-tree's output. A record has a stage: 1 (base), 2 (mine) or 3 (theirs)."""
    conflicts: dict[str, dict[str, Entry]] = {}
    for record in records:
        if "\t" not in record:
            continue
        head, _, path = record.partition("\t")
        mode, id, stage = head.split(" ")
        conflicts.setdefault(path, {})[stage] = Entry(mode, id)
    return tuple(Conflict(path, *(entries.get(stage) for stage in "123")) for path, entries in conflicts.items())
