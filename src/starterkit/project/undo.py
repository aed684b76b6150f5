"""Take a snapshot before every command that writes, and use it for undo and redo.

A snapshot is a commit below `refs/starterkit/undo/`. Its tree has:

- `files/`: the exact bytes of the learner's files
- `index`: git's index
- `staged/`: staged versions that differ from the files
- `coming/`: the files that the command will write
- `snapshot.json`: the command, the branch and HEAD's commit

The parents of a snapshot are HEAD's commit and the last commit of the branch that will move. So `git gc` keeps both.
The file `undo.json` lists the commands. It isn't shared with other machines.
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
from starterkit.project.journal import FileChange, Plan, Writes, carry_out, next_index_file, read_writes, writes_between
from starterkit.project.project import Project, WorkingTree, tree_fingerprint
from starterkit.sanitize import few

_FILES = "files/"
_STAGED = "staged/"
_COMING = "coming/"
_LINE = "undo"
_NOTHING_FIX = (
    "`starterkit undo` works only for starterkit commands that changed files. To undo a commit, use `git revert`."
)


@dataclass(frozen=True)
class UndoEntry:
    """One command in the undo history: the snapshot before it, HEAD after it, and its writes.

    `undone_by` is the snapshot that `undo` took before it reverted the command. A redo restores this snapshot.
    `restored` are the files that this undo wrote. `step` is the label of the command's step, or "".
    """

    command: str
    snapshot: str
    branch: str | None
    commit: str | None
    wrote: dict[str, FileChange]
    undone_by: str = ""
    restored: dict[str, FileChange] = field(default_factory=dict)
    step: str = ""


@dataclass(frozen=True)
class UndoHistory:
    """The commands that can be undone and redone. The last entry of a list comes next."""

    done: tuple[UndoEntry, ...] = ()
    undone: tuple[UndoEntry, ...] = ()

    @property
    def next_undo(self) -> str:
        """The command that `starterkit undo` would revert now ("": none)."""
        return self.done[-1].command if self.done else ""

    def after(self, done: UndoEntry, *, continues: str = "") -> UndoHistory:
        """Return the history with one more command, and with nothing to redo.

        If `continues` is the snapshot of the last entry, both are parts of the same command and become one entry.
        """
        if not (continues and self.done and self.done[-1].snapshot == continues):
            return UndoHistory((*self.done, done), ())
        first = self.done[-1]
        before = {
            **{path: old for path, (old, _) in done.wrote.items()},
            **{path: old for path, (old, _) in first.wrote.items()},
        }
        after = {
            **{path: new for path, (_, new) in first.wrote.items()},
            **{path: new for path, (_, new) in done.wrote.items()},
        }
        wrote = writes_between(before, after, before)
        return UndoHistory((*self.done[:-1], replace(done, snapshot=continues, wrote=wrote)), ())


@dataclass(frozen=True)
class UndoResult:
    """The result of `undo` or `undo --redo`. `command` is the command that was undone or redone.

    `changed` files were restored or removed. `removed` is a part of them. `left` files stay, because the learner
    changed them meanwhile. `snapshot` is the ref of the snapshot that was taken first.
    """

    command: str
    step: str
    redone: bool
    changed: tuple[str, ...]
    snapshot: str
    left: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


def read_history(project: Project) -> UndoHistory:
    """Return the undo history of this machine. Raises `UsageError` if its file is damaged."""
    file = project.repository.own_folder / f"{_LINE}.json"
    try:
        history = json.loads(file.read_bytes())
        return UndoHistory(tuple(map(_done, history["done"])), tuple(map(_done, history["undone"])))
    except FileNotFoundError:
        return UndoHistory()
    except (ValueError, KeyError, TypeError) as wrong:
        raise UsageError(
            f"starterkit can't read its undo history: {file}",
            f"To start a new history, delete the file. To list the old snapshots, type `git for-each-ref {UNDO_REFS}`.",
        ) from wrong


def history_entry(line: UndoHistory) -> dict[str, Any]:
    """Return the entry of `Plan.memory` that stores the undo history."""
    return {_LINE: asdict(line)}


def snapshot_commit(
    project: Project,
    work: WorkingTree,
    head: Head,
    command: str,
    *,
    tip: str | None = None,
    coming: Mapping[str, File] | None = None,
) -> NewCommit:
    """Return a snapshot commit with all of the learner's work. The caller writes the commit.

    `tip` is the last commit of another branch that will move (None: only HEAD moves). `coming` are the files that the
    command will write, by path.
    """
    about = {"command": command, "branch": head.branch, "commit": head.commit}
    files = {_FILES + path: file for path, file in work.files.items()}
    files |= {_COMING + path: file for path, file in (coming or {}).items()}
    staged = {
        _STAGED + path: entry
        for path, entry in work.listing.staged.items()
        if entry.mode != SUBMODULE and (path not in work.tree or work.tree[path].id != entry.id)
    }
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
    """Undo the last command that wrote files, or redo it. A new snapshot is taken first.

    Raises `UsageError` if there is nothing to undo. Without `force`, raises `ConflictError` if later commits or changes
    would be lost.
    """
    with project.writing("undo"):
        repository, line = project.repository, read_history(project)
        entries = line.undone if redo else line.done
        if not entries:
            raise UsageError(f"There is nothing to {'redo' if redo else 'undo'}.", _NOTHING_FIX)
        entry = entries[-1]
        if unfinished := repository.unfinished():
            raise ConflictError(unfinished)
        head = repository.head()
        target = entry.undone_by if redo else entry.snapshot
        goal_head, goal_tree = _snapshot(repository, target)
        expected = _snapshot(repository, entry.snapshot)[0] if redo else Head(entry.branch, entry.commit)
        wrote = {path: (new, old) for path, (old, new) in (entry.restored if redo else entry.wrote).items()}
        if not force:
            _check_untouched(project, entry, head == expected, wrote)
        elif head != expected:
            committed = repository.reader.tree(head.commit) if head.commit else {}
            wrote.update({path: (None, goal_tree.get(path)) for path in (*goal_tree, *committed)})
        work = project.read_work(also=tuple(wrote))
        branch, tip = goal_head.branch, None
        if branch:
            tip = head.commit if branch == head.branch else repository.git.refs(branch).get(branch)
        snapshot = snapshot_commit(project, work, head, f"undo{' --redo' if redo else ''} of {entry.command}", tip=tip)
        write_objects(repository.git, [snapshot])
        writes = writes_between(work.tree, goal_tree, wrote)
        if redo:
            line = UndoHistory((*line.done, replace(entry, undone_by="", restored={})), line.undone[:-1])
        else:
            undone = replace(entry, undone_by=snapshot.ref, restored=writes)
            line = UndoHistory(line.done[:-1], (*line.undone, undone))
        index = _prepare_index(repository, target)
        plan = Plan("undo", writes, head, goal_head, tip, index, history_entry(line))
        left = carry_out(repository, plan, repository.reader.blob)
        project.forget_state()
        after = {**work.tree, **{path: new for path, (_, new) in writes.items()}}
        fingerprint = tree_fingerprint({path: entry for path, entry in after.items() if entry})
        project.memory.go_back_to(fingerprint, project.state.step)
        removed = tuple(path for path, (_, new) in writes.items() if new is None)
        return UndoResult(entry.command, entry.step, redo, tuple(writes), snapshot.ref, left, removed)


def _check_untouched(project: Project, entry: UndoEntry, is_where_it_was: bool, wrote: Writes) -> None:
    if not is_where_it_was:
        raise ConflictError(
            f"You made a commit or changed the branch after `starterkit {entry.command}`.",
            "To continue anyway, add `--force`. starterkit saves your newer commits in a snapshot.",
        )
    trust_modes = project.repository.trusts_modes
    changed = []
    for path, versions in wrote.items():
        now = id_on_disk(project.folder, path)
        if not any(is_same(now, version, trust_modes=trust_modes) for version in versions):
            changed.append(path)
    if changed:
        raise ConflictError(
            f"You changed files after `starterkit {entry.command}` wrote them: {few(changed, 5)}.",
            "To continue anyway, add `--force`. starterkit saves your versions in a snapshot.",
        )


def _snapshot(repository: Repository, ref: str) -> tuple[Head, dict[str, Entry]]:
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
    os.utime(index, (1, 1))  # older than any file, so git compares the content of all files
    return True


def _done(entry: dict[str, Any]) -> UndoEntry:
    return UndoEntry(**{**entry, "wrote": read_writes(entry["wrote"]), "restored": read_writes(entry["restored"])})
