"""Creates and opens the bare repositories of a workshop.

The learning path has one, and each person or team has one.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starterkit.errors import EnvironmentProblem, cannot_write
from starterkit.git.bare import BareRepository, write_bare
from starterkit.git.objects import BOT
from starterkit.git.repository import METADATA_REF, PATH_REF
from starterkit.progress import Progress
from starterkit.project.learning_path import CommitSource
from starterkit.project.new import ProjectSpec, RenderedPath, write_beginning
from starterkit.template.load import read_template
from starterkit.template.model import BASE, Template
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.names import is_safe
from starterkit.workshop.parallel import each
from starterkit.workshop.store import DRAFT, open_workshop

MAIN = "refs/heads/main"
_JOBS = 4
# git rejects pushes to hidden refs, so participants can't change the path or collected work.
_SETTINGS = """[receive]
\thideRefs = refs/starterkit/
\thideRefs = refs/collected/
\tmaxInputSize = 200m
"""


def create_path_repository(order: ProjectSpec, path: RenderedPath) -> Workshop:
    """Write the repository of a rendered learning path. Return the workshop, without people.

    Raises `EnvironmentProblem` if the folder can't be written.
    """
    folder = order.destination
    goal = folder / "repos" / ".path.git"
    try:
        with tempfile.TemporaryDirectory(prefix=DRAFT, dir=goal.parent) as drafts:
            draft = Path(drafts) / "path.git"
            write_bare(draft, {})
            with BareRepository(draft) as repository:
                state, _ = write_beginning(repository.git, order, path, BOT)
            shutil.rmtree(goal, ignore_errors=True)  # a killed `workshop create` may have left this folder
            draft.rename(goal)
    except OSError as error:
        raise cannot_write("The workshop", error) from error
    answers = {name: _as_text(value) for name, value in path.answers.items()}
    return Workshop(
        folder, state.template, state.version, answers, state.step, state.solved, path=state.path, texts=state.texts
    )


def _as_text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return "" if value is None else str(value)


def make_repositories(workshop: Workshop, say: Progress) -> None:
    """Create the bare repositories of all people who have none.

    This also repairs the work of a killed command. Raises `EnvironmentProblem` if the path's repository is damaged or
    the disk can't be written.
    """
    missing = [person for person in workshop.people if not workshop.repository(person).exists()]
    if not missing:
        return
    (workshop.folder / "results").mkdir(exist_ok=True)
    with BareRepository(workshop.path_repository) as path:
        refs = {MAIN: path.refs().get(MAIN, ""), PATH_REF: workshop.path, METADATA_REF: workshop.texts}
    if not refs[MAIN]:
        raise EnvironmentProblem(
            f"{workshop.path_repository} has no branch main, but all participants begin with this branch.",
            "Restore the folder repos/.path.git from a backup, or create the workshop again in another folder.",
        )
    objects = workshop.path_repository / "objects"
    alternate = Path(os.path.relpath(objects, workshop.folder / "repos" / "any.git" / "objects")).as_posix()
    try:
        with tempfile.TemporaryDirectory(prefix=DRAFT, dir=workshop.folder / "repos") as drafts:

            def make(person: Person) -> None:
                draft = Path(drafts) / person.folder
                write_bare(draft, refs, alternates=[alternate], settings=_SETTINGS)
                draft.rename(workshop.repository(person))

            for _ in each(missing, make, _JOBS, say, "Creating repositories"):
                pass
    except OSError as error:
        raise cannot_write("The workshop", error) from error


def names_in_use(folder: Path) -> list[str]:
    """Return the folder names that new people can't get: all names in repos/ and results/.

    They include people who left the workshop, whose results must not go to a new person.
    """
    repositories, results = folder / "repos", folder / "results"
    names = [entry.name.removesuffix(".git") for entry in (repositories.iterdir() if repositories.is_dir() else ())]
    names += [entry.name.partition(".")[0] for entry in (results.iterdir() if results.is_dir() else ())]
    return [name for name in names if name and is_safe(name)]


def reopened(folder: Path) -> Workshop:
    """Open a workshop, and check its path. Raises `EnvironmentProblem` if the path's commit is missing.

    Raises `UsageError` or `FileError` if workshop.yml is missing or invalid.
    """
    workshop = open_workshop(folder)
    with BareRepository(workshop.path_repository) as path:
        if path.reader.id_of(workshop.path) is None:
            raise EnvironmentProblem(
                f"{workshop.path_repository} doesn't contain the learning path of this workshop.",
                "Restore the folder repos/.path.git from a backup. All repositories need it.",
            )
    return workshop


@contextmanager
def metadata_of(workshop: Workshop) -> Iterator[Template]:
    """Yield the template of a workshop's learning path. Use it inside the block, which keeps git's process open."""
    with BareRepository(workshop.path_repository) as path:
        yield read_template(CommitSource(path.reader, workshop.texts))


def start_of(template: Template, at: str) -> tuple[str, bool]:
    """Return the full name of the first step in a workshop, and whether it is solved.

    `at` is what the instructor typed: a step's number or name, or `base`. Raises `UsageError` for an unknown step.
    """
    return (BASE, True) if at.lower() == BASE else (template.find_step(at), False)
