"""From an outcome to commits and files: one snapshot, the commits, and one plan that is carried out whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from starterkit.errors import ConflictError
from starterkit.git.command import Git
from starterkit.git.merge import Merger
from starterkit.git.objects import BOT, FILE, SCRATCH_REF, SUBMODULE, Entry, File, NewCommit, write_objects
from starterkit.git.repository import Head
from starterkit.git.worktree import Listing, write_file
from starterkit.project.carry import Carried
from starterkit.project.journal import Plan, carry_out, next_index_file, writes_between
from starterkit.project.project import Project, WorkingTree, now
from starterkit.project.state import STATE_FILE, State, state_bytes
from starterkit.project.undo import UndoEntry, history_entry, read_history, snapshot_commit

KEPT_FOLDER = ".starterkit/kept"


@dataclass(frozen=True)
class CommitResult:
    """What a command wrote: paths in the work tree, where the learner's versions were kept, and what was left alone.

    `kept` pairs the path of a file with the path of the copy of the learner's version.
    """

    changed: tuple[str, ...]
    kept: tuple[tuple[str, str], ...]
    left: tuple[str, ...]
    snapshot: str


@dataclass(frozen=True)
class CommitRequest:
    """What a command wants written.

    `save` is the message of the commit that takes in the learner's work (made only when there is some); `message` is
    that of the commit with the outcome, empty where the outcome stays uncommitted. `state` is the new state, or None
    where it stays. `merges` is a commit that the outcome takes in: its second parent. Where it comes `after` HEAD, and
    there is nothing of the learner's beside it, the branch goes on to it.
    """

    command: str
    save: str
    message: str
    state: State | None
    step: str
    merger: Merger
    carried: Carried
    merges: str = ""
    after: bool = False


def check_questions(listing: Listing, *, save_large: bool, leave_out: bool) -> None:
    """Refuse to go on while there are files that nobody said what to do with.

    Raises `ConflictError` naming them: large untracked files, folders that are repositories of their own, and files
    in conflict.
    """
    if listing.unmerged:
        raise ConflictError(
            "These files are in conflict: " + ", ".join(listing.unmerged) + ".",
            "Settle them (edit, then `git add`), or take the merge back.",
        )
    if listing.large and not (save_large or leave_out):
        raise ConflictError(
            "These files are larger than 10 MB and in no commit yet: " + ", ".join(listing.large) + ".",
            "`--save-large` commits them with your work, `--leave-out` leaves them where they are; "
            "or name them in .gitignore.",
        )
    if listing.nested and not leave_out:
        raise ConflictError(
            "These folders are git repositories of their own: " + ", ".join(listing.nested) + ".",
            "`--leave-out` leaves them where they are, untouched; or name them in .gitignore.",
        )


def commit_outcome(project: Project, head: Head, work: WorkingTree, wish: CommitRequest) -> CommitResult:
    """Save the learner's work, write the outcome, commit both, and remember how to undo it: all or nothing."""
    repository, merger = project.repository, wish.merger
    tree = dict(wish.carried.tree)
    kept = _kept_paths(project, wish)
    state = wish.state
    if state is not None:
        tree[STATE_FILE] = Entry(FILE, merger.add(state_bytes(state)))
    elif STATE_FILE in work.tree:
        tree[STATE_FILE] = work.tree[STATE_FILE]
    goal = {**tree, **{copy: wish.carried.backups[path] for path, copy in kept}}
    writes = writes_between(work.tree, goal, {*work.tree, *goal})
    # What will lie on disk, too: with line ends of its own it is in no commit, and must outlast a kill and a `git gc`.
    coming = {
        path: File(after.mode, merger.content(after.id))
        for path, (_, after) in writes.items()
        if after and after.id in merger.new
    }
    snapshot = snapshot_commit(project, work, head, wish.command, coming=coming)
    write_objects(repository.git, [snapshot])
    commit = _commit_both(
        project, head, work, wish, {path: tree.get(path) for path in writes if path in tree or path in work.tree}
    )
    head_after = Head(head.branch, commit)
    line = read_history(project).after(UndoEntry(wish.command, snapshot.ref, head.branch, commit, writes))
    _exclude_own_folder(project)
    plan = Plan(wish.command, writes, head, head_after, head.commit, index=True, memory=history_entry(line))
    left = carry_out(repository, plan, merger.content)
    project.forget_state()
    return CommitResult(tuple(writes), kept, left, snapshot.ref)


def _kept_paths(project: Project, wish: CommitRequest) -> tuple[tuple[str, str], ...]:
    """Choose the names under which the learner's versions are kept: the first number that is free."""
    if not wish.carried.backups:
        return ()
    number = 1
    while (project.folder / KEPT_FOLDER / f"{wish.step}-{number}").exists():
        number += 1
    folder = f"{KEPT_FOLDER}/{wish.step}-{number}"
    return tuple((path, f"{folder}/{path}") for path in sorted(wish.carried.backups))


def _commit_both(
    project: Project, head: Head, work: WorkingTree, wish: CommitRequest, outcome: Mapping[str, Entry | None]
) -> str | None:
    """Make the commit of the learner's work and that of the outcome; the index that goes with them is made ready.

    Returns the id of the last commit, which is HEAD's where there was nothing to commit.
    """
    repository = project.repository
    index = next_index_file(repository)
    index.unlink(missing_ok=True)
    if repository.index_file.exists():
        # With its time stamp: git looks twice at files that are as young as their index.
        shutil.copy2(repository.index_file, index)
    git = repository.git.with_index(index)
    _save(git, work)
    trees = [git.line("write-tree")]
    messages = [wish.save]
    if wish.message:
        _stage(project, git, index, wish.merger, outcome)
        trees.append(git.line("write-tree"))
        messages.append(wish.message)
    before = repository.reader.commit(head.commit)[1].tree if head.commit else ""
    identity = repository.identity()
    commits: list[NewCommit] = []
    for message, tree in zip(messages, trees, strict=True):
        also = (wish.merges,) if wish.merges and message is wish.message else ()
        if also and wish.after and not commits and tree == repository.reader.commit(wish.merges)[1].tree:
            return wish.merges
        if tree != before or also:
            parent: tuple[str | int, ...] = (len(commits) - 1,) if commits else ((head.commit,) if head.commit else ())
            parent += also
            author = identity if message is wish.save else BOT
            commits.append(NewCommit(SCRATCH_REF, f"{message}\n", author, identity, now(), parent, tree=tree))
        before = tree
    return write_objects(repository.git, commits)[-1] if commits else head.commit


def _save(git: Git, work: WorkingTree) -> None:
    """Put the learner's work into the index: all that git tracks or sees.

    Submodules stay as they were, and so do files that a sparse checkout leaves out.
    """
    listing, files = work.files.listing, work.files.files
    seen = (*listing.tracked, *listing.untracked, *listing.large)
    stays = {path for path, entry in listing.staged.items() if entry.mode == SUBMODULE}.union(listing.left_out)
    gone = [path for path in listing.tracked if path not in files and path not in stays]
    if gone:
        git.run("update-index", "-z", "--force-remove", "--stdin", input=_null_joined(gone))
    present = [path for path in seen if path in files]
    git.run("update-index", "-z", "--add", "--replace", "--stdin", input=_null_joined(present))


def _stage(project: Project, git: Git, index: Path, merger: Merger, outcome: Mapping[str, Entry | None]) -> None:
    """Put the outcome's files into the index, through the same filters as `git add` would.

    They are staged from a folder of their own: the work tree must not change before the plan is written.
    """
    with tempfile.TemporaryDirectory(prefix="starterkit-") as folder:
        stage = Path(folder)
        present = {path: entry for path, entry in outcome.items() if entry is not None}
        for path, entry in present.items():
            write_file(stage, path, File(entry.mode, merger.content(entry.id)))
        # Attributes are read from this folder first and then from the index, so unchanged ones count too.
        # The modes of files are right in there, whatever the disk of the project can say of them.
        staged = git.with_index(index, stage, project.repository.git_dir)
        update = ("-c", "core.fileMode=true", "update-index", "-z")
        gone = [path for path, entry in outcome.items() if entry is None]
        if gone:
            staged.run(*update, "--force-remove", "--stdin", input=_null_joined(gone))
        if present:
            staged.run(*update, "--add", "--replace", "--stdin", input=_null_joined(list(present)))


def _null_joined(paths: Sequence[str]) -> bytes:
    return b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)


def _exclude_own_folder(project: Project) -> None:
    """Let git ignore `.starterkit/`, in the repository's own exclude file rather than in the learner's."""
    file = project.repository.common_dir / "info" / "exclude"
    line = "/.starterkit/\n"
    old = file.read_text("utf-8", "surrogateescape") if file.exists() else ""
    if line.rstrip() not in old.splitlines():
        separator = "" if not old or old.endswith("\n") else "\n"
        write_file(file.parent, file.name, File(FILE, (old + separator + line).encode("utf-8", "surrogateescape")))


def with_state(state: State, step: str, *, solved: bool) -> State:
    """Return the state of a project that has come to this step."""
    return replace(state, step=step, solved=solved)
