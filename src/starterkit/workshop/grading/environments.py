"""Creates the environments for grading: one for each different pins file.

No code of a submission runs here. Only wheels and npm packages without their scripts are installed. They come from the
instructor's indexes, and are checked by hash. No file in a package decides which code runs outside the sandbox, or
which files the sandbox shows.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from starterkit.errors import EnvironmentProblem, StarterkitError, UsageError, cannot_write
from starterkit.git.objects import LINK, File, digest
from starterkit.paths import locked
from starterkit.process import run, scrubbed_environment
from starterkit.progress import Progress, no_progress
from starterkit.runtime.bundle import named_bundle
from starterkit.runtime.environment import Environment
from starterkit.runtime.npm import NPM_SETTINGS
from starterkit.runtime.pins import package_name, pinned_names
from starterkit.runtime.prepare import prepare
from starterkit.runtime.python_builder import settings
from starterkit.runtime.python_packages import our_python
from starterkit.runtime.stamp import STAMP
from starterkit.sanitize import strip_control, truncate
from starterkit.workshop.grading.clean_requirements import declaration_of, own_pins
from starterkit.workshop.grading.reference_tests import ReferenceTests

_LIMIT_SECONDS = 600.0
_LONGEST_REASON = 300  # characters
_LARGEST = 1 << 30  # maximum bytes of an environment with a submission's own pins
_SMALLEST_FILE = 4096  # bytes that even a small file uses on the disk
_COMPILED = "compiled"
# Limits in bytes for files of packages that are read or compiled outside the sandbox. Compiling a file needs a hundred
# times its size in memory.
_LARGEST_READ, _LARGEST_COMPILED = 100_000, 2 << 20
_FORGET_AFTER = 60.0  # seconds after which a failed environment is tried again
_REMOVE_AFTER = 28 * 24 * 3600.0  # seconds without use after which an environment is removed
_ENVIRONMENT = re.compile(r"[0-9a-f]{16}(?:\.lock)?")
_WHEELS_ALONE = b"--only-binary :all:\n"
# Settings for the .npmrc in npm's working folder. They stop npm from running packages' scripts.
_NPM_SETTINGS = b"ignore-scripts=true\nomit-lockfile-registry-resolved=true\naudit=false\nfund=false\n"
# More settings for a submission's own pins. Rewritten lock files don't need these features of npm, so they stay off.
_REGISTRY_ALONE = (
    b"allow-git=none\nallow-remote=none\nallow-file=none\nallow-directory=none\n"
    b"git=starterkit-runs-no-git\ninstall-strategy=hoisted\nbin-links=false\n"
)


@dataclass(frozen=True)
class GradingPackages:
    """An environment for grading, with the data that a sandbox needs to use it.

    The sandbox has to show the paths in `visible`. `links` are created next to the code, because Node looks for
    packages there. `plugins` are the pytest plugins of the path's packages. `taken` are the names of the environment's
    modules and of Python's own modules.
    """

    prepared: Environment
    fingerprint: str
    visible: tuple[Path, ...] = ()
    links: Mapping[str, File] = field(default_factory=dict)
    plugins: tuple[str, ...] = ()
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Assignment:
    """The environment in which a submission is graded.

    `is_own` says if it has the submission's own pins. If not, `told` is a note with the reason. `could_differ` says
    that these pins may work later, for example because the network failed.
    """

    packages: GradingPackages
    told: str = ""
    could_differ: bool = False
    is_own: bool = False


@dataclass
class EnvironmentCache:
    """Creates environments in `folder` and keeps them. Each is created once, even if many threads need it."""

    folder: Path
    say: Progress = no_progress
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _locks: dict[str, threading.Lock] = field(default_factory=dict)
    _made: dict[str, GradingPackages] = field(default_factory=dict)
    _failed: dict[str, tuple[float, StarterkitError]] = field(default_factory=dict)

    def for_submission(self, pristine: ReferenceTests, pins: File | None) -> Assignment:
        """Return the environment in which to grade a submission with this pins file.

        It has the path's packages if the submission's own packages can't be used. Raises `StarterkitError` if the
        path's environment can't be created.
        """
        if pins is None or pins.mode == LINK or pins.data.replace(b"\r\n", b"\n") == pristine.pins:
            return Assignment(self.of_the_path(pristine))
        try:
            return Assignment(self._packages(pristine, own_pins(pristine, pins.data)), is_own=True)
        except StarterkitError as failed:
            reason = truncate(strip_control(failed.message).strip(), 1, _LONGEST_REASON).removesuffix("\n…")
            return self.instead(pristine, reason, could_differ=isinstance(failed, EnvironmentProblem))

    def instead(self, pristine: ReferenceTests, reason: str, *, could_differ: bool = False) -> Assignment:
        """Return the path's environment, because a submission's own can't be used.

        The instructor sees `reason` as a note.
        """
        note = f"graded with the packages of the path, because the submission's packages can't be used: {reason}"
        return Assignment(self.of_the_path(pristine), note, could_differ)

    def of_the_path(self, pristine: ReferenceTests) -> GradingPackages:
        """Return the environment for the learning path's own pins. Raises `StarterkitError` if it can't be made."""
        return self._packages(pristine, pristine.pins)

    def ask_again(self) -> None:
        """Forget failed environments, so that the next call tries to create them again."""
        with self._lock:
            self._failed.clear()

    def _packages(self, pristine: ReferenceTests, pins: bytes) -> GradingPackages:
        kind, python = pristine.template.environment.kind, (sys.version, our_python())
        key = digest(kind, python, pristine.declaration.hex(), pins.hex(), pristine.pins.hex())[:16]
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            when, failed = self._failed.get(key, (0.0, None))
            if failed and time.monotonic() - when < _FORGET_AFTER:
                raise failed
            if key not in self._made:
                try:
                    self._made[key] = self._make(key, pristine, pins)
                except StarterkitError as failed:
                    self._failed[key] = time.monotonic(), failed
                    raise
            for used in (self.folder / key, self.folder / f"{key}.lock"):
                with suppress(OSError):
                    os.utime(used)
            return self._made[key]

    def _make(self, key: str, pristine: ReferenceTests, pins: bytes) -> GradingPackages:
        """Create the environment with these pins. After an error, remove it if the pins are a submission's."""
        environment, folder = pristine.template.environment, self.folder / key
        ours = None if pins == pristine.pins else self.of_the_path(pristine)
        self.folder.mkdir(parents=True, exist_ok=True)
        if not folder.exists():
            _remove_unused(self.folder)
        with locked(self.folder / f"{key}.lock", say=self.say, what="the packages for grading"):
            try:
                _write(folder, _source_files(pristine, pins, is_ours=ours is None))
                prepared = prepare(folder, environment, bundle=named_bundle(os.environ), say=self.say)
                if ours is not None and _bytes_on_disk(folder) > _LARGEST:
                    raise UsageError(f"the packages need more than {_LARGEST >> 20:,} MiB of disk space")
                if environment.kind == "python":
                    return _python_packages(key, prepared, pristine, ours)
                return _node_packages(key, prepared)
            except (StarterkitError, OSError) as wrong:
                if ours is not None:
                    shutil.rmtree(folder, ignore_errors=True)
                if isinstance(wrong, StarterkitError):
                    raise
                raise cannot_write("The packages for grading", wrong) from wrong


def _source_files(pristine: ReferenceTests, pins: bytes, *, is_ours: bool) -> dict[str, bytes]:
    environment = pristine.template.environment
    if environment.kind == "python":
        return {environment.declaration: pristine.declaration, environment.pins: _WHEELS_ALONE + pins}
    declaration = pristine.declaration if is_ours else declaration_of(pristine, pins)
    npm = _NPM_SETTINGS if is_ours else _NPM_SETTINGS + _REGISTRY_ALONE
    return {environment.declaration: declaration, environment.pins: pins, NPM_SETTINGS: npm}


def _write(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, content in files.items():
        file = folder / name
        if not file.is_file() or file.read_bytes() != content:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def _bytes_on_disk(folder: Path) -> int:
    files = (Path(parent, name) for parent, _, names in os.walk(folder) for name in names)
    return sum(max(file.lstat().st_size, _SMALLEST_FILE) for file in files)


def _remove_unused(folder: Path) -> None:
    for path in folder.iterdir():
        if _ENVIRONMENT.fullmatch(path.name) and time.time() - path.stat().st_mtime >= _REMOVE_AFTER:
            shutil.rmtree(path, ignore_errors=True)  # a lock is a file, so `unlink` removes it
            with suppress(OSError):
                path.unlink()


def environments_folder(cache: Path) -> Path:
    """Return the folder for grading's environments in starterkit's cache folder."""
    return cache / "grading"


def _python_packages(
    key: str, prepared: Environment, pristine: ReferenceTests, ours: GradingPackages | None = None
) -> GradingPackages:
    """Return what the sandbox needs of a Python environment. `ours` is the path's environment (None: it is this one).

    A submission's wheel may overwrite pyvenv.cfg or add folders. So the path's environment decides which Python runs
    and where the modules are. Raises `UsageError` if a package has changed the virtual environment.
    """
    base = ours.prepared if ours else prepared
    assert prepared.folder is not None and base.folder is not None
    program = _program(base)
    if (prepared.folder / "pyvenv.cfg").stat().st_size > _LARGEST_READ or _program(prepared) != program:
        raise UsageError("a package of the submission changes the virtual environment")
    sites = sorted((base.folder / "lib").glob("python3*/site-packages"))
    if not sites or not program.exists():
        raise EnvironmentProblem(
            "The virtual environment for grading is incomplete.",
            f"Delete the folder {base.folder.parent}. Then type the command again.",
        )
    site = prepared.folder / sites[0].relative_to(base.folder)
    _compile(program, site, is_ours=ours is None)
    modules = {path.name.partition(".")[0] for path in site.iterdir() if not path.name.endswith((".dist-info", ".pth"))}
    # Show only Python and its libraries in the sandbox. Python's prefix may be a home folder, so it stays hidden.
    installation = [program, program.resolve()]
    for prefix in {path.parent.parent for path in installation}:
        for pattern in ("lib*/python3.*", "lib*/libpython3*"):
            installation += prefix.glob(pattern)
    return GradingPackages(
        prepared,
        key,
        (prepared.folder, *dict.fromkeys(installation)),
        plugins=tuple(_plugins(site, pinned_names(pristine.pins))),
        taken=frozenset(modules | set(sys.stdlib_module_names)),
    )


def _program(prepared: Environment) -> Path:
    """Return the Python that created an environment, according to pyvenv.cfg."""
    assert prepared.folder is not None
    home = settings(prepared.folder).get("home", "")
    return Path(home) / Path(prepared.programs["python"]).resolve().name


def _compile(program: Path, site: Path, *, is_ours: bool) -> None:
    """Compile the packages once for all submissions, without running them or their .pth files.

    Compiling has no memory limit. So a submission's packages stay uncompiled if one of their files is huge.
    """
    environment = site.parents[2]
    # A submission's package could create a mark inside its environment. So the mark is next to the environment.
    mark = environment / _COMPILED if is_ours else environment.with_name(f"{environment.name}.{_COMPILED}")
    created = str((environment / STAMP).stat().st_mtime_ns)
    if mark.is_file() and mark.read_text("ascii") == created:
        return
    if is_ours or all(file.stat().st_size <= _LARGEST_COMPILED for file in site.rglob("*.py")):
        clean = scrubbed_environment()
        run([program, "-I", "-S", "-m", "compileall", "-q", "-j", "0", site], env=clean, timeout=_LIMIT_SECONDS)
    _make_readable(environment)
    mark.write_text(created, "ascii")


def _plugins(site: Path, distributions: frozenset[str]) -> Iterator[str]:
    """Yield the names of the pytest plugins in these packages. Only these plugins are loaded for grading."""
    for file in sorted(site.glob("*.dist-info/entry_points.txt")):
        name = file.parent.name.removesuffix(".dist-info").rpartition("-")[0]
        if package_name(name) in distributions and file.stat().st_size <= _LARGEST_READ:
            section = re.search(r"(?ms)^\[pytest11\]\s*(.*?)(?=^\[|\Z)", file.read_text("utf-8", "replace"))
            yield from re.findall(r"(?m)^([\w.-]+)\s*=", section[1]) if section else ()


def _node_packages(key: str, prepared: Environment) -> GradingPackages:
    assert prepared.folder is not None
    program = Path(prepared.programs["node"])
    _make_readable(prepared.folder)
    links = {prepared.folder.name: File(LINK, os.fsencode(prepared.folder))}
    return GradingPackages(prepared, key, (prepared.folder, program, program.resolve()), links)


def _make_readable(folder: Path) -> None:
    """Make a folder readable for every user.

    Tests run as a user who doesn't own the files.
    """
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
