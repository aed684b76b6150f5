"""Snapshots before every command that writes, and the line of undo and redo along them.

A snapshot is a commit below `refs/starterkit/undo/` whose tree holds the learner's files byte for byte (`files/`), the
index as it lay on disk, the versions that were staged and differ from the files (`staged/`), what the command is about
to write (`coming/`), and `snapshot.json`. Its parents are the commit that HEAD was at and the tip of the branch that
comes to move, so that nothing of it can be collected as garbage. The line itself, `undo.json`, belongs to this machine.
"""

from __future__ import annotations

import json
import os
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from starterkit.errors import ConflictError, UsageError
from starterkit.git.objects import BOT, FILE, SUBMODULE, Entry, File, NewCommit, write_objects
from starterkit.git.repository import UNDO_REFS, Head, Repository
from starterkit.git.worktree import id_on_disk, is_same
from starterkit.project.journal import FileChange, Plan, Writes, carry_out, next_index_file, writes_between
from starterkit.project.project import Project, WorkingTree, tree_fingerprint
from starterkit.sanitize import few

_FILES = "files/"
_STAGED = "staged/"
_COMING = "coming/"
_LINE = "undo"


@dataclass(frozen=True)
class UndoEntry:
    """One command on the undo line: the snapshot before it, where HEAD stood after it, and what it wrote.

    `undone_by` is the snapshot that `undo` took before it took the command back: the target of a redo; `restored` is
    what that undo wrote.
    """

    command: str
    snapshot: str
    branch: str | None
    commit: str | None
    wrote: dict[str, FileChange]
    undone_by: str = ""
    restored: dict[str, FileChange] = field(default_factory=dict)


@dataclass(frozen=True)
class UndoHistory:
    """The commands that can be undone (the last one next), and those that can be redone (the last one next)."""

    done: tuple[UndoEntry, ...] = ()
    undone: tuple[UndoEntry, ...] = ()

    def after(self, done: UndoEntry) -> UndoHistory:
        """Return the line after a further command; it ends the redo line."""
        return UndoHistory((*self.done, done), ())

    def as_json(self) -> dict[str, Any]:
        return {"done": [asdict(entry) for entry in self.done], "undone": [asdict(entry) for entry in self.undone]}


@dataclass(frozen=True)
class UndoResult:
    """What `undo` or `undo --redo` did: which command, which files it changed, and which it left alone."""

    command: str
    redone: bool
    changed: tuple[str, ...]
    snapshot: str
    data_reset: bool = False
    left: tuple[str, ...] = field(default=())


def read_history(project: Project) -> UndoHistory:
    """Return the undo line of this machine."""
    file = project.repository.own_folder / f"{_LINE}.json"
    try:
        found = json.loads(file.read_bytes())
        return UndoHistory(tuple(map(_done, found["done"])), tuple(map(_done, found["undone"])))
    except FileNotFoundError:
        return UndoHistory()
    except (ValueError, KeyError, TypeError) as wrong:
        raise UsageError(
            f"The list of what can be undone, {file}, is damaged.",
            f"Delete it to begin a new one; every snapshot is still there: `git for-each-ref {UNDO_REFS}`.",
        ) from wrong


def history_entry(line: UndoHistory) -> dict[str, Any]:
    """Return the undo line as the entry of a plan's memory."""
    return {_LINE: line.as_json()}


def snapshot_commit(
    project: Project,
    work: WorkingTree,
    head: Head,
    command: str,
    *,
    tip: str | None = None,
    coming: Mapping[str, File] | None = None,
) -> NewCommit:
    """Return the commit that keeps all of the learner's work as it is now; the caller writes it.

    `tip` is the commit of another branch that is about to be moved, `coming` are files that are about to be written.
    """
    about = {"command": command, "branch": head.branch, "commit": head.commit}
    files = {_FILES + path: file for path, file in work.files.files.items()}
    staged = {
        _STAGED + path: entry
        for path, entry in work.files.listing.staged.items()
        if entry.mode != SUBMODULE and (path not in work.tree or work.tree[path].id != entry.id)
    }
    files |= {_COMING + path: file for path, file in (coming or {}).items()}
    files["snapshot.json"] = File(FILE, json.dumps(about).encode())
    index = project.repository.whole_index()
    if index is not None:
        files["index"] = File(FILE, index)
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    return NewCommit(
        ref=f"{UNDO_REFS}{stamp}-{secrets.token_hex(4)}",
        message=f"Before `starterkit {command}`\n",
        author=BOT,
        committer=BOT,
        seconds=int(time.time()),
        parents=tuple(dict.fromkeys(commit for commit in (head.commit, tip) if commit)),
        entries=staged,
        files=files,
    )


def undo(project: Project, *, redo: bool = False, force: bool = False) -> UndoResult:
    """Take the last command that wrote back, or do it again; the state before this is a snapshot too.

    Raises `UsageError` when there is nothing to undo, `ConflictError` when commits or changes since then would be
    undone too and `force` is not given.
    """
    with project.writing("undo"):
        repository, line = project.repository, read_history(project)
        entry = _entry_to_take(line, redo=redo)
        head = _head_to_move(repository)
        target = entry.undone_by if redo else entry.snapshot
        goal_head, goal_tree = _snapshot(repository, target)
        expected = _snapshot(repository, entry.snapshot)[0] if redo else Head(entry.branch, entry.commit)
        wrote = _reversed(entry.restored if redo else entry.wrote)
        if not force:
            _check_untouched(project, entry, head == expected, wrote)
        elif head != expected:
            committed = repository.reader.tree(head.commit) if head.commit else {}
            wrote.update({path: (None, goal_tree.get(path)) for path in (*goal_tree, *committed)})
        work = project.read_work(also=tuple(wrote))
        tip = _tip(repository, goal_head.branch, head)
        snapshot = snapshot_commit(project, work, head, f"undo{' --redo' if redo else ''} of {entry.command}", tip=tip)
        write_objects(repository.git, [snapshot])
        writes = writes_between(work.tree, goal_tree, wrote)
        index = _prepare_index(repository, target)
        memory = history_entry(_moved(line, entry, snapshot.ref, writes, redo=redo))
        plan = Plan("undo", writes, head, goal_head, tip, index, memory)
        left = carry_out(repository, plan, repository.reader.blob)
        project.forget_state()
        project.memory.go_back_to(tree_fingerprint(_after(work, writes)), project.state.step)
        return UndoResult(entry.command, redo, tuple(writes), snapshot.ref, left=left)


def _head_to_move(repository: Repository) -> Head:
    unfinished = repository.unfinished()
    if unfinished:
        raise ConflictError(unfinished)
    return repository.head()


def _tip(repository: Repository, branch: str | None, head: Head) -> str | None:
    """Return the commit that a branch is at."""
    if branch is None or branch == head.branch:
        return head.commit if branch else None
    return repository.refs(branch).get(branch)


def _reversed(writes: Writes) -> dict[str, FileChange]:
    return {path: (after, before) for path, (before, after) in writes.items()}


def _entry_to_take(line: UndoHistory, *, redo: bool) -> UndoEntry:
    entries = line.undone if redo else line.done
    if not entries:
        what = "redo" if redo else "undo"
        raise UsageError(
            f"There is nothing to {what}.",
            "`undo` takes back what next, solve and undo wrote; your own commits are git's: `git log`, `git revert`.",
        )
    return entries[-1]


def _moved(line: UndoHistory, entry: UndoEntry, snapshot: str, writes: Writes, *, redo: bool) -> UndoHistory:
    if redo:
        return UndoHistory((*line.done, replace(entry, undone_by="", restored={})), line.undone[:-1])
    return UndoHistory(line.done[:-1], (*line.undone, replace(entry, undone_by=snapshot, restored=dict(writes))))


def _check_untouched(project: Project, entry: UndoEntry, is_where_it_was: bool, wrote: Writes) -> None:
    """Refuse to go on when commits, or changes to files that the command wrote, came since."""
    if not is_where_it_was:
        raise ConflictError(
            f"There are commits (or another branch) since `starterkit {entry.command}`.",
            "`--force` goes back all the same: the commits stay reachable in the snapshot that is taken first.",
        )
    trust_modes = project.repository.trusts_modes
    changed = []
    for path, sides in wrote.items():
        found = id_on_disk(project.folder, path)
        if not any(is_same(found, side, trust_modes=trust_modes) for side in sides):
            changed.append(path)
    if changed:
        raise ConflictError(
            f"You changed files that `starterkit {entry.command}` wrote: {few(changed, 5)}.",
            "`--force` goes back all the same: your versions stay in the snapshot that is taken first.",
        )


def _after(work: WorkingTree, writes: Writes) -> dict[str, Entry]:
    """The learner's files once these are written."""
    tree = {**work.tree, **{path: after for path, (_, after) in writes.items() if after}}
    return {path: entry for path, entry in tree.items() if path not in writes or writes[path][1]}


def _snapshot(repository: Repository, ref: str) -> tuple[Head, dict[str, Entry]]:
    """Return where HEAD stood at a snapshot, and the files in it."""
    tree = repository.reader.tree(ref)
    about = json.loads(repository.reader.blob(tree["snapshot.json"].id))
    files = {path.removeprefix(_FILES): entry for path, entry in tree.items() if path.startswith(_FILES)}
    return Head(about["branch"], about["commit"]), files


def _prepare_index(repository: Repository, ref: str) -> bool:
    entry = repository.reader.tree(ref).get("index")
    if entry is None:
        return False
    index = next_index_file(repository)
    index.write_bytes(repository.reader.blob(entry.id))
    os.utime(index, (1, 1))  # older than any file, so that git looks at the files themselves
    return True


def _done(found: dict[str, Any]) -> UndoEntry:
    return UndoEntry(**{**found, "wrote": _read_writes(found["wrote"]), "restored": _read_writes(found["restored"])})


def _read_writes(found: dict[str, Any]) -> dict[str, FileChange]:
    return {
        path: (None if old is None else Entry(*old), None if new is None else Entry(*new))
        for path, (old, new) in found.items()
    }


def undo_help(line: UndoHistory) -> str:
    """Return which command `undo` would take back now, or an empty text."""
    return line.done[-1].command if line.done else ""
