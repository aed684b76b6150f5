"""The path's changes carried onto a person's work, in their bare repository: no work tree, nothing of theirs is run."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from starterkit.errors import EnvironmentProblem, StarterkitError
from starterkit.git.bare import HEADS, BareRepository
from starterkit.git.merge import Merger
from starterkit.git.objects import BOT, FILE, SCRATCH_REF, Entry, File, NewCommit, write_objects
from starterkit.git.remote import push_refs
from starterkit.git.repository import METADATA_REF, PATH_REF
from starterkit.progress import no_progress
from starterkit.project.carry import Carried, carry, changed_paths, take_files
from starterkit.project.learning_path import LearningPath
from starterkit.project.pins import pins_rule
from starterkit.project.pull_source import FIX_BRANCHES
from starterkit.project.state import STATE_FILE, State, state_bytes
from starterkit.template.model import Template
from starterkit.workshop import events
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.submissions import Submission, files_of, latest_in, of_commit, state_of

_PUSH_SECONDS = 60.0
_LARGEST_MERGED = 10_000_000

Tree = Mapping[str, Entry]


@dataclass(frozen=True)
class ProjectAtCommit:
    """A person's work at one commit: where it stands on its path, and all its files but the state's own."""

    submission: Submission
    state: State
    tree: dict[str, Entry]


@dataclass(frozen=True)
class LayerChange:
    """A change of the path: all its files before and after."""

    before: Tree
    after: Tree


@dataclass(frozen=True)
class Delivery:
    """Where commits of ours came to lie: on the person's own branch, or on one that they are to merge.

    `source` is the repository that they have to name, empty where it is the one they pull from anyway.
    """

    branch: str
    is_theirs: bool
    source: str = ""


class PersonRepository:
    """One person's repository, opened for carrying changes of the path into it."""

    def __init__(self, workshop: Workshop, person: Person, repository: BareRepository, seconds: int = 0) -> None:
        """`seconds` since 1970 is the time of commits made here (0: now): with one time for all, the same change to the
        same beginning is the same commit, whoever it is for."""
        self._seconds = seconds or int(time.time())
        self.workshop = workshop
        self.person = person
        self.repository = repository
        self.merger = Merger(repository.git, repository.reader)

    @cached_property
    def folder(self) -> Path | None:
        """The working folder on this machine in which the person works; None where they push to a repository.

        Nothing can be pushed into the branch that is checked out there. So what is for them is put ready in their
        repository here, from which that folder pulls.
        """
        folder = self.workshop.remote_folder(self.person)
        return folder if folder is not None and (folder / ".git").exists() else None

    def latest(self) -> Submission | None:
        """Return a person's latest work: with what was put ready for them on top of it, and was not pulled yet."""
        found = latest_in(self.repository, self.person)
        if found is None or self.folder is None:
            return found
        ready = self.repository.refs(HEADS).get(HEADS + found.branch, found.commit)
        if ready == found.commit or not self._is_after(ready, found.commit):
            return found
        return replace(of_commit(self.workshop, self.person, ready), branch=found.branch)

    def delivered(self, branch: str, *, is_theirs: bool = False) -> Delivery:
        """Return where a branch lies for the person, and whether they have to name that place."""
        return Delivery(branch, is_theirs, self._source(self.folder) if self.folder is not None else "")

    def has_branch(self, branch: str) -> bool:
        """Tell whether a branch of this name waits for the person already."""
        heads = HEADS if self.folder is not None else self.person.heads
        return heads + branch in self.repository.refs(heads)

    def _is_after(self, later: str, earlier: str) -> bool:
        return self.repository.git.try_run("merge-base", "--is-ancestor", earlier, later).code == 0

    def _source(self, folder: Path) -> str:
        """Their repository here, where their working folder does not pull from it by itself."""
        mine = self.repository.folder.absolute()
        words = ("config", "--file", str(folder.absolute() / ".git" / "config"), "remote.origin.url")
        known = self.repository.git.try_run(*words).text_out.strip()
        return "" if known and Path(known).resolve() == mine.resolve() else str(mine)

    def standing(self, submission: Submission) -> ProjectAtCommit:
        """Return where a submission stands. Raises `FileError` where its `.starterkit.yml` is gone or damaged."""
        state, tree = state_of(self.repository, submission.commit), files_of(self.repository, submission.commit)
        del tree[STATE_FILE]
        return ProjectAtCommit(submission, state, tree)

    def path(self, state: State) -> LearningPath | None:
        """Return the path that a state names, or None where its objects are not in this workshop."""
        if any(self.repository.reader.try_read(id) is None for id in (state.path, state.texts)):
            return None
        return LearningPath(self.repository, state.path, state.texts)

    def carry(self, template: Template, change: LayerChange, mine: Tree) -> Carried:
        """Carry a change of the path onto somebody's files, as `next` and `solve` do.

        Raises `StarterkitError` where they made one of those far too large to be merged.
        """
        for path in changed_paths(change.before, change.after):
            about = self.repository.reader.about(mine[path].id) if path in mine else None
            if about is not None and about[2] > _LARGEST_MERGED:
                raise StarterkitError(f"Their {path} is too large to be merged ({about[2]:,} bytes).")
        rule = pins_rule(template.environment, no_progress, compile_now=False)
        return carry(self.merger, template, change.before, change.after, mine, pins_rule=rule)

    def take_changed(self, template: Template, change: LayerChange, mine: Tree) -> Carried:
        """Take the files that a change touches whole."""
        paths = changed_paths(change.before, change.after)
        return take_files(template, change.before, change.after, mine, paths)

    def commit(self, message: str, parent: str | int, tree: Tree, state: State) -> NewCommit:
        """Return a commit of ours with these files, standing there; `parent` as `NewCommit` has it."""
        whole = {**tree, STATE_FILE: Entry(FILE, self.merger.add(state_bytes(state)))}
        new = self.merger.new
        return NewCommit(
            ref=SCRATCH_REF,
            message=f"{message}\n",
            author=BOT,
            committer=BOT,
            seconds=self._seconds,
            parents=(parent,),
            entries={path: entry for path, entry in whole.items() if entry.id not in new},
            files={path: File(entry.mode, new[entry.id]) for path, entry in whole.items() if entry.id in new},
        )

    def write(self, commits: Sequence[NewCommit]) -> str:
        """Write commits and return the id of the last. No branch moves."""
        last = write_objects(self.repository.git, commits)[-1]
        self.repository.git.run("update-ref", "-d", SCRATCH_REF)
        return last

    def deliver(self, submission: Submission, commit: str, state: State, branch: str = "") -> Delivery:
        """Put a commit where the person gets it with `starterkit pull`, and the two refs of its path beside it.

        On their own branch where `branch` is empty and it still is where it was, else on that branch, or one named
        after the path. Raises `EnvironmentProblem` where their remote cannot be reached.
        """
        goal = branch or submission.branch
        if not self.person.remote:
            self._move(HEADS + goal, "" if branch else submission.commit, commit, state)
            return Delivery(goal, not branch)
        if self.folder is not None:
            ready = self.repository.refs(HEADS).get(HEADS + goal, "")
            if (
                not branch
                and ready
                and not (self._is_after(commit, ready) or ready in events.ours(self.workshop, self.person))
            ):
                goal, ready = fix_branch(state), ""
            self._move(HEADS + goal, ready if goal == submission.branch else "", commit, state)
            return self.delivered(goal, is_theirs=goal == submission.branch)
        refused = self._push(goal, commit, state, force=bool(branch))
        if refused and not branch:
            goal = fix_branch(state)
            refused = self._push(goal, commit, state, force=True)
        if refused:
            raise EnvironmentProblem(f"Their remote does not take it: {refused}")
        self._move(self.person.heads + goal, "", commit, state)
        return Delivery(goal, goal == submission.branch)

    def _move(self, ref: str, old: str, new: str, state: State) -> None:
        """Move a branch and the refs of the path together; fails when the branch is no longer at `old`."""
        lines = [f"update {ref} {new} {old}".rstrip()]
        lines += [f"update {name} {id}" for name, id in ((PATH_REF, state.path), (METADATA_REF, state.texts))]
        words = "\n".join(("start", *lines, "commit", "")).encode("utf-8", "surrogateescape")
        finished = self.repository.git.try_run("update-ref", "-m", "starterkit workshop", "--stdin", input=words)
        if finished.code != 0:
            raise StarterkitError(
                "They pushed something in this very moment; nothing of theirs was touched.", "Type the command again."
            )

    def _push(self, branch: str, commit: str, state: State, *, force: bool) -> str:
        """Push a commit to a person's remote; return why it was not taken ("" when it was)."""
        remote = os.fspath(self.workshop.remote_folder(self.person) or self.person.remote)
        sign = "+" if force else ""
        refs = (f"{sign}{commit}:{HEADS}{branch}", f"+{state.path}:{PATH_REF}", f"+{state.texts}:{METADATA_REF}")
        answer = push_refs(self.repository, remote, refs, _PUSH_SECONDS)
        if not answer.reached and not answer.refused:
            raise EnvironmentProblem(f"Their remote cannot be reached: {answer.why}.")
        return "" if answer.reached else answer.why


def fix_branch(state: State) -> str:
    """Return the name of the branch that is left for a person to merge, where a path like this could not go in."""
    return f"{FIX_BRANCHES}{state.path[:8]}"
