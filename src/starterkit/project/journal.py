"""Writing a command's outcome all or nothing, however it is interrupted.

Everything that a command will write is worked out first and put into git's objects; then the plan is written to
`journal.json` in one step. From that moment the command counts as decided: whoever comes next finishes it, or takes it
back where another branch has been checked out since. Each part of the plan can be done twice without harm. A file that
is then neither the old nor the new version was changed by the learner in between, and stays.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starterkit.errors import ConflictError, UsageError, cannot_write
from starterkit.git.objects import Entry, File
from starterkit.git.repository import UNDO_REFS, Head, Repository
from starterkit.git.worktree import id_on_disk, is_same, is_writable, remove_file, write_file
from starterkit.paths import try_lock

_JOURNAL = "journal.json"
_NEXT_INDEX = "index.next"
_SCRATCH = "scratch"

FileChange = tuple[Entry | None, Entry | None]  # before and after
Writes = Mapping[str, FileChange]


@dataclass(frozen=True)
class Plan:
    """What a command will write.

    `writes` are paths in the work tree with what lies there before and after (None: nothing). `head` is where HEAD
    stands before and after; `tip_before` is where the branch that HEAD comes to stands before. `memory` are the small
    files of this machine, by name. `index` tells whether an index has been made ready with `next_index_file`.
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
    """What became of an interrupted command: it was finished, or else taken back.

    `left` are the learner's files that were left as they are.
    """

    command: str
    left: tuple[str, ...]
    finished: bool = True


def writes_between(
    before: Mapping[str, Entry], after: Mapping[str, Entry], paths: Iterable[str]
) -> dict[str, FileChange]:
    """Return what differs at these paths. Removals come first: a file may replace a folder."""
    pairs = {path: (before.get(path), after.get(path)) for path in paths}
    changed = {path: pair for path, pair in pairs.items() if pair[0] != pair[1]}
    return dict(sorted(changed.items(), key=lambda item: (item[1][1] is not None, item[0])))


def next_index_file(repository: Repository) -> Path:
    """Return where the index that the plan will put in place is made."""
    repository.own_folder.mkdir(parents=True, exist_ok=True)
    return repository.own_folder / _NEXT_INDEX


@contextmanager
def locked(repository: Repository, command: str) -> Iterator[None]:
    """Hold the project's lock: one command that writes at a time. It is let go even when we are killed.

    Raises `ConflictError` naming the command that holds it.
    """
    repository.own_folder.mkdir(parents=True, exist_ok=True)
    file = repository.own_folder / "lock"
    with file.open("a+b") as stream:
        if not try_lock(stream.fileno()):
            stream.seek(0)
            who = stream.read(200).decode("utf-8", "replace").strip() or "another command"
            raise ConflictError(f"In this project, {who} is at work.", "Wait until it is done, then type this again.")
        stream.seek(0)
        stream.truncate()
        stream.write(f"`starterkit {command}` (process {os.getpid()})".encode())
        stream.flush()
        for left_over in (repository.own_folder / _SCRATCH).glob("*"):
            left_over.unlink(missing_ok=True)  # a killed command left it
        yield


def carry_out(repository: Repository, plan: Plan, contents: Callable[[str], bytes]) -> tuple[str, ...]:
    """Write a plan; return the paths that were left because they changed meanwhile.

    Everything is checked before the journal is written: raises `ConflictError` (nothing changed) when git's index is
    locked or something stands in the way of a file.
    """
    _check_git_is_idle(repository)
    _check_way(repository.work_tree, plan.writes)
    write_file(repository.own_folder, _JOURNAL, File("100644", _dump(plan)))
    return _finish(repository, plan, contents)


def recover(repository: Repository) -> Recovery | None:
    """Finish what an interrupted command had decided, or take it back; None when there is nothing to do."""
    file = repository.own_folder / _JOURNAL
    if not file.exists():
        return None
    try:
        plan = _load(file.read_bytes())
    except (ValueError, KeyError, TypeError) as wrong:
        raise UsageError(
            f"The note about an interrupted command, {file}, is damaged.",
            f"Look at `git status`, then delete the file. What lay here before the command is the newest of "
            f"`git for-each-ref {UNDO_REFS}`.",
        ) from wrong
    if repository.head().branch in (plan.head_before.branch, plan.head_after.branch):
        return Recovery(plan.command, _finish(repository, plan, repository.reader.blob))
    return Recovery(plan.command, _take_back(repository, plan), finished=False)


def is_interrupted(repository: Repository) -> bool:
    """Tell whether a command was interrupted after it had decided what to write."""
    return (repository.own_folder / _JOURNAL).exists()


def _finish(repository: Repository, plan: Plan, contents: Callable[[str], bytes]) -> tuple[str, ...]:
    left = _write_all(repository, plan.writes, contents)
    head = repository.head()
    if head in (plan.head_before, plan.head_after):
        _put_index(repository, plan)
        _put_head(repository, plan, head)
    for name, value in plan.memory.items():
        write_file(repository.own_folder, f"{name}.json", File("100644", json.dumps(value).encode()))
    _forget(repository)
    return left


def _take_back(repository: Repository, plan: Plan) -> tuple[str, ...]:
    """Undo what was written of a plan: another branch is checked out by now, and its files are not the plan's."""
    back = {path: (after, before) for path, (before, after) in reversed(list(plan.writes.items()))}
    left = _write_all(repository, back, repository.reader.blob)
    _forget(repository)
    return left


def _forget(repository: Repository) -> None:
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
            stopped.fix += " The next starterkit command goes on from here."
            raise stopped from failed
    return tuple(left)


def _write(
    repository: Repository, path: str, before: Entry | None, after: Entry | None, contents: Callable[[str], bytes]
) -> bool:
    """Bring one file from before to after; False when it is neither, and therefore the learner's."""
    folder, trust_modes = repository.work_tree, repository.trusts_modes
    now = id_on_disk(folder, path)
    if is_same(now, after, trust_modes=trust_modes):
        return True
    if not is_same(now, before, trust_modes=trust_modes) or _in_the_way(folder, path):
        return False
    if after is None:
        remove_file(folder, path)
    else:
        _clear_the_way(folder, path)
        file = File(after.mode, contents(after.id))
        write_file(folder, path, file, scratch=repository.own_folder / _SCRATCH)
    return True


def _clear_the_way(folder: Path, path: str) -> None:
    """Remove empty folders that stand where a file is to be."""
    full = folder / path
    if full.is_dir() and not full.is_symlink():
        for parent, folders, _files in os.walk(full, topdown=False):
            for name in folders:
                (Path(parent) / name).rmdir()
        full.rmdir()


def _put_index(repository: Repository, plan: Plan) -> None:
    """Put the prepared index in the place of git's own, under git's own lock.

    The lock is a second name of the prepared file: it is complete at once, and one left by a killed command is known.
    """
    prepared, index = repository.own_folder / _NEXT_INDEX, repository.index_file
    if not plan.index or not prepared.exists():
        return
    lock = _index_lock(repository)
    try:
        os.link(prepared, lock)
    except FileExistsError:
        if lock.read_bytes() != prepared.read_bytes():
            _check_git_is_idle(repository)
    except OSError:  # a file system without second names
        prepared.replace(index)
        return
    if index.exists() and index.samefile(lock):
        lock.unlink()  # killed right after the next line: two names of one file would not replace each other
    else:
        lock.replace(index)
    prepared.unlink()


def _put_head(repository: Repository, plan: Plan, now: Head) -> None:
    after = plan.head_after
    if now == after:
        return
    if after.branch is None:
        repository.git.run("update-ref", "--no-deref", "HEAD", after.commit or "")
        return
    tip = now.commit if now.branch == after.branch else repository.refs(after.branch).get(after.branch)
    if tip != after.commit:
        repository.move_ref(after.branch, plan.tip_before, after.commit, plan.command)
    if now.branch != after.branch:
        repository.git.run("symbolic-ref", "-m", f"starterkit: {plan.command}", "HEAD", after.branch)


def _check_git_is_idle(repository: Repository) -> None:
    lock = _index_lock(repository)
    if lock.exists():
        raise ConflictError(
            f"git is at work in this project ({lock} exists).",
            "Wait until it is done. When no git command is running, delete that file.",
        )


def _index_lock(repository: Repository) -> Path:
    return repository.index_file.with_name("index.lock")


def _check_way(folder: Path, writes: Writes) -> None:
    """Raise `ConflictError` where a file could not be put in its place once the plan's removals are done."""
    removed = {path for path, (_before, after) in writes.items() if after is None}
    for path, (_before, after) in writes.items():
        in_the_way = _in_the_way(folder, path, removed) if after is not None else None
        if in_the_way:
            raise ConflictError(
                f"{path} cannot be written: {in_the_way} is in its way. Nothing was changed.",
                f"Move {in_the_way} somewhere else, then type this again.",
            )
        parent = next(parent for parent in (folder / path).parents if parent.is_dir())
        if not is_writable(parent):
            raise ConflictError(
                f"{path} cannot be written: the folder {parent} is not writable for you. Nothing was changed.",
                "Make it writable, then type this again.",
            )


def _in_the_way(folder: Path, path: str, removed: frozenset[str] | set[str] = frozenset()) -> str | None:
    """Return what keeps a file from being written at a path once the `removed` are gone; None where nothing does.

    That is a link or a file where a folder has to be, or a folder with files in it where the file has to be.
    """
    parts = path.split("/")
    for depth in range(1, len(parts)):
        parent = "/".join(parts[:depth])
        if parent in removed:
            return None
        place = folder / parent
        if place.is_symlink() or (place.exists() and not place.is_dir()):
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


def _dump(plan: Plan) -> bytes:
    return json.dumps(
        {
            "command": plan.command,
            "writes": dict(plan.writes),
            "head_before": [plan.head_before.branch, plan.head_before.commit],
            "head_after": [plan.head_after.branch, plan.head_after.commit],
            "tip_before": plan.tip_before,
            "index": plan.index,
            "memory": plan.memory,
        }
    ).encode("utf-8", "surrogateescape")


def _load(data: bytes) -> Plan:
    found = json.loads(data)

    def entry(value: list[str] | None) -> Entry | None:
        return None if value is None else Entry(*value)

    return Plan(
        command=found["command"],
        writes={path: (entry(before), entry(after)) for path, (before, after) in found["writes"].items()},
        head_before=Head(*found["head_before"]),
        head_after=Head(*found["head_after"]),
        tip_before=found["tip_before"],
        index=found["index"],
        memory=found["memory"],
    )
