"""Snapshots before every command that writes, and the line of undo and redo along them.

A snapshot is a commit below `refs/starterkit/undo/` whose tree holds the learner's files byte for byte (`files/`), the
index as it lay on disk, and `snapshot.json`; its parent is the commit that HEAD was at, so that nothing of it can be
collected as garbage. The line itself, `undo.json`, belongs to this machine.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from starterkit.errors import ConflictError, UsageError
from starterkit.project.journal import Plan, carry_out, next_index_file
from starterkit.project.opened import Project, Work
from starterkit.repository import UNDO_REFS, Head, Repository
from starterkit.repository.objects import FILE, Entry, File, Identity, NewCommit
from starterkit.repository.worktree import id_on_disk

_AUTHOR = Identity("starterkit", "starterkit@localhost")
_FILES = "files/"
_LINE = "undo"

Writes = Mapping[str, tuple[Entry | None, Entry | None]]


@dataclass(frozen=True)
class Done:
    """One command on the undo line: the snapshot before it, where HEAD stood after it, and what it wrote.

    `undone_by` is the snapshot that `undo` took before it took the command back: the target of a redo.
    """

    command: str
    snapshot: str
    branch: str | None
    commit: str | None
    wrote: dict[str, tuple[Entry | None, Entry | None]]
    undone_by: str = ""


@dataclass(frozen=True)
class UndoLine:
    """The commands that can be undone (the last one next), and those that can be redone (the last one next)."""

    done: tuple[Done, ...] = ()
    undone: tuple[Done, ...] = ()

    def after(self, done: Done) -> UndoLine:
        """Return the line after a further command; it ends the redo line."""
        return UndoLine((*self.done, done), ())

    def as_json(self) -> dict[str, Any]:
        return {"done": [asdict(entry) for entry in self.done], "undone": [asdict(entry) for entry in self.undone]}


@dataclass(frozen=True)
class Undone:
    """What `undo` or `undo --redo` did: which command, which files it changed, and which it left alone."""

    command: str
    redone: bool
    changed: tuple[str, ...]
    snapshot: str
    data_reset: bool = False
    left: tuple[str, ...] = field(default=())


def read_line(project: Project) -> UndoLine:
    """Return the undo line of this machine."""
    file = project.repository.own_folder / f"{_LINE}.json"
    try:
        found = json.loads(file.read_bytes())
        return UndoLine(tuple(map(_done, found["done"])), tuple(map(_done, found["undone"])))
    except FileNotFoundError:
        return UndoLine()
    except (ValueError, KeyError, TypeError) as wrong:
        raise UsageError(
            f"The list of what can be undone, {file}, is damaged.",
            f"Delete it to begin a new one; every snapshot is still there: `git for-each-ref {UNDO_REFS}`.",
        ) from wrong


def line_entry(line: UndoLine) -> dict[str, Any]:
    """Return the undo line as the entry of a plan's memory."""
    return {_LINE: line.as_json()}


def snapshot_commit(project: Project, work: Work, head: Head, command: str) -> NewCommit:
    """Return the commit that keeps all of the learner's work as it is now; the caller writes it."""
    about = {"command": command, "branch": head.branch, "commit": head.commit}
    files = {_FILES + path: file for path, file in work.files.files.items()}
    files["snapshot.json"] = File(FILE, json.dumps(about).encode())
    index = project.repository.index_file
    if index.exists():
        files["index"] = File(FILE, index.read_bytes())
    stamp = time.strftime("%Y%m%d-%H%M%S", time.gmtime())
    return NewCommit(
        ref=f"{UNDO_REFS}{stamp}-{secrets.token_hex(4)}",
        message=f"Before `starterkit {command}`\n",
        author=_AUTHOR,
        committer=_AUTHOR,
        seconds=int(time.time()),
        parents=(head.commit,) if head.commit else (),
        files=files,
    )


def undo(project: Project, *, redo: bool = False, force: bool = False) -> Undone:
    """Take the last command that wrote back, or do it again; the state before this is a snapshot too.

    Raises `UsageError` when there is nothing to undo, `ConflictError` when commits or changes since then would be
    undone too and `force` is not given.
    """
    from starterkit.repository.objects import write_objects

    with project.writing("undo"):
        line = read_line(project)
        entry = _entry_to_take(line, redo=redo)
        repository = project.repository
        head = repository.head()
        unfinished = repository.unfinished()
        if unfinished:
            raise ConflictError(unfinished)
        target = entry.undone_by if redo else entry.snapshot
        goal_head, goal_tree = _snapshot(repository, target)
        wrote = {path: (now, goal) for path, (goal, now) in entry.wrote.items()} if not redo else dict(entry.wrote)
        if not force:
            _check_untouched(project, entry, head, wrote, redo=redo)
        elif head.branch != goal_head.branch or _is_elsewhere(head, entry, goal_head, redo=redo):
            wrote.update({path: (None, goal) for path, goal in goal_tree.items()})
            wrote.update({path: (None, goal_tree.get(path)) for path in repository.reader.tree("HEAD")})
        work = project.read_work(with_large=False, also=tuple(wrote))
        snapshot = snapshot_commit(project, work, head, f"undo{' --redo' if redo else ''} of {entry.command}")
        write_objects(repository.git, [snapshot])
        writes = _writes(work, wrote, goal_tree)
        index = _prepare_index(repository, target)
        plan = Plan("undo", writes, head, goal_head, index, line_entry(_moved(line, entry, snapshot.ref, redo=redo)))
        left = carry_out(repository, plan, repository.reader.blob)
        return Undone(entry.command, redo, tuple(writes), snapshot.ref, left=left)


def _entry_to_take(line: UndoLine, *, redo: bool) -> Done:
    entries = line.undone if redo else line.done
    if not entries:
        what = "redo" if redo else "undo"
        raise UsageError(
            f"There is nothing to {what}.",
            "`undo` takes back what next, solve and undo wrote; your own commits are git's: `git log`, `git revert`.",
        )
    return entries[-1]


def _moved(line: UndoLine, entry: Done, snapshot: str, *, redo: bool) -> UndoLine:
    if redo:
        return UndoLine((*line.done, entry), line.undone[:-1])
    return UndoLine(line.done[:-1], (*line.undone, Done(**{**_fields(entry), "undone_by": snapshot})))


def _check_untouched(project: Project, entry: Done, head: Head, wrote: Writes, *, redo: bool) -> None:
    """Refuse to go on when commits, or changes to files that the command wrote, came since."""
    expected = _snapshot(project.repository, entry.snapshot)[0] if redo else Head(entry.branch, entry.commit)
    if head != expected:
        raise ConflictError(
            f"There are commits (or another branch) since `starterkit {entry.command}`.",
            "`--force` goes back all the same: the commits stay reachable in the snapshot that is taken first.",
        )
    changed = [path for path, (now, _goal) in wrote.items() if id_on_disk(project.folder, path) != now]
    if changed:
        listed = ", ".join(changed[:5]) + (f" and {len(changed) - 5} more" if len(changed) > 5 else "")
        raise ConflictError(
            f"You changed files that `starterkit {entry.command}` wrote: {listed}.",
            "`--force` goes back all the same: your versions stay in the snapshot that is taken first.",
        )


def _is_elsewhere(head: Head, entry: Done, goal: Head, *, redo: bool) -> bool:
    return head.commit != (goal.commit if redo else entry.commit)


def _writes(work: Work, wrote: Writes, goal_tree: Mapping[str, Entry]) -> dict[str, tuple[Entry | None, Entry | None]]:
    """What to write: removals first, so that a folder's files are gone before a file takes its place."""
    found = {path: (work.tree.get(path), goal_tree.get(path)) for path in wrote}
    changed = {path: pair for path, pair in found.items() if pair[0] != pair[1]}
    return dict(sorted(changed.items(), key=lambda item: (item[1][1] is not None, item[0])))


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
    next_index_file(repository).write_bytes(repository.reader.blob(entry.id))
    return True


def _fields(entry: Done) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in Done.__dataclass_fields__}


def _done(found: dict[str, Any]) -> Done:
    wrote = {
        path: (None if old is None else Entry(*old), None if new is None else Entry(*new))
        for path, (old, new) in found["wrote"].items()
    }
    return Done(**{**found, "wrote": wrote})


def undo_help(line: UndoLine) -> str:
    """Return which command `undo` would take back now, or an empty text."""
    return line.done[-1].command if line.done else ""
