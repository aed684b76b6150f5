"""Environments of kind `python`: a virtual environment in the project's .venv, filled by uv from hashed pins.

A stamp inside the environment holds the declaration and the pins that it was made from, byte for byte. While both
files are unchanged, `prepare` reads three files and starts no program. The stamp says "making" while something is
under way and is replaced last, so that an environment that was killed half-made is never taken for a whole one.
"""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import FileError, MissingError, StarterkitError, UsageError
from starterkit.runtime.declaration import Declared, declared
from starterkit.runtime.lock import locked
from starterkit.runtime.pins import check_pins, package_name, pinned_names
from starterkit.runtime.prepared import Prepared, Say, program_variables, quiet
from starterkit.runtime.uv import NoNetworkError, NoSuchPackagesError, failure, run_cached_first, run_uv
from starterkit.template import Environment

FOLDER = ".venv"
_STAMP = "starterkit.stamp"
_LOCK = "starterkit.lock"
_STAMP_FORMAT = "starterkit 1"


@dataclass(frozen=True)
class _Files:
    """What an environment is made from, as it stands in the project."""

    declaration: bytes
    pins: bytes


@dataclass(frozen=True)
class _Stamp:
    """What an environment was made from; `whole` is false while it is being made."""

    whole: bool
    files: _Files


class PythonEnvironments:
    """The maker of environments of kind `python`."""

    def prepare(self, project: Path, environment: Environment, *, offline: bool, say: Say) -> Prepared:
        """Return the environment in the project's .venv, made or brought up to date where that is needed."""
        work = _Preparation(project.absolute(), environment, offline, say)
        if not work.is_up_to_date():
            try:
                work.bring_up_to_date()
            except OSError as denied:
                where = denied.filename or work.folder
                raise MissingError(f"The environment cannot be made: {where}: {denied.strerror}.") from denied
        return _prepared(work.folder, environment)

    def is_prepared(self, project: Path, environment: Environment) -> bool:
        """Tell whether the environment is whole and made from what the project says now; starts no program."""
        try:
            return _Preparation(project.absolute(), environment, offline=True, say=quiet).is_up_to_date()
        except StarterkitError:
            return False

    def compile_pins(
        self, declaration: bytes, old_pins: bytes | None, environment: Environment, *, offline: bool, say: Say
    ) -> bytes:
        """Return the hashed pins of a declaration; what `old_pins` names keeps its version where it can."""
        import tempfile

        lists = declared(declaration, environment.declaration)
        with tempfile.TemporaryDirectory(prefix="starterkit-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            source, target = folder / Path(environment.declaration).name, folder / Path(environment.pins).name
            source.write_bytes(declaration)
            if old_pins:
                target.write_bytes(old_pins)
            command = ["pip", "compile", source.name, *(["--group", "dev"] if lists.has_dev_group else [])]
            _compile(command, target.name, lists, folder, environment, offline, say)
            return target.read_bytes().replace(b"\r\n", b"\n")

    def fetch_into_cache(self, pins: bytes, environment: Environment, *, offline: bool, say: Say) -> None:
        """Bring every package of a pins file, and what is needed to compile pins again, into uv's cache."""
        import tempfile

        with tempfile.TemporaryDirectory(prefix="starterkit-", ignore_cleanup_errors=True) as name:
            folder = Path(name)
            file = folder / Path(environment.pins).name
            file.write_bytes(pins)
            what = f"the packages of {environment.pins}"
            # Compiling reads the metadata of the packages for other systems too, which installing never fetches.
            lists = Declared((), {}, "", {})
            _compile(["pip", "compile", file.name], "again.txt", lists, folder, environment, offline, say)
            install: list[str | Path] = ["pip", "sync", "--require-hashes", file.name, "--python", _our_python()]
            install += ["--target", folder / "packages", "--link-mode", "symlink"]
            run_cached_first(install, what=what, cwd=folder, offline=offline, say=say)


def _compile(
    command: list[str],
    target: str,
    lists: Declared,
    folder: Path,
    environment: Environment,
    offline: bool,
    say: Say,
) -> None:
    version = ".".join(map(str, lists.lowest_python))
    options: list[str | Path] = ["--universal", "--generate-hashes", "--no-header", "--no-python-downloads"]
    options += ["--python", _our_python(), "--python-version", version, "--output-file", target]
    what = f"the packages that {environment.declaration} names"
    run_cached_first([*command, *options], what=what, cwd=folder, offline=offline, say=say)


@dataclass(frozen=True)
class _Preparation:
    """One preparing of one project's environment."""

    project: Path
    environment: Environment
    offline: bool
    say: Say

    @property
    def folder(self) -> Path:
        return self.project / FOLDER

    def is_up_to_date(self) -> bool:
        """Tell whether the environment is whole and made from what the project says now; starts no program."""
        stamp = _read_stamp(self.folder)
        return stamp is not None and stamp.whole and stamp.files == self._read_files() and _has_python(self.folder)

    def bring_up_to_date(self) -> None:
        files = self._read_files()
        lists = declared(files.declaration, self.environment.declaration)
        check_pins(files.pins, self.environment.pins, self.environment.declaration)
        _make_folder(self.folder)
        with locked(self.folder / _LOCK, say=self.say, what="this project's environment") as lock:
            if self.is_up_to_date():
                return  # another command did it while this one waited
            files = self._read_files()
            stamp = _read_stamp(self.folder)
            fits = _has_python(self.folder) and _version(self.folder) >= lists.lowest_python
            usable = fits and (stamp.whole if stamp else _is_environment(self.folder))
            if stamp and usable and stamp.files.pins == files.pins and self._declared(stamp.files) == lists:
                _write_stamp(self.folder, _Stamp(True, files))  # something else in the declaration changed
                return
            files = self._with_pins(files, stamp, lists)
            if not usable:
                self._make(lists, lock)
                stamp = _read_stamp(self.folder)
            self._fill(files, stamp, lock)

    def _read_files(self) -> _Files:
        declaration = _read(self.project / self.environment.declaration)
        if declaration is None:
            raise FileError(
                self.environment.declaration,
                None,
                "the file is missing, and with it the list of packages",
                "Bring it back from git, or type `starterkit undo`.",
            )
        return _Files(declaration, _read(self.project / self.environment.pins) or b"")

    def _declared(self, files: _Files) -> Declared | None:
        try:
            return declared(files.declaration, self.environment.declaration)
        except FileError:
            return None

    def _with_pins(self, files: _Files, stamp: _Stamp | None, lists: Declared) -> _Files:
        """Compile the pins again where the declaration went ahead of them."""
        learner_declared = stamp is not None and stamp.files.pins == files.pins and self._declared(stamp.files) != lists
        unpinned = {package_name(entry) for entry in lists.requirements} - pinned_names(files.pins)
        if files.pins and not learner_declared and not unpinned:
            return files
        self.say(f"Pinning what {self.environment.declaration} names in {self.environment.pins}")
        pins = PythonEnvironments().compile_pins(
            files.declaration, files.pins, self.environment, offline=self.offline, say=self.say
        )
        _write_whole(self.project / self.environment.pins, pins)
        return _Files(files.declaration, pins)

    def _make(self, lists: Declared, lock: int) -> None:
        self.say(f"Making the Python environment in {FOLDER}")
        _write_stamp(self.folder, _Stamp(False, _Files(b"", b"")))
        _empty(self.folder)
        wanted = ".".join(map(str, lists.lowest_python))
        python = _our_python() if sys.version_info >= lists.lowest_python else f">={wanted}"
        options = ["--allow-existing", "--relocatable", "--no-project", "--no-python-downloads"]
        finished = run_uv(["venv", self.folder, "--python", python, *options], cwd=self.project, keep_open=(lock,))
        if finished.code != 0 and python.startswith(">="):
            raise MissingError(
                f"This project needs Python {wanted} or newer; starterkit runs on {sys.version.split()[0]}.",
                f"Install Python {wanted} or newer, then type the command again.",
            )
        if finished.code != 0:
            raise failure(finished, "the Python environment")

    def _fill(self, files: _Files, before: _Stamp | None, lock: int) -> None:
        _write_stamp(self.folder, _Stamp(False, files))
        command: list[str | Path] = ["pip", "sync", "--require-hashes", "--python", _python(self.folder)]
        command.append(self.environment.pins)
        what = f"the packages of {self.environment.pins}"
        try:
            finished = run_cached_first(
                command, what=what, cwd=self.project, offline=self.offline, say=self.say, keep_open=(lock,)
            )
        except (NoNetworkError, NoSuchPackagesError):
            # uv fetches everything before it changes anything: the environment is still what it was.
            _restore_stamp(self.folder, before)
            raise
        self._tell_removed(finished.text_err, before)
        _write_stamp(self.folder, _Stamp(True, files))

    def _tell_removed(self, output: str, before: _Stamp | None) -> None:
        """Say which packages went that no pins file brought: the ones that the learner installed by hand."""
        lines = [line.strip() for line in output.splitlines()]
        gone = [line[2:] for line in lines if line.startswith("- ")]
        known = {package_name(line[2:]) for line in lines if line.startswith("+ ")}
        known |= pinned_names(before.files.pins) if before else set()
        removed = [name for name in gone if package_name(name) not in known]
        if removed:
            self.say(f"Removed, because {self.environment.declaration} does not name them: {', '.join(removed)}")


def _prepared(folder: Path, environment: Environment) -> Prepared:
    python = _python(folder)
    return Prepared({"python": str(python)}, program_variables(python.parent, environment.clear))


def _python(folder: Path) -> Path:
    return folder / "Scripts" / "python.exe" if os.name == "nt" else folder / "bin" / "python"


def _our_python() -> str:
    """The Python that starterkit runs on: the one its own environment was made from, where that still exists."""
    base = str(getattr(sys, "_base_executable", ""))
    return base if base and Path(base).exists() else sys.executable


def _has_python(folder: Path) -> bool:
    """Tell whether the environment's Python is there; on Windows it only starts the one it was made from."""
    if not _python(folder).exists():  # follows the link to the Python that the environment was made from
        return False
    return os.name != "nt" or Path(_settings(folder).get("home", "")).is_dir()


def _version(folder: Path) -> tuple[int, ...]:
    settings = _settings(folder)
    words = settings.get("version_info", settings.get("version", "")).split(".")[:2]
    return tuple(int(word) for word in words if word.isdigit())


def _settings(folder: Path) -> dict[str, str]:
    text = (_read(folder / "pyvenv.cfg") or b"").decode("utf-8", "replace")
    pairs = (line.partition("=") for line in text.splitlines())
    return {key.strip(): value.strip() for key, _, value in pairs}


def _is_environment(folder: Path) -> bool:
    return (folder / "pyvenv.cfg").is_file()


def _make_folder(folder: Path) -> None:
    try:
        folder.mkdir(exist_ok=True)
    except FileExistsError as taken:
        raise UsageError(
            f"{folder} is in the way: the environment of this project belongs there.", "Move it away or delete it."
        ) from taken
    others = [entry.name for entry in os.scandir(folder) if entry.name not in (_LOCK, _STAMP)]
    if others and not _is_environment(folder) and not (folder / _STAMP).exists():
        raise UsageError(
            f"{folder} holds something that is no Python environment ({others[0]}, …).", "Move it away or delete it."
        )


def _empty(folder: Path) -> None:
    """Remove what is in the environment, but not the stamp that says whose it is, nor the lock, which is held."""
    for entry in os.scandir(folder):
        if entry.name in (_LOCK, _STAMP):
            continue
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path)
        else:
            Path(entry.path).unlink()


def _read_stamp(folder: Path) -> _Stamp | None:
    data = _read(folder / _STAMP)
    if data is None:
        return None
    head, _, rest = data.partition(b"\n")
    words = head.decode("ascii", "replace").split(" ")
    if len(words) != 4 or " ".join(words[:2]) != _STAMP_FORMAT or not words[3].isdigit():
        return _Stamp(False, _Files(b"", b""))
    size = int(words[3])
    return _Stamp(words[2] == "whole", _Files(rest[:size], rest[size:]))


def _write_stamp(folder: Path, stamp: _Stamp) -> None:
    head = f"{_STAMP_FORMAT} {'whole' if stamp.whole else 'making'} {len(stamp.files.declaration)}\n"
    _write_whole(folder / _STAMP, head.encode() + stamp.files.declaration + stamp.files.pins)


def _restore_stamp(folder: Path, before: _Stamp | None) -> None:
    if before:
        _write_stamp(folder, before)
    else:
        (folder / _STAMP).unlink(missing_ok=True)  # an environment that somebody made by hand stays as it was


def _write_whole(file: Path, data: bytes) -> None:
    """Write a file so that, killed at any instant, either the old or the new one is there."""
    draft = file.with_name(f"{file.name}.starterkit-{os.getpid()}")
    try:
        draft.write_bytes(data)
        draft.replace(file)
    finally:
        draft.unlink(missing_ok=True)


def _read(file: Path) -> bytes | None:
    try:
        return file.read_bytes()
    except (FileNotFoundError, NotADirectoryError):
        return None
