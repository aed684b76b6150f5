"""Writing a command's outcome all or nothing, however it is interrupted.

Everything that a command will write is worked out first and put into git's objects; then the plan is written to
`journal.json` in one step. From that moment the command counts as decided: whoever comes next finishes it. Each part
of the plan can be done twice without harm. A file that is then neither the old nor the new version was changed by the
learner in between, and stays.
"""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starterkit.errors import ConflictError
from starterkit.repository import Head, Repository
from starterkit.repository.objects import Entry, File
from starterkit.repository.worktree import id_on_disk, link_above, remove_file, write_file

_JOURNAL = "journal.json"
_NEXT_INDEX = "index.next"


@dataclass(frozen=True)
class Plan:
    """What a command will write.

    `writes` are paths in the work tree with what lies there before and after (None: nothing). `head` is where HEAD
    stands before and after. `memory` are the small files of this machine, by name. `index` tells whether an index has
    been made ready with `next_index_file`.
    """

    command: str
    writes: dict[str, tuple[Entry | None, Entry | None]]
    head_before: Head
    head_after: Head
    index: bool
    memory: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Recovery:
    """What was finished of an interrupted command, and which files of the learner's were left as they are."""

    command: str
    left: tuple[str, ...]


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
        if not _try_lock(stream.fileno()):
            stream.seek(0)
            who = stream.read(200).decode("utf-8", "replace").strip() or "another command"
            raise ConflictError(f"In this project, {who} is at work.", "Wait until it is done, then type this again.")
        stream.seek(0)
        stream.truncate()
        stream.write(f"`starterkit {command}` (process {os.getpid()})".encode())
        stream.flush()
        yield


def carry_out(repository: Repository, plan: Plan, contents: Callable[[str], bytes]) -> tuple[str, ...]:
    """Write a plan; return the paths that were left because they changed meanwhile.

    Everything is checked before the journal is written: raises `ConflictError` (nothing changed) when git's index is
    locked or a folder on the way is a link.
    """
    _check_writable(repository, plan)
    write_file(repository.own_folder, _JOURNAL, File("100644", _dump(plan)))
    return _finish(repository, plan, contents)


def recover(repository: Repository) -> Recovery | None:
    """Finish what an interrupted command had decided; None when there is nothing to finish."""
    file = repository.own_folder / _JOURNAL
    if not file.exists():
        return None
    plan = _load(file.read_bytes())
    return Recovery(plan.command, _finish(repository, plan, repository.reader.blob))


def is_interrupted(repository: Repository) -> bool:
    """Tell whether a command was interrupted after it had decided what to write."""
    return (repository.own_folder / _JOURNAL).exists()


def _finish(repository: Repository, plan: Plan, contents: Callable[[str], bytes]) -> tuple[str, ...]:
    left = [
        path for path, (before, after) in plan.writes.items() if not _write(repository, path, before, after, contents)
    ]
    head = repository.head()
    if head in (plan.head_before, plan.head_after):
        _put_index(repository, plan)
        _put_head(repository, plan, head)
    for name, value in plan.memory.items():
        write_file(repository.own_folder, f"{name}.json", File("100644", json.dumps(value).encode()))
    (repository.own_folder / _JOURNAL).unlink(missing_ok=True)
    return tuple(left)


def _write(
    repository: Repository, path: str, before: Entry | None, after: Entry | None, contents: Callable[[str], bytes]
) -> bool:
    """Bring one file from before to after; False when it is neither, and therefore the learner's."""
    folder = repository.work_tree
    now = id_on_disk(folder, path)
    if now == after:
        return True
    if now != before or link_above(folder, path):
        return False
    if after is None:
        remove_file(folder, path)
    else:
        _clear_the_way(folder, path)
        write_file(folder, path, File(after.mode, contents(after.id)))
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
    prepared = repository.own_folder / _NEXT_INDEX
    if plan.index and prepared.exists():
        os.replace(prepared, repository.index_file)  # noqa: PTH105


def _put_head(repository: Repository, plan: Plan, now: Head) -> None:
    after = plan.head_after
    if now == after or after.commit is None:
        return
    if after.branch != now.branch and after.branch:
        repository.git.run("symbolic-ref", "-m", f"starterkit: {plan.command}", "HEAD", after.branch)
        now = repository.head()
    if after.branch is None:
        repository.git.run("update-ref", "--no-deref", "HEAD", after.commit)
    elif now.commit != after.commit:
        repository.move_head(after.commit, now.commit, plan.command)


def _check_writable(repository: Repository, plan: Plan) -> None:
    if repository.index_file.with_name("index.lock").exists():
        raise ConflictError(
            f"git is at work in this project ({repository.index_file.with_name('index.lock')} exists).",
            "Wait until it is done. When no git command is running, delete that file.",
        )
    for path in plan.writes:
        link = link_above(repository.work_tree, path)
        if link:
            raise ConflictError(
                f"{path} lies behind the link {link}, and nothing is written outside the project.",
                f"Put a real folder in the place of {link}, then type this again.",
            )


def _dump(plan: Plan) -> bytes:
    return json.dumps(
        {
            "command": plan.command,
            "writes": plan.writes,
            "head_before": [plan.head_before.branch, plan.head_before.commit],
            "head_after": [plan.head_after.branch, plan.head_after.commit],
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
        index=found["index"],
        memory=found["memory"],
    )


def _try_lock(handle: int) -> bool:
    if os.name == "nt":
        import msvcrt

        try:
            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined, unused-ignore]
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
