"""The latest work of a person, from their bare repository: read by plumbing alone, nothing of it is ever run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from starterkit.errors import FileError, StarterkitError
from starterkit.git.bare import HEADS, BareRepository
from starterkit.git.objects import Entry
from starterkit.project.state import STATE_FILE, State, read_state
from starterkit.workshop.events import ours as ours_of
from starterkit.workshop.model import Person, Workshop

_MOST_FILES = 100_000
FILLED_IN = "Filled in from the reference by the workshop."  # in the messages of commits that `catch-up` makes
_FURTHEST = 500  # of such commits
_LARGEST_STATE, _LARGEST_COMMIT = 100_000, 10_000_000
OWN_BRANCHES = "starterkit-"  # the beginning of the names of branches that we leave for people to merge
_FIRST = ("main", "master")  # of branches whose last commits have one time


@dataclass(frozen=True)
class Submission:
    """A person's last commit before some time, on the branch where it is.

    `own` is the last commit that is their own, made at `worked`: the same, but where the workshop put a correction or
    filled steps on top of it. `step` and `solved` are what its `.starterkit.yml` says; `step` is empty where that file
    is gone or damaged. `branch` is its short name.
    """

    person: Person
    commit: str
    committed: datetime
    branch: str
    step: str
    solved: bool
    own: str
    worked: datetime


def latest(
    workshop: Workshop, person: Person, before: datetime | None = None, aside: Collection[str] = ()
) -> Submission | None:
    """Return the newest commit of a person over all their branches, made before a time (None: now, or ever).

    None where there is no commit at all. Times are those that the commits themselves name. `aside` is as for
    `latest_in`.
    """
    with BareRepository(workshop.repository(person)) as repository:
        return latest_in(repository, person, before, ours_of(workshop, person), aside)


def latest_in(
    repository: BareRepository,
    person: Person,
    before: datetime | None = None,
    ours: Mapping[str, str] | None = None,
    aside: Collection[str] = (),
) -> Submission | None:
    """Return the same from a repository that is open already; `ours` are the workshop's commits, as results say.

    With `before`, no commit counts that one of `aside` is made of: of the path, say, which lies below everybody's.
    Raises git's own error if the commit of a branch can't be read.
    """
    tips = branches(repository, person)
    for tip in tips.values():
        if _committed(repository, tip) is None:
            repository.git.run("cat-file", "commit", tip)
    found = [
        (committed, branch not in _FIRST, branch, commit)
        for branch, tip in tips.items()
        if (commit := _before(repository, tip, before, aside)) is not None
        and (committed := _committed(repository, commit)) is not None
    ]
    if not found:
        return None
    # The newest; of those with one time main, then master, then the first by name.
    _, _, branch, commit = min(found, key=lambda one: (-one[0], one[1], one[2]))
    return _submission(repository, person, commit, branch, ours or {})


def of_commit(workshop: Workshop, person: Person, commit: str) -> Submission:
    """Return a commit that lies in somebody's repository as if they had submitted it; it may be on no branch."""
    with BareRepository(workshop.repository(person)) as repository:
        return _submission(repository, person, commit, "", {})


def beginnings(workshop: Workshop) -> dict[str, Submission]:
    """Return the commits with which people began, as everybody's: the branches of the path's repository."""
    nobody = Person("path", "")
    with BareRepository(workshop.path_repository) as path:
        return {
            commit: _submission(path, nobody, commit, name.removeprefix(HEADS), {})
            for name, commit in path.refs(HEADS).items()
        }


def _submission(
    repository: BareRepository, person: Person, commit: str, branch: str, ours: Mapping[str, str]
) -> Submission:
    step, solved = _standing(repository, commit)
    own = commit
    while own in ours:
        own = ours[own]
    committed, worked = (datetime.fromtimestamp(_committed(repository, one) or 0, UTC) for one in (commit, own))
    return Submission(person, commit, committed, branch, step, solved, own, worked)


def branches(repository: BareRepository, person: Person) -> dict[str, str]:
    """Return the last commit of each of a person's own branches, by the branch's short name.

    A commit that takes more room than any honest one is passed over: reading it could take all memory.
    """
    every = {name.removeprefix(person.heads): id for name, id in repository.refs(person.heads).items()}
    found = {name: id for name, id in every.items() if not name.startswith(OWN_BRANCHES)}
    sizes = repository.sizes(found.values())
    return {name: id for name, id in found.items() if sizes.get(id, 0) <= _LARGEST_COMMIT}


def _before(repository: BareRepository, tip: str, before: datetime | None, aside: Collection[str]) -> str | None:
    if before is None:
        return tip
    when = _committed(repository, tip)
    if when is not None and when <= before.timestamp():
        return tip
    until = f"--before={int(before.timestamp())}"
    words = ("rev-list", "-1", "--ignore-missing", until, tip, *(f"^{id}" for id in aside), "--")
    finished = repository.git.try_run(*words)
    return finished.text_out.strip() or None if finished.code == 0 else None


def _committed(repository: BareRepository, commit: str) -> int | None:
    """The time that a commit names, in seconds since 1970; None where there is no such commit, or no such time."""
    found = repository.reader.try_read(f"{commit}^{{commit}}")
    if found is None:
        return None
    for line in found[2].partition(b"\n\n")[0].split(b"\n"):
        words = line.rsplit(b" ", 2)
        if line.startswith(b"committer ") and len(words) == 3 and words[1].isdigit():
            return min(int(words[1]), _LAST_SECOND)
    return None


_LAST_SECOND = 253_402_300_799 - 86_400  # the last day that a calendar of ours knows


def state_of(repository: BareRepository, commit: str) -> State:
    """Return where a commit says that it stands. Raises `FileError` where it does not, or in a file without end."""
    about = repository.reader.about(f"{commit}:{STATE_FILE}")
    if about is None or about[1] != "blob":
        raise FileError(STATE_FILE, None, "the file is gone", "It is in an older commit of theirs.")
    if about[2] > _LARGEST_STATE:
        raise FileError(STATE_FILE, None, "the file is far too long", "An older commit of theirs has it as it was.")
    return read_state(repository.reader.blob(about[0]))


def solved_by_reference(repository: BareRepository, commit: str, steps: Mapping[str, str]) -> tuple[str, ...]:
    """Return the steps whose reference was taken in with `starterkit solve`, as a history says; not by the workshop.

    `steps` are their names by the messages of such commits.
    """
    words = ("log", "-z", "--format=%B", f"--max-count={_FURTHEST}", "--grep=^Solve ", commit, "--")
    messages = repository.git.try_run(*words).text_out.split("\0")
    taken = {message.strip().partition("\n")[0] for message in messages if FILLED_IN not in message}
    return tuple(name for message, name in steps.items() if message in taken)


def files_of(repository: BareRepository, commit: str) -> dict[str, Entry]:
    """Return the files of somebody's commit by path. Raises `UsageError` for more than any honest one has."""
    return dict(repository.reader.tree(commit, _MOST_FILES))


def _standing(repository: BareRepository, commit: str) -> tuple[str, bool]:
    """The step that a commit stands at; an empty one where it does not say."""
    try:
        state = state_of(repository, commit)
    except StarterkitError:
        return "", False
    return state.step, state.solved
