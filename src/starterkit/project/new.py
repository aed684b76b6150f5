"""`new`: render a project, write its path into git, make its environment, and run its tests."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from starterkit import __version__
from starterkit.errors import EnvironmentProblem, StarterkitError, UsageError, cannot_write
from starterkit.git.command import Git
from starterkit.git.objects import FILE, File, Identity, NewCommit, write_objects
from starterkit.git.repository import Repository, enclosing_repository, is_unused_repository, make_repository
from starterkit.git.worktree import is_writable, write_file
from starterkit.paths import is_left_behind, looks_empty
from starterkit.process import quoted
from starterkit.progress import Progress
from starterkit.project.layers import Files, Layer, metadata_of, path_layers, read_folder, write_path
from starterkit.project.project import Project, now
from starterkit.project.state import ANSWERS_FILE, STATE_FILE, LocalState, State, state_bytes
from starterkit.template.atomic_replace import build_in_place
from starterkit.template.model import BASE, Template
from starterkit.template.resolve import BUNDLED

if TYPE_CHECKING:
    from starterkit.runtime.bundle import Bundle
    from starterkit.testing.results import CheckResult


@dataclass(frozen=True)
class ProjectSpec:
    """What is to be made: where, from which template, with which answers, beginning at which step.

    `step` is a step's full name or `base`; `solved` begins after its solution instead of at its given. `source` is what
    the project records as its template (empty: the bundled one); one from elsewhere must be `trusted` before its code
    is run. With a `bundle`, packages come from there, now and later.
    """

    destination: Path
    folder: Path
    template: Template
    answers: Mapping[str, Any]
    step: str = BASE
    solved: bool = True
    install: bool = True
    source: str = ""
    trusted: bool = False
    bundle: Bundle | None = None

    @property
    def recorded_source(self) -> str:
        """What the project records as its template."""
        return self.source or BUNDLED + self.template.name

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether the template did not come with starterkit, so that its code is a stranger's."""
        return not self.recorded_source.startswith(BUNDLED)


@dataclass(frozen=True)
class Created:
    """A project that was made; `result` is None where nothing was installed."""

    folder: Path
    template: Template
    state: State
    result: CheckResult | None
    has_bundle: bool = False


@dataclass(frozen=True)
class RenderedPath:
    """The layers of a path with the answers that they were rendered with, and the file that records those."""

    layers: list[Layer]
    answers: Mapping[str, Any]
    answers_file: File


def check_destination(destination: Path, *, accepts_clone: bool = True) -> None:
    """Raise `UsageError` when no project can be created in this folder.

    A folder that its owner would call empty is accepted, and so is an empty clone unless `accepts_clone` is false.
    """
    is_clone = False
    if destination.is_symlink() or destination.exists():
        if not destination.is_dir():
            kind = "a link that leads nowhere" if destination.is_symlink() and not destination.exists() else "a file"
            raise UsageError(f"{destination} is {kind}.", "Choose a folder that does not exist yet.")
        if (destination / STATE_FILE).is_file():
            raise UsageError(
                f"There is a starterkit project in {destination} already.",
                f"Go on with it: `starterkit -C {quoted(str(destination))} run`. "
                "Or choose a folder that does not exist yet.",
            )
        is_clone = accepts_clone and is_unused_repository(destination)
        if not ((is_clone and _others(destination) == {".git"}) or looks_empty(destination)):
            raise UsageError(f"The folder {destination} is not empty.", "Choose a folder that does not exist yet.")
    place = destination if destination.exists() else _existing_parent(destination)
    if not place.is_dir():
        raise UsageError(f"{place} is a file, so there can be no folder in it.", "Choose another place.")
    if not is_writable(place):
        raise UsageError(f"The folder {place} is not writable for you.", "Choose another place.")
    around = enclosing_repository(destination.absolute().parent if is_clone else place)
    if around is not None:
        raise UsageError(
            f"{destination} lies inside the git repository {around}.",
            "A project is a repository of its own: choose a place outside, for example "
            f"{around.parent / destination.name}.",
        )


def check_trust(order: ProjectSpec) -> None:
    """Raise `UsageError` when making this project would run code of a stranger that nobody has said to trust."""
    from starterkit.render import check_runs_no_code

    if order.trusted or not order.is_from_elsewhere:
        return
    check_runs_no_code(order.folder)
    if order.install:
        raise UsageError(
            f"The {order.template.title} template comes from elsewhere ({order.recorded_source}): to install its "
            "packages and run its tests is to run its code on this machine.",
            "Look at it first; then say that you trust it with `--trust`. Or make the project without running "
            "anything: `--no-install`.",
        )


def create(order: ProjectSpec, say: Progress) -> Created:
    """Make a project. What was begun is removed again when it cannot be finished."""
    check_destination(order.destination)
    check_trust(order)
    if order.bundle is not None:
        order.bundle.check_whole(order.template.name)
    say(f"Rendering the {order.template.title} project …")
    path = rendered_path(order)
    say("Writing its path into git …")
    before = {entry.name for entry in order.destination.iterdir()} if order.destination.exists() else None
    made = _make_parents(order.destination)
    with _restored_if_it_fails(order.destination) as clone:
        state = _place(order, path, made, clone)
        if not order.install:
            return Created(order.destination, order.template, state, None, order.bundle is not None)
        try:
            return Created(order.destination, order.template, state, _install_and_check(order, path.layers, say))
        except StarterkitError as failed:
            _roll_back(order, made, before)
            if isinstance(failed, EnvironmentProblem):
                failed.fix = "\n".join(filter(None, (failed.fix, *_other_ways(failed, order))))
            first, *more = failed.message.split("\n")
            failed.message = "\n".join((f"{first} Nothing was made.", *more))
            raise


@contextmanager
def _restored_if_it_fails(destination: Path) -> Iterator[Path | None]:
    """Give the block a copy of an empty clone's .git (None: there is none), and put it back if the block fails."""
    own = destination / ".git"
    if not own.exists():
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="starterkit-") as place:
        kept = Path(shutil.copytree(own, Path(place) / "git", symlinks=True))
        try:
            yield kept
        except BaseException:
            if not own.exists():
                shutil.copytree(kept, own, symlinks=True)
            raise


def _other_ways(failed: EnvironmentProblem, order: ProjectSpec) -> Iterator[str]:
    """Say how else the project can be made where its environment cannot."""
    from starterkit.runtime.causes import NoNetworkError

    if isinstance(failed, NoNetworkError) and order.bundle is None:
        yield "If you have a bundle with the packages, add `--bundle` and its folder."
    yield "Or make the project now and its environment later: add `--no-install`."


def rendered_path(order: ProjectSpec) -> RenderedPath:
    """Render the starter project of an order, and lay the steps of its path over it."""
    from starterkit.render import answers_bytes, render

    rendered = render(order.folder, order.answers, read_folder, trusted=order.trusted)
    layers = path_layers(order.folder, order.template, rendered.files)
    file = File(FILE, answers_bytes(rendered.answers, order.recorded_source))
    return RenderedPath(layers, rendered.answers, file)


def write_beginning(git: Git, order: ProjectSpec, path: RenderedPath, author: Identity) -> tuple[State, Files]:
    """Write the path and, on the branch main, the commit with which a project begins; return its state and files."""
    tip, texts = write_path(git, path.layers, metadata_of(order.folder, order.template))
    state = State(order.recorded_source, __version__, tip, texts, order.step, order.solved)
    number = _layer_number(order)
    own = {STATE_FILE: File(FILE, state_bytes(state)), ANSWERS_FILE: path.answers_file}
    files = {**path.layers[number].files, **own}
    behind = len(path.layers) - 1 - number
    start = git.line("rev-parse", f"{tip}~{behind}") if behind else tip
    commit = NewCommit("refs/heads/main", _first_message(order), author, author, now(), (start,), files=files)
    write_objects(git, [commit])
    return state, files


def _place(order: ProjectSpec, path: RenderedPath, made: list[Path], clone: Path | None) -> State:
    """Build the project in a hidden folder and move it to its place. A folder that is there stays, and is filled."""

    def build(folder: Path) -> State:
        if clone is not None:
            shutil.copytree(clone, folder / ".git", symlinks=True)
        state = _build(order, folder, path)
        if clone is not None:
            shutil.rmtree(order.destination / ".git")
        return state

    try:
        return build_in_place(order.destination, build)
    except BaseException as wrong:
        _remove([], made)
        if isinstance(wrong, OSError):
            raise cannot_write("The project", wrong) from wrong
        raise


def _roll_back(order: ProjectSpec, made: list[Path], before: set[str] | None) -> None:
    """Remove a project that could not be finished, unless somebody has begun to work in it.

    `before` are the names that were in the folder before. They stay, except a .git. None: there was no folder.
    """
    destination, kept = order.destination, (before or set()) - {".git"}
    repository = Repository(destination, destination / ".git", destination / ".git")
    status = repository.git.try_run("status", "--porcelain", "--untracked-files=all")
    changed = {line for line in status.text_out.splitlines() if line[3:].split("/")[0] not in kept}
    if status.code == 0 and not changed - {f" M {order.template.environment.pins}"}:  # compiled by us
        inside = [entry for entry in destination.iterdir() if entry.name not in kept]
        _remove([destination] if before is None else inside, made)


def _remove(entries: list[Path], made: list[Path]) -> None:
    """Remove what was begun, and the folders above it that were made for it."""
    for entry in entries:
        if entry.is_dir() and not entry.is_symlink():
            shutil.rmtree(entry, ignore_errors=True)
        else:
            entry.unlink(missing_ok=True)
    for parent in made:
        with suppress(OSError):  # not empty: somebody else uses it by now
            parent.rmdir()


def _build(order: ProjectSpec, folder: Path, path: RenderedPath) -> State:
    repository = make_repository(folder)
    state, files = write_beginning(repository.git, order, path, repository.identity())
    for name, file in files.items():
        write_file(folder, name, file)
    if order.bundle is not None:
        LocalState(repository.own_folder).remember_bundle(str(order.bundle.folder))
    repository.git.run("read-tree", "HEAD")
    repository.git.try_run("update-index", "-q", "--refresh")
    repository.close()
    return state


def _layer_number(order: ProjectSpec) -> int:
    if order.step == BASE:
        return 0
    return 1 + 2 * order.template.step_names.index(order.step) + order.solved


def _first_message(order: ProjectSpec) -> str:
    if order.step == BASE:
        return f"Begin with the {order.template.title} starter project\n"
    return f"Begin {'after' if order.solved else 'at'} {order.template.step(order.step).label}\n"


def _install_and_check(order: ProjectSpec, layers: list[Layer], say: Progress) -> CheckResult:
    from starterkit.project import check
    from starterkit.runtime.causes import NoSuchPackagesError
    from starterkit.runtime.prepare import fetch_into_cache, prepare

    folder, environment = order.destination, order.template.environment
    all_pins = {layer.files[environment.pins].data for layer in layers if environment.pins in layer.files}
    try:
        prepared = prepare(folder, environment, bundle=order.bundle, say=say)
        installed = (folder / environment.pins).read_bytes()
        # A bundle holds them already.
        for pins in all_pins - {installed} if order.bundle is None else ():
            say("Fetching the packages of later steps …")
            fetch_into_cache(pins, environment)
    except NoSuchPackagesError as failed:
        raise failed.with_unchanged_list() from failed
    repository = Repository(folder, folder / ".git", folder / ".git")
    with Project(folder, repository) as project:
        say("Running its tests …")
        return check.check(project, environment=prepared, say=say)


def _others(folder: Path) -> set[str]:
    """The names in a folder that its owner put there."""
    return {entry.name for entry in folder.iterdir() if not is_left_behind(entry.name)}


def _existing_parent(path: Path) -> Path:
    for parent in path.parents:
        if parent.exists():
            return parent
    return path


def _make_parents(destination: Path) -> list[Path]:
    """Make the folders above the destination; return those that were made, the deepest first."""
    missing = [parent for parent in destination.parents if not parent.exists()]
    destination.parent.mkdir(parents=True, exist_ok=True)
    return missing
