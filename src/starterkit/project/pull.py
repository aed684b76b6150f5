"""`pull`: bring what was put into the remote meanwhile (a corrected path, somebody's steps) to the learner's work.

git's own merge does most of it. What it cannot know is settled here: where a project stands when both sides went on,
files of the path (they are the newer path's, whole), and what a corrected path brings to a step that only this side
has begun.
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
from starterkit.project.commit import CommitRequest, CommitResult, check_questions, commit_outcome
from starterkit.project.learning_path import LearningPath
from starterkit.project.next import Choices, merger_for, mine_without_state, save_message
from starterkit.project.pins import pins_rule
from starterkit.project.project import Project
from starterkit.project.pull_source import PullSource, fetch_branch, fixes_of, parse_pull_source
from starterkit.project.restore_path import require_path
from starterkit.project.state import STATE_FILE, State, read_state
from starterkit.template.model import BASE

COLLECTED = ("starterkit", "collected")  # true in git's configuration: a workshop fetches the work from this folder


@dataclass(frozen=True)
class PullResult:
    """The outcome of `pull`: from where, and how many commits came; with none, nothing was written.

    `ahead` tells whether there is work here that is not there yet, `must_push` whether they have to push it there.
    `corrected` tells whether the path is another one now, `step` where the project stands (`base` before the first
    step), `moved` whether that is another place. `waiting` is what to type for a correction that meets lines of theirs
    and so lies on a branch of its own ("" where there is none).
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
    """From where to pull: a remote, an address, a folder or file (seen from `folder`), or a branch that is here.

    `branch` is the one that is meant there; empty, it is the one that belongs to the learner's.
    """

    words: str
    branch: str
    folder: Path

    @property
    def as_typed(self) -> str:
        return " ".join(map(quoted, filter(None, (self.words, self.branch))))


@dataclass(frozen=True)
class _Other:
    """The other side: its name to people, its last commit, and the newest commit that both sides have."""

    name: str
    commit: str
    base: str
    commits: int


@dataclass(frozen=True)
class _Remotes:
    """The remotes of a project: `branch` is the learner's, `own` the remote to which it belongs ("" where none).

    `must_push` tells whether work has to be pushed to be there.
    """

    branch: str
    names: tuple[str, ...]
    own: str
    must_push: bool

    def meant(self, words: str) -> str:
        """Return the one that is meant: that which is named, that of the branch, or the only one; "" where none is."""
        return words or self.own or ("origin" if "origin" in self.names else next(iter(self.names), ""))


@dataclass(frozen=True)
class _Side:
    """One side of the merge: where it stands, and its files without the state's."""

    state: State
    tree: dict[str, Entry]


def pull(project: Project, choices: Choices, say: Progress, source: PullArguments | None = None) -> PullResult:
    """Bring the commits of the remote's branch, or of `source`, and merge them.

    The learner's own work is saved as a commit first, as `next` does it. Raises `ConflictError` (nothing changed) where
    both sides changed the same lines and nothing was chosen, `EnvironmentProblem` where the source cannot be reached.
    """
    with project.writing("pull"):
        repository = project.repository
        head = repository.check_ready()
        listing = project.listing()
        check_questions(listing, save_large=choices.save_large, leave_out=choices.leave_out)
        source = source or PullArguments("", "", project.folder)
        remotes = _remotes(project, head)
        other = _fetched(project, head, remotes, source, say)
        mine, must_push = project.state, remotes.must_push
        if other.commits == 0:
            ahead = head.commit != other.commit or repository.has_changes()
            return PullResult(other.name, 0, ahead, must_push, mine.step, waiting=_waiting(project, remotes, source))
        work = project.read_work(listing, with_large=choices.save_large)
        merger = merger_for(project, work)
        theirs, base = _side(project, other.commit), _side(project, other.base, mine)
        state, path = merged_state(project, base.state, mine, theirs.state)
        own = _Side(mine, mine_without_state(work))
        rule = pins_rule(path.template.environment, say, bundle=project.bundle)
        meeting = TwoSidedMerge(project, merger, path, state, choices.settle, other.name, rule)
        carried = meeting.merged(base, own, theirs)
        if meeting.clashes and choices.settle is None:
            raise _clash(project, other, meeting.clashes, source)
        wish = CommitRequest(
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
        written = commit_outcome(project, head, work, wish)
        project.forget_state()
        ahead = repository.head().commit != other.commit or bool(source.branch)
        moved = (state.step, state.solved) != (mine.step, mine.solved)
        waiting = _waiting(project, remotes, source)
        corrected = state.path != mine.path
        return PullResult(other.name, other.commits, ahead, must_push, state.step, corrected, moved, written, waiting)


def _fetched(project: Project, head: Head, remotes: _Remotes, source: PullArguments, say: Progress) -> _Other:
    """Fetch the other side. Raises `UsageError` where there is none, or where it shares nothing with this project."""
    git = project.repository.git
    name, commit = _named(project, remotes, source, say)
    base = git.try_run("merge-base", head.commit or "HEAD", commit).text_out.strip()
    if not base:
        raise UsageError(
            f"{name} has no commit in common with this project.", "Is it the right one? See `git remote -v`."
        )
    return _Other(name, commit, base, int(git.line("rev-list", "--count", f"{base}..{commit}")))


def _waiting(project: Project, remotes: _Remotes, source: PullArguments) -> str:
    """What to type for the newest correction that lies on a branch of its own beside theirs; nothing where none does.

    One that is older than the path which the project is on is past.
    """
    git = project.repository.git
    remote = remotes.meant(source.words)
    if source.branch or remote not in remotes.names:
        return ""
    form = "--format=%(committerdate:unix) %(refname:strip=3)"
    words = ("for-each-ref", "--sort=-committerdate", "--no-merged=HEAD", form, f"{fixes_of(remote)}*")
    found = git.try_run(*words).text_out
    when, _, branch = found.partition("\n")[0].partition(" ")
    since = git.try_run("log", "-1", "--format=%ct", "-G", "^path:", "--", STATE_FILE).text_out.strip()
    return f"pull {quoted(remote)} {quoted(branch)}" if branch and int(when) > int(since or 0) else ""


def _remotes(project: Project, head: Head) -> _Remotes:
    git = project.repository.git
    branch = (head.branch or "").removeprefix("refs/heads/")
    own = git.try_run("config", f"branch.{branch}.remote").text_out.strip()
    names = tuple(git.run("remote").decode().split())
    collected = git.try_run("config", "--type=bool", ".".join(COLLECTED)).text_out.strip() == "true"
    return _Remotes(branch, names, own, must_push=bool(names) and not collected)


def _named(project: Project, remotes: _Remotes, source: PullArguments, say: Progress) -> tuple[str, str]:
    """The other side's name to people, and its commit."""
    branch, words = remotes.branch, source.words
    if words and words not in remotes.names:
        here = project.repository.reader.try_read(f"{words}^{{commit}}")
        if here is not None and not source.branch:
            return words, here[0]
        place = parse_pull_source(words, source.folder)
        return fetch_branch(project, place, source.branch, branch, say)
    remote = remotes.meant(words)
    if not remote:
        raise UsageError(
            "This project has no remote from which something could be pulled.",
            "Name an address, a folder or a bundle file: `starterkit pull FROM`.",
        )
    git = project.repository.git
    upstream = git.try_run("config", f"branch.{branch}.merge").text_out.strip() if remote == remotes.own else ""
    place = PullSource(remote, remote, is_remote=True, with_fixes=not source.branch)
    return fetch_branch(project, place, source.branch or upstream.removeprefix("refs/heads/"), branch, say)


def _side(project: Project, commit: str, otherwise: State | None = None) -> _Side:
    """One side as a commit has it. Raises `FileError` where it does not say where it stands, and nothing else does."""
    reader = project.repository.reader
    tree = {path: entry for path, entry in reader.tree(commit).items() if entry.mode != SUBMODULE}
    entry = tree.pop(STATE_FILE, None)
    try:
        if entry is None:
            raise FileError(STATE_FILE, None, "the file is gone")
        return _Side(read_state(reader.blob(entry.id)), tree)
    except FileError as wrong:
        if otherwise is not None:
            return _Side(otherwise, tree)
        fix = "Mend it there (an older commit has it), or take the commits with `git pull --no-rebase`."
        raise FileError(f"{STATE_FILE} of what is to be pulled", None, wrong.message, fix) from wrong


def merged_state(project: Project, base: State, mine: State, theirs: State) -> tuple[State, LearningPath]:
    """Where the project stands after the merge: on the path that is newer, at the step that is further."""
    path_of = mine if theirs.path == base.path else theirs
    for state in dict.fromkeys((mine, theirs, path_of)):
        require_path(project.repository, project.folder, state)  # last the one that stays
    path = LearningPath(project.repository, path_of.path, path_of.texts)
    names = (BASE, *path.template.step_names)
    for state in (mine, theirs):
        if state.step not in names:
            raise ConflictError(f"The path that comes has no step {state.step}.", "Ask whoever looks after it.")

    def place(state: State) -> tuple[int, bool]:
        return names.index(state.step), state.solved

    at = max((mine, theirs), key=place)
    if (base.step, base.solved) == (mine.step, mine.solved):
        at = theirs  # they may also have gone back
    elif (base.step, base.solved) == (theirs.step, theirs.solved):
        at = mine
    return replace(path_of, step=at.step, solved=at.solved), path


@dataclass
class TwoSidedMerge:
    """Both sides' files on their way to one tree. `clashes` are files that both changed, `aside` what is replaced."""

    project: Project
    merger: Merger
    path: LearningPath
    goal: State
    how: Resolution | None
    name: str
    rule: PinsRule
    clashes: set[str] = field(default_factory=set)
    aside: dict[str, Entry] = field(default_factory=dict)

    def merged(self, base: _Side, own: _Side, theirs: _Side) -> Carried:
        """Merge both sides. Files of the path become those of the place where the project comes to stand."""
        mine = self._on_the_path(own, is_mine=True)
        coming = self._on_the_path(theirs, is_mine=False)
        template = self.path.template
        layer = self.path.layer(self.goal.step, solved=self.goal.solved)
        was = self.path.layer(own.state.step, solved=own.state.solved)
        for file in filter(template.owns, {*layer, *was, *base.tree}):
            entry = mine.get(file)
            if entry is not None and file in layer and entry not in [one.get(file) for one in (layer, was, base.tree)]:
                self.aside[file] = entry
            for side in (base.tree, coming, mine):
                side.pop(file, None)
                if file in layer:
                    side[file] = layer[file]
        carried = self._settled(
            carry(self.merger, template, base.tree, coming, mine, pins_rule=self.rule, new_may_meet=True)
        )
        return replace(carried, backups={**self.aside, **carried.backups})

    def _on_the_path(self, side: _Side, *, is_mine: bool) -> dict[str, Entry]:
        """A side's files, with what another path than its own brings to the step where it stands."""
        state = side.state
        if state.path == self.goal.path:
            return dict(side.tree)
        before = LearningPath(self.project.repository, state.path, state.texts).layer(state.step, solved=state.solved)
        after = self.path.layer(state.step, solved=state.solved)
        carried = carry(self.merger, self.path.template, before, after, side.tree, pins_rule=self.rule)
        if is_mine:
            self.aside.update(carried.backups)
            return dict(self._settled(carried).tree)
        return dict(carried.tree if carried.is_clean else side.tree)

    def _settled(self, carried: Carried) -> Carried:
        self.clashes.update(conflict.path for conflict in carried.conflicts)
        if self.how is None or carried.is_clean:
            return carried
        return resolve(self.merger, carried, self.how, "your code", self.name)


def _clash(project: Project, other: _Other, files: Iterable[str], source: PullArguments) -> ConflictError:
    words = f"starterkit pull {source.as_typed}".rstrip()
    known = project.repository.reader.id_of(other.name) == other.commit
    meant = quoted(other.name) if known else other.commit[:12]
    return ConflictError(
        f"You and {other.name} changed the same lines of: {', '.join(sorted(files))}. Nothing was changed.",
        f"Choose: `{words} --keep-mine` (your lines win), or `{words} --take-theirs` (the lines that come win, yours "
        f"stay in your history). Or settle it by hand: `git merge {meant}`, fix "
        "the marked lines, then `git add -A` and `git commit`.",
    )
