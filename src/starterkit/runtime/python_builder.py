"""Creating, repairing and filling a project's Python environment; one command at a time."""

from __future__ import annotations

import csv
import os
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import EnvironmentProblem, FileError, UsageError
from starterkit.progress import Progress
from starterkit.runtime.bundle import Bundle
from starterkit.runtime.causes import HalfInstalledError, NoNetworkError, NoSuchPackagesError, failure
from starterkit.runtime.inventory import INVENTORY, MAKING, damage, take_over, update_inventory, write_inventory
from starterkit.runtime.lock import locked
from starterkit.runtime.pins import check_pins, package_name, pinned_names
from starterkit.runtime.pyproject import Declared, declared
from starterkit.runtime.python_environment import FOLDER, has_python, is_up_to_date, python, read_files, settings
from starterkit.runtime.python_packages import compile_pins, our_python
from starterkit.runtime.stamp import STAMP, Files, Stamp, read_stamp, write_stamp, write_whole
from starterkit.runtime.uv import run_cached_first, run_uv
from starterkit.template.model import EnvironmentSpec

_LOCK = "starterkit.lock"
_PACKAGES = ("lib/python*/site-packages", "Lib/site-packages")  # the second on Windows


@dataclass(frozen=True)
class PythonBuilder:
    """One bringing up to date of one project's environment."""

    project: Path
    environment: EnvironmentSpec
    offline: bool
    bundle: Bundle | None
    say: Progress
    fresh: bool = False

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
            if not self.fresh and is_up_to_date(self.project, self.environment):
                return  # another command did it while this one waited
            files = read_files(self.project, self.environment)
            stamp = read_stamp(self.folder)
            usable = not self.fresh and self._is_usable(stamp, lists)
            if stamp and usable and stamp.files.pins == files.pins and self._declared(stamp.files) == lists:
                write_stamp(self.folder, Stamp(True, files))  # something else in the declaration changed
                update_inventory(self.folder)
                return
            files = self._with_pins(files, stamp, lists)
            before = _installed(self.folder)
            if usable:
                self._fill(files, stamp, lock)
            else:
                self._create(files, lists, lock)
            self._tell_removed(before, _installed(self.folder), stamp)
            program = python(self.folder).relative_to(self.folder).as_posix()
            write_inventory(self.folder, (Path(program).parent.as_posix(), _packages(self.folder)), program)
            write_stamp(self.folder, Stamp(True, files))

    def _is_usable(self, stamp: Stamp | None, lists: Declared) -> bool:
        """True if the environment can be kept and filled; says so if it is damaged."""
        if not has_python(self.folder) or _version(self.folder) < lists.lowest_python:
            return False
        if stamp is None:
            return _is_environment(self.folder)
        damaged = damage(self.folder) if stamp.whole else ""
        if damaged:
            self.say(f"The environment is damaged: {damaged}")
        return stamp.whole and not damaged

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

    def _create(self, files: Files, lists: Declared, lock: int) -> None:
        """Create the environment in a folder inside the old one, which it replaces when it is whole."""
        self.say(f"Making the Python environment in {FOLDER}")
        making = self.folder / MAKING
        shutil.rmtree(making, ignore_errors=True)
        try:
            self._create_empty(making, lists, lock)
            self._sync(making, lock)
            if incomplete := _incomplete(making):  # uv trusts its cache, which lost a file
                run_uv(["cache", "clean", *incomplete], keep_open=(lock,))
                self._sync(making, lock, "--reinstall")
            write_stamp(self.folder, Stamp(False, files))
            take_over(self.folder, making)
        finally:
            shutil.rmtree(making, ignore_errors=True)

    def _create_empty(self, folder: Path, lists: Declared, lock: int) -> None:
        wanted = ".".join(map(str, lists.lowest_python))
        program = our_python() if sys.version_info >= lists.lowest_python else f">={wanted}"
        options = ["--prompt", self.project.name, "--relocatable", "--no-project", "--no-python-downloads"]
        finished = run_uv(["venv", folder, "--python", program, *options], cwd=self.project, keep_open=(lock,))
        if finished.code != 0 and program.startswith(">="):
            raise EnvironmentProblem(
                f"This project needs Python {wanted} or newer; starterkit runs on {sys.version.split()[0]}.",
                f"Install Python {wanted} or newer, then type the command again.",
            )
        if finished.code != 0:
            raise failure(finished, "the Python environment")

    def _fill(self, files: Files, before: Stamp | None, lock: int) -> None:
        write_stamp(self.folder, Stamp(False, files))
        try:
            self._sync(self.folder, lock)
        except (NoNetworkError, NoSuchPackagesError) as failed:
            # uv fetches everything before it changes anything: the environment is still what it was, ours or, without
            # a stamp, one that was made by hand.
            if not isinstance(failed, HalfInstalledError):
                write_stamp(self.folder, before)
            raise

    def _sync(self, folder: Path, lock: int, *options: str) -> None:
        run_cached_first(
            ["pip", "sync", "--require-hashes", *options, "--python", python(folder), self.environment.pins],
            what=f"the packages of {self.environment.pins}",
            cwd=self.project,
            offline=self.offline,
            bundle=self.bundle,
            say=self.say,
            keep_open=(lock,),
        )

    def _tell_removed(self, before: frozenset[str], after: frozenset[str], stamp: Stamp | None) -> None:
        """Say which packages went that no pins file brought: the ones that the learner installed by hand."""
        known = {package_name(entry) for entry in after} | (pinned_names(stamp.files.pins) if stamp else frozenset())
        removed = sorted(entry for entry in before - after if package_name(entry) not in known)
        if removed:
            self.say(f"Removed, because {self.environment.declaration} does not name them: {', '.join(removed)}")


def compiling(project: Path, environment: EnvironmentSpec) -> tuple[str, ...]:
    """Return the command that compiles the packages of a project's environment to bytecode.

    uv leaves that to the first import, one module after another: half of a new project's first test run. The packages
    that the project itself names come first, because a test run begins with those of its test tools.
    """
    folder = project / FOLDER
    lists = declared(read_files(project, environment).declaration, environment.declaration)
    named = {package_name(entry).replace("-", "_") for entry in lists.dependencies}
    entries = (folder / _packages(folder)).iterdir()
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
    others = [entry.name for entry in os.scandir(folder) if entry.name not in (_LOCK, STAMP, INVENTORY, MAKING)]
    if others and not _is_environment(folder) and not (folder / STAMP).exists():
        raise UsageError(
            f"{folder} holds something that is no Python environment ({others[0]}, …).", "Move it away or delete it."
        )


def _packages(folder: Path) -> str:
    """Return the folder of an environment's packages, relative to it."""
    found = next((found for pattern in _PACKAGES for found in sorted(folder.glob(pattern))), folder)
    return found.relative_to(folder).as_posix()


def _installed(folder: Path) -> frozenset[str]:
    """Return name==version of each package in an environment."""
    names = (found.stem for found in (folder / _packages(folder)).glob("*.dist-info"))
    return frozenset(re.sub(r"-(?=[^-]*$)", "==", name) for name in names)


def _incomplete(folder: Path) -> list[str]:
    """Return the names of packages whose files don't have the sizes that their RECORD says."""
    packages = folder / _packages(folder)
    found = []
    for record in packages.glob("*.dist-info/RECORD"):
        with record.open(encoding="utf-8", newline="") as file:
            sizes = ((row[0], row[2]) for row in csv.reader(file) if len(row) > 2 and row[2])
            if any(_size(f"{packages}/{path}") != int(size) for path, size in sizes):
                found.append(package_name(record.parent.name.partition("-")[0]))
    return found


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116
    except OSError:
        return -1
