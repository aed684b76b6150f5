"""Write a command's result completely or not at all, even if the command is killed.

First, a command stores the new content as git objects. Then it writes its plan to `journal.json`, and carries the plan
out. If the command is killed before the plan is written, nothing has changed. If it is killed later, the next command
finishes the plan. If the user has checked out another branch meanwhile, the next command rolls the plan back. Each part
of the plan can run twice without harm. If a file is neither the old nor the new version, the learner has changed it,
and it stays.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from starterkit.errors import ConflictError, UsageError, cannot_write
from starterkit.git.objects import FILE, Entry, File
from starterkit.git.repository import UNDO_REFS, Head, Repository
from starterkit.git.worktree import id_on_disk, is_same, is_writable, remove_file, write_file
from starterkit.paths import try_lock

_JOURNAL = "journal.json"
_NEXT_INDEX = "index.next"
_SCRATCH = "scratch"

FileChange = tuple[Entry | None, Entry | None]  # the file before and after the command (None: no file)
Writes = Mapping[str, FileChange]


@dataclass(frozen=True)
class Plan:
    """Everything that a command will write.

    `writes` has the old and the new file for each path in the work tree (None: no file). `tip_before` is the previous
    commit of the branch that HEAD moves to. `memory` has the new content of this machine's JSON files (`LocalState`) by
    name. `index` is true if a new index is ready at `next_index_file`. `journal.json` has these fields in this order.
    """

    command: str
    writes: Writes
    head_before: Head
    head_after: Head
    tip_before: str | None
    index: bool
    memory: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Recovery:
    """How an interrupted command ended: `finished`, or else rolled back.

    `left` are the paths of files that weren't written, because the learner had changed them.
    """

    command: str
    left: tuple[str, ...]
    finished: bool = True


def writes_between(
    before: Mapping[str, Entry | None], after: Mapping[str, Entry | None], paths: Iterable[str]
) -> dict[str, FileChange]:
    """Return the changes of `paths` between two trees. Unchanged paths are left out.

    Removals come first, because a new file may replace a folder.
    """
    changes = {path: (before.get(path), after.get(path)) for path in paths}
    ordered = sorted(changes.items(), key=lambda item: (item[1][1] is not None, item[0]))
    return {path: (old, new) for path, (old, new) in ordered if old != new}


def next_index_file(repository: Repository) -> Path:
    """Return the path of the prepared index, which later replaces git's index. Create its folder."""
    repository.own_folder.mkdir(parents=True, exist_ok=True)
    return repository.own_folder / _NEXT_INDEX


@contextmanager
def locked(repository: Repository, command: str) -> Iterator[None]:
    """Hold the project's lock until the block or the process ends.

    If another command has the lock, raises `ConflictError` with the name of this command.
    """
    repository.own_folder.mkdir(parents=True, exist_ok=True)
    file = repository.own_folder / "lock"
    with file.open("a+b") as stream:
        if not try_lock(stream.fileno()):
            stream.seek(0)
            user = stream.read(200).decode("utf-8", "replace").strip() or "unknown"
            raise ConflictError(
                f"Another command is running in this project: {user}.",
                "Wait until that command ends, then run this command again.",
            )
        stream.seek(0)
        stream.truncate()
        stream.write(f"`starterkit {command}` (process {os.getpid()})".encode())
        stream.flush()
        for leftover in (repository.own_folder / _SCRATCH).glob("*"):
            leftover.unlink(missing_ok=True)  # a killed command left this temporary file
        yield


def carry_out(repository: Repository, plan: Plan, contents: Callable[[str], bytes]) -> tuple[str, ...]:
    """Carry a plan out. Return the paths that stay because the learner changed them meanwhile.

    `contents` returns the bytes of a blob by its id. Raises `ConflictError` before the first write if git's index is
    locked or a file can't be written.
    """
    _check_git_is_idle(repository)
    _check_writable(repository.work_tree, plan.writes)
    journal = json.dumps(vars(plan)).encode("utf-8", "surrogateescape")
    write_file(repository.own_folder, _JOURNAL, File(FILE, journal))
    return _finish(repository, plan, contents)


def recover(repository: Repository) -> Recovery | None:
    """Finish an interrupted command or roll it back. Return None if no command was interrupted.

    Raises `UsageError` if the journal is damaged.
    """
    file = repository.own_folder / _JOURNAL
    if not file.exists():
        return None
    try:
        plan = _load(file.read_bytes())
    except (ValueError, KeyError, TypeError) as wrong:
        raise UsageError(
            f"A command was interrupted, and starterkit can't read its record of the command: {file}",
            "Check your files with `git status`, then delete the record. If a file is wrong, take it from a snapshot. "
            f"To list the snapshots, type `git for-each-ref {UNDO_REFS}`.",
        ) from wrong
    if repository.head().branch in (plan.head_before.branch, plan.head_after.branch):
        return Recovery(plan.command, _finish(repository, plan, repository.reader.blob))
    # The user has checked out another branch, so the plan's files don't belong to the work tree.
    back = {path: (after, before) for path, (before, after) in reversed(list(plan.writes.items()))}
    left = _write_all(repository, back, repository.reader.blob)
    _remove_journal(repository)
    return Recovery(plan.command, left, finished=False)


def is_interrupted(repository: Repository) -> bool:
    """True if a command was interrupted after it had written its plan."""
    return (repository.own_folder / _JOURNAL).exists()


def _finish(repository: Repository, plan: Plan, contents: Callable[[str], bytes]) -> tuple[str, ...]:
    left = _write_all(repository, plan.writes, contents)
    head = repository.head()
    if head in (plan.head_before, plan.head_after):
        _replace_index(repository, plan)
        _move_head(repository, plan, head)
    for name, value in plan.memory.items():
        write_file(repository.own_folder, f"{name}.json", File(FILE, json.dumps(value).encode()))
    _remove_journal(repository)
    return left


def _remove_journal(repository: Repository) -> None:
    (repository.own_folder / _NEXT_INDEX).unlink(missing_ok=True)
    (repository.own_folder / _JOURNAL).unlink(missing_ok=True)


def _write_all(repository: Repository, writes: Writes, contents: Callable[[str], bytes]) -> tuple[str, ...]:
    left = []
    for path, (before, after) in writes.items():
        try:
            if not _write(repository, path, before, after, contents):
                left.append(path)
        except OSError as failed:
            stopped = cannot_write(path, failed)
            stopped.fix += " The next starterkit command finishes this one."
            raise stopped from failed
    return tuple(left)


def _write(
    repository: Repository, path: str, before: Entry | None, after: Entry | None, contents: Callable[[str], bytes]
) -> bool:
    """Write or remove one file. Return False if the file is neither `before` nor `after`: the learner changed it."""
    folder, trust_modes = repository.work_tree, repository.trusts_modes
    now = id_on_disk(folder, path)
    if is_same(now, after, trust_modes=trust_modes):
        return True
    if not is_same(now, before, trust_modes=trust_modes) or _find_obstacle(folder, path):
        return False
    if after is None:
        remove_file(folder, path)
    else:
        _remove_empty_folders(folder, path)
        file = File(after.mode, contents(after.id))
        write_file(folder, path, file, scratch=repository.own_folder / _SCRATCH)
    return True


def _remove_empty_folders(folder: Path, path: str) -> None:
    full = folder / path
    if full.is_dir() and not full.is_symlink():
        for parent, folders, _files in os.walk(full, topdown=False):
            for name in folders:
                (Path(parent) / name).rmdir()
        full.rmdir()


def _replace_index(repository: Repository, plan: Plan) -> None:
    """Replace git's index with the prepared index, under git's lock.

    The lock is a hard link to the prepared file. So the lock has all its content from the start. If a killed command
    left the lock, the next command recognizes it by this content.
    """
    prepared, index = repository.own_folder / _NEXT_INDEX, repository.index_file
    if not plan.index or not prepared.exists():
        return
    lock = index.with_name("index.lock")
    try:
        os.link(prepared, lock)
    except FileExistsError:
        if lock.read_bytes() != prepared.read_bytes():
            _check_git_is_idle(repository)
    except OSError:  # a file system without hard links, so replace the index without git's lock
        prepared.replace(index)
        return
    if index.exists() and index.samefile(lock):
        lock.unlink()  # a killed command replaced the index already, so both names are one file and can't be renamed
    else:
        lock.replace(index)
    prepared.unlink()


def _move_head(repository: Repository, plan: Plan, now: Head) -> None:
    after = plan.head_after
    if now == after:
        return
    if after.branch is None:
        repository.git.run("update-ref", "--no-deref", "HEAD", after.commit or "")
        return
    tip = now.commit if now.branch == after.branch else repository.git.refs(after.branch).get(after.branch)
    if tip != after.commit:
        repository.move_ref(after.branch, plan.tip_before, after.commit, plan.command)
    if now.branch != after.branch:
        repository.git.run("symbolic-ref", "-m", f"starterkit: {plan.command}", "HEAD", after.branch)


def _check_git_is_idle(repository: Repository) -> None:
    lock = repository.index_file.with_name("index.lock")
    if lock.exists():
        raise ConflictError(
            f"Another git command is using this project (the file {lock} exists).",
            "Wait until that command ends. If no git command is running, delete the file.",
        )


def _check_writable(folder: Path, writes: Writes) -> None:
    removed = {path for path, (_before, after) in writes.items() if after is None}
    for path, (_before, after) in writes.items():
        obstacle = _find_obstacle(folder, path, removed) if after is not None else None
        if obstacle:
            raise ConflictError(
                f"starterkit can't write {path}, because {obstacle} is in the way. Nothing was changed.",
                f"Move {obstacle} to another folder, then run this command again.",
            )
        parent = next(parent for parent in (folder / path).parents if parent.is_dir())
        if not is_writable(parent):
            raise ConflictError(
                f"You have no permission to write {path} in {parent}. Nothing was changed.",
                "Make the folder writable, then run this command again.",
            )


def _find_obstacle(folder: Path, path: str, removed: frozenset[str] | set[str] = frozenset()) -> str | None:
    """Return the path that blocks a new file at `path`, or None. Files in `removed` don't block it."""
    parts = path.split("/")
    for depth in range(1, len(parts)):
        parent = "/".join(parts[:depth])
        if parent in removed:
            return None
        full = folder / parent
        if full.is_symlink() or (full.exists() and not full.is_dir()):
            return parent
    full = folder / path
    if full.is_dir() and not full.is_symlink():
        for parent_name, folders, names in os.walk(full):
            links = [name for name in folders if (Path(parent_name) / name).is_symlink()]
            for name in (*names, *links):
                inside = (Path(parent_name) / name).relative_to(folder).as_posix()
                if inside not in removed:
                    return inside
    return None


def _load(data: bytes) -> Plan:
    plan = Plan(**json.loads(data))
    heads = Head(*plan.head_before), Head(*plan.head_after)
    return replace(plan, writes=read_writes(plan.writes), head_before=heads[0], head_after=heads[1])


def read_writes(writes: Mapping[str, Any]) -> dict[str, FileChange]:
    """Convert parsed JSON (a plan's or undo entry's file changes) to file changes by path."""

    def entry(value: list[str] | None) -> Entry | None:
        return None if value is None else Entry(*value)

    return {path: (entry(before), entry(after)) for path, (before, after) in writes.items()}
