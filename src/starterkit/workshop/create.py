"""`workshop create`: creates a workshop, or adds people to it.

Each person or team gets a bare repository. They start with a clone, a zip or a working folder on this machine.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from starterkit.errors import UsageError, cannot_write
from starterkit.git.bare import BareRepository
from starterkit.git.remote import RemoteResult, push_beginning
from starterkit.git.repository import METADATA_REF, PATH_REF
from starterkit.git.worktree import is_writable
from starterkit.paths import expand_user_path, looks_empty
from starterkit.progress import Progress
from starterkit.project.new import ProjectSpec, check_trust, rendered_path
from starterkit.workshop import events
from starterkit.workshop.handout_text import write_handout
from starterkit.workshop.handouts import Handouts, remove_drafts
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.parallel import each
from starterkit.workshop.repositories import MAIN, create_path_repository, make_repositories, names_in_use, reopened
from starterkit.workshop.roster import Matched, Roster, match, with_remotes
from starterkit.workshop.store import add_people, is_workshop, save, working

PUSH_SECONDS = 60.0
PUSH_JOBS = 8


@dataclass(frozen=True)
class CreateRequest:
    """The arguments of `workshop create`. An empty value means that the option is missing.

    `order` returns the project to create. It is only called for a new workshop, because it may ask questions. `start`
    is the first step, and whether it is solved. `method` says how new people start: with a zip (`zip`) or a working
    folder (`folders`). Zips and working folders are written into the folder `handouts`.
    """

    folder: Path
    roster: Roster
    order: Callable[[], ProjectSpec]
    template: str = ""
    answers: Mapping[str, str] | None = None
    start: tuple[str, bool] | None = None
    remote_template: str = ""
    due: datetime | None = None
    method: str = ""
    handouts: Path | None = None
    jobs: int = PUSH_JOBS


@dataclass(frozen=True)
class Participant:
    """A person in the roster, and what the command created for them.

    `handout` is their zip or working folder. `pushed` is the result of the first push.
    """

    person: Person
    is_new: bool
    handout: Path | None = None
    pushed: RemoteResult | None = None


@dataclass(frozen=True)
class CreateResult:
    """The result of `workshop create`.

    `handout` is the file with the commands for participants. `kept_handout` means that this file existed already with
    another text, and wasn't changed.
    """

    workshop: Workshop
    people: tuple[Participant, ...]
    changed_teams: tuple[Person, ...]
    roster: Roster
    handout: Path
    kept_handout: bool = False
    method: str = ""

    @property
    def added(self) -> int:
        return sum(row.is_new for row in self.people)

    @property
    def in_another_way(self) -> tuple[Participant, ...]:
        """The people who started earlier with another method than `method`.

        A method is a zip, a folder or a clone.
        """
        others = (row for row in self.people if self.workshop.start_method(row.person) != self.method)
        return tuple(others) if self.method else ()

    @property
    def unreached(self) -> tuple[Participant, ...]:
        """The people whose remote rejected the first push or couldn't be reached."""
        return tuple(row for row in self.people if row.pushed is not None and not row.pushed.reached)


def create(request: CreateRequest, say: Progress) -> CreateResult:
    """Create a workshop, or add people to it. All checks run before the first file is written.

    Raises `UsageError`, `FileError` for a wrong roster or workshop.yml, and `EnvironmentProblem`.
    """
    folder = request.folder
    order = path = None
    if is_workshop(folder):
        _match(request, _open(request))
    else:
        _check_folder(folder)
        _match(request, None)
        order = request.order()
        check_trust(order)
        say(f"Creating the {order.template.title} project …")
        path = rendered_path(order)
    with working(folder, say):
        if order is None or path is None or is_workshop(folder):
            workshop = _open(request)
        else:
            say("Writing the learning path to git …")
            workshop = create_path_repository(order, path)
        matched = _match(request, workshop)
        workshop = add_people(_with_options(workshop, request), [person for _, person in matched.new])
        make_repositories(workshop, say)
        return _hand_out(request, workshop, matched, say)


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file, not a folder.", "Choose a folder that doesn't exist yet.")
    if folder.is_dir() and not _was_begun(folder) and not looks_empty(folder):
        raise UsageError(f"The folder {folder} isn't empty.", "Choose a folder that doesn't exist yet.")
    existing = next((path for path in (folder, *folder.absolute().parents) if path.exists()), folder)
    if not existing.is_dir() or not is_writable(existing):
        raise UsageError(
            f"You have no permission to create a folder in {existing}.", "Choose a folder in another place."
        )


def _was_begun(folder: Path) -> bool:
    """True if this folder only has the unfinished files of a `workshop create` that was killed."""
    entries = {entry.name: entry.is_dir() for entry in folder.iterdir()}
    return (
        "repos" in entries
        and entries.keys() <= {"repos", "results"}
        and all(entries.values())
        and all(entry.name.startswith(".") for entry in (folder / "repos").iterdir())
    )


def _open(request: CreateRequest) -> Workshop:
    workshop = reopened(request.folder)
    _check_same(workshop, request)
    for method in workshop.handouts:
        workshop.handout_folder(method)
    for person in workshop.people:
        workshop.remote_folder(person)
    return workshop


def _check_same(workshop: Workshop, request: CreateRequest) -> None:
    differences: list[tuple[str, str, str]] = []
    if request.template and request.template != workshop.template:
        differences.append(("the template", workshop.template, request.template))
    for name, answer in (request.answers or {}).items():
        known = workshop.answers.get(name)
        if known != answer:
            differences.append((f"the answer {name}", f'"{known}"' if known is not None else "none", f'"{answer}"'))
    if request.start is not None and request.start != (workshop.step, workshop.solved):
        differences.append(("the first step", workshop.step, request.start[0]))
    remotes = (workshop.remote_template, request.remote_template)
    if all(remotes) and os.path.normpath(remotes[0]) != os.path.normpath(remotes[1]):
        differences.append(("the remote template", *remotes))
    for topic, known, asked in differences[:1]:
        raise UsageError(
            f"The workshop in {workshop.folder} has other settings: {topic} is {known}, not {asked}.",
            "A workshop has the same settings for all participants. Leave out this option, or choose another folder.",
        )


def _match(request: CreateRequest, workshop: Workshop | None) -> Matched:
    people = workshop.people if workshop else ()
    matched = match(request.roster, people, names_in_use(request.folder) if workshop else ())
    handouts = _handouts(request, workshop)
    method = list(handouts)[-1] if handouts else ""
    entries = [entry for entry, _ in matched.new]
    new = [replace(person, begins=method) for _, person in matched.new]
    known_template = workshop.remote_template if workshop else ""
    if template := known_template or request.remote_template:
        pairs = list(zip(entries, new, strict=True))
        new = with_remotes(pairs, template, request.roster.file, known=bool(known_template))
    elif method == "folders":
        folder = expand_user_path(handouts[method], request.folder)
        new = [replace(person, remote=_as_kept(request.folder, folder / person.folder)) for person in new]
    return replace(matched, new=tuple(zip(entries, new, strict=True)))


def _handouts(request: CreateRequest, workshop: Workshop | None) -> dict[str, str]:
    """Return the folders for zips (`zip`) and working folders (`folders`). New people get the last method."""
    folders = dict(workshop.handouts) if workshop else {}
    if request.handouts is not None:
        folders.pop(request.method, None)  # the new entry must be the last one, because new people get it
        folders[request.method] = _as_kept(request.folder, request.handouts)
    return folders


def _as_kept(home: Path, folder: Path) -> str:
    """Return a folder as text for workshop.yml.

    The text is relative if the folder is inside the workshop, and absolute if not.
    """
    folder, home = (Path(os.path.normpath(path.absolute())) for path in (folder, home))
    return folder.relative_to(home).as_posix() if folder.is_relative_to(home) else str(folder)


def _with_options(workshop: Workshop, request: CreateRequest) -> Workshop:
    handouts, people = _handouts(request, workshop), workshop.people
    is_another_method = list(handouts) != list(workshop.handouts)
    if is_another_method:  # store the method of known people, because the default changes for new people
        people = tuple(replace(person, begins=workshop.start_method(person)) for person in people)
    larger = replace(
        workshop,
        due=request.due or workshop.due,
        remote_template=workshop.remote_template or request.remote_template,
        people=people,
        handouts=handouts,
    )
    is_changed = is_another_method or larger != workshop  # `!=` alone doesn't see that the order of `handouts` changed
    return save(larger) if is_changed and is_workshop(workshop.folder) else larger


def _hand_out(request: CreateRequest, workshop: Workshop, matched: Matched, say: Progress) -> CreateResult:
    people = {person.folder: person for person in workshop.people}
    folders = {entry.line: person.folder for entry, person in (*matched.known, *matched.new)}
    in_order = [people[folders[entry.line]] for entry in request.roster.entries]
    handouts = _write_handouts(workshop, in_order, say)
    pushed = _push(workshop, in_order, request.jobs, say)
    new = {person.folder for _, person in matched.new}
    rows = (
        Participant(person, person.folder in new, handouts.get(person.folder), pushed.get(person.folder))
        for person in in_order
    )
    handout, is_kept = write_handout(workshop, {workshop.start_method(person) for person in workshop.people})
    return CreateResult(
        workshop, tuple(rows), matched.changed_teams, request.roster, handout, is_kept, method=request.method
    )


def _write_handouts(workshop: Workshop, people: Sequence[Person], say: Progress) -> dict[str, Path]:
    goals = {person.folder: goal for person in people if (goal := _handout(workshop, person)) is not None}
    missing = [person for person in people if person.folder in goals and not goals[person.folder].exists()]
    try:
        for folder in {goal.parent for goal in goals.values()}:
            remove_drafts(folder)
        if not missing:
            return goals
        with TemporaryDirectory(prefix="starterkit-handouts-", ignore_cleanup_errors=True) as temporary:
            handouts = Handouts(workshop, Path(temporary) / "site")

            def write(person: Person) -> None:
                is_zip = workshop.start_method(person) == "zip"
                write_handout = handouts.write_zip if is_zip else handouts.write_folder
                write_handout(person, goals[person.folder])

            for _ in each(missing, write, 1, say, "Writing zips and folders"):
                pass
            return goals
    except OSError as error:
        raise cannot_write("The workshop", error) from error


def _handout(workshop: Workshop, person: Person) -> Path | None:
    method = workshop.start_method(person)
    folder = workshop.handout_folder(method)
    if folder is None:
        return None
    goal = folder / (person.folder if method == "folders" else f"{person.folder}.zip")
    if workshop.is_from_template(person):
        return goal
    if method == "folders":
        return goal if workshop.works_in(person, goal) else None
    # A person who started with a zip and has handed in their folder doesn't need a new zip.
    return goal if goal.exists() or workshop.remote_folder(person) is None else None


def _push(workshop: Workshop, people: Sequence[Person], jobs: int, say: Progress) -> dict[str, RemoteResult]:
    def last_push(person: Person) -> Mapping[str, object]:
        return events.last(workshop, person, events.PUSHED) or {}

    def push(person: Person) -> RemoteResult:
        with BareRepository(workshop.path_repository) as repository:
            remote = os.fspath(workshop.remote_folder(person) or person.remote)
            return push_beginning(repository, remote, MAIN, (PATH_REF, METADATA_REF), PUSH_SECONDS)

    remote_people = filter(workshop.is_from_template, people)
    waiting = [person for person in remote_people if last_push(person).get("reached") is not True]
    answers: dict[str, RemoteResult] = {}
    for person, answer in each(waiting, push, jobs, say, "Pushing"):
        answers[person.folder] = answer
        outcome = {"reached": answer.reached, "why": answer.why}
        last = last_push(person)
        if {name: last.get(name) for name in outcome} != outcome:
            events.append(workshop, person, {"kind": events.PUSHED, "at": events.moment(), **outcome})
    return answers
