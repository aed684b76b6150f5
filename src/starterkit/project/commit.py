"""Write the result of a command: save the learner's work, commit, and write all files."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from starterkit.git.command import Git
from starterkit.git.merge import Merger
from starterkit.git.objects import BOT, FILE, LINK, SCRATCH_REF, SUBMODULE, Entry, File, NewCommit, write_objects
from starterkit.git.repository import Head
from starterkit.git.worktree import write_file
from starterkit.project.carry import Carried
from starterkit.project.journal import Plan, carry_out, next_index_file, writes_between
from starterkit.project.project import Project, WorkingTree, now
from starterkit.project.state import STATE_FILE, State, markers_entry, state_bytes
from starterkit.project.undo import UndoEntry, history_entry, read_history, snapshot_commit
from starterkit.template.model import Step

KEPT_FOLDER = ".starterkit/kept"


@dataclass(frozen=True)
class CommitResult:
    """The files that a command wrote, and those that it left, because the learner changed them meanwhile.

    `kept` has pairs: a replaced file, and the copy of the learner's version. `snapshot` is the ref of the snapshot that
    `undo` restores.
    """

    changed: tuple[str, ...]
    kept: tuple[tuple[str, str], ...]
    left: tuple[str, ...]
    snapshot: str


@dataclass(frozen=True)
class CommitRequest:
    """The commits and files that a command wants to write.

    `save` is the message of the commit with the learner's work. This commit is left out if the learner changed nothing.
    `message` is the message of the commit with the command's result (empty: the result isn't committed). `state` is the
    new state (None: unchanged). `merges` is the second parent of the result's commit. `after` is true if this parent is
    a descendant of HEAD. Then the branch moves to the parent without a new commit, if the learner has no other work.
    `continues` is the snapshot of an earlier part of the same command, so that `undo` reverts both parts. `markers` are
    files with conflict markers.
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
    continues: str = ""
    markers: tuple[str, ...] = ()


def commit_outcome(project: Project, head: Head, work: WorkingTree, request: CommitRequest) -> CommitResult:
    """Commit the learner's work and the command's result, and record how to undo it. If it fails, nothing changes."""
    repository, merger = project.repository, request.merger
    tree = dict(request.carried.tree)
    kept = _kept_paths(project, request)
    state = request.state
    if state is not None:
        tree[STATE_FILE] = Entry(FILE, merger.add(state_bytes(state)))
    elif STATE_FILE in work.tree:
        tree[STATE_FILE] = work.tree[STATE_FILE]
    goal = {**tree, **{copy: request.carried.backups[path] for path, copy in kept}}
    writes = writes_between(work.tree, goal, {*work.tree, *goal})
    # Files with the learner's line endings are in no commit. The snapshot protects them from `git gc`, because an
    # interrupted command may need them.
    coming = {
        path: File(after.mode, merger.content(after.id))
        for path, (_, after) in writes.items()
        if after and after.id in merger.new
    }
    snapshot = snapshot_commit(project, work, head, request.command, coming=coming)
    write_objects(repository.git, [snapshot])
    outcome = {path: tree.get(path) for path in writes if path in tree or path in work.tree}
    head_after = Head(head.branch, _commit_both(project, head, work, request, outcome))
    step = project.template.step(request.step).label if request.step in project.template.step_names else ""
    entry = UndoEntry(request.command, snapshot.ref, *head_after, writes, step=step)
    memory = history_entry(read_history(project).after(entry, continues=request.continues))
    if request.markers:
        memory |= markers_entry(request.markers)
    _exclude_own_folder(project)
    plan = Plan(request.command, writes, head, head_after, head.commit, index=True, memory=memory)
    left = carry_out(repository, plan, merger.content)
    project.forget_state()
    return CommitResult(tuple(writes), kept, left, snapshot.ref)


@contextmanager
def uncommitted(
    project: Project, head: Head, work: WorkingTree, command: str, files: Mapping[str, bytes]
) -> Iterator[CommitResult]:
    """Write files without a commit, as an editor does. If the block fails, restore the old files.

    `work` has the files before the command. If the learner has changed one of them since, it stays, and the result
    names it in `left`. `undo` restores the old files after the block.
    """
    repository, history = project.repository, read_history(project)
    coming = {path: File(_mode_of(work, path), data) for path, data in files.items()}
    writes = writes_between(work.tree, {path: file.entry for path, file in coming.items()}, files)
    snapshot = snapshot_commit(project, work, head, command, coming=coming)
    write_objects(repository.git, [snapshot])
    step = project.step.label if project.step else ""
    entry = UndoEntry(command, snapshot.ref, *head, writes, step=step)
    plan = Plan(command, writes, head, head, head.commit, index=False, memory=history_entry(history.after(entry)))
    left = carry_out(repository, plan, repository.reader.blob)
    try:
        yield CommitResult(tuple(writes), (), left, snapshot.ref)
    except BaseException:
        back = {path: (new, old) for path, (old, new) in writes.items() if path not in left}
        undo_plan = replace(plan, command="undo", writes=back, memory=history_entry(history))
        carry_out(repository, undo_plan, repository.reader.blob)
        raise


def _mode_of(work: WorkingTree, path: str) -> str:
    return work.files[path].mode if path in work.files and work.files[path].mode != LINK else FILE


def _kept_paths(project: Project, request: CommitRequest) -> tuple[tuple[str, str], ...]:
    if not request.carried.backups:
        return ()
    names = (f"{KEPT_FOLDER}/{request.step}-{number}" for number in itertools.count(1))
    folder = next(name for name in names if not (project.folder / name).exists())
    return tuple((path, f"{folder}/{path}") for path in sorted(request.carried.backups))


def _commit_both(
    project: Project, head: Head, work: WorkingTree, request: CommitRequest, outcome: Mapping[str, Entry | None]
) -> str | None:
    """Prepare a new index and write the commits. Return the id of the last commit, or of HEAD without a new commit."""
    repository = project.repository
    index = next_index_file(repository)
    index.unlink(missing_ok=True)
    if repository.index_file.exists():
        # copy2 keeps the modification time. With a newer time, git wouldn't notice some changed files.
        shutil.copy2(repository.index_file, index)
    git = repository.git.with_index(index)
    _save(git, work)
    identity = repository.identity()
    planned = [(request.save, identity, "", git.line("write-tree"))]
    if request.message:
        _stage(project, git, index, request.merger, outcome)
        planned.append((request.message, BOT, request.merges, git.line("write-tree")))
    before = repository.reader.commit(head.commit)[1].tree if head.commit else ""
    commits: list[NewCommit] = []
    for message, author, merges, tree in planned:
        if merges and request.after and not commits and tree == repository.reader.commit(merges)[1].tree:
            return merges
        if tree != before or merges:
            first = len(commits) - 1 if commits else head.commit
            parents = tuple(parent for parent in (first, merges or None) if parent is not None)
            commits.append(NewCommit(SCRATCH_REF, f"{message}\n", author, identity, now(), parents, tree=tree))
        before = tree
    return write_objects(repository.git, commits)[-1] if commits else head.commit


def _save(git: Git, work: WorkingTree) -> None:
    """Add the learner's files to the index, but no submodules and no files outside a sparse checkout."""
    listing, files = work.listing, work.files
    stays = {path for path, entry in listing.staged.items() if entry.mode == SUBMODULE}.union(listing.left_out)
    gone = [path for path in listing.tracked if path not in files and path not in stays]
    present = [path for path in (*listing.tracked, *listing.untracked, *listing.large) if path in files]
    _update_index(git, gone, present)


def _stage(project: Project, git: Git, index: Path, merger: Merger, outcome: Mapping[str, Entry | None]) -> None:
    """Add the files of the command's result to the index, with the filters of `git add`.

    The files are added from a temporary folder, because the work tree must not change before the plan is written.
    """
    with tempfile.TemporaryDirectory(prefix="starterkit-") as folder:
        stage = Path(folder)
        present = {path: entry for path, entry in outcome.items() if entry is not None}
        for path, entry in present.items():
            write_file(stage, path, File(entry.mode, merger.content(entry.id)))
        # git reads .gitattributes from this folder and then from the index, so unchanged attribute files work too.
        # core.fileMode is on, because this folder has the right file modes even if the project's disk can't store them.
        gone = [path for path, entry in outcome.items() if entry is None]
        stage_git = git.with_index(index, stage, project.repository.git_dir)
        _update_index(stage_git, gone, list(present), "-c", "core.fileMode=true")


def _update_index(git: Git, gone: Sequence[str], present: Sequence[str], *options: str) -> None:
    for paths, changes in ((gone, ("--force-remove",)), (present, ("--add", "--replace"))):
        if paths:
            input = b"".join(path.encode("utf-8", "surrogateescape") + b"\0" for path in paths)
            git.run(*options, "update-index", "-z", *changes, "--stdin", input=input)


def _exclude_own_folder(project: Project) -> None:
    """Make git ignore `.starterkit/`, with the repository's exclude file. The learner's .gitignore doesn't change."""
    file = project.repository.common_dir / "info" / "exclude"
    line = "/.starterkit/\n"
    old = file.read_text("utf-8", "surrogateescape") if file.exists() else ""
    if line.rstrip() not in old.splitlines():
        separator = "" if not old or old.endswith("\n") else "\n"
        write_file(file.parent, file.name, File(FILE, (old + separator + line).encode("utf-8", "surrogateescape")))


def save_message(project: Project, *, finished: bool) -> str:
    """Return the message of the commit with the learner's work."""
    label = project.step.label if project.step else "the starter project"
    return f"{'Finish' if finished and project.step else 'Save'} {label}"


def solve_message(step: Step) -> str:
    """Return the message of a commit with a step's solution. `workshop` finds solved steps by this message."""
    return f"Solve {step.label}"
