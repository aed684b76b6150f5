"""Merges changes of the learning path into people's work, and delivers them.

It reads and writes one person's repository. `catch-up` and `push-fix` use this module. It works in bare repositories
without a work tree, and participants' code never runs.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import TypeVar

from starterkit.crash_report import error_of
from starterkit.errors import EnvironmentProblem, StarterkitError
from starterkit.git.bare import HEADS, BareRepository
from starterkit.git.merge import Merger
from starterkit.git.objects import BOT, FILE, SCRATCH_REF, Entry, File, NewCommit, write_objects
from starterkit.git.remote import push_refs
from starterkit.git.repository import METADATA_REF, PATH_REF
from starterkit.progress import Progress, no_progress
from starterkit.project.carry import Carried, carry, changed_paths
from starterkit.project.learning_path import LearningPath
from starterkit.project.pins import pins_rule
from starterkit.project.pull_source import FIX_BRANCHES
from starterkit.project.state import STATE_FILE, State, state_bytes
from starterkit.template.model import Template
from starterkit.workshop import events
from starterkit.workshop.collect import collect_remotes
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.submissions import Submission, files_of, latest_in, of_commit, state_of

PUSHED_MEANWHILE = "The participant pushed at the same moment. Their work wasn't changed."
_PUSH_SECONDS = 60.0
_LARGEST_MERGED = 10_000_000
_Result = TypeVar("_Result")

Tree = Mapping[str, Entry]


@dataclass(frozen=True)
class ProjectAtCommit:
    """A person's project at one commit.

    `state` is the content of .starterkit.yml, and `tree` has all other files.
    """

    submission: Submission
    state: State
    tree: dict[str, Entry]


@dataclass(frozen=True)
class Delivery:
    """A branch with new commits for a person. `is_theirs` says if it is the branch that they work on.

    `source` is the repository to pull from, or "" if the person's remote `origin` has the branch.
    """

    branch: str
    is_theirs: bool
    source: str = ""


class PersonRepository:
    """Reads, merges and delivers work in one person's bare repository.

    New commits get the time `seconds` since 1970 (default: now).
    """

    def __init__(self, workshop: Workshop, person: Person, bare: BareRepository, seconds: int = 0) -> None:
        # A commit id depends on the time. With the same time, people with equal work get commits with equal ids.
        self._seconds = seconds or int(time.time())
        self.workshop = workshop
        self.person = person
        self.bare = bare
        self.merger = Merger(bare.git, bare.reader)

    @cached_property
    def folder(self) -> Path | None:
        """The person's working folder on this machine, or None.

        git rejects a push to a branch that is checked out. So nothing is pushed to a working folder. It pulls from the
        person's bare repository.
        """
        folder = self.workshop.remote_folder(self.person)
        return folder if folder is not None and (folder / ".git").exists() else None

    def latest(self) -> Submission | None:
        """Return a person's latest work, or None.

        It includes delivered commits that they haven't pulled yet.
        """
        submission = latest_in(self.bare, self.person)
        if submission is None or self.folder is None:
            return submission
        ready = self.bare.refs(HEADS).get(HEADS + submission.branch, submission.commit)
        if ready == submission.commit or not self.is_after(ready, submission.commit):
            return submission
        return replace(of_commit(self.workshop, self.person, ready), branch=submission.branch)

    def has_branch(self, branch: str) -> bool:
        """True if a branch with this name already exists, and the person can merge it."""
        heads = HEADS if self.folder is not None else self.person.heads
        return heads + branch in self.bare.refs(heads)

    def is_after(self, later: str, earlier: str) -> bool:
        """True if the commit `later` is a descendant of `earlier`."""
        return self.bare.git.try_run("merge-base", "--is-ancestor", earlier, later).code == 0

    def delivered(self, branch: str, *, is_theirs: bool = False) -> Delivery:
        """Return the `Delivery` of a branch.

        It names the repository that a person's working folder must pull from.
        """
        if self.folder is None:
            return Delivery(branch, is_theirs)
        bare = self.bare.folder.absolute()
        config = str(self.folder.absolute() / ".git" / "config")
        origin = self.bare.git.try_run("config", "--file", config, "remote.origin.url").text_out.strip()
        return Delivery(branch, is_theirs, "" if origin and Path(origin).resolve() == bare.resolve() else str(bare))

    def project_at(self, submission: Submission) -> ProjectAtCommit:
        """Return the project at a submission's commit. Raises `FileError` if .starterkit.yml is invalid."""
        state, tree = state_of(self.bare, submission.commit), files_of(self.bare, submission.commit)
        del tree[STATE_FILE]
        return ProjectAtCommit(submission, state, tree)

    def path(self, state: State) -> LearningPath | None:
        """Return the learning path that a project's state names, or None.

        None means that this workshop doesn't have the path.
        """
        if any(self.bare.reader.try_read(id) is None for id in (state.path, state.texts)):
            return None
        return LearningPath(self.bare, state.path, state.texts)

    def carry(self, template: Template, before: Tree, after: Tree, mine: Tree) -> Carried:
        """Merge a change of the path from `before` to `after` into a person's files `mine`.

        Raises `StarterkitError` if a file is too large to merge.
        """
        for path in changed_paths(before, after):
            about = self.bare.reader.about(mine[path].id) if path in mine else None
            if about is not None and about[2] > _LARGEST_MERGED:
                raise StarterkitError(f"The participant's {path} is too large to merge ({about[2]:,} bytes).")
        rule = pins_rule(template.environment, no_progress, compile_now=False)
        return carry(self.merger, template, before, after, mine, pins_rule=rule)

    def commit(self, message: str, parent: str | int, tree: Tree, state: State) -> NewCommit:
        """Return an unwritten commit with these files and this state.

        `parent` is a commit id, or the index of an earlier commit in the same call of `write`.
        """
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
        """Write commits into the bare repository, and return the id of the last one. No branch moves."""
        last = write_objects(self.bare.git, commits)[-1]
        self.bare.git.run("update-ref", "-d", SCRATCH_REF)
        return last

    def deliver(self, submission: Submission, commit: str, state: State, branch: str = "") -> Delivery:
        """Put a commit and the refs of its path where `starterkit pull` finds them. Return the branch.

        By default the commit goes to the person's own branch. If a remote has newer work there, it goes to a separate
        branch (`fix_branch`). Raises `StarterkitError` if the person pushed at this moment. Raises `EnvironmentProblem`
        if the remote can't be reached or rejects the push.
        """
        goal = branch or submission.branch
        if not self.person.remote:
            self._move(HEADS + goal, "" if branch else submission.commit, commit, state)
            return Delivery(goal, not branch)
        if self.folder is not None:
            ready = self.bare.refs(HEADS).get(HEADS + goal, "")
            is_ours = not ready or ready in events.ours(self.workshop, self.person) or self.is_after(commit, ready)
            if not branch and not is_ours:
                goal, ready = fix_branch(state), ""
            self._move(HEADS + goal, ready if goal == submission.branch else "", commit, state)
            return self.delivered(goal, is_theirs=goal == submission.branch)
        refused = self._push(goal, commit, state, force=bool(branch))
        if refused and not branch:
            goal = fix_branch(state)
            refused = self._push(goal, commit, state, force=True)
        if refused:
            raise EnvironmentProblem(f"The participant's remote repository rejected the push: {refused}")
        self._move(self.person.heads + goal, "", commit, state)
        return Delivery(goal, goal == submission.branch)

    def _move(self, ref: str, old: str, new: str, state: State) -> None:
        """Move a branch and the path's refs together. Raises `StarterkitError` if the branch isn't at `old`."""
        refs = (f"{ref} {new} {old}".rstrip(), f"{PATH_REF} {state.path}", f"{METADATA_REF} {state.texts}")
        lines = "\n".join(("start", *(f"update {line}" for line in refs), "commit", ""))
        arguments = ("update-ref", "-m", "starterkit workshop", "--stdin")
        if self.bare.git.try_run(*arguments, input=lines.encode("utf-8", "surrogateescape")).code != 0:
            raise StarterkitError(PUSHED_MEANWHILE, "Type the command again.")

    def _push(self, branch: str, commit: str, state: State, *, force: bool) -> str:
        """Push a commit to a person's remote. Return "", or why the remote rejected it."""
        remote = os.fspath(self.workshop.remote_folder(self.person) or self.person.remote)
        plus = "+" if force else ""
        refs = (f"{plus}{commit}:{HEADS}{branch}", f"+{state.path}:{PATH_REF}", f"+{state.texts}:{METADATA_REF}")
        answer = push_refs(self.bare, remote, refs, _PUSH_SECONDS)
        if not answer.reached and not answer.refused:
            raise EnvironmentProblem(f"starterkit can't reach the participant's remote repository: {answer.why}.")
        return "" if answer.reached else answer.why


def in_each_repository(
    workshop: Workshop,
    people: Sequence[Person],
    title: str,
    say: Progress,
    work: Callable[[PersonRepository], _Result],
    failed: Callable[[Person, str], _Result],
    seconds: int = 0,
) -> list[_Result]:
    """Collect from people, then return the result of `work` for each person's repository.

    If `work` raises an error, the person's result is `failed(person, message)`. So one broken repository doesn't stop
    the command. `PersonRepository` explains `seconds`.
    """
    collect_remotes(workshop, people, say)
    results = []
    for number, person in enumerate(people, 1):
        say(f"{title}: {number} of {len(people)}")
        try:
            with BareRepository(workshop.repository(person)) as bare:
                results.append(work(PersonRepository(workshop, person, bare, seconds)))
        except Exception as error:
            results.append(failed(person, error_of(error).message))
    return results


def fix_branch(state: State) -> str:
    """Return the name of the branch that a person has to merge to get this path."""
    return f"{FIX_BRANCHES}{state.path[:8]}"
