"""Create a project: render it, write its path into git, and run its tests."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starterkit import __version__
from starterkit.errors import EnvironmentProblem, StarterkitError, UsageError, cannot_write
from starterkit.git.command import Git
from starterkit.git.objects import FILE, File, Identity, NewCommit, write_objects
from starterkit.git.repository import Repository, enclosing_repository, is_unused_repository, make_repository
from starterkit.git.worktree import is_writable, write_file
from starterkit.paths import is_left_behind
from starterkit.process import quoted
from starterkit.progress import Progress
from starterkit.project.check import check
from starterkit.project.layers import Files, Layer, metadata_of, path_layers, read_folder, write_path
from starterkit.project.project import Project, now
from starterkit.project.state import ANSWERS_FILE, STATE_FILE, LocalState, State, state_bytes
from starterkit.render import answers_bytes, check_runs_no_code, render
from starterkit.runtime.bundle import Bundle
from starterkit.runtime.causes import NoNetworkError, NoSuchPackagesError
from starterkit.runtime.prepare import fetch_into_cache, prepare
from starterkit.template.atomic_replace import build_in_place
from starterkit.template.model import BASE, Template
from starterkit.template.resolve import BUNDLED
from starterkit.testing.results import CheckResult

_OTHER_FOLDER = "Choose a folder that doesn't exist yet."


@dataclass(frozen=True)
class ProjectSpec:
    """The specification of a new project: its folder, template, answers and first step.

    The project is created in `destination`. `folder` is the folder of the template. `step` is a step's full name or
    `base`. With `solved`, the project starts after the solution of this step. Without `install`, no packages are
    installed and no tests run. `source` is the name of the template in `.starterkit.yml` (empty: a bundled template).
    The code of an external template runs only if it is `trusted`. With a `bundle`, all packages come from the bundle.
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
        """The name of the template in `.starterkit.yml`."""
        return self.source or BUNDLED + self.template.name

    @property
    def is_from_elsewhere(self) -> bool:
        """True for an external template, whose code the user may not trust."""
        return not self.recorded_source.startswith(BUNDLED)


@dataclass(frozen=True)
class Created:
    """A new project. `result` is the first check (None: the packages weren't installed)."""

    folder: Path
    template: Template
    state: State
    result: CheckResult | None
    has_bundle: bool = False


@dataclass(frozen=True)
class RenderedPath:
    """The layers of a path, the answers that rendered the layers, and the answers file."""

    layers: list[Layer]
    answers: Mapping[str, Any]
    answers_file: File


def check_destination(destination: Path, *, accepts_clone: bool = True) -> None:
    """Raise `UsageError` if no project can be created in this folder.

    The folder may contain files that systems and editors create. With `accepts_clone`, it may be an empty clone.
    """
    is_clone = False
    if destination.is_symlink() or destination.exists():
        if not destination.is_dir():
            kind = "a broken link" if destination.is_symlink() and not destination.exists() else "a file"
            raise UsageError(f"{destination} is {kind}.", _OTHER_FOLDER)
        if (destination / STATE_FILE).is_file():
            raise UsageError(
                f"{destination} is a starterkit project already.",
                f"To open that site, type `starterkit -C {quoted(str(destination))} run`. For a new site, "
                "choose a folder that doesn't exist yet.",
            )
        is_clone = accepts_clone and is_unused_repository(destination)
        names = {entry.name for entry in destination.iterdir()} - ({".git"} if is_clone else set())
        if not all(map(is_left_behind, names)):
            raise UsageError(f"The folder {destination} is not empty.", _OTHER_FOLDER)
    folder = next((path for path in (destination, *destination.parents) if path.exists()), destination)
    if not folder.is_dir():
        raise UsageError(f"{folder} is a file, not a folder.", _OTHER_FOLDER)
    if not is_writable(folder):
        raise UsageError(
            f"You have no permission to write to the folder {folder}.", "Choose a folder in another place."
        )
    repository = enclosing_repository(destination.absolute().parent if is_clone else folder)
    if repository is not None:
        outside = repository.parent / destination.name
        example = "" if outside.exists() else f", for example {outside}"
        raise UsageError(
            f"{destination} is inside the git repository {repository}.",
            f"A project needs a separate repository. Choose a folder outside that repository{example}.",
        )


def check_trust(order: ProjectSpec) -> None:
    """Raise `UsageError` if an external template would run code and isn't trusted."""
    if order.trusted or not order.is_from_elsewhere:
        return
    check_runs_no_code(order.folder)
    if order.install:
        raise UsageError(
            f"The {order.template.title} template isn't part of starterkit ({order.recorded_source}). To set up the "
            "project, starterkit must run the template's code on this machine.",
            "Read the template's code first. If you trust it, add `--trust`. To create the project without running "
            "any code, add `--no-install`.",
        )


def create(order: ProjectSpec, say: Progress) -> Created:
    """Create a project, and install its packages and run its tests if `order.install` is true.

    If an error occurs, everything that was created is removed. Raises `UsageError` for a wrong folder, an untrusted
    template or unknown packages. Raises `EnvironmentProblem` if the machine lacks something.
    """
    check_destination(order.destination)
    check_trust(order)
    if order.bundle is not None:
        order.bundle.check_whole(order.template.name)
    say(f"Creating the {order.template.title} project …")
    path = rendered_path(order)
    say("Writing the learning path to git …")
    before = {entry.name for entry in order.destination.iterdir()} if order.destination.exists() else None
    parents = [parent for parent in order.destination.parents if not parent.exists()]
    order.destination.parent.mkdir(parents=True, exist_ok=True)
    with _restored_if_it_fails(order.destination) as clone:
        try:
            state = build_in_place(order.destination, lambda folder: _build(order, folder, path, clone))
        except BaseException as wrong:
            _remove_empty(parents)
            if isinstance(wrong, OSError):
                raise cannot_write("The project", wrong) from wrong
            raise
        try:
            result = _install_and_check(order, path.layers, say) if order.install else None
        except StarterkitError as failed:
            _roll_back(order, parents, before)
            if isinstance(failed, EnvironmentProblem):
                failed.fix = "\n".join(filter(None, (failed.fix, *_alternatives(failed, order))))
            first, *more = failed.message.split("\n")
            failed.message = "\n".join((f"{first} No project was created.", *more))
            raise
        return Created(order.destination, order.template, state, result, order.bundle is not None)


@contextmanager
def _restored_if_it_fails(destination: Path) -> Iterator[Path | None]:
    original = destination / ".git"
    if not original.exists():
        yield None
        return
    with tempfile.TemporaryDirectory(prefix="starterkit-") as scratch:
        copy = Path(shutil.copytree(original, Path(scratch) / "git", symlinks=True))
        try:
            yield copy
        except BaseException:
            if not original.exists():
                shutil.copytree(copy, original, symlinks=True)
            raise


def _alternatives(failed: EnvironmentProblem, order: ProjectSpec) -> Iterator[str]:
    if isinstance(failed, NoNetworkError) and order.bundle is None:
        yield "If you have a bundle with the packages, add `--bundle FOLDER`."
    yield "Or create the project now and its environment later: add `--no-install`."


def rendered_path(order: ProjectSpec) -> RenderedPath:
    """Render the starter project of a template. Return the layers of its path, and the answers to its questions."""
    rendered = render(order.folder, order.answers, read_folder, trusted=order.trusted)
    layers = path_layers(order.folder, order.template, rendered.files)
    file = File(FILE, answers_bytes(rendered.answers, order.recorded_source))
    return RenderedPath(layers, rendered.answers, file)


def write_beginning(git: Git, order: ProjectSpec, path: RenderedPath, author: Identity) -> tuple[State, Files]:
    """Write the path and the first commit on the branch main. Return the project's state and its files."""
    tip, texts = write_path(git, path.layers, metadata_of(order.folder, order.template))
    edition = order.template.edition
    state = State(order.recorded_source, __version__, tip, texts, order.step, order.solved, edition=edition)
    number, message = 0, f"Begin with the {order.template.title} starter project\n"
    if order.step != BASE:
        number = 1 + 2 * order.template.step_names.index(order.step) + order.solved
        message = f"Begin {'after' if order.solved else 'at'} {order.template.step(order.step).label}\n"
    own = {STATE_FILE: File(FILE, state_bytes(state)), ANSWERS_FILE: path.answers_file}
    files = {**path.layers[number].files, **own}
    behind = len(path.layers) - 1 - number
    start = git.line("rev-parse", f"{tip}~{behind}") if behind else tip
    write_objects(git, [NewCommit("refs/heads/main", message, author, author, now(), (start,), files=files)])
    return state, files


def _build(order: ProjectSpec, folder: Path, path: RenderedPath, clone: Path | None) -> State:
    """Write the project into a hidden folder. Its .git replaces `clone`, the copy of an empty clone's .git."""
    if clone is not None:
        shutil.copytree(clone, folder / ".git", symlinks=True)
    repository = make_repository(folder)
    state, files = write_beginning(repository.git, order, path, repository.identity())
    for name, file in files.items():
        write_file(folder, name, file)
    if order.bundle is not None:
        LocalState(repository.own_folder).remember_bundle(str(order.bundle.folder))
    repository.git.run("read-tree", "HEAD")
    repository.git.try_run("update-index", "-q", "--refresh")
    repository.close()
    if clone is not None:
        shutil.rmtree(order.destination / ".git")
    return state


def _roll_back(order: ProjectSpec, parents: list[Path], before: set[str] | None) -> None:
    """Remove an unfinished project, unless the user has already changed its files. Entries in `before` stay."""
    destination, kept = order.destination, (before or set()) - {".git"}
    repository = Repository(destination, destination / ".git", destination / ".git")
    status = repository.git.try_run("status", "--porcelain", "--untracked-files=all")
    changed = {line for line in status.text_out.splitlines() if line[3:].split("/")[0] not in kept}
    if status.code == 0 and not changed - {f" M {order.template.environment.pins}"}:  # only starterkit changed the pins
        for entry in [destination] if before is None else list(destination.iterdir()):
            if entry.is_dir() and not entry.is_symlink() and entry.name not in kept:
                shutil.rmtree(entry, ignore_errors=True)
            elif entry.name not in kept:
                entry.unlink(missing_ok=True)
        _remove_empty(parents)


def _remove_empty(folders: list[Path]) -> None:
    for folder in folders:
        with suppress(OSError):  # the folder isn't empty, because another program uses it
            folder.rmdir()


def _install_and_check(order: ProjectSpec, layers: list[Layer], say: Progress) -> CheckResult:
    folder, environment = order.destination, order.template.environment
    all_pins = {layer.files[environment.pins].data for layer in layers if environment.pins in layer.files}
    try:
        prepared = prepare(folder, environment, bundle=order.bundle, say=say)
        installed = (folder / environment.pins).read_bytes()
        for pins in all_pins - {installed} if order.bundle is None else ():  # a bundle has all packages
            say("Downloading the packages of later steps …")
            fetch_into_cache(pins, environment)
    except NoSuchPackagesError as failed:
        raise failed.with_unchanged_list() from failed
    repository = Repository(folder, folder / ".git", folder / ".git")
    with Project(folder, repository) as project:
        say("Running the tests of the new project …")
        return check(project, environment=prepared, say=say)
