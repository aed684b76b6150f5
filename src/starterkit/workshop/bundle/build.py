"""Builds a bundle, or adds platforms, Pythons and frameworks to an existing bundle.

bundle.yml is written last. So a folder without bundle.yml is unfinished, and is never used as a bundle.
"""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

import starterkit
from starterkit.errors import UsageError, cannot_write
from starterkit.git.bare import BareRepository
from starterkit.git.worktree import write_file
from starterkit.paths import is_left_behind
from starterkit.progress import Progress
from starterkit.project.layers import read_folder
from starterkit.project.learning_path import LearningPath
from starterkit.runtime.bundle import BUNDLE_FILE, BUNDLE_FORMAT, BundledFile, BundleManifest, read_contents, sha256_of
from starterkit.runtime.causes import NoSuchPackagesError
from starterkit.runtime.node import WHEELS as NODE_WHEELS
from starterkit.runtime.stamp import write_whole
from starterkit.template.bundled import bundled_names, bundled_template
from starterkit.template.load import read_template
from starterkit.template.model import BASE, EnvironmentSpec, FolderSource
from starterkit.template.resolve import BUNDLED
from starterkit.workshop.bundle.download import Download
from starterkit.workshop.bundle.npm import npm_archive
from starterkit.workshop.bundle.readme import readme
from starterkit.workshop.bundle.self_wheel import own_pins, own_wheel
from starterkit.workshop.bundle.targets import BundleTarget, Wheel, sorted_pythons, wheels_for
from starterkit.workshop.model import Workshop

README = "README.txt"
_TEMPLATES = "templates"
_WHEELS, _NPM, _SCRATCH = "wheels", "npm", ".making"
_UNFINISHED = "unfinished.yml"  # bundle.yml has this name while its bundle is changed, so that nobody uses the bundle
_OURS = frozenset((BUNDLE_FILE, _UNFINISHED, README, _WHEELS, _NPM, _TEMPLATES, _SCRATCH))
_NODE = "node"


@dataclass(frozen=True)
class BundleFramework:
    """A framework for a bundle. `pins` has each different pins file of its path.

    `folder` is set for an external template only, which is copied into the bundle.
    """

    name: str
    environment: EnvironmentSpec
    pins: tuple[bytes, ...]
    folder: Path | None = None


@dataclass(frozen=True)
class BundleRequest:
    """The arguments of `workshop bundle`. `folder` is the bundle's folder. `with_starterkit` adds starterkit itself."""

    folder: Path
    frameworks: tuple[BundleFramework, ...]
    platforms: tuple[str, ...]
    pythons: tuple[str, ...]
    with_starterkit: bool = True


@dataclass(frozen=True)
class MadeBundle:
    """A finished bundle. `contents` is its bundle.yml. `fetched` counts the bytes that this run downloaded."""

    folder: Path
    contents: BundleManifest
    fetched: int

    @property
    def size(self) -> int:
        """The size of all files in the bundle, in bytes."""
        return sum(file.size for file in self.contents.files)


def build_bundle(request: BundleRequest, say: Progress) -> MadeBundle:
    """Build a bundle. An existing bundle in the folder keeps its platforms, Pythons and frameworks.

    Raises `UsageError` for a folder with other files, and `NoNetworkError`. Raises `EnvironmentProblem` with all
    packages that a platform lacks, before anything is written. After an error, downloaded files are kept for the next
    try.
    """
    try:
        _check_folder(request.folder)
        request = _with_earlier(request)
        say("Looking up the packages for each platform")
        targets = [BundleTarget(platform, python) for platform in request.platforms for python in request.pythons]
        wheels = wheels_for(_pins_files(request, say), targets)
        return _make(request, wheels, say)
    except NoSuchPackagesError as failed:
        raise failed.with_unchanged_list() from failed
    except OSError as wrong:
        raise cannot_write(f"The bundle in {request.folder}", wrong) from wrong


def _make(request: BundleRequest, wheels: Mapping[str, Wheel], say: Progress) -> MadeBundle:
    folder = request.folder
    folder.mkdir(parents=True, exist_ok=True)
    with suppress(FileNotFoundError):
        (folder / BUNDLE_FILE).replace(folder / _UNFINISHED)
    say(f"Downloading wheels: {len(wheels)}")
    fetched = Download(folder / _WHEELS, say).fetch(wheels.values())
    names = {f"{_WHEELS}/{name}" for name in wheels}
    if request.with_starterkit:
        say("Packing starterkit")
        name, data = own_wheel()
        write_whole(folder / _WHEELS / name, data)
        names.add(f"{_WHEELS}/{name}")
    archive, registry = _npm(request, say)
    names |= {archive} if archive else set()
    names |= _copy_templates(request)
    _remove_outdated_files(folder, names)
    contents = BundleManifest(
        version=starterkit.__version__,
        date=time.strftime("%Y-%m-%d"),
        frameworks=tuple(framework.name for framework in request.frameworks),
        platforms=request.platforms,
        pythons=request.pythons,
        registry=registry,
        npm=archive,
        files=tuple(
            BundledFile(name, (folder / name).stat().st_size, sha256_of(folder / name)) for name in sorted(names)
        ),
    )
    external = [framework.name for framework in request.frameworks if framework.folder]
    write_whole(folder / README, readme(contents, elsewhere=external))
    write_whole(folder / BUNDLE_FILE, _manifest_bytes(contents))
    (folder / _UNFINISHED).unlink(missing_ok=True)
    return MadeBundle(folder, contents, fetched)


def _check_folder(folder: Path) -> None:
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file, not a folder.", "Choose a folder that doesn't exist yet.")
    names = sorted(entry.name for entry in folder.iterdir()) if folder.is_dir() else []
    others = [name for name in names if name not in _OURS and not is_left_behind(name)]
    if _earlier(folder):
        others = [name for name in others if not name.startswith(".")]
    if others:
        raise UsageError(
            f"The folder {folder} already contains other files, for example {others[0]}.",
            f"Choose a folder that doesn't exist yet, for example {folder / 'bundle'}.",
        )


def _earlier(folder: Path) -> Path | None:
    """Return the path of bundle.yml, or of its temporary name in an unfinished bundle. None without a bundle."""
    return next((folder / name for name in (BUNDLE_FILE, _UNFINISHED) if (folder / name).is_file()), None)


def _with_earlier(request: BundleRequest) -> BundleRequest:
    file = _earlier(request.folder)
    if file is None:
        return request
    earlier = read_contents(file.read_bytes(), str(file))
    frameworks = {framework.name: framework for framework in request.frameworks}
    for name in earlier.frameworks:
        own = request.folder / _TEMPLATES / name
        if name not in frameworks and (own.is_dir() or name in bundled_names()):
            frameworks[name] = framework_in(own) if own.is_dir() else bundled_framework(name)
    return replace(
        request,
        frameworks=tuple(frameworks.values()),
        platforms=tuple(dict.fromkeys((*earlier.platforms, *request.platforms))),
        pythons=sorted_pythons((*earlier.pythons, *request.pythons)),
    )


def _pins_files(request: BundleRequest, say: Progress) -> list[bytes]:
    python = (framework for framework in request.frameworks if framework.environment.kind != _NODE)
    pins_files = [pins for framework in python for pins in framework.pins]
    if any(framework.environment.kind == _NODE for framework in request.frameworks):
        pins_files.append(NODE_WHEELS.read_bytes())
    if request.with_starterkit:
        say("Choosing packages for starterkit")
        pins_files.append(own_pins())
    return pins_files


def _npm(request: BundleRequest, say: Progress) -> tuple[str, str]:
    """Pack the npm packages. Return the archive's name and the registry's URL (both "" if no framework uses npm)."""
    node = (framework for framework in request.frameworks if framework.environment.kind == _NODE)
    locks = [(lock, framework.environment) for framework in node for lock in framework.pins]
    if not locks:
        return "", ""
    name, registry = npm_archive(locks, request.folder / _NPM, request.folder / _SCRATCH, say)
    return f"{_NPM}/{name}", registry


def _copy_templates(request: BundleRequest) -> set[str]:
    names: set[str] = set()
    for framework in request.frameworks:
        if framework.folder:
            target = request.folder / _TEMPLATES / framework.name
            files = read_folder(framework.folder)
            if framework.folder.resolve() != target.resolve():
                shutil.rmtree(target, ignore_errors=True)
                for name, file in files.items():
                    write_file(target, name, file)
            names |= {f"{_TEMPLATES}/{framework.name}/{name}" for name in files}
    return names


def _remove_outdated_files(folder: Path, names: set[str]) -> None:
    for part in (_WHEELS, _NPM):
        for file in sorted((folder / part).glob("*")):
            if f"{part}/{file.name}" not in names:
                file.unlink()
    for template in sorted((folder / _TEMPLATES).glob("*")):
        if not any(name.startswith(f"{_TEMPLATES}/{template.name}/") for name in names):
            shutil.rmtree(template, ignore_errors=True)
    shutil.rmtree(folder / _SCRATCH, ignore_errors=True)


def _manifest_bytes(contents: BundleManifest) -> bytes:
    values = {"format": BUNDLE_FORMAT, **vars(contents)}
    del values["files"]
    lines = [
        "# A starterkit bundle: packages for a room without internet. README.txt has the commands to type.",
        *(f"{key}: {json.dumps(value)}" for key, value in values.items()),
        "files:",
        *(f'  - {{name: {json.dumps(f.name)}, size: {f.size}, sha256: "{f.sha256}"}}' for f in contents.files),
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def bundled_framework(name: str) -> BundleFramework:
    """Return the framework of a bundled template. Raises `UsageError` if the template's name is unknown."""
    return replace(framework_in(bundled_template(name)[0]), folder=None)


def framework_in(folder: Path) -> BundleFramework:
    """Return the framework of the template in a folder. Raises `FileError` if path.yml is invalid."""
    template = read_template(FolderSource(folder))
    layers = (folder / "steps" / name / layer for name in template.step_names for layer in ("given", "solution"))
    files = (layer / template.environment.pins for layer in (folder / "project", *layers))
    pins = dict.fromkeys(file.read_bytes() for file in files if file.is_file())
    return BundleFramework(template.name, template.environment, tuple(pins), folder)


def framework_of(workshop: Workshop) -> BundleFramework:
    """Return the framework of a workshop, with the pins of the workshop's learning path.

    Raises `UsageError` for an external template, because a workshop doesn't keep the template's files.
    """
    with BareRepository(workshop.path_repository) as repository:
        path = LearningPath(repository, workshop.path, workshop.texts)
        template = path.template
        if not workshop.template.startswith(BUNDLED):
            raise UsageError(
                f"The bundle needs the files of the workshop's external template ({workshop.template}).",
                "Add the folder or URL of the template: `starterkit workshop bundle DIR --template PLACE`.",
            )
        layers = [(BASE, True), *((name, solved) for name in template.step_names for solved in (False, True))]
        entries = (path.layer(step, solved=solved).get(template.environment.pins) for step, solved in layers)
        pins = dict.fromkeys(repository.reader.blob(entry.id) for entry in entries if entry is not None)
        return BundleFramework(template.name, template.environment, tuple(pins))


def in_order(names: Sequence[str]) -> tuple[BundleFramework, ...]:
    """Return the bundled frameworks with these names, without duplicates.

    Without names, returns all bundled frameworks. Raises `UsageError` for an unknown name.
    """
    unique = dict.fromkeys(name.strip().lower() for name in names) or bundled_names()
    return tuple(bundled_framework(name) for name in unique)
