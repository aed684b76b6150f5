"""Find and open a learner's project. `Project` gives access to its repository, files, state and learning path."""

from __future__ import annotations

import errno
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from starterkit.errors import EnvironmentProblem, FileError, UsageError, cannot_write
from starterkit.git.command import Git
from starterkit.git.objects import Entry, File, blob_id
from starterkit.git.repository import METADATA_REF, PATH_REF, Repository, open_repository
from starterkit.git.worktree import Listing, list_files, read_file, read_files
from starterkit.paths import folder_with
from starterkit.process import quoted
from starterkit.project import journal
from starterkit.project.learning_path import LearningPath
from starterkit.project.state import ANSWERS_FILE, STATE_FILE, LocalState, RememberedCheck, State, read_state
from starterkit.runtime.bundle import BUNDLE_FILE, Bundle, is_turned_off, named_bundle
from starterkit.template.model import BASE, Step, Template
from starterkit.testing.results import CheckResult, ExpectedTest

# These errors are problems of the machine. Any other `OSError` is a bug of starterkit.
_REFUSALS = frozenset(
    {errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EACCES, errno.EPERM, errno.EIO, errno.ENAMETOOLONG}
)


@dataclass(frozen=True)
class WorkingTree:
    """The content of the learner's files, and git's listing of these files."""

    listing: Listing
    files: dict[str, File]

    @cached_property
    def tree(self) -> dict[str, Entry]:
        return {path: file.entry for path, file in self.files.items()}

    @cached_property
    def id(self) -> str:
        """An id for the names, modes and contents of all files. It changes if any file changes."""
        return tree_fingerprint(self.tree)

    @property
    def without_state(self) -> dict[str, Entry]:
        """All files except `.starterkit.yml`, which is never merged."""
        return {path: entry for path, entry in self.tree.items() if path != STATE_FILE}


class Project:
    """A learner's project on disk: access to its files, its state and its learning path.

    Use it as a context manager, which ends its git processes. `recovered` is the result of an interrupted command that
    was finished or rolled back (None: no command was interrupted).
    """

    def __init__(self, folder: Path, repository: Repository) -> None:
        self.folder = folder
        self.repository = repository
        self.memory = LocalState(repository.own_folder)
        self.recovered: journal.Recovery | None = None
        self._state_file: File | None = None

    def __enter__(self) -> Project:
        return self

    def __exit__(self, *_: object) -> None:
        self.repository.close()

    @cached_property
    def state(self) -> State:
        """The parsed `.starterkit.yml`. Raises `FileError` if the file is missing or damaged."""
        self._state_file = read_file(self.folder, STATE_FILE)
        if self._state_file is None:
            raise StateFileMissing(f"Restore it: `git checkout HEAD -- {STATE_FILE}`.")
        return read_state(self._state_file.data)

    @cached_property
    def path(self) -> LearningPath:
        """The learning path. A clone without the path first fetches or rebuilds the path.

        Raises `EnvironmentProblem` if neither works, and `FileError` if `.starterkit.yml` names an unknown step.
        """
        state, reader = self.state, self.repository.reader
        if (reader.id_of(PATH_REF), reader.id_of(METADATA_REF)) != (state.path, state.texts):
            from starterkit.project.restore_path import require_path  # noqa: PLC0415 - only a fresh clone needs it

            require_path(self.repository, self.folder, state)
        path = LearningPath(self.repository, state.path, state.texts)
        if state.step != BASE and state.step not in path.template.step_names:
            raise FileError(
                STATE_FILE,
                None,
                f'this file names the step "{state.step}", which the learning path doesn\'t have',
                "Restore the file: `git checkout HEAD -- .starterkit.yml`.",
            )
        return path

    @property
    def template(self) -> Template:
        """The metadata of the path: path.yml, and each step's step.yml and lesson.md."""
        return self.path.template

    @cached_property
    def step(self) -> Step | None:
        """The current step, or None for the starter project, before the first step."""
        return None if self.state.step == BASE else self.template.step(self.state.step)

    @cached_property
    def bundle(self) -> Bundle | None:
        """The bundle that packages come from, or None if packages come from the network.

        The environment variable STARTERKIT_BUNDLE overrides the remembered bundle, and its value is remembered. So the
        user sets the variable only once after a USB stick is mounted at another path.
        """
        named, known = named_bundle(os.environ), self.memory.bundle()
        if named is None:
            if known and is_turned_off(os.environ):
                self.memory.remember_bundle("")
                known = ""
            return Bundle(Path(known)) if known else None
        if str(named.folder) != known and (named.folder / BUNDLE_FILE).is_file():
            self.memory.remember_bundle(str(named.folder))
        return named

    def listing(self) -> Listing:
        """Return git's listing of the project's files."""
        return list_files(self.repository.git)

    def read_work(
        self, listing: Listing | None = None, *, with_large: bool = False, also: tuple[str, ...] = ()
    ) -> WorkingTree:
        """Read the learner's files. Files that git ignores are left out.

        `listing` saves a call of git if the caller already has git's listing. `with_large` includes files over 10 MB
        that git doesn't track yet. `also` are paths to read even if git ignores them.
        """
        listing = self.listing() if listing is None else listing
        git, trust_modes = self.repository.git, self.repository.trusts_modes
        files = read_files(git, listing, also=also, with_large=with_large, trust_modes=trust_modes)
        return WorkingTree(listing, files)

    def remembered_check(self, listing: Listing | None = None) -> RememberedCheck | None:
        """Return the remembered check of the current files at the current step, or None."""
        if self.memory.last_check() is None:
            return None
        return self.memory.check_of(self.read_work(listing).id, self.state.step)

    def remember_check(self, tree: str, result: CheckResult) -> None:
        """Remember the result of all tests. `tree` is the id of the checked files (`WorkingTree.id`)."""
        self.memory.remember_check(RememberedCheck.of(tree, result))

    def expected_tests(self, step: str | None = None) -> tuple[ExpectedTest, ...]:
        """Return the tests of base and of the steps up to `step` (None: the current step)."""
        tests, kept = self.path.expected_tests(self.state.step if step is None else step), self.state.stretch_passed
        return tuple(replace(test, is_kept=True) if test.is_stretch and test.id in kept else test for test in tests)

    def step_with(self, test: str) -> Step | None:
        """Return the step that lists a test, among the steps so far. Return None for a test of base."""
        steps = map(self.template.step, self.path.steps_so_far(self.state.step))
        return next((step for step in steps if test in step.tests), None)

    @contextmanager
    def writing(self, command: str) -> Iterator[None]:
        """Hold the project's lock while a command writes. First finish an interrupted command.

        Raises `ConflictError` if another command has the lock. Turns an `OSError` that the machine caused, such as a
        full disk, into an error for the user.
        """
        try:
            with journal.locked(self.repository, command):
                self._recover()
                self.forget_state()  # another command may have changed the state before this command got the lock
                yield
        except OSError as refused:
            if refused.errno not in _REFUSALS:
                raise
            raise cannot_write(f"The project in {self.folder}", refused) from refused

    def recover_if_interrupted(self) -> None:
        """Finish an interrupted command or roll it back, and store the result in `recovered`."""
        if journal.is_interrupted(self.repository):
            with journal.locked(self.repository, "recover"):
                self._recover()

    def _recover(self) -> None:
        recovery = journal.recover(self.repository)
        if recovery is not None:
            self.recovered = recovery
            self.forget_state()

    def forget_state(self) -> None:
        """Forget the state and the path. The next access reads them from disk again."""
        for name in ("state", "path", "step"):
            self.__dict__.pop(name, None)

    def forget_old_state(self) -> None:
        """Forget the state and the path if `.starterkit.yml` has changed. Reading the path takes long."""
        if read_file(self.folder, STATE_FILE) != self._state_file:
            self.forget_state()


class StateFileMissing(FileError):
    """The repository has a learning path but no `.starterkit.yml`. The fix restores this file."""

    def __init__(self, fix: str) -> None:
        super().__init__(STATE_FILE, None, "this file is missing, so starterkit doesn't know your step", fix)


def find_project(start: Path) -> Path:
    """Return the folder of the project that contains `start`.

    Raises `UsageError` outside a project, and `StateFileMissing` if the project's `.starterkit.yml` is missing.
    """
    start = start.absolute()
    if not start.is_dir():
        raise UsageError(f"The folder {start} does not exist.", "Use your project's folder: `starterkit -C FOLDER …`.")
    if folder := folder_with(STATE_FILE, start):
        return folder
    _check_has_no_path(start)
    raise UsageError(
        f"There is no starterkit project in {start} or above it.",
        "Go to your project's folder, or use `starterkit -C FOLDER …`. To create a project, type `starterkit new`."
        + (
            " A folder created by `copier copy` alone has no learning path." if (start / ANSWERS_FILE).is_file() else ""
        ),
    )


def _check_has_no_path(start: Path) -> None:
    top = next((folder for folder in (start, *start.parents) if (folder / ".git").exists()), None)
    if top is None:
        return
    git = Git(top)
    try:
        if git.try_run("rev-parse", "-q", "--verify", PATH_REF).code != 0:
            return
        has_file = git.try_run("cat-file", "-e", f"HEAD:{STATE_FILE}").code == 0
        last = git.try_run("log", "-1", "--format=%h", "--diff-filter=AM", "--", STATE_FILE).text_out.strip()
    except EnvironmentProblem:
        return
    if commit := "HEAD" if has_file else last:
        where = "" if top == start else f" -C {quoted(str(top))}"
        raise StateFileMissing(f"Restore it: `git{where} checkout {commit} -- {STATE_FILE}`.")


def open_project(start: Path) -> Project:
    """Open the project that contains `start`, and finish an interrupted command.

    Raises `UsageError` outside a project, and `StateFileMissing` if the project's `.starterkit.yml` is missing.
    """
    folder = find_project(start)
    project = Project(folder, open_repository(folder))
    project.recover_if_interrupted()
    return project


def tree_fingerprint(tree: dict[str, Entry]) -> str:
    """Return one id for the paths, modes and contents of all files in a tree."""
    lines = (f"{entry.mode} {entry.id} {path}\n" for path, entry in sorted(tree.items()))
    return blob_id("".join(lines).encode("utf-8", "surrogateescape"))


def now() -> int:
    """Return the current time in seconds since 1970."""
    return int(time.time())
