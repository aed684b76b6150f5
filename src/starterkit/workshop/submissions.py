"""Finds a person's work in their bare repository: the latest commit, its step and its files.

Code from the repository never runs.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from starterkit.errors import FileError, StarterkitError
from starterkit.git.bare import HEADS, BareRepository
from starterkit.git.objects import Entry
from starterkit.project.state import STATE_FILE, State, read_state
from starterkit.workshop.model import Person, Workshop

_MOST_FILES = 100_000
FILLED_IN = "Filled in from the reference by the workshop."  # `catch-up` adds this line to its commit messages
_MOST_SOLVED = 500  # maximum number of `starterkit solve` commits to read
_LARGEST_STATE, _LARGEST_COMMIT = 100_000, 10_000_000
OWN_BRANCHES = "starterkit-"  # prefix of branches that the workshop creates for people to merge
_FIRST = ("main", "master")  # preferred branches if commit times are equal
_LAST_SECOND = 253_402_300_799 - 86_400  # datetime ends with the year 9999. One day less is valid in all time zones


@dataclass(frozen=True)
class Submission:
    """A person's latest commit, or the latest before a deadline.

    `own` is the last commit that the person made, at the time `worked`. It differs from `commit` if the workshop added
    a correction or steps. `step` and `solved` come from `.starterkit.yml`. `step` is empty if that file is missing or
    damaged. `branch` is the short name of the branch.
    """

    person: Person
    commit: str
    committed: datetime
    branch: str
    step: str
    solved: bool
    own: str
    worked: datetime


def latest_in(
    repository: BareRepository,
    person: Person,
    before: datetime | None = None,
    ours: Mapping[str, str] | None = None,
    aside: Collection[str] = (),
) -> Submission | None:
    """Return the newest commit of a person, by its commit time, among all branches. None if there is none.

    With `before`, only commits up to this time count. If a branch's last commit is later, `aside` commits and their
    ancestors don't count. `ours` maps each commit that the workshop made to the commit before it. Raises git's error if
    a branch's commit can't be read.
    """
    tips = branches(repository, person)
    for tip in tips.values():
        if _committed(repository, tip) is None:
            repository.git.run("cat-file", "commit", tip)
    candidates = [
        (-committed, branch not in _FIRST, branch, commit)
        for branch, tip in tips.items()
        if (commit := _before(repository, tip, before, aside)) is not None
        and (committed := _committed(repository, commit)) is not None
    ]
    if not candidates:
        return None
    _, _, branch, commit = min(candidates)  # newest first, then main, then master, then by name
    return _submission(repository, person, commit, branch, ours or {})


def of_commit(workshop: Workshop, person: Person, commit: str) -> Submission:
    """Return the submission for a commit in a person's repository. It may be on no branch (`branch` is "")."""
    with BareRepository(workshop.repository(person)) as repository:
        return _submission(repository, person, commit, "", {})


def beginnings(workshop: Workshop) -> dict[str, Submission]:
    """Return the first commits of projects, by commit id. Work that is only such a commit counts as not started.

    They are the branches of the path's repository: one for the present path, and one for each older path.
    """
    with BareRepository(workshop.path_repository) as path:
        return {
            commit: _submission(path, Person("path", ""), commit, name.removeprefix(HEADS), {})
            for name, commit in path.refs(HEADS).items()
        }


def _submission(
    repository: BareRepository, person: Person, commit: str, branch: str, ours: Mapping[str, str]
) -> Submission:
    try:
        state = state_of(repository, commit)
        step, solved = state.step, state.solved
    except StarterkitError:
        step, solved = "", False
    own = commit
    while own in ours:
        own = ours[own]
    committed, worked = (datetime.fromtimestamp(_committed(repository, id) or 0, UTC) for id in (commit, own))
    return Submission(person, commit, committed, branch, step, solved, own, worked)


def branches(repository: BareRepository, person: Person) -> dict[str, str]:
    """Return the last commit of each branch of a person, by short name.

    Branches that the workshop created and huge commits are left out.
    """
    every = {name.removeprefix(person.heads): id for name, id in repository.refs(person.heads).items()}
    own = {name: id for name, id in every.items() if not name.startswith(OWN_BRANCHES)}
    sizes = repository.sizes(own.values())
    return {name: id for name, id in own.items() if sizes.get(id, 0) <= _LARGEST_COMMIT}


def _before(repository: BareRepository, tip: str, before: datetime | None, aside: Collection[str]) -> str | None:
    if before is None:
        return tip
    when = _committed(repository, tip)
    if when is not None and when <= before.timestamp():
        return tip
    until = f"--before={int(before.timestamp())}"
    arguments = ("rev-list", "-1", "--ignore-missing", until, tip, *(f"^{id}" for id in aside), "--")
    finished = repository.git.try_run(*arguments)
    return finished.text_out.strip() or None if finished.code == 0 else None


def _committed(repository: BareRepository, commit: str) -> int | None:
    """Return a commit's committer time in seconds since 1970.

    Returns None if the commit is missing or damaged.
    """
    content = repository.reader.try_read(f"{commit}^{{commit}}")
    if content is None:
        return None
    for line in content[2].partition(b"\n\n")[0].split(b"\n"):
        parts = line.rsplit(b" ", 2)
        if line.startswith(b"committer ") and len(parts) == 3 and parts[1].isdigit():
            return min(int(parts[1]), _LAST_SECOND)
    return None


def state_of(repository: BareRepository, commit: str) -> State:
    """Return the state in a commit's .starterkit.yml. Raises `FileError` if this file is missing or invalid."""
    about = repository.reader.about(f"{commit}:{STATE_FILE}")
    if about is None or about[1] != "blob":
        raise FileError(
            STATE_FILE,
            None,
            "this file is missing, so starterkit doesn't know the step",
            "Restore the file from an older commit of this project.",
        )
    if about[2] > _LARGEST_STATE:
        fix = "Restore the file from an older commit of this project."
        raise FileError(STATE_FILE, None, f"this file is too large ({about[2]:,} bytes)", fix)
    return read_state(repository.reader.blob(about[0]))


def solved_by_reference(repository: BareRepository, commit: str, steps: Mapping[str, str]) -> tuple[str, ...]:
    """Return the steps that the person solved with `starterkit solve`.

    The commit messages name them. `steps` maps the first line of such a message to a step's name.
    """
    arguments = ("log", "-z", "--format=%B", f"--max-count={_MOST_SOLVED}", "--grep=^Solve ", commit, "--")
    messages = repository.git.try_run(*arguments).text_out.split("\0")
    subjects = {message.strip().partition("\n")[0] for message in messages if FILLED_IN not in message}
    return tuple(name for subject, name in steps.items() if subject in subjects)


def files_of(repository: BareRepository, commit: str) -> dict[str, Entry]:
    """Return the files of a commit, by path. Raises `UsageError` if there are more than 100,000 files."""
    return dict(repository.reader.tree(commit, _MOST_FILES))
