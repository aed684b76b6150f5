"""Build environments of kind `python`: a .venv that uv fills from pins with hashes."""

from __future__ import annotations

import csv
import os
import re
import sys
from pathlib import Path

from starterkit.errors import EnvironmentProblem, UsageError
from starterkit.runtime.builder import LOCK, EnvironmentBuilder
from starterkit.runtime.causes import HalfInstalledError, NoNetworkError, NoSuchPackagesError, failure
from starterkit.runtime.environment import Environment, program_variables
from starterkit.runtime.inventory import INVENTORY, MAKING, write_inventory
from starterkit.runtime.pins import check_pins, package_name, pinned_names
from starterkit.runtime.pyproject import Declared, declared
from starterkit.runtime.python_packages import compile_pins, our_python
from starterkit.runtime.stamp import STAMP, Files, Stamp, read, write_stamp
from starterkit.runtime.uv import run_cached_first, run_uv

_PACKAGES = ("lib/python*/site-packages", "Lib/site-packages")  # on Linux and macOS, and on Windows


class PythonBuilder(EnvironmentBuilder):
    """Builds the .venv of one project."""

    folder_name = ".venv"
    belongs_there = "this project's environment"

    def _prepared(self, was_outdated: bool) -> Environment:
        python = _python_of(self.folder)
        variables = program_variables(python.parent, self.environment.clear)
        variables["PYTHONIOENCODING"] = "utf-8"  # print() then accepts any character, even if the output is a file
        ahead = self._background_compile() if was_outdated else ()
        return Environment({"python": str(python)}, variables, self.folder, ahead=ahead)

    def _background_compile(self) -> tuple[str, ...]:
        """Return the command that compiles the packages to bytecode.

        Without this command, Python compiles each module when it is first imported. That takes half of a new project's
        first test run. The packages that the project declares come first, because a test run imports its test tools
        first.
        """
        named = {package_name(entry).replace("-", "_") for entry in self._lists(self._files()).dependencies}
        entries = (self.folder / _packages(self.folder)).iterdir()
        modules = [entry for entry in entries if entry.suffix == ".py" or (entry / "__init__.py").is_file()]
        ordered = sorted(modules, key=lambda entry: (entry.stem.lower() not in named, entry.name))
        return (str(_python_of(self.folder)), "-m", "compileall", "-q", *map(str, ordered)) if ordered else ()

    def _program_problem(self) -> str:
        return "" if _has_python(self.folder) else "its Python is missing or can't run"

    def _check_and_make_folder(self) -> None:
        files = self._files()
        self._lists(files)
        check_pins(files.pins, self.environment.pins, self.environment.declaration)
        super()._check_and_make_folder()
        others = [entry.name for entry in os.scandir(self.folder) if entry.name not in (LOCK, STAMP, INVENTORY, MAKING)]
        if others and not _is_environment(self.folder) and not (self.folder / STAMP).exists():
            raise UsageError(
                f"{self.folder} is not a virtual environment, because it contains other files, such as {others[0]}.",
                "Move the folder to another place, or delete it.",
            )

    def _is_usable(self, stamp: Stamp | None, files: Files) -> bool:
        if not _has_python(self.folder) or _version(self.folder) < self._lists(files).lowest_python:
            return False
        if stamp is None:  # the user created this environment without starterkit
            return _is_environment(self.folder)
        return stamp.whole and not self._is_damaged()

    def _lists(self, files: Files) -> Declared:
        return declared(files.declaration, self.environment.declaration)

    def _are_pinned(self, files: Files, stamp: Stamp | None) -> bool:
        is_newer = stamp is not None and stamp.files.pins == files.pins and self._lists_changed(stamp.files, files)
        required = {package_name(entry) for entry in self._lists(files).requirements}
        return bool(files.pins) and not is_newer and required <= pinned_names(files.pins)

    def _compile_pins(self, files: Files) -> bytes:
        return compile_pins(files.declaration, files.pins, self.environment, self.source)

    def _fill(self, files: Files, stamp: Stamp | None, is_usable: bool) -> None:
        before = _installed(self.folder)
        if is_usable:
            self._sync_in_place(files, stamp)
        else:
            self._create(files)
        self._report_removed(before, _installed(self.folder), stamp)
        program = _python_of(self.folder).relative_to(self.folder)
        write_inventory(self.folder, (program.parent.as_posix(), _packages(self.folder)), program.as_posix())

    def _create(self, files: Files) -> None:
        """Create a new environment in a folder inside the old one. When it is complete, replace the old one."""
        self.source.say(f"Creating the Python environment in {self.folder_name}")
        with self._making() as making:
            self._create_empty(making, self._lists(files))
            self._sync(making)
            if incomplete := _incomplete(making):  # a file is missing from uv's cache, but uv trusts its cache
                run_uv(["cache", "clean", *incomplete], keep_open=self.source.keep_open)
                self._sync(making, "--reinstall")
            self._take_over(files, making)

    def _create_empty(self, folder: Path, lists: Declared) -> None:
        lowest = ".".join(map(str, lists.lowest_python))
        program = our_python() if sys.version_info >= lists.lowest_python else f">={lowest}"
        options = ["--prompt", self.project.name, "--relocatable", "--no-project", "--no-python-downloads"]
        command = ["venv", str(folder), "--python", program, *options]
        finished = run_uv(command, cwd=self.project, keep_open=self.source.keep_open)
        if finished.code != 0 and program.startswith(">="):
            raise EnvironmentProblem(
                f"This project needs Python {lowest} or newer, but starterkit runs on {sys.version.split()[0]}.",
                f"Install Python {lowest} or newer, then run the command again.",
            )
        if finished.code != 0:
            raise failure(finished, "the Python environment")

    def _sync_in_place(self, files: Files, before: Stamp | None) -> None:
        write_stamp(self.folder, Stamp(False, files))
        try:
            self._sync(self.folder)
        except (NoNetworkError, NoSuchPackagesError) as failed:
            # uv fetches all packages before it changes the environment, so the old stamp is still right.
            if not isinstance(failed, HalfInstalledError):
                write_stamp(self.folder, before)
            raise

    def _sync(self, folder: Path, *options: str) -> None:
        program = str(_python_of(folder))
        command = ["pip", "sync", "--require-hashes", *options, "--python", program, self.environment.pins]
        what = f"the packages of {self.environment.pins}"
        run_cached_first(command, what, self.source, cwd=self.project)

    def _report_removed(self, before: frozenset[str], after: frozenset[str], stamp: Stamp | None) -> None:
        known = {package_name(entry) for entry in after} | (pinned_names(stamp.files.pins) if stamp else frozenset())
        removed = sorted(entry for entry in before - after if package_name(entry) not in known)
        if removed:
            self.source.say(f"Removed packages that aren't in {self.environment.declaration}: {', '.join(removed)}")


def settings(folder: Path) -> dict[str, str]:
    """Return the settings in an environment's pyvenv.cfg by name."""
    text = (read(folder / "pyvenv.cfg") or b"").decode("utf-8", "replace")
    pairs = (line.partition("=") for line in text.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _python_of(folder: Path) -> Path:
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"


def _has_python(folder: Path) -> bool:
    if not os.access(_python_of(folder), os.X_OK):  # os.access follows the link, so it finds a missing base Python too
        return False
    # On Windows, the environment's python.exe only starts the base Python, so check that as well.
    return os.name != "nt" or Path(settings(folder).get("home", "")).is_dir()


def _version(folder: Path) -> tuple[int, ...]:
    values = settings(folder)
    numbers = values.get("version_info", values.get("version", "")).split(".")[:2]
    return tuple(int(number) for number in numbers if number.isdigit())


def _is_environment(folder: Path) -> bool:
    return (folder / "pyvenv.cfg").is_file()


def _packages(folder: Path) -> str:
    packages = next((path for pattern in _PACKAGES for path in sorted(folder.glob(pattern))), folder)
    return packages.relative_to(folder).as_posix()


def _installed(folder: Path) -> frozenset[str]:
    names = (path.stem for path in (folder / _packages(folder)).glob("*.dist-info"))
    return frozenset(re.sub(r"-(?=[^-]*$)", "==", name) for name in names)


def _incomplete(folder: Path) -> list[str]:
    """Return the names of packages with files whose size differs from the package's RECORD, its list of files."""
    packages = folder / _packages(folder)
    names = []
    for record in packages.glob("*.dist-info/RECORD"):
        with record.open(encoding="utf-8", newline="") as file:
            sizes = ((row[0], row[2]) for row in csv.reader(file) if len(row) > 2 and row[2])
            if any(_size(f"{packages}/{path}") != int(size) for path, size in sizes):
                names.append(package_name(record.parent.name.partition("-")[0]))
    return names


def _size(path: str) -> int:
    try:
        return os.stat(path).st_size  # noqa: PTH116
    except OSError:
        return -1
