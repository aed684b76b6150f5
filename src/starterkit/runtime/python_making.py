"""Making, mending and filling a project's Python environment; one command at a time."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import FileError, MissingError, UsageError
from starterkit.progress import Progress
from starterkit.runtime.bundle import Bundle
from starterkit.runtime.causes import HalfInstalledError, NoNetworkError, NoSuchPackagesError, failure
from starterkit.runtime.declaration import Declared, declared
from starterkit.runtime.lock import locked
from starterkit.runtime.pins import check_pins, package_name, pinned_names
from starterkit.runtime.python_environment import FOLDER, has_python, is_up_to_date, python, read_files, settings
from starterkit.runtime.python_packages import compile_pins, our_python
from starterkit.runtime.stamp import NOTHING, STAMP, Files, Stamp, read_stamp, write_stamp, write_whole
from starterkit.runtime.uv import run_cached_first, run_uv
from starterkit.template import Environment

_LOCK = "starterkit.lock"
_PACKAGES = ("lib/python*/site-packages/*", "Lib/site-packages/*")  # the second on Windows


@dataclass(frozen=True)
class Making:
    """One bringing up to date of one project's environment."""

    project: Path
    environment: Environment
    offline: bool
    bundle: Bundle | None
    say: Progress

    @property
    def folder(self) -> Path:
        return self.project / FOLDER

    def bring_up_to_date(self) -> None:
        """Make the environment what the project says, doing as little as that needs."""
        files = read_files(self.project, self.environment)
        lists = declared(files.declaration, self.environment.declaration)
        check_pins(files.pins, self.environment.pins, self.environment.declaration)
        _make_folder(self.folder)
        with locked(self.folder / _LOCK, say=self.say, what="this project's environment") as lock:
            if is_up_to_date(self.project, self.environment):
                return  # another command did it while this one waited
            files = read_files(self.project, self.environment)
            stamp = read_stamp(self.folder)
            fits = has_python(self.folder) and _version(self.folder) >= lists.lowest_python
            usable = fits and (stamp.whole if stamp else _is_environment(self.folder))
            if stamp and usable and stamp.files.pins == files.pins and self._declared(stamp.files) == lists:
                write_stamp(self.folder, Stamp(True, files))  # something else in the declaration changed
                return
            files = self._with_pins(files, stamp, lists)
            if not usable:
                self._make(lists, lock)
                stamp = read_stamp(self.folder)
            self._fill(files, stamp, lock)

    def _declared(self, files: Files) -> Declared | None:
        try:
            return declared(files.declaration, self.environment.declaration)
        except FileError:
            return None

    def _with_pins(self, files: Files, stamp: Stamp | None, lists: Declared) -> Files:
        """Compile the pins again where the declaration went ahead of them."""
        went_ahead = stamp is not None and stamp.files.pins == files.pins and self._declared(stamp.files) != lists
        unpinned = {package_name(entry) for entry in lists.requirements} - pinned_names(files.pins)
        if files.pins and not went_ahead and not unpinned:
            return files
        self.say(f"Pinning what {self.environment.declaration} names in {self.environment.pins}")
        pins = compile_pins(
            files.declaration,
            files.pins,
            self.environment,
            offline=self.offline,
            bundle=self.bundle,
            say=self.say,
        )
        write_whole(self.project / self.environment.pins, pins)
        return Files(files.declaration, pins)

    def _make(self, lists: Declared, lock: int) -> None:
        self.say(f"Making the Python environment in {FOLDER}")
        write_stamp(self.folder, Stamp(False, NOTHING))
        _empty(self.folder)
        wanted = ".".join(map(str, lists.lowest_python))
        program = our_python() if sys.version_info >= lists.lowest_python else f">={wanted}"
        options = ["--allow-existing", "--relocatable", "--no-project", "--no-python-downloads"]
        finished = run_uv(["venv", self.folder, "--python", program, *options], cwd=self.project, keep_open=(lock,))
        if finished.code != 0 and program.startswith(">="):
            raise MissingError(
                f"This project needs Python {wanted} or newer; starterkit runs on {sys.version.split()[0]}.",
                f"Install Python {wanted} or newer, then type the command again.",
            )
        if finished.code != 0:
            raise failure(finished, "the Python environment")

    def _fill(self, files: Files, before: Stamp | None, lock: int) -> None:
        write_stamp(self.folder, Stamp(False, files))
        command: list[str | Path] = ["pip", "sync", "--require-hashes", "--python", python(self.folder)]
        command.append(self.environment.pins)
        what = f"the packages of {self.environment.pins}"
        try:
            finished = run_cached_first(
                command,
                what=what,
                cwd=self.project,
                offline=self.offline,
                bundle=self.bundle,
                say=self.say,
                keep_open=(lock,),
            )
        except (NoNetworkError, NoSuchPackagesError) as failed:
            # uv fetches everything before it changes anything: the environment is still what it was, ours or, without
            # a stamp, one that was made by hand.
            if not isinstance(failed, HalfInstalledError):
                write_stamp(self.folder, before)
            raise
        self._tell_removed(finished.text_err, before)
        write_stamp(self.folder, Stamp(True, files))

    def _tell_removed(self, output: str, before: Stamp | None) -> None:
        """Say which packages went that no pins file brought: the ones that the learner installed by hand."""
        lines = [line.strip() for line in output.splitlines()]
        gone = [line[2:] for line in lines if line.startswith("- ")]
        known = {package_name(line[2:]) for line in lines if line.startswith("+ ")}
        known |= pinned_names(before.files.pins) if before else set()
        removed = [name for name in gone if package_name(name) not in known]
        if removed:
            self.say(f"Removed, because {self.environment.declaration} does not name them: {', '.join(removed)}")


def compiling(project: Path, environment: Environment) -> tuple[str, ...]:
    """Return the command that compiles the packages of a project's environment to bytecode.

    uv leaves that to the first import, one module after another: half of a new project's first test run. The packages
    that the project itself names come first, because a test run begins with those of its test tools.
    """
    folder = project / FOLDER
    lists = declared(read_files(project, environment).declaration, environment.declaration)
    named = {package_name(entry).replace("-", "_") for entry in lists.dependencies}
    entries = (entry for pattern in _PACKAGES for entry in folder.glob(pattern))
    found = [entry for entry in entries if entry.suffix == ".py" or (entry / "__init__.py").is_file()]
    ordered = sorted(found, key=lambda entry: (entry.stem.lower() not in named, entry.name))
    return (str(python(folder)), "-m", "compileall", "-q", *map(str, ordered)) if ordered else ()


def _version(folder: Path) -> tuple[int, ...]:
    said = settings(folder)
    words = said.get("version_info", said.get("version", "")).split(".")[:2]
    return tuple(int(word) for word in words if word.isdigit())


def _is_environment(folder: Path) -> bool:
    return (folder / "pyvenv.cfg").is_file()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except FileExistsError as taken:
        raise UsageError(
            f"{folder} is in the way: the environment of this project belongs there.", "Move it away or delete it."
        ) from taken
    others = [entry.name for entry in os.scandir(folder) if entry.name not in (_LOCK, STAMP)]
    if others and not _is_environment(folder) and not (folder / STAMP).exists():
        raise UsageError(
            f"{folder} holds something that is no Python environment ({others[0]}, …).", "Move it away or delete it."
        )


def _empty(folder: Path) -> None:
    """Remove what is in the environment, but not the stamp that says whose it is, nor the lock, which is held."""
    for entry in os.scandir(folder):
        if entry.name in (_LOCK, STAMP):
            continue
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            Path(entry.path).unlink()
