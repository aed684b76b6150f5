"""The packages that submissions are graded with: an environment for each distinct set of pins, made outside.

Nothing of a submission is built or run for that: wheels alone or packages of npm's without their scripts, each with its
hash, from the indexes of the instructor. And nothing that a package brought says what is run outside, or what of the
disk can be seen inside.
"""

from __future__ import annotations

import os
import re
import shutil
import sys
import threading
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from starterkit.errors import EnvironmentProblem, StarterkitError, UsageError, cannot_write
from starterkit.git.objects import LINK, File, digest
from starterkit.process import run, scrubbed_environment
from starterkit.progress import Progress, no_progress
from starterkit.runtime.bundle import named_bundle
from starterkit.runtime.environment import Environment
from starterkit.runtime.lock import locked
from starterkit.runtime.pins import package_name, pinned_versions
from starterkit.runtime.prepare import prepare
from starterkit.runtime.python_environment import settings
from starterkit.runtime.python_packages import our_python
from starterkit.runtime.stamp import STAMP
from starterkit.sanitize import strip_control, truncate
from starterkit.workshop.grading.clean_requirements import declaration_of, own_pins
from starterkit.workshop.grading.reference_tests import ReferenceTests

_LIMIT_SECONDS = 600.0
_LONGEST_REASON = 300  # letters
_LARGEST = 1 << 30  # bytes, of an environment that is not the path's
_SMALLEST_FILE = 4096  # bytes on the disk
_COMPILED = "compiled"
# What is read of a package outside of the sandbox, and what is compiled there: Python takes a hundred times as much.
_LARGEST_READ, _LARGEST_COMPILED = 100_000, 2 << 20
_FORGET_AFTER = 60.0  # seconds, for one that could not be made
_REMOVE_AFTER = 28 * 24 * 3600.0  # seconds, for one that nobody used
_ENVIRONMENT = re.compile(r"[0-9a-f]{16}(?:\.lock)?")
_WHEELS_ALONE = b"--only-binary :all:\n"
# npm reads it in the folder where it works: nothing that a package brings is run.
_NPM_SETTINGS = b"ignore-scripts=true\nomit-lockfile-registry-resolved=true\naudit=false\nfund=false\n"
# Walls behind a wall: the lock files of learners are written anew without anything that would need these.
_REGISTRY_ALONE = b"".join(
    b"%s\n" % line
    for line in (
        b"allow-git=none",
        b"allow-remote=none",
        b"allow-file=none",
        b"allow-directory=none",
        b"git=starterkit-runs-no-git",
        b"install-strategy=hoisted",
        b"bin-links=false",
    )
)


@dataclass(frozen=True)
class GradingPackages:
    """An environment that is ready to be lent to a sandbox.

    `visible` is what has to be seen of the disk for it to work; `links` are laid beside the code, where the language
    looks for packages there; `plugins` are the plugins of pytest that the path's own packages bring; `taken` are the
    names of the modules in it.
    """

    prepared: Environment
    fingerprint: str
    visible: tuple[Path, ...] = ()
    links: Mapping[str, File] = field(default_factory=dict)
    plugins: tuple[str, ...] = ()
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Assignment:
    """An environment for a submission, and what has to be told about it ("" where nothing); `is_own`: of its own pins.

    `could_differ`: its own packages could not be made now, for lack of a network, say; another time they could.
    """

    packages: GradingPackages
    told: str = ""
    could_differ: bool = False
    is_own: bool = False


@dataclass
class EnvironmentCache:
    """The environments that have been made, each once, however many threads ask."""

    folder: Path
    say: Progress = no_progress
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _locks: dict[str, threading.Lock] = field(default_factory=dict)
    _made: dict[str, GradingPackages] = field(default_factory=dict)
    _failed: dict[str, tuple[float, StarterkitError]] = field(default_factory=dict)

    def for_submission(self, pristine: ReferenceTests, theirs: File | None) -> Assignment:
        """Return the environment for somebody's pins, or the path's and why."""
        if theirs is None or theirs.mode == LINK or theirs.data.replace(b"\r\n", b"\n") == pristine.pins:
            return Assignment(self.of_the_path(pristine))
        try:
            return Assignment(self._packages(pristine, own_pins(pristine, theirs.data)), is_own=True)
        except StarterkitError as failed:
            reason = truncate(strip_control(failed.message).strip(), 1, _LONGEST_REASON).removesuffix("\n…")
            return self.instead(pristine, reason, could_differ=isinstance(failed, EnvironmentProblem))

    def instead(self, pristine: ReferenceTests, reason: str, *, could_differ: bool = False) -> Assignment:
        """Return the environment of the path's own pins for somebody who has others, and say why."""
        told = f"graded with the packages of the path, not with its own: {reason}"
        return Assignment(self.of_the_path(pristine), told, could_differ)

    def of_the_path(self, pristine: ReferenceTests) -> GradingPackages:
        """Return the environment of the path's own pins."""
        return self._packages(pristine, pristine.pins)

    def ask_again(self) -> None:
        """Forget what could not be made: by now it may be."""
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
        """Make an environment; one that is not the path's is removed again where anything about it is wrong."""
        environment, folder = pristine.template.environment, self.folder / key
        ours = None if pins == pristine.pins else self.of_the_path(pristine)
        self.folder.mkdir(parents=True, exist_ok=True)
        if not folder.exists():
            _remove_unused(self.folder)
        with locked(self.folder / f"{key}.lock", say=self.say, what="packages to grade with"):
            try:
                _write(folder, _files(pristine, pins, is_ours=ours is None))
                prepared = prepare(folder, environment, bundle=named_bundle(os.environ), say=self.say)
                if ours is not None and _size(folder) > _LARGEST:
                    raise UsageError(f"its packages take more than {_LARGEST >> 20:,} MiB")
                if environment.kind == "python":
                    return _python_packages(key, prepared, pristine, ours)
                return _node_packages(key, prepared)
            except (StarterkitError, OSError) as wrong:
                if ours is not None:
                    shutil.rmtree(folder, ignore_errors=True)
                if isinstance(wrong, StarterkitError):
                    raise
                raise cannot_write("The packages to grade with", wrong) from wrong


def _files(pristine: ReferenceTests, pins: bytes, *, is_ours: bool) -> dict[str, bytes]:
    """Return what an environment is made from."""
    environment = pristine.template.environment
    if environment.kind == "python":
        return {environment.declaration: pristine.declaration, environment.pins: _WHEELS_ALONE + pins}
    declaration = pristine.declaration if is_ours else declaration_of(pristine, pins)
    npm = _NPM_SETTINGS if is_ours else _NPM_SETTINGS + _REGISTRY_ALONE
    return {environment.declaration: declaration, environment.pins: pins, ".npmrc": npm}


def _write(folder: Path, wanted: Mapping[str, bytes]) -> None:
    for name, content in wanted.items():
        file = folder / name
        if not file.is_file() or file.read_bytes() != content:
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_bytes(content)


def _size(folder: Path) -> int:
    """Return how many bytes the files in a folder take; an empty one takes some, too."""
    files = (Path(where, name) for where, _, names in os.walk(folder) for name in names)
    return sum(max(file.lstat().st_size, _SMALLEST_FILE) for file in files)


def _remove_unused(folder: Path) -> None:
    """Remove the environments that no grading has used for weeks."""
    for entry in os.scandir(folder):
        if not _ENVIRONMENT.fullmatch(entry.name) or time.time() - entry.stat().st_mtime < _REMOVE_AFTER:
            continue
        if entry.is_dir(follow_symlinks=False):
            shutil.rmtree(entry.path, ignore_errors=True)
        else:
            with suppress(OSError):
                Path(entry.path).unlink()


def environments_folder(cache: Path) -> Path:
    """Return where the environments of gradings are kept."""
    return cache / "grading"


def _python_packages(
    key: str, prepared: Environment, pristine: ReferenceTests, ours: GradingPackages | None = None
) -> GradingPackages:
    """Describe an environment; `ours` is the path's, where this one is not.

    A wheel may lay files over pyvenv.cfg and beside the modules: which Python it is, and where its modules lie, the
    path's environment tells.
    """
    base = ours.prepared if ours else prepared
    assert prepared.folder is not None and base.folder is not None
    program = _program(base)
    if (prepared.folder / "pyvenv.cfg").stat().st_size > _LARGEST_READ or _program(prepared) != program:
        raise UsageError("one of its packages changes the Python environment itself")
    site = next(iter(sorted((base.folder / "lib").glob("python3*/site-packages"))), None)
    if site is None or not program.exists():
        raise EnvironmentProblem("The environment for grading is not whole.", f"Delete {base.folder.parent}.")
    site = prepared.folder / site.relative_to(base.folder)
    _compile(program, site, is_ours=ours is None)
    names = {
        entry.name.partition(".")[0] for entry in site.iterdir() if not entry.name.endswith((".dist-info", ".pth"))
    }
    distributions = pinned_versions(pristine.pins)
    return GradingPackages(
        prepared,
        key,
        (prepared.folder, *_of_python(program)),
        plugins=tuple(_plugins(site, frozenset(distributions))),
        taken=frozenset(names | set(sys.stdlib_module_names)),
    )


def _program(prepared: Environment) -> Path:
    """Return the Python that an environment was made from, as it says itself."""
    assert prepared.folder is not None
    home = settings(prepared.folder).get("home", "")
    return Path(home) / Path(prepared.programs["python"]).resolve().name


def _of_python(program: Path) -> list[Path]:
    """What belongs to a Python installation and nothing besides, for its folder may be somebody's home."""
    real = program.resolve()
    found = [program, real]
    for prefix in {program.parent.parent, real.parent.parent}:
        for pattern in ("lib*/python3.*", "lib*/libpython3*", "lib*/libpython3*"):
            found += prefix.glob(pattern)
    return list(dict.fromkeys(found))


def _compile(program: Path, site: Path, *, is_ours: bool) -> None:
    """Compile the packages once for everybody; this runs none of them, and not their .pth files either.

    It knows no limit of memory: packages that are not the path's are left as they are where one of their files is huge.
    """
    environment = site.parents[2]
    # Inside, a package could lay it there itself; those of the path do not.
    mark = environment / _COMPILED if is_ours else environment.with_name(f"{environment.name}.{_COMPILED}")
    made = str((environment / STAMP).stat().st_mtime_ns)
    if mark.is_file() and mark.read_text("ascii") == made:
        return
    if is_ours or all(file.stat().st_size <= _LARGEST_COMPILED for file in site.rglob("*.py")):
        clean = scrubbed_environment()
        run([program, "-I", "-S", "-m", "compileall", "-q", "-j", "0", site], env=clean, timeout=_LIMIT_SECONDS)
    _readable(environment)
    mark.write_text(made, "ascii")


def _plugins(site: Path, distributions: frozenset[str]) -> list[str]:
    """The plugins of pytest that these packages bring; those of others are not loaded."""
    found: list[str] = []
    for file in sorted(site.glob("*.dist-info/entry_points.txt")):
        name = file.parent.name.removesuffix(".dist-info").rpartition("-")[0]
        if package_name(name) not in distributions or file.stat().st_size > _LARGEST_READ:
            continue
        section = re.search(r"(?ms)^\[pytest11\]\s*(.*?)(?=^\[|\Z)", file.read_text("utf-8", "replace"))
        found += re.findall(r"(?m)^([\w.-]+)\s*=", section[1]) if section else []
    return found


def _node_packages(key: str, prepared: Environment) -> GradingPackages:
    assert prepared.folder is not None
    program = Path(prepared.programs["node"])
    _readable(prepared.folder)
    links = {prepared.folder.name: File(LINK, os.fsencode(prepared.folder))}
    return GradingPackages(prepared, key, (prepared.folder, program, program.resolve()), links)


def _readable(folder: Path) -> None:
    """Let a user that is nobody read everything in a folder."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
