"""Making a bundle, or adding to one: what is there already is kept, and bundle.yml is written last."""

from __future__ import annotations

import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import starterkit
from starterkit.errors import UsageError, cannot_write
from starterkit.paths import is_left_behind
from starterkit.progress import Progress
from starterkit.runtime.bundle import BUNDLE_FILE, BundledFile, BundleManifest, read_contents, sha256_of
from starterkit.runtime.causes import NoSuchPackagesError
from starterkit.runtime.node import WHEELS as NODE_WHEELS
from starterkit.runtime.stamp import write_whole
from starterkit.template.bundled import bundled_names
from starterkit.workshop.bundle.download import Download
from starterkit.workshop.bundle.manifest import (
    TEMPLATES,
    BundleFramework,
    bundled_framework,
    contents_bytes,
    framework_in,
)
from starterkit.workshop.bundle.npm import npm_archive
from starterkit.workshop.bundle.readme import readme
from starterkit.workshop.bundle.self_wheel import own_pins, own_wheel
from starterkit.workshop.bundle.targets import BundleTarget, sorted_pythons
from starterkit.workshop.bundle.wheels import Wheel, wheels_for

README = "README.txt"
_WHEELS, _NPM, _SCRATCH = "wheels", "npm", ".making"
_UNFINISHED = "unfinished.yml"  # what bundle.yml was, while something is added: a folder without that is not finished
_OURS = frozenset((BUNDLE_FILE, _UNFINISHED, README, _WHEELS, _NPM, TEMPLATES, _SCRATCH))
# What file managers and systems leave on a stick, beside names that begin with a dot; in small letters.
_NODE = "node"


@dataclass(frozen=True)
class BundleRequest:
    """What a bundle is to hold, and where it is to be; `with_starterkit` tells whether starterkit itself goes in."""

    folder: Path
    frameworks: tuple[BundleFramework, ...]
    platforms: tuple[str, ...]
    pythons: tuple[str, ...]
    with_starterkit: bool = True

    @property
    def targets(self) -> tuple[BundleTarget, ...]:
        """Every platform with every Python."""
        return tuple(BundleTarget(platform, python) for platform in self.platforms for python in self.pythons)


@dataclass(frozen=True)
class MadeBundle:
    """A bundle that was made: its folder, what is in it, and how many bytes of wheels were fetched for it now."""

    folder: Path
    contents: BundleManifest
    fetched: int

    @property
    def size(self) -> int:
        """The bytes of all files in it."""
        return sum(file.size for file in self.contents.files)


def build_bundle(request: BundleRequest, say: Progress) -> MadeBundle:
    """Make a bundle; where there is one in that folder, what it is for stays in it.

    Raises `UsageError` for a folder with other things in it, `EnvironmentProblem` naming each package that a platform
    lacks, before anything is written; `NoNetworkError`. What was fetched until then is there the next time.
    """
    try:
        _check_folder(request.folder)
        request = _with_what_is_there(request)
        say("Reading which wheels there are")
        wheels = wheels_for(_pins_files(request, say), request.targets)
        return _make(request, wheels, say)
    except NoSuchPackagesError as failed:
        raise failed.with_unchanged_list() from failed
    except OSError as wrong:
        raise cannot_write(f"The bundle in {request.folder}", wrong) from wrong


def _make(request: BundleRequest, wheels: Mapping[str, Wheel], say: Progress) -> MadeBundle:
    folder = request.folder
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        (folder / BUNDLE_FILE).replace(folder / _UNFINISHED)  # until it is whole again
    say(f"Fetching wheels: {len(wheels)}")
    fetched = Download(folder / _WHEELS, say).fetch(wheels.values())
    names = {f"{_WHEELS}/{name}" for name in wheels}
    if request.with_starterkit:
        say("Packing starterkit")
        name, data = own_wheel()
        write_whole(folder / _WHEELS / name, data)
        names.add(f"{_WHEELS}/{name}")
    archive, registry = _npm(request, say)
    names |= {archive} if archive else set()
    names |= _place_templates(request)
    _remove_others(folder, names)
    contents = BundleManifest(
        version=starterkit.__version__,
        date=time.strftime("%Y-%m-%d"),
        frameworks=tuple(one.name for one in request.frameworks),
        platforms=request.platforms,
        pythons=request.pythons,
        registry=registry,
        npm=archive,
        files=tuple(_described(folder, name) for name in sorted(names)),
    )
    text = readme(contents, elsewhere=[one.name for one in request.frameworks if one.folder])
    write_whole(folder / README, text)
    write_whole(folder / BUNDLE_FILE, contents_bytes(contents))
    (folder / _UNFINISHED).unlink(missing_ok=True)
    return MadeBundle(folder, contents, fetched)


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file.", "Name a folder that does not exist yet.")
    names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    others = [name for name in names if name not in _OURS and not is_left_behind(name)]
    if _earlier(folder):
        others = [name for name in others if not name.startswith(".")]
    if others:
        raise UsageError(
            f"{folder} holds something that is no bundle ({others[0]}).",
            f"Name a folder that does not exist yet, for example {folder / 'bundle'}.",
        )


def _earlier(folder: Path) -> Path | None:
    """The file that says what the bundle in this folder is for, also where an addition to it was interrupted."""
    return next((folder / name for name in (BUNDLE_FILE, _UNFINISHED) if (folder / name).is_file()), None)


def _with_what_is_there(request: BundleRequest) -> BundleRequest:
    """Return the request with all that the bundle in this folder is for already."""
    file = _earlier(request.folder)
    if file is None:
        return request
    there = read_contents(file.read_bytes(), str(file))
    frameworks = {one.name: one for one in request.frameworks}
    for name in there.frameworks:
        if name not in frameworks:
            own = request.folder / TEMPLATES / name
            if own.is_dir() or name in bundled_names():
                frameworks[name] = framework_in(own) if own.is_dir() else bundled_framework(name)
    return replace(
        request,
        frameworks=tuple(frameworks.values()),
        platforms=tuple(dict.fromkeys((*there.platforms, *request.platforms))),
        pythons=sorted_pythons((*there.pythons, *request.pythons)),
    )


def _pins_files(request: BundleRequest, say: Progress) -> list[bytes]:
    """All pins files of wheels that the bundle serves: of every step, of starterkit, and of the Node it brings."""
    found = [pins for one in request.frameworks if one.environment.kind != _NODE for pins in one.pins]
    if any(one.environment.kind == _NODE for one in request.frameworks):
        found.append(NODE_WHEELS.read_bytes())
    if request.with_starterkit:
        say("Choosing the packages that starterkit needs")
        found.append(own_pins())
    return found


def _npm(request: BundleRequest, say: Progress) -> tuple[str, str]:
    locks = [
        (lock, one.environment) for one in request.frameworks if one.environment.kind == _NODE for lock in one.pins
    ]
    if not locks:
        return "", ""
    scratch = request.folder / _SCRATCH
    name, registry = npm_archive(locks, request.folder / _NPM, scratch, say)
    return f"{_NPM}/{name}", registry


def _place_templates(request: BundleRequest) -> set[str]:
    """Put the templates from elsewhere into the bundle; return the names of their files."""
    from starterkit.git.worktree import write_file
    from starterkit.project.layers import read_folder

    names: set[str] = set()
    for one in request.frameworks:
        if one.folder is None:
            continue
        goal = request.folder / TEMPLATES / one.name
        files = read_folder(one.folder)
        if one.folder.resolve() != goal.resolve():
            shutil.rmtree(goal, ignore_errors=True)
            for name, file in files.items():
                write_file(goal, name, file)
        names |= {f"{TEMPLATES}/{one.name}/{name}" for name in files}
    return names


def _remove_others(folder: Path, names: set[str]) -> None:
    """Remove what an earlier bundle in this folder held and this one does not."""
    for place in (_WHEELS, _NPM):
        for file in sorted((folder / place).glob("*")):
            if f"{place}/{file.name}" not in names:
                file.unlink()
    for template in sorted((folder / TEMPLATES).glob("*")):
        if not any(name.startswith(f"{TEMPLATES}/{template.name}/") for name in names):
            shutil.rmtree(template, ignore_errors=True)
    shutil.rmtree(folder / _SCRATCH, ignore_errors=True)


def _described(folder: Path, name: str) -> BundledFile:
    file = folder / name
    return BundledFile(name, file.stat().st_size, sha256_of(file))


def in_order(words: Sequence[str]) -> tuple[BundleFramework, ...]:
    """Return the frameworks that are named, each once; none: all that come with starterkit."""
    names = dict.fromkeys(word.strip().lower() for word in words) or dict.fromkeys(bundled_names())
    return tuple(bundled_framework(name) for name in names)
