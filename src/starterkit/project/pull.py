"""Merge commits from a remote into the learner's work, for `starterkit pull`.

git does most of the merge. This module adds what git can't know: the project's step after the merge, and the files of
the newer path. It also applies the changes of a fixed path to a step that only one side has started.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from pathlib import Path

from starterkit.errors import ConflictError, FileError, UsageError
from starterkit.git.merge import Merger, Resolution
from starterkit.git.objects import SUBMODULE, Entry
from starterkit.git.repository import Head
from starterkit.process import quoted
from starterkit.progress import Progress
from starterkit.project.carry import Carried, PinsRule, carry, resolve
from starterkit.project.commit import CommitRequest, CommitResult, commit_outcome, save_message
from starterkit.project.learner_work import Choices, list_work, merger_for
from starterkit.project.learning_path import LearningPath
from starterkit.project.pins import pins_rule
from starterkit.project.project import Project
from starterkit.project.pull_source import PullSource, fetch_branch, fixes_of, parse_pull_source
from starterkit.project.restore_path import require_path
from starterkit.project.state import STATE_FILE, State, read_state
from starterkit.template.model import BASE

COLLECTED = ("starterkit", "collected")  # a key in git's settings: true if a workshop fetches from this folder


@dataclass(frozen=True)
class PullResult:
    """The result of `starterkit pull`. If there were no new commits, nothing was written.

    `ahead` is true if the source lacks some of the learner's commits, and `must_push` if the learner must push them.
    `corrected` is true if the path has changed, and `moved` if the step has. `waiting` is the command that merges a fix
    from a separate branch, if the fix conflicts with the learner's lines.
    """

    source: str
    commits: int
    ahead: bool
    must_push: bool
    step: str
    corrected: bool = False
    moved: bool = False
    written: CommitResult | None = None
    waiting: str = ""


@dataclass(frozen=True)
class PullArguments:
    """The source of a pull: a remote, URL, folder or file (relative to `folder`), or a local branch.

    `branch` is the source's branch. If it is empty, the pull uses the upstream branch, or the branch with the name of
    the learner's branch.
    """

    source: str
    branch: str
    folder: Path

    def __str__(self) -> str:
        return " ".join(map(quoted, filter(None, (self.source, self.branch))))


@dataclass(frozen=True)
class _Other:
    name: str
    commit: str
    base: str
    commits: int


@dataclass(frozen=True)
class _Remotes:
    """The remotes of a project. `branch` is the learner's branch.

    `own` is the remote of this branch (empty: it has none). `must_push` is true if the learner must push their work.
    """

    branch: str
    names: tuple[str, ...]
    own: str
    must_push: bool

    def chosen(self, source: str) -> str:
        """Return the remote to pull from: `source`, the branch's remote, origin, or the first remote."""
        return source or self.own or ("origin" if "origin" in self.names else next(iter(self.names), ""))


@dataclass(frozen=True)
class _Side:
    state: State
    tree: dict[str, Entry]


def pull(project: Project, choices: Choices, say: Progress, source: PullArguments | None = None) -> PullResult:
    """Fetch new commits from the branch's remote, or from `source`, and merge them.

    The learner's work is saved as a commit first. Raises `ConflictError` (nothing changed) if both sides changed the
    same lines and the learner chose nothing. Raises `EnvironmentProblem` if the source can't be reached.
    """
    with project.writing("pull"):
        repository = project.repository
        head = repository.check_ready()
        listing = list_work(project, choices)
        source = source or PullArguments("", "", project.folder)
        remotes = _read_remotes(project, head)
        other = _fetch_other(project, head, remotes, source, say)
        mine, must_push = project.state, remotes.must_push
        if other.commits == 0:
            ahead = head.commit != other.commit or repository.has_changes()
            waiting = _fix_command(project, remotes, source)
            return PullResult(other.name, 0, ahead, must_push, mine.step, waiting=waiting)
        work = project.read_work(listing, with_large=choices.save_large)
        merger = merger_for(project, work)
        theirs, base = _read_side(project, other.commit), _read_side(project, other.base, mine)
        state, path = merged_state(project, base.state, mine, theirs.state)
        own = _Side(mine, work.without_state)
        rule = pins_rule(path.template.environment, say, bundle=project.bundle)
        merge = TwoSidedMerge(project, merger, path, state, choices.settle, other.name, rule)
        carried = merge.merged(base, own, theirs)
        if merge.clashes and choices.settle is None:
            raise _conflict_error(project, other, merge.clashes, source)
        request = CommitRequest(
            command="pull",
            save=save_message(project, finished=False),
            message=f"Merge {other.name}",
            state=state,
            step="pull",
            merger=merger,
            carried=carried,
            merges=other.commit,
            after=other.base == head.commit,
        )
        written = commit_outcome(project, head, work, request)
        project.forget_state()
        ahead = repository.head().commit != other.commit or bool(source.branch)
        moved = (state.step, state.solved) != (mine.step, mine.solved)
        waiting = _fix_command(project, remotes, source)
        corrected = state.path != mine.path
        return PullResult(other.name, other.commits, ahead, must_push, state.step, corrected, moved, written, waiting)


def _fix_command(project: Project, remotes: _Remotes, source: PullArguments) -> str:
    """Return the command that merges the newest fix branch, or "" if the project's path is newer."""
    git = project.repository.git
    remote = remotes.chosen(source.source)
    if source.branch or remote not in remotes.names:
        return ""
    form = "--format=%(committerdate:unix) %(refname:strip=3)"
    arguments = ("for-each-ref", "--sort=-committerdate", "--no-merged=HEAD", form, f"{fixes_of(remote)}*")
    date, _, branch = git.try_run(*arguments).text_out.partition("\n")[0].partition(" ")
    path_date = git.try_run("log", "-1", "--format=%ct", "-G", "^path:", "--", STATE_FILE).text_out.strip()
    return f"pull {quoted(remote)} {quoted(branch)}" if branch and int(date) > int(path_date or 0) else ""


def _read_remotes(project: Project, head: Head) -> _Remotes:
    git = project.repository.git
    branch = (head.branch or "").removeprefix("refs/heads/")
    own = git.try_run("config", f"branch.{branch}.remote").text_out.strip()
    names = tuple(git.run("remote").decode().split())
    collected = git.try_run("config", "--type=bool", ".".join(COLLECTED)).text_out.strip() == "true"
    return _Remotes(branch, names, own, must_push=bool(names) and not collected)


def _fetch_other(project: Project, head: Head, remotes: _Remotes, source: PullArguments, say: Progress) -> _Other:
    git, branch, chosen = project.repository.git, remotes.branch, source.branch
    if source.source and source.source not in remotes.names:
        local = project.repository.reader.id_of(f"{source.source}^{{commit}}")
        if local is not None and not chosen:
            name, commit = source.source, local
        else:
            pull_source = parse_pull_source(source.source, source.folder)
            name, commit = fetch_branch(project, pull_source, chosen, branch, say)
    elif remote := remotes.chosen(source.source):
        upstream = git.try_run("config", f"branch.{branch}.merge").text_out.strip() if remote == remotes.own else ""
        pull_source = PullSource(remote, remote, is_remote=True, with_fixes=not chosen)
        chosen = chosen or upstream.removeprefix("refs/heads/")
        name, commit = fetch_branch(project, pull_source, chosen, branch, say)
    else:
        raise UsageError(
            "This project has no git remote to pull from.",
            "Add a URL, a folder or a git bundle to the command: `starterkit pull FROM`.",
        )
    base = git.try_run("merge-base", head.commit or "HEAD", commit).text_out.strip()
    if not base:
        raise UsageError(
            f"{name} and this project have no commit in common.",
            "Check the URL of the repository: `git remote -v`.",
        )
    return _Other(name, commit, base, int(git.line("rev-list", "--count", f"{base}..{commit}")))


def _read_side(project: Project, commit: str, otherwise: State | None = None) -> _Side:
    reader = project.repository.reader
    tree = {path: entry for path, entry in reader.tree(commit).items() if entry.mode != SUBMODULE}
    entry = tree.pop(STATE_FILE, None)
    try:
        if entry is None:
            message = "this file of the project is missing"
            raise FileError(STATE_FILE, None, message, "Restore the file in the other repository.")
        return _Side(read_state(reader.blob(entry.id)), tree)
    except FileError as wrong:
        if otherwise is not None:
            return _Side(otherwise, tree)
        fix = "Restore this file in the other repository. Or pull without starterkit: `git pull --no-rebase`."
        raise FileError(f"{STATE_FILE} of the pulled commit", None, wrong.message, fix) from wrong


def merged_state(project: Project, base: State, mine: State, theirs: State) -> tuple[State, LearningPath]:
    """Return the state after a merge and its learning path: the newer path and the later step.

    `base` is the state of the last common commit. If only one side changed the step, its step wins, even an earlier
    step. The stretch tests that passed on either side must keep passing. Raises `ConflictError` if the path lacks a
    step, and `EnvironmentProblem` if a path can't be restored.
    """
    path_of = mine if theirs.path == base.path else theirs
    for state in dict.fromkeys((mine, theirs, path_of)):
        require_path(project.repository, project.folder, state)  # moves the refs, so the final path comes last
    path = LearningPath(project.repository, path_of.path, path_of.texts)
    names = (BASE, *path.template.step_names)
    for state in (mine, theirs):
        if state.step not in names:
            raise ConflictError(
                f"After this pull, the learning path would not have the step {state.step}. Nothing was changed.",
                "Ask your instructor to put this step back into the learning path.",
            )
    latest = max((mine, theirs), key=lambda state: (names.index(state.step), state.solved))
    if (base.step, base.solved) == (mine.step, mine.solved):
        latest = theirs  # only the other side changed the step, perhaps to an earlier one
    elif (base.step, base.solved) == (theirs.step, theirs.solved):
        latest = mine
    passed = tuple(sorted({*mine.stretch_passed, *theirs.stretch_passed}))
    return replace(path_of, step=latest.step, solved=latest.solved, stretch_passed=passed), path


@dataclass
class TwoSidedMerge:
    """Merges the files of the learner and of the pulled commit, after both have moved to the path of `goal`.

    `how` resolves conflicts (None: conflicts stay). `name` is the pulled branch, for conflict markers. `clashes` are
    the files in which both sides changed the same lines. `backups` are versions of the learner that were replaced.
    """

    project: Project
    merger: Merger
    path: LearningPath
    goal: State
    how: Resolution | None
    name: str
    rule: PinsRule
    clashes: set[str] = field(default_factory=set)
    backups: dict[str, Entry] = field(default_factory=dict)

    def merged(self, base: _Side, own: _Side, theirs: _Side) -> Carried:
        """Return the merge of the learner's side (`own`) and `theirs`. `base` is their last common commit.

        Path-owned files come from the path after the merge.
        """
        mine = self._move_to_path(own, is_mine=True)
        coming = self._move_to_path(theirs, is_mine=False)
        template = self.path.template
        layer = self.path.layer(self.goal.step, solved=self.goal.solved)
        own_layer = self.path.layer(own.state.step, solved=own.state.solved)
        for path in filter(template.owns, {*layer, *own_layer, *base.tree}):
            entry = mine.get(path)
            known = (layer.get(path), own_layer.get(path), base.tree.get(path))
            if entry is not None and path in layer and entry not in known:
                self.backups[path] = entry
            for side in (base.tree, coming, mine):
                side.pop(path, None)
                if path in layer:
                    side[path] = layer[path]
        carried = carry(self.merger, template, base.tree, coming, mine, pins_rule=self.rule, new_may_meet=True)
        carried = self._resolve(carried)
        return replace(carried, backups={**self.backups, **carried.backups})

    def _move_to_path(self, side: _Side, *, is_mine: bool) -> dict[str, Entry]:
        state = side.state
        if state.path == self.goal.path:
            return dict(side.tree)
        before = LearningPath(self.project.repository, state.path, state.texts).layer(state.step, solved=state.solved)
        after = self.path.layer(state.step, solved=state.solved)
        carried = carry(self.merger, self.path.template, before, after, side.tree, pins_rule=self.rule)
        if is_mine:
            self.backups.update(carried.backups)
            return dict(self._resolve(carried).tree)
        return dict(carried.tree if carried.is_clean else side.tree)

    def _resolve(self, carried: Carried) -> Carried:
        self.clashes.update(conflict.path for conflict in carried.conflicts)
        if self.how is None or carried.is_clean:
            return carried
        return resolve(self.merger, carried, self.how, "your code", self.name)


def _conflict_error(project: Project, other: _Other, files: Iterable[str], source: PullArguments) -> ConflictError:
    command = f"starterkit pull {source}".rstrip()
    is_ref = project.repository.reader.id_of(other.name) == other.commit
    revision = quoted(other.name) if is_ref else other.commit[:12]
    return ConflictError(
        f"You and {other.name} changed the same lines in: {', '.join(sorted(files))}. Nothing was changed.",
        f"Choose one of these ways.\n`{command} --keep-mine` keeps your lines.\n`{command} --take-theirs` takes the "
        "new lines. Your own lines stay in your git history.\n"
        f"To decide line by line, type `git merge {revision}`. Fix the marked lines, then type `git add -A` and "
        "`git commit`.",
    )
