"""`workshop collect`: bring everybody's latest work into their bare repositories here.

A person without a remote pushes here by themselves: for them it is only looked what came. Where a remote is a folder
on this machine, its files of refs are compared first, so that git is started only where something is new.
"""

from __future__ import annotations

import os
import stat
import threading
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from starterkit.crash_report import error_of
from starterkit.errors import StarterkitError
from starterkit.git.bare import HEADS, BareRepository, fingerprint, refs_on_disk
from starterkit.git.objects import FULL_ID
from starterkit.git.remote import RemoteResult, fetch_heads
from starterkit.process import ProgramFailed
from starterkit.progress import Progress
from starterkit.workshop import events
from starterkit.workshop.model import COLLECTED_HEADS, Person, Workshop
from starterkit.workshop.parallel import each
from starterkit.workshop.submissions import Submission, beginnings, latest_in

JOBS = 8
SECONDS = 60.0


@dataclass(frozen=True)
class CollectResult:
    """What came of collecting from one person.

    `is_new` tells whether something is here that was not before; `submission` is their latest then, else None, and
    `begun` whether it is more than everybody began with.
    `commit` is the latest that is known, also of one who could not be reached now; None where there is none.
    """

    person: Person
    reached: bool
    why: str
    is_new: bool
    commit: str | None
    submission: Submission | None = None
    begun: bool = False


@dataclass(frozen=True)
class _Looked:
    person: Person
    answer: RemoteResult
    heads: Mapping[str, str]
    is_new: bool
    last: Mapping[str, Any]
    submission: Submission | None = None


class _Beginnings:
    """The commits with which everybody began. What is in them is read once, and only where somebody is seen first."""

    def __init__(self, workshop: Workshop) -> None:
        self._workshop, self._lock = workshop, threading.Lock()
        self._found: Mapping[str, Submission] | None = None
        with BareRepository(workshop.path_repository) as path:
            self.ids = frozenset(path.refs().values())

    def submission(self, person: Person, heads: Mapping[str, str]) -> Submission | None:
        """Return what there is of somebody who has not begun; None of all others."""
        if len(heads) != 1 or not self.ids.issuperset(heads.values()):
            return None
        with self._lock:
            self._found = self._found or beginnings(self._workshop)
        (name, commit), *_ = heads.items()
        return replace(self._found[commit], person=person, branch=name.removeprefix(person.heads))


def collect(
    workshop: Workshop, people: Sequence[Person], say: Progress, *, jobs: int = JOBS, seconds: float = SECONDS
) -> list[CollectResult]:
    """Collect from these people, several at once, at most so many `seconds` from each.

    What was found is appended to their results where it is new, or where somebody can be reached again or no more. Call
    this while `founding.working`.
    """
    known = _Beginnings(workshop)

    def look(person: Person) -> _Looked:
        return _look(workshop, person, known, seconds)

    return [_collected(workshop, looked, known.ids) for _, looked in each(people, look, jobs, say, "Collecting")]


def collect_remotes(workshop: Workshop, people: Sequence[Person], say: Progress) -> None:
    """Collect from those of these people who work elsewhere: what is done next is done to their latest work."""
    collect(workshop, [person for person in people if person.remote], say)


def _look(workshop: Workshop, person: Person, begun_with: _Beginnings, seconds: float) -> _Looked:
    """Fetch where something is new, and read what is there now; nothing is appended yet."""
    last: Mapping[str, Any] = {}
    try:
        last = events.last(workshop, person, events.COLLECTED) or {}
        return _looked(workshop, person, begun_with, seconds, last)
    except PermissionError as wrong:
        return _Looked(person, RemoteResult(False, f"you may not read {wrong.filename}"), {}, False, last)
    except Exception as wrong:
        return _Looked(person, RemoteResult(False, error_of(wrong).message), {}, False, last)


def _looked(
    workshop: Workshop, person: Person, begun_with: _Beginnings, seconds: float, last: Mapping[str, Any]
) -> _Looked:
    folder = workshop.repository(person)
    before = refs_on_disk(folder, person.heads)
    if before is None and not folder.is_dir():
        return _Looked(person, RemoteResult(False, f"repos/{folder.name} is not there"), {}, False, last)
    try:
        with BareRepository(folder) as repository:
            answer = _bring(workshop, person, repository, before, seconds)
            heads = repository.refs(person.heads)
            if last.get("refs") == fingerprint(heads):
                return _Looked(person, answer, heads, False, last)
            submission = begun_with.submission(person, heads) or latest_in(
                repository, person, None, events.ours(workshop, person)
            )
            if submission is None and answer.reached and (heads or last.get("commit")):
                what = "their last commit" if heads else "a branch of theirs"
                answer = RemoteResult(False, f"{what} cannot be found any more in repos/{folder.name}")
            return _Looked(person, answer, heads, submission is not None, last, submission)
    except ProgramFailed:
        return _Looked(
            person, RemoteResult(False, f"repos/{folder.name} is damaged: git cannot read it"), {}, False, last
        )
    except StarterkitError as wrong:
        return _Looked(person, RemoteResult(False, wrong.message.partition("\n")[0]), {}, False, last)


def _bring(
    workshop: Workshop, person: Person, repository: BareRepository, known: Mapping[str, str] | None, seconds: float
) -> RemoteResult:
    if not person.remote:
        return RemoteResult(True)
    folder = workshop.remote_folder(person)
    if folder is None:
        return fetch_heads(repository, person.remote, COLLECTED_HEADS, is_folder=False, seconds=seconds)
    if not folder.is_dir():
        return RemoteResult(False, "there is no such folder")
    there = _heads_there(folder)
    if there is None or known is None or there != _short(known, COLLECTED_HEADS):
        place = os.fspath(folder.absolute())
        answer = fetch_heads(repository, place, COLLECTED_HEADS, is_folder=True, seconds=seconds)
        if not answer.reached:
            return answer
        # git passes over the branches of a clone that does not have all commits, and says nothing.
        is_shallow = (folder / ".git" / "shallow").exists() or (folder / "shallow").exists()
        here = _short(repository.refs(COLLECTED_HEADS), COLLECTED_HEADS)
        if is_shallow and not (there or {}).items() <= here.items():
            return RemoteResult(False, "a shallow clone, of which git gives nothing: `git fetch --unshallow` there")
    return RemoteResult(True, _on_no_branch(repository, folder))


def _heads_there(folder: Path) -> dict[str, str] | None:
    """The branches of a repository in a folder, read from its files; None where only git can tell."""
    inside = folder / ".git"
    try:
        mode = inside.lstat().st_mode
        if not stat.S_ISDIR(mode):
            return None  # a linked worktree, say
        found = refs_on_disk(inside, HEADS)
    except FileNotFoundError:
        found = refs_on_disk(folder, HEADS)
    except OSError:
        return None
    return None if found is None else _short(found, HEADS)


def _on_no_branch(repository: BareRepository, folder: Path) -> str:
    """Say so where somebody works in a folder on a commit that is on none of its branches, so that it does not come."""
    try:
        with (folder / ".git" / "HEAD").open("rb") as stream:
            head = stream.read(100).decode("ascii", "replace").strip()
    except OSError:
        return ""
    if not FULL_ID.fullmatch(head) or repository.reader.about(head) is not None:
        return ""
    return "their last commit is on no branch, so it does not come: `git switch -c mine` there"


def _short(refs: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): id for name, id in refs.items()}


def _collected(workshop: Workshop, looked: _Looked, known: Container[str]) -> CollectResult:
    try:
        return _told(workshop, looked, known)
    except Exception as wrong:
        return CollectResult(looked.person, False, error_of(wrong).message, False, None)


def _told(workshop: Workshop, looked: _Looked, known: Container[str]) -> CollectResult:
    """Append what was found, where that is not what is known already."""
    last, answer, submission = looked.last, looked.answer, looked.submission
    is_known = last.get("reached") is answer.reached and last.get("why", "") == answer.why
    commit = submission.commit if submission else last.get("commit")
    begun = submission.own not in known if submission else last.get("begun") is True
    if looked.is_new or not is_known:
        event = {
            "kind": events.COLLECTED,
            "at": events.moment(),
            "reached": answer.reached,
            "why": answer.why,
            **(_found(submission, known) if submission else _as_before(last)),
            "refs": fingerprint(looked.heads) if looked.is_new else last.get("refs", ""),
        }
        events.append(workshop, looked.person, event)
    return CollectResult(looked.person, answer.reached, answer.why, looked.is_new, commit, submission, begun)


def _found(submission: Submission, known: Container[str]) -> dict[str, Any]:
    return {
        "commit": submission.commit,
        "committed": events.moment(submission.committed),
        "worked": events.moment(submission.worked) if submission.own not in known else None,
        "branch": submission.branch,
        "step": submission.step,
        "solved": submission.solved,
        "begun": submission.own not in known,
    }


def _as_before(last: Mapping[str, Any]) -> dict[str, Any]:
    names = ("commit", "committed", "worked", "branch", "step", "solved", "begun")
    return {name: last.get(name, False if name in ("solved", "begun") else None) for name in names}
