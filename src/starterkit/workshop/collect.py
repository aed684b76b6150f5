"""`workshop collect`: fetches the latest work of all people.

New work is recorded in their events. People who push to the workshop have no remote, so there is nothing to fetch for
them. If a remote is a folder on this machine, its refs are first compared without git. A git process for each person
would be slow.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
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
_NO_WORK = dict.fromkeys(("commit", "committed", "worked", "branch", "step"), None) | {"solved": False, "begun": False}


@dataclass(frozen=True)
class CollectResult:
    """The result of collecting from one person.

    `reached` says if the remote responded, and `why` is the reason for a failure. `is_new` says if there is new work.
    `commit` is the latest known commit, even if the remote failed.
    """

    person: Person
    reached: bool
    why: str
    is_new: bool
    commit: str | None
    submission: Submission | None = None
    begun: bool = False  # True if there is more work than the first commit of the project


def collect(
    workshop: Workshop, people: Sequence[Person], say: Progress, *, jobs: int = JOBS, seconds: float = SECONDS
) -> list[CollectResult]:
    """Fetch the latest work of people: `jobs` people in parallel, for at most `seconds` each.

    Appends an event for new work, and when a remote starts or stops responding. A failure is part of the result and
    isn't raised. Call this inside `store.working`, which locks the workshop.
    """
    results: list[CollectResult] = []
    for _, (result, event) in each(people, _Collector(workshop, seconds).look, jobs, say, "Collecting"):
        try:
            if event is not None:
                events.append(workshop, result.person, event)
            results.append(result)
        except Exception as error:
            results.append(CollectResult(result.person, False, error_of(error).message, False, None))
    return results


def collect_remotes(workshop: Workshop, people: Sequence[Person], say: Progress) -> None:
    """Collect from the people who have a remote. Commands call this before they change the latest work."""
    collect(workshop, [person for person in people if person.remote], say)


class _Collector:
    def __init__(self, workshop: Workshop, seconds: float) -> None:
        self._workshop, self._seconds = workshop, seconds
        with BareRepository(workshop.path_repository) as path:
            self._begun_with = frozenset(path.refs().values())

    @cached_property
    def _beginnings(self) -> Mapping[str, Submission]:
        return beginnings(self._workshop)

    def look(self, person: Person) -> tuple[CollectResult, dict[str, Any] | None]:
        last: Mapping[str, Any] = {}
        submission, refs = None, ""
        try:
            last = events.last(self._workshop, person, events.COLLECTED) or {}
            answer, submission, refs = self._look(person, last)
        except PermissionError as error:
            answer = RemoteResult(False, f"permission denied: {error.filename}")
        except ProgramFailed:
            answer = RemoteResult(False, f"repos/{person.folder}.git is damaged: git cannot read it")
        except StarterkitError as error:
            answer = RemoteResult(False, error.message.partition("\n")[0])
        except Exception as error:
            answer = RemoteResult(False, error_of(error).message)
        if submission is None:
            work = {name: last.get(name, none) for name, none in _NO_WORK.items()}
            refs = last.get("refs", "")
        else:
            has_begun = submission.own not in self._begun_with
            work = {
                "commit": submission.commit,
                "committed": events.moment(submission.committed),
                "worked": events.moment(submission.worked) if has_begun else None,
                "branch": submission.branch,
                "step": submission.step,
                "solved": submission.solved,
                "begun": has_begun,
            }
        is_new, commit, begun = submission is not None, work["commit"], work["begun"] is True
        result = CollectResult(person, answer.reached, answer.why, is_new, commit, submission, begun)
        # Return the event instead of appending it. If the user interrupts `collect`, the fetch looks like a failed one,
        # and the caller must not record that.
        if not is_new and last.get("reached") is answer.reached and last.get("why", "") == answer.why:
            return result, None
        event = {"kind": events.COLLECTED, "at": events.moment(), "reached": answer.reached, "why": answer.why}
        return result, {**event, **work, "refs": refs}

    def _look(self, person: Person, last: Mapping[str, Any]) -> tuple[RemoteResult, Submission | None, str]:
        """Fetch a person's work. Return the fetch's result, new work (or None), and a digest of the branches."""
        folder = self._workshop.repository(person)
        before = refs_on_disk(folder, person.heads)
        if before is None and not folder.is_dir():
            return RemoteResult(False, f"repos/{folder.name} is missing"), None, ""
        with BareRepository(folder) as repository:
            answer = self._fetch(person, repository, before)
            heads = repository.refs(person.heads)
            refs = fingerprint(heads)
            if last.get("refs") == refs:
                return answer, None, refs
            submission = self._submission(repository, person, heads)
            if submission is None and answer.reached and (heads or last.get("commit")):
                lost = "their last commit" if heads else "their branch"
                answer = RemoteResult(False, f"{lost} is missing in repos/{folder.name}")
            return answer, submission, refs

    def _submission(self, repository: BareRepository, person: Person, heads: Mapping[str, str]) -> Submission | None:
        """Return the latest work. At the start, all people have the same first commit, so it is read only once."""
        if len(heads) == 1 and self._begun_with.issuperset(heads.values()):
            ((name, commit),) = heads.items()
            return replace(self._beginnings[commit], person=person, branch=name.removeprefix(person.heads))
        return latest_in(repository, person, None, events.ours(self._workshop, person))

    def _fetch(self, person: Person, repository: BareRepository, known: Mapping[str, str] | None) -> RemoteResult:
        if not person.remote:
            return RemoteResult(True)
        folder = self._workshop.remote_folder(person)
        if folder is None:
            return fetch_heads(repository, person.remote, COLLECTED_HEADS, is_folder=False, seconds=self._seconds)
        if not folder.is_dir():
            return RemoteResult(False, f"the folder {person.remote} doesn't exist")
        remote_heads = _heads_in(folder)
        if remote_heads is None or known is None or remote_heads != _short(known, COLLECTED_HEADS):
            remote = os.fspath(folder.absolute())
            answer = fetch_heads(repository, remote, COLLECTED_HEADS, is_folder=True, seconds=self._seconds)
            if not answer.reached:
                return answer
            # git reports no error if it can't fetch from a shallow clone, so compare the branches.
            is_shallow = (folder / ".git" / "shallow").exists() or (folder / "shallow").exists()
            fetched = _short(repository.refs(COLLECTED_HEADS), COLLECTED_HEADS)
            if is_shallow and not (remote_heads or {}).items() <= fetched.items():
                return RemoteResult(
                    False, "git can't fetch from this shallow clone: type `git fetch --unshallow` there"
                )
        return RemoteResult(True, _warn_of_no_branch(repository, folder))


def _heads_in(folder: Path) -> dict[str, str] | None:
    """Return the commit of each branch in a repository's folder.

    Returns None if only git can read the branches.
    """
    git_dir = folder / ".git"
    try:
        if not stat.S_ISDIR(git_dir.lstat().st_mode):
            return None  # .git is a file in a linked worktree
        heads = refs_on_disk(git_dir, HEADS)
    except FileNotFoundError:
        heads = refs_on_disk(folder, HEADS)
    except OSError:
        return None
    return None if heads is None else _short(heads, HEADS)


def _warn_of_no_branch(repository: BareRepository, folder: Path) -> str:
    """Return a warning if HEAD of a remote folder is on no branch, or "". git doesn't fetch such a commit."""
    try:
        with (folder / ".git" / "HEAD").open("rb") as stream:
            head = stream.read(100).decode("ascii", "replace").strip()
    except OSError:
        return ""
    if not FULL_ID.fullmatch(head) or repository.reader.about(head) is not None:
        return ""
    return "their last commit isn't on a branch, so git can't fetch it: type `git switch -c mine` there"


def _short(refs: Mapping[str, str], prefix: str) -> dict[str, str]:
    return {name.removeprefix(prefix): id for name, id in refs.items()}
