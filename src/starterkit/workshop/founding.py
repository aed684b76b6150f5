"""`workshop create`: one rendering, one repository with the path, and one small one for each person.

workshop.yml is written before the repositories of its people: who stands there and has none was cut off, and gets it
the next time. What exists is never touched.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from starterkit.errors import FileError, MissingError, UsageError, cannot_write
from starterkit.paths import looks_empty
from starterkit.progress import Progress
from starterkit.project.creation import Order, RenderedPath, check_trust, rendered_path, write_beginning
from starterkit.repository import PATH_REF, TEXTS_REF
from starterkit.repository.bare import BareRepository, write_bare
from starterkit.repository.objects import BOT, FILE, File
from starterkit.repository.worktree import is_writable, write_file
from starterkit.runtime.lock import locked
from starterkit.workshop.folder import (
    WORKSHOP_FILE,
    Person,
    Workshop,
    open_workshop,
    people_bytes,
    read_workshop,
    workshop_bytes,
)
from starterkit.workshop.naming import is_safe
from starterkit.workshop.parallel import each

MAIN = "refs/heads/main"
_DRAFT = ".making-"
_JOBS = 4
# What people push never moves the refs of the path; those are the workshop's.
_SETTINGS = """[receive]
\thideRefs = refs/starterkit/
\thideRefs = refs/collected/
\tmaxInputSize = 200m
"""


@dataclass(frozen=True)
class Wanted:
    """What a workshop is to be, as far as it was said: None or empty where it was not."""

    template: str = ""
    answers: Mapping[str, str] | None = None
    start: tuple[str, bool] | None = None
    remote_template: str = ""
    due: datetime | None = None


def is_workshop(folder: Path) -> bool:
    """Tell whether there is a workshop in this folder."""
    return (folder / WORKSHOP_FILE).is_file()


def check_place(folder: Path) -> None:
    """Raise `UsageError` when no workshop can be made at this place."""
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file.", "Choose a folder that does not exist yet.")
    if folder.is_dir() and not _was_begun(folder) and not looks_empty(folder):
        raise UsageError(f"The folder {folder} is not empty.", "Choose a folder that does not exist yet.")
    place = next((place for place in (folder, *folder.absolute().parents) if place.exists()), folder)
    if not place.is_dir() or not is_writable(place):
        raise UsageError(f"{place} is no folder in which you may make one.", "Choose another place.")


def check_same(workshop: Workshop, wanted: Wanted) -> None:
    """Raise `UsageError` where something else is wanted than what the workshop is: everybody shares one path."""
    other: list[tuple[str, str, str]] = []
    if wanted.template and wanted.template != workshop.template:
        other.append(("the template", workshop.template, wanted.template))
    for name, answer in (wanted.answers or {}).items():
        known = workshop.answers.get(name)
        if known != answer:
            other.append((f"the answer {name}", f'"{known}"' if known is not None else "none", f'"{answer}"'))
    if wanted.start is not None and wanted.start != (workshop.step, workshop.solved):
        other.append(("the step where all begin", workshop.step, wanted.start[0]))
    remotes = (workshop.remote_template, wanted.remote_template)
    if all(remotes) and os.path.normpath(remotes[0]) != os.path.normpath(remotes[1]):
        other.append(("the remote template", *remotes))
    if other:
        what, has, asked = other[0]
        raise UsageError(
            f"This workshop in {workshop.folder} was made with another choice: {what} is {has}, not {asked}.",
            "Everybody in a workshop shares one path. Leave that option out, or make a workshop in another folder.",
        )


@contextmanager
def working(folder: Path, say: Progress) -> Iterator[None]:
    """Hold the workshop's lock: one command that writes at a time. What a killed one had begun is removed."""
    repositories = folder / "repos"
    repositories.mkdir(parents=True, exist_ok=True)
    with locked(repositories / ".lock", say=say, what="this workshop"):
        for draft in repositories.glob(f"{_DRAFT}*"):
            shutil.rmtree(draft, ignore_errors=True)
        yield


def rendered(order: Order, say: Progress) -> RenderedPath:
    """Render the path of an order; nothing is written. Raises as `new` does."""
    check_trust(order)
    say(f"Rendering the {order.template.title} project …")
    return rendered_path(order)


def found(order: Order, path: RenderedPath, wanted: Wanted) -> Workshop:
    """Write the repository of a path, and return the workshop, which has nobody in it yet.

    workshop.yml is not written: that is done with the first people. Call this while `working`.
    """
    folder = order.destination
    goal = folder / "repos" / ".path.git"
    try:
        with tempfile.TemporaryDirectory(prefix=_DRAFT, dir=goal.parent) as place:
            draft = Path(place) / "path.git"
            write_bare(draft, {})
            with BareRepository(draft) as repository:
                state, _ = write_beginning(repository.git, order, path, BOT)
            shutil.rmtree(goal, ignore_errors=True)  # of a workshop that was cut off before it had a workshop.yml
            draft.rename(goal)
    except OSError as wrong:
        raise cannot_write("The workshop", wrong) from wrong
    return Workshop(
        folder=folder,
        template=state.template,
        version=state.version,
        answers={name: _as_text(value) for name, value in path.answers.items()},
        step=state.step,
        solved=state.solved,
        path=state.path,
        texts=state.texts,
        remote_template=wanted.remote_template,
        due=wanted.due,
    )


def add_people(workshop: Workshop, new: Sequence[Person]) -> Workshop:
    """Write new people into workshop.yml: behind those that are there, whose lines stay as they are."""
    larger = replace(workshop, people=(*workshop.people, *new))
    try:
        known = workshop.file.read_bytes()
    except FileNotFoundError:
        return save(larger)
    if not new:
        return workshop
    appended = known.rstrip() + b"\n" + people_bytes(new)
    try:
        is_right = bool(workshop.people) and read_workshop(appended, workshop.folder).people == larger.people
    except FileError:  # somebody has put the people into another place of the file
        is_right = False
    if not is_right:
        return save(larger)
    write_file(workshop.folder, WORKSHOP_FILE, File(FILE, appended))
    return larger


def save(workshop: Workshop) -> Workshop:
    """Write workshop.yml anew, in one step."""
    write_file(workshop.folder, WORKSHOP_FILE, File(FILE, workshop_bytes(workshop)))
    return workshop


def make_repositories(workshop: Workshop, say: Progress) -> tuple[Person, ...]:
    """Make the bare repository of everybody who has none; return for whom. Each is whole, or not there."""
    missing = [person for person in workshop.people if not workshop.repository(person).exists()]
    if not missing:
        return ()
    (workshop.folder / "results").mkdir(exist_ok=True)
    with BareRepository(workshop.path_repository) as path:
        refs = {MAIN: path.refs().get(MAIN, ""), PATH_REF: workshop.path, TEXTS_REF: workshop.texts}
    if not refs[MAIN]:
        raise MissingError(
            f"{workshop.path_repository} has no branch main, with which everybody begins.",
            "Get the folder repos/.path.git back from a backup, or make the workshop anew in another folder.",
        )
    objects = workshop.path_repository / "objects"
    alternate = Path(os.path.relpath(objects, workshop.folder / "repos" / "any.git" / "objects")).as_posix()
    try:
        with tempfile.TemporaryDirectory(prefix=_DRAFT, dir=workshop.folder / "repos") as place:

            def make(person: Person) -> None:
                draft = Path(place) / person.folder
                write_bare(draft, refs, alternates=[alternate], settings=_SETTINGS)
                draft.rename(workshop.repository(person))

            for _ in each(missing, make, _JOBS, say, "Making repositories"):
                pass
    except OSError as wrong:
        raise cannot_write("The workshop", wrong) from wrong
    return tuple(missing)


def names_in_use(folder: Path) -> list[str]:
    """Return the names under which something lies in repos/ and results/ already, of people who have left, say."""
    repositories, results = folder / "repos", folder / "results"
    names = [entry.name.removesuffix(".git") for entry in (repositories.iterdir() if repositories.is_dir() else ())]
    names += [entry.name.partition(".")[0] for entry in (results.iterdir() if results.is_dir() else ())]
    return [name for name in names if name and is_safe(name)]


def reopened(folder: Path) -> Workshop:
    """Open a workshop. Raises `MissingError` where its path is not there."""
    workshop = open_workshop(folder)
    with BareRepository(workshop.path_repository) as path:
        if path.reader.id_of(workshop.path) is None:
            raise MissingError(
                f"{workshop.path_repository} does not hold the path of this workshop.",
                "Get the folder repos/.path.git back from a backup; all repositories borrow from it.",
            )
    return workshop


def _was_begun(folder: Path) -> bool:
    """Tell whether a workshop was begun here and cut off before anybody was in it."""
    entries = {entry.name: entry.is_dir() for entry in folder.iterdir()}
    return (
        "repos" in entries
        and entries.keys() <= {"repos", "results"}
        and all(entries.values())
        and all(entry.name.startswith(".") for entry in (folder / "repos").iterdir())
    )


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)
