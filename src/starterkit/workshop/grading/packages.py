"""The packages that submissions are graded with: an environment for each distinct set of pins, made outside.

Nothing of a submission is built or run for that: wheels alone or packages of npm's without their scripts, each with its
hash, from the indexes of the instructor.
"""

from __future__ import annotations

import os
import re
import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from starterkit.errors import MissingError, StarterkitError
from starterkit.process import run, scrubbed_environment
from starterkit.repository.objects import LINK, File
from starterkit.runtime import Prepared, Say, pinned_versions, prepare, quiet
from starterkit.runtime.bundle import named_bundle
from starterkit.runtime.pins import package_name
from starterkit.workshop.grading.pins import declaration_of, why_not
from starterkit.workshop.grading.pristine import Pristine, digest

_LIMIT_SECONDS = 600.0
_WHEELS_ALONE = b"--only-binary :all:\n"
# npm reads it in the folder where it works: nothing that a package brings is run.
_NPM_SETTINGS = b"ignore-scripts=true\nomit-lockfile-registry-resolved=true\naudit=false\nfund=false\n"
_COMPILED = "starterkit.compiled"


@dataclass(frozen=True)
class Packages:
    """An environment that is ready to be lent to a sandbox.

    `visible` is what has to be seen of the disk for it to work; `links` are laid beside the code, where the language
    looks for packages there; `plugins` are the plugins of pytest that the path's own packages bring; `taken` are the
    names of the modules in it.
    """

    prepared: Prepared
    fingerprint: str
    visible: tuple[Path, ...] = ()
    links: Mapping[str, File] = field(default_factory=dict)
    plugins: tuple[str, ...] = ()
    taken: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Lent:
    """An environment for a submission, and what has to be told about it ("" where nothing).

    `could_differ`: its own packages could not be made now, for lack of a network, say; another time they could.
    """

    packages: Packages
    told: str = ""
    could_differ: bool = False


@dataclass
class Shelf:
    """The environments that have been made, each once, however many threads ask."""

    folder: Path
    say: Say = quiet
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _locks: dict[str, threading.Lock] = field(default_factory=dict)
    _made: dict[str, Packages] = field(default_factory=dict)
    _failed: dict[str, StarterkitError] = field(default_factory=dict)

    def for_submission(self, pristine: Pristine, theirs: File | None) -> Lent:
        """Return the environment for somebody's pins, or the path's and why."""
        if theirs is None or theirs.mode == LINK or theirs.data.replace(b"\r\n", b"\n") == pristine.pins:
            return Lent(self.of_the_path(pristine))
        reason = why_not(pristine, theirs.data)
        could_differ = False
        if not reason:
            try:
                return Lent(self._packages(pristine, theirs.data.replace(b"\r\n", b"\n")))
            except StarterkitError as failed:
                reason = failed.message.strip().split("\n")[0]
                could_differ = isinstance(failed, MissingError)
        told = f"graded with the packages of the path, not with its own: {reason}"
        return Lent(self.of_the_path(pristine), told, could_differ)

    def of_the_path(self, pristine: Pristine) -> Packages:
        """Return the environment of the path's own pins."""
        return self._packages(pristine, pristine.pins)

    def _packages(self, pristine: Pristine, pins: bytes) -> Packages:
        key = digest(
            pristine.template.environment.kind, sys.version, pristine.declaration.hex(), pins.hex(), pristine.pins.hex()
        )
        with self._lock:
            lock = self._locks.setdefault(key, threading.Lock())
        with lock:
            if key in self._failed:
                raise self._failed[key]
            if key not in self._made:
                try:
                    self._made[key] = self._make(key, pristine, pins)
                except StarterkitError as failed:
                    self._failed[key] = failed
                    raise
            return self._made[key]

    def _make(self, key: str, pristine: Pristine, pins: bytes) -> Packages:
        environment, folder = pristine.template.environment, self.folder / key
        is_python = environment.kind == "python"
        if is_python:
            wanted = {environment.declaration: pristine.declaration, environment.pins: _WHEELS_ALONE + pins}
        else:
            declaration = pristine.declaration if pins == pristine.pins else declaration_of(pristine, pins)
            wanted = {environment.declaration: declaration, environment.pins: pins, ".npmrc": _NPM_SETTINGS}
        for name, content in wanted.items():
            file = folder / name
            if not file.is_file() or file.read_bytes() != content:
                file.parent.mkdir(parents=True, exist_ok=True)
                file.write_bytes(content)
        prepared = prepare(folder, environment, bundle=named_bundle(os.environ), say=self.say)
        return _python_packages(key, prepared, pristine) if is_python else _node_packages(key, prepared)


def environments_folder(cache: Path) -> Path:
    """Return where the environments of gradings are kept."""
    return cache / "grading"


def _python_packages(key: str, prepared: Prepared, pristine: Pristine) -> Packages:
    assert prepared.folder is not None
    settings = dict(
        line.partition(" = ")[::2] for line in (prepared.folder / "pyvenv.cfg").read_text("utf-8").splitlines()
    )
    program = Path(settings["home"]) / Path(prepared.programs["python"]).resolve().name
    site = next(iter((prepared.folder / "lib").glob("python3*/site-packages")), None)
    if site is None or not program.exists():
        raise MissingError("The environment for grading is not whole.", f"Delete {prepared.folder.parent}.")
    _compile(program, site, prepared.folder / _COMPILED)
    names = {
        entry.name.partition(".")[0] for entry in site.iterdir() if not entry.name.endswith((".dist-info", ".pth"))
    }
    distributions = pinned_versions(pristine.pins)
    return Packages(
        prepared,
        key,
        (prepared.folder, *_of_python(program)),
        plugins=tuple(_plugins(site, frozenset(distributions))),
        taken=frozenset(names | set(sys.stdlib_module_names)),
    )


def _of_python(program: Path) -> list[Path]:
    """What belongs to a Python installation and nothing besides, for its folder may be somebody's home."""
    real = program.resolve()
    found = [program, real]
    for prefix in {program.parent.parent, real.parent.parent}:
        for pattern in ("lib*/python3.*", "lib*/libpython3*", "lib*/libpython3*"):
            found += prefix.glob(pattern)
    return list(dict.fromkeys(found))


def _compile(program: Path, site: Path, mark: Path) -> None:
    """Compile the packages once for everybody; this runs none of them, and not their .pth files either."""
    if mark.exists():
        return
    clean = scrubbed_environment()
    run([program, "-I", "-S", "-m", "compileall", "-q", "-j", "0", site], env=clean, timeout=_LIMIT_SECONDS)
    _readable(site.parents[2])
    mark.touch()


def _plugins(site: Path, distributions: frozenset[str]) -> list[str]:
    """The plugins of pytest that these packages bring; those of others are not loaded."""
    found: list[str] = []
    for file in sorted(site.glob("*.dist-info/entry_points.txt")):
        name = file.parent.name.removesuffix(".dist-info").rpartition("-")[0]
        if package_name(name) not in distributions:
            continue
        section = re.search(r"(?ms)^\[pytest11\]\s*(.*?)(?=^\[|\Z)", file.read_text("utf-8", "replace"))
        found += re.findall(r"(?m)^([\w.-]+)\s*=", section[1]) if section else []
    return found


def _node_packages(key: str, prepared: Prepared) -> Packages:
    assert prepared.folder is not None
    program = Path(prepared.programs["node"])
    _readable(prepared.folder)
    links = {prepared.folder.name: File(LINK, os.fsencode(prepared.folder))}
    return Packages(prepared, key, (prepared.folder, program, program.resolve()), links)


def _readable(folder: Path) -> None:
    """Let a user that is nobody read everything in a folder."""
    for path in [folder, *folder.rglob("*")]:
        if not path.is_symlink():
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if path.is_dir() or mode & 0o100 else 0o444))
