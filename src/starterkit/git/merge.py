"""Three-way merges of whole trees, done by git, without touching a work tree.

`merge` takes three trees and gives one tree with its conflicts. Line ends are not git's to see here: a learner's file
in CRLF is merged as LF and gets its line ends back, so that saving a file in another editor is no conflict.
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
    """How a conflict is settled."""

    MINE = "--ours"
    THEIRS = "--theirs"
    MARKERS = ""


@dataclass(frozen=True)
class Conflict:
    """One file that git could not merge: its three versions (None: absent there)."""

    path: str
    base: Entry | None
    mine: Entry | None
    theirs: Entry | None


@dataclass(frozen=True)
class MergeResult:
    """The outcome of a merge: a tree (with markers in the files of `conflicts`)."""

    tree: dict[str, Entry]
    conflicts: tuple[Conflict, ...]


@dataclass
class Merger:
    """Merges trees; keeps the line ends of the learner's files, and bytes that are not in the repository yet."""

    git: Git
    reader: ObjectReader
    new: dict[str, bytes] = field(default_factory=dict)  # bytes by id that the repository may not have yet

    def content(self, id: str) -> bytes:
        """Return the bytes of a blob, new or in the repository."""
        return self.new[id] if id in self.new else self.reader.blob(id)

    def add(self, data: bytes) -> str:
        """Take bytes in and return their id."""
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
        """Merge the change base → theirs into mine.

        `lenient` lets lines that differ in white space alone count as equal (for files that were indented anew).
        """
        in_crlf = {path for path, entry in mine.items() if base.get(path) != entry and self._is_crlf(entry)}
        plain = {path: self._with_line_ends(entry, b"\n") if path in in_crlf else entry for path, entry in mine.items()}
        commits = self._commits(base, plain, theirs)
        merged = self._merge_lenient(commits) if lenient else self._merge_strict(commits)
        tree = {
            path: mine[path] if path in in_crlf and entry == plain[path]
            else self._with_line_ends(entry, b"\r\n") if path in in_crlf
            else entry
            for path, entry in merged.tree.items()
        }  # fmt: skip
        as_saved = {plain[path]: mine[path] for path in in_crlf}
        conflicts = (
            replace(one, mine=as_saved.get(one.mine, one.mine) if one.mine else None) for one in merged.conflicts
        )
        return self._joined_at_fixed_lines(MergeResult(tree, tuple(conflicts)))

    def _joined_at_fixed_lines(self, merged: MergeResult) -> MergeResult:
        """Settle the conflicts that are none: the path added above a fixed line, the learner wrote below it."""
        joined = {one.path: entry for one in merged.conflicts if (entry := self._joined(one)) is not None}
        left = tuple(one for one in merged.conflicts if one.path not in joined)
        return MergeResult({**merged.tree, **joined}, left) if joined else merged

    def _joined(self, conflict: Conflict) -> Entry | None:
        if conflict.base is None or conflict.mine is None or conflict.theirs is None or conflict.mine.mode == LINK:
            return None
        mine, base, theirs = (self.content(one.id) for one in (conflict.mine, conflict.base, conflict.theirs))
        crlf = _ends_in_crlf(mine)
        found = insert_at_marker(base, theirs, mine.replace(b"\r\n", b"\n") if crlf else mine)
        if found is None:
            return None
        conflicts, data = self._merge_texts([found[1], found[0], theirs])
        return None if conflicts else self._as_saved(conflict.mine.mode, data, crlf=crlf)

    def _as_saved(self, mode: str, data: bytes, *, crlf: bool) -> Entry:
        """Take in a merged text with the line ends of the learner's file."""
        return Entry(mode, self.add(data.replace(b"\n", b"\r\n") if crlf else data))

    def settle(self, merged: MergeResult, how: Resolution, mine_label: str, theirs_label: str) -> dict[str, Entry]:
        """Return the merged tree with its conflicts settled: mine or theirs hunk by hunk, or left as markers."""
        tree = dict(merged.tree)
        for conflict in merged.conflicts:
            entry = self._settled(conflict, how, mine_label, theirs_label)
            tree.pop(conflict.path, None)
            if entry is not None:
                for hidden in [path for path in tree if path.startswith(f"{conflict.path}/")]:
                    del tree[hidden]  # a file on one side, a folder on the other
                tree[conflict.path] = entry
        return tree

    def _settled(self, conflict: Conflict, how: Resolution, mine_label: str, theirs_label: str) -> Entry | None:
        versions = (conflict.mine, conflict.base, conflict.theirs)
        one_side = conflict.theirs if how is Resolution.THEIRS else conflict.mine
        if conflict.mine is None or conflict.theirs is None:
            # Deleted on one side: there are no hunks to choose between. Markers keep the side that has a text.
            return one_side if how is not Resolution.MARKERS else conflict.mine or conflict.theirs
        datas = [b"" if version is None else self.content(version.id) for version in versions]
        if conflict.mine.mode == LINK or conflict.theirs.mode == LINK or any(b"\0" in data for data in datas):
            return one_side
        crlf = _ends_in_crlf(datas[0])
        plain = [data.replace(b"\r\n", b"\n") for data in datas] if crlf else datas
        data = self._merge_file(plain, how, mine_label, theirs_label)
        return self._as_saved(conflict.mine.mode, data, crlf=crlf)

    def _merge_file(self, datas: list[bytes], how: Resolution, mine_label: str, theirs_label: str) -> bytes:
        options = [how.value] if how.value else []
        return self._merge_texts(datas, *options, "-L", mine_label, "-L", "before", "-L", theirs_label)[1]

    def _merge_texts(self, datas: list[bytes], *options: str) -> tuple[int, bytes]:
        """Merge mine, base and theirs as texts; return how many conflicts there are, and the text."""
        with tempfile.TemporaryDirectory(prefix="starterkit-") as folder:
            names = []
            for name, data in zip(("mine", "base", "theirs"), datas, strict=True):
                (Path(folder) / name).write_bytes(data)
                names.append(str(Path(folder) / name))
            finished = self.git.try_run("merge-file", "-p", "-q", *options, *names)
            if finished.code < 0 or finished.code > 127:
                raise git_failed(finished)
            return finished.code, finished.out

    def _commits(self, base: Mapping[str, Entry], mine: Mapping[str, Entry], theirs: Mapping[str, Entry]) -> list[str]:
        """Write three commits, the second and third children of the first: merge-tree finds the base by ancestry."""

        def commit(tree: Mapping[str, Entry], *parents: int) -> NewCommit:
            files = {path: File(e.mode, self.new[e.id]) for path, e in tree.items() if e.id in self.new}
            entries = {path: entry for path, entry in tree.items() if path not in files}
            return NewCommit(SCRATCH_REF, "a merge", BOT, BOT, 0, parents, entries=entries, files=files)

        return write_objects(self.git, [commit(base), commit(mine, 0), commit(theirs, 0)])

    def _merge_strict(self, commits: list[str]) -> MergeResult:
        _base, mine, theirs = commits
        # 2.39 knows neither --merge-base nor -X here, hence the commits made for it.
        finished = self.git.try_run("merge-tree", "--write-tree", "-z", "--no-messages", mine, theirs)
        if finished.code not in (0, 1):
            raise git_failed(finished)
        tree_id, *records = os.fsdecode(finished.out).split("\0")
        # Where a file meets a folder or a link, git gives one of the two a second name, ending in its commit.
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
            # On a busy machine, git has been seen to take files that it had just written for changed ones.
            git.try_run("update-index", "-q", "--refresh")
            finished = git.try_run("merge-recursive", "--ignore-space-change", base, "--", mine, theirs)
            if finished.code not in (0, 1):
                raise git_failed(finished)
            if finished.code == 0:
                return MergeResult(dict(self.reader.tree(git.line("write-tree"))), ())
        return self._merge_strict(commits)

    def _is_crlf(self, entry: Entry) -> bool:
        return entry.mode != LINK and _ends_in_crlf(self.content(entry.id))

    def _with_line_ends(self, entry: Entry, ends: bytes) -> Entry:
        data = self.content(entry.id).replace(b"\r\n", b"\n")
        return Entry(entry.mode, self.add(data if ends == b"\n" else data.replace(b"\n", ends)))


def has_markers(data: bytes) -> bool:
    """Tell whether a text holds the markers of a conflict that was not settled."""
    found = {match[1][:1] for match in _MARKER.finditer(data)}
    return {b"<", b"=", b">"} <= found


def _ends_in_crlf(data: bytes) -> bool:
    """Tell whether every line of a text ends in CRLF; a text of mixed line ends is left as it is."""
    return b"\r\n" in data and b"\0" not in data and data.count(b"\n") == data.count(b"\r\n")


def _conflicts(records: Iterable[str]) -> tuple[Conflict, ...]:
    """Read the `mode id stage TAB path` records of merge-tree (stage 1: base, 2: mine, 3: theirs)."""
    stages: dict[str, dict[str, Entry]] = {}
    for record in records:
        if "\t" not in record:
            continue
        head, _, path = record.partition("\t")
        mode, id, stage = head.split(" ")
        stages.setdefault(path, {})[stage] = Entry(mode, id)
    return tuple(Conflict(path, found.get("1"), found.get("2"), found.get("3")) for path, found in stages.items())
