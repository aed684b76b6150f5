"""`workshop create` as a whole: who is new in a roster gets a place in the workshop, a repository, a beginning."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from starterkit.errors import cannot_write
from starterkit.paths import expand_user_path
from starterkit.progress import Progress
from starterkit.project.creation import Order
from starterkit.repository import PATH_REF, TEXTS_REF
from starterkit.repository.bare import BareRepository
from starterkit.repository.remotes import Answer, push_beginning
from starterkit.workshop import founding, results
from starterkit.workshop.folder import Person, Workshop
from starterkit.workshop.founding import MAIN, Wanted
from starterkit.workshop.handouts import Handouts, folder_in_zip, remove_drafts
from starterkit.workshop.parallel import each
from starterkit.workshop.roster import Matched, Roster, match, with_remotes

PUSH_SECONDS = 60.0
PUSH_JOBS = 8


@dataclass(frozen=True)
class Request:
    """What `workshop create` is asked for. `order` is needed where there is no workshop in the folder yet."""

    folder: Path
    roster: Roster
    wanted: Wanted
    order: Callable[[], Order]
    zips: Path | None = None
    folders: Path | None = None
    jobs: int = PUSH_JOBS

    @property
    def way(self) -> str:
        """The way in which the new people are to begin, where it was said: `zip` or `folders`."""
        return "zip" if self.zips is not None else "folders" if self.folders is not None else ""


@dataclass(frozen=True)
class Enrolled:
    """A person of a roster in the workshop; `handout` is their zip or working folder, `pushed` what came of pushing."""

    person: Person
    is_new: bool
    handout: Path | None = None
    pushed: Answer | None = None


@dataclass(frozen=True)
class Enrolment:
    """What `create` did with a roster: its people in the workshop. `way` is how new people were to begin."""

    workshop: Workshop
    people: tuple[Enrolled, ...]
    changed_teams: tuple[Person, ...]
    roster: Roster
    way: str = ""

    @property
    def in_zip(self) -> str:
        """The name of the folder that comes out of a zip."""
        return folder_in_zip(self.workshop)

    @property
    def added(self) -> int:
        return sum(one.is_new for one in self.people)

    @property
    def in_another_way(self) -> tuple[Enrolled, ...]:
        """Those who keep the way in which they began, where another one was asked for."""
        return tuple(one for one in self.people if self.way and self.workshop.way_of(one.person) != self.way)

    @property
    def unreached(self) -> tuple[Enrolled, ...]:
        """Those whose remote could not be pushed to."""
        return tuple(one for one in self.people if one.pushed is not None and not one.pushed.reached)


def enrol(request: Request, say: Progress) -> Enrolment:
    """Make the workshop, or add to it who is new in the roster. Everything is looked at before the first write."""
    folder = request.folder
    order = path = None
    if not founding.is_workshop(folder):
        founding.check_place(folder)
        _planned(request, None)
        order = request.order()
        path = founding.rendered(order, say)
    else:
        _planned(request, _opened(request))
    with founding.working(folder, say):
        if order is None or path is None or founding.is_workshop(folder):
            workshop = _opened(request)
        else:
            say("Writing its path into git …")
            workshop = founding.found(order, path, request.wanted)
        matched, new = _planned(request, workshop)
        workshop = founding.add_people(_with_what_is_new(workshop, request), new)
        founding.make_repositories(workshop, say)
        return _handed_out(request, workshop, matched, new, say)


def _opened(request: Request) -> Workshop:
    workshop = founding.reopened(request.folder)
    founding.check_same(workshop, request.wanted)
    _check_places(workshop)
    return workshop


def _check_places(workshop: Workshop) -> None:
    """Raise `FileError` where workshop.yml names a home folder that this machine does not know."""
    for way in workshop.handouts:
        workshop.handout_folder(way)
    for person in workshop.people:
        workshop.remote_folder(person)


def _planned(request: Request, workshop: Workshop | None) -> tuple[Matched, list[Person]]:
    """Match the roster, and give the new people the way in which they begin, and their remotes."""
    people = workshop.people if workshop else ()
    matched = match(request.roster, people, founding.names_in_use(request.folder) if workshop else ())
    template = (workshop.remote_template if workshop else "") or request.wanted.remote_template
    handouts = _handouts(request, workshop)
    way = list(handouts)[-1] if handouts else ""
    matched = replace(matched, new=tuple((entry, replace(person, begins=way)) for entry, person in matched.new))
    if template:
        known = workshop is not None and bool(workshop.remote_template)
        return matched, with_remotes(matched.new, template, request.roster.file, known=known)
    new = [person for _, person in matched.new]
    if way == "folders":
        place = expand_user_path(handouts[way], request.folder)
        new = [replace(person, remote=_as_kept(request.folder, place / person.folder)) for person in new]
    return matched, new


def _handouts(request: Request, workshop: Workshop | None) -> dict[str, str]:
    """Where zips and working folders are written: as it was asked for now, else as the workshop remembers it."""
    found = dict(workshop.handouts) if workshop else {}
    for way, place in (("zip", request.zips), ("folders", request.folders)):
        if place is not None:
            found.pop(way, None)  # the way of the newcomers stands last
            found[way] = _as_kept(request.folder, place)
    return found


def _as_kept(home: Path, place: Path) -> str:
    """A folder as workshop.yml has it: from the workshop's own where it lies in there."""
    place, home = (Path(os.path.normpath(one.absolute())) for one in (place, home))
    return place.relative_to(home).as_posix() if place.is_relative_to(home) else str(place)


def _with_what_is_new(workshop: Workshop, request: Request) -> Workshop:
    """The workshop with the due time, the remote template and the way that were given this time.

    Before it has another way, it is kept for each of those who are there how they began.
    """
    wanted, handouts, people = request.wanted, _handouts(request, workshop), workshop.people
    is_another_way = list(handouts) != list(workshop.handouts)
    if is_another_way:
        people = tuple(replace(person, begins=workshop.way_of(person)) for person in people)
    larger = replace(
        workshop,
        due=wanted.due or workshop.due,
        remote_template=workshop.remote_template or wanted.remote_template,
        people=people,
        handouts=handouts,
    )
    is_other = is_another_way or larger != workshop
    return founding.save(larger) if is_other and founding.is_workshop(workshop.folder) else larger


def _handed_out(
    request: Request, workshop: Workshop, matched: Matched, new: Sequence[Person], say: Progress
) -> Enrolment:
    in_order = _in_order(workshop, request.roster, matched, new)
    handouts = _write_handouts(workshop, [person for person, _ in in_order], say)
    pushed = _push(workshop, [person for person, _ in in_order], request.jobs, say)
    people = (
        Enrolled(person, is_new, handouts.get(person.folder), pushed.get(person.folder)) for person, is_new in in_order
    )
    return Enrolment(workshop, tuple(people), matched.changed_teams, request.roster, request.way)


def _in_order(workshop: Workshop, roster: Roster, matched: Matched, new: Sequence[Person]) -> list[tuple[Person, bool]]:
    """The people of the roster in its order, as the workshop has them, and who of them is new."""
    people = {person.folder: person for person in workshop.people}
    found = {entry.line: (people[person.folder], False) for entry, person in matched.known}
    lines = [entry for entry, _ in matched.new]
    found.update({entry.line: (person, True) for entry, person in zip(lines, new, strict=True)})
    return [found[entry.line] for entry in roster.entries]


def _write_handouts(workshop: Workshop, people: Sequence[Person], say: Progress) -> dict[str, Path]:
    """Write the zips or folders that are not there yet; return where everybody's is."""
    found = {person.folder: _handout(workshop, person) for person in people}
    goals = {folder: goal for folder, goal in found.items() if goal is not None}
    missing = [person for person in people if person.folder in goals and not goals[person.folder].exists()]
    try:
        for folder in {goal.parent for goal in goals.values()}:
            remove_drafts(folder)
        if not missing:
            return goals
        with Handouts(workshop) as handouts:

            def write(person: Person) -> None:
                goal = goals[person.folder]
                (handouts.write_zip if workshop.way_of(person) == "zip" else handouts.write_folder)(person, goal)

            for _ in each(missing, write, 1, say, "Writing what is handed out"):
                pass
            return goals
    except OSError as wrong:
        raise cannot_write("The workshop", wrong) from wrong


def _handout(workshop: Workshop, person: Person) -> Path | None:
    """Where the zip or the working folder of a person is, or is to be; None of who begins in another way."""
    way = workshop.way_of(person)
    place = workshop.handout_folder(way)
    if place is None:
        return None
    goal = place / (person.folder if way == "folders" else f"{person.folder}.zip")
    if workshop.is_from_template(person):
        return goal
    if way == "folders":
        return goal if workshop.works_in(person, goal) else None
    # Who began with a zip and has handed in a folder needs no other.
    return goal if goal.exists() or workshop.remote_folder(person) is None else None


def _push(workshop: Workshop, people: Sequence[Person], jobs: int, say: Progress) -> dict[str, Answer]:
    """Push the beginning to every remote that has not had it; return what came of it."""
    waiting = [person for person in people if workshop.is_from_template(person) and not _was_pushed(workshop, person)]
    if not waiting:
        return {}
    found: dict[str, Answer] = {}

    def push(person: Person) -> Answer:
        with BareRepository(workshop.path_repository) as repository:
            remote = os.fspath(workshop.remote_folder(person) or person.remote)
            return push_beginning(repository, remote, MAIN, (PATH_REF, TEXTS_REF), PUSH_SECONDS)

    for person, answer in each(waiting, push, jobs, say, "Pushing"):
        found[person.folder] = answer
        said = {"reached": answer.reached, "why": answer.why}
        last = results.last(workshop, person, results.PUSHED) or {}
        if {name: last.get(name) for name in said} != said:
            results.append(workshop, person, {"kind": results.PUSHED, "at": results.moment(), **said})
    return found


def _was_pushed(workshop: Workshop, person: Person) -> bool:
    last = results.last(workshop, person, results.PUSHED)
    return last is not None and last.get("reached") is True
