"""Read a bundle: a folder with all packages, created by `starterkit workshop bundle`.

- bundle.yml lists all files. It is written last, so a bundle with this file is complete.
- wheels/ has the wheels of all packages (starterkit, uv and Node too), for each platform and Python.
- npm/ has npm's cache as one archive, if a framework needs it.

A bundle is read only when a package is needed. An environment that is up to date needs no bundle.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from zipfile import BadZipFile, ZipFile

from starterkit.errors import EnvironmentProblem, FileError, UsageError, cannot_write
from starterkit.paths import cache_folder, expand_user_folder, locked
from starterkit.yamlfile import Value, parse

BUNDLE_FILE = "bundle.yml"
BUNDLE_FORMAT = 1
_VARIABLE, _OFF = "STARTERKIT_BUNDLE", "off"
_REQUIRED = ("format", "version", "date", "frameworks", "platforms", "pythons", "registry", "npm", "files")


class BundleLacksError(EnvironmentProblem):
    """The bundle is missing, lacks a package, or is for another machine. Nothing was changed."""


@dataclass(frozen=True)
class BundledFile:
    """A file of a bundle: its path in the bundle, its size in bytes, and its SHA-256."""

    name: str
    size: int
    sha256: str


@dataclass(frozen=True)
class BundleManifest:
    """The content of bundle.yml.

    `npm` is the archive with npm's cache ("" if no framework needs it). `registry` is the registry's URL in this cache.
    """

    version: str
    date: str
    frameworks: tuple[str, ...]
    platforms: tuple[str, ...]
    pythons: tuple[str, ...]
    registry: str
    npm: str
    files: tuple[BundledFile, ...]


@dataclass(frozen=True)
class Bundle:
    """A bundle in a folder. Its methods raise `BundleLacksError` if the bundle doesn't fit this machine."""

    folder: Path

    @cached_property
    def contents(self) -> BundleManifest:
        """The content of bundle.yml. Raises `FileError` if bundle.yml is damaged."""
        file = self.folder / BUNDLE_FILE
        try:
            data = file.read_bytes()
        except OSError as absent:
            if self.folder.is_dir():
                raise BundleLacksError(
                    f"{self.folder} is not a complete bundle of packages, because {BUNDLE_FILE} is missing.",
                    "Use the folder that `starterkit workshop bundle` created. If this is a copy, copy the "
                    "bundle again.",
                ) from absent
            raise BundleLacksError(
                f"The bundle with the packages is missing: {self.folder}", f"{_MOVED}\n{_LEAVE}"
            ) from absent
        return read_contents(data, str(file))

    def check_fits(self) -> None:
        """Raise `BundleLacksError` if the bundle is missing, or is for another system or Python version."""
        contents, platform, python = self.contents, this_platform(), this_python()
        if platform not in contents.platforms:
            have = ", ".join(contents.platforms)
            raise BundleLacksError(
                f"The bundle {self.folder} doesn't fit this machine. It has packages for {have}, but not "
                f"for {platform}.",
                "Ask the instructor to add this platform to the bundle: `starterkit workshop bundle DIR --platform "
                f"{platform}`.",
            )
        if python not in contents.pythons:
            have = ", ".join(contents.pythons)
            raise BundleLacksError(
                f"The bundle {self.folder} doesn't fit this Python. It has packages for Python {have}, but "
                f"starterkit runs on {python}.",
                f"Install starterkit with Python {contents.pythons[-1]}. Or ask the instructor to add this "
                f"version: `starterkit workshop bundle DIR --python {python}`.",
            )

    @property
    def uv_options(self) -> tuple[str | Path, ...]:
        """The options that make uv take packages only from this bundle."""
        self.check_fits()
        wheels = self.folder / "wheels"
        # uv treats these characters in a path as part of a URL. Such a path must be an encoded URL.
        return "--no-index", "--find-links", wheels.as_uri() if {"#", "%", "?"} & set(str(wheels)) else wheels

    @property
    def npm_options(self) -> tuple[str | Path, ...]:
        """The options that make npm take packages only from this bundle."""
        return "--cache", self._npm_cache(), "--registry", self.contents.registry

    def check_whole(self, framework: str) -> None:
        """Raise `BundleLacksError` if the bundle doesn't fit this machine, or lacks the framework or a file."""
        self.check_fits()
        if framework not in self.contents.frameworks:
            raise BundleLacksError(
                f"The bundle {self.folder} has packages for {', '.join(self.contents.frameworks)}, but not for "
                f"{framework}.",
                f"Choose a framework of the bundle, or ask the instructor to add {framework}.",
            )
        for file in self.contents.files:
            path = self.folder / file.name
            if not path.is_file() or path.stat().st_size != file.size:
                raise self._not_whole(f"{file.name} is missing or incomplete")

    def lacks(self, what: str, reason: str) -> BundleLacksError:
        """Return the error for packages that the bundle lacks. `what` names the packages.

        `reason` explains what is missing, for example with the output of uv or npm.
        """
        return BundleLacksError(
            f"The bundle {self.folder} doesn't contain all of {what}:\n{reason}".rstrip().rstrip(":"),
            f"Use only packages that the bundle contains. {_LEAVE}",
        )

    def _not_whole(self, problem: str) -> BundleLacksError:
        return BundleLacksError(f"The bundle {self.folder} is not complete: {problem}.", "Copy the bundle again.")

    def _npm_cache(self) -> Path:
        """Unpack npm's cache into a local folder, because npm writes into its cache. Return the folder."""
        file = next((file for file in self.contents.files if file.name == self.contents.npm), None)
        if file is None:
            raise self.lacks("the npm packages", "The bundle was created for other frameworks.")
        store = cache_folder() / "bundles"
        whole, draft = store / file.sha256[:16], store / f"{file.sha256[:16]}.making"
        if whole.is_dir():
            return whole
        archive = self.folder / file.name
        if not archive.is_file() or sha256_of(archive) != file.sha256:
            raise self._not_whole(f"{file.name} is missing or damaged")
        store.mkdir(parents=True, exist_ok=True)
        with locked(store / "lock", what="the packages of the bundle"):
            if not whole.is_dir():
                shutil.rmtree(draft, ignore_errors=True)
                try:
                    with ZipFile(archive) as packed:
                        packed.extractall(draft)
                except OSError as wrong:
                    raise cannot_write(f"The packages of {self.folder}", wrong) from wrong
                except BadZipFile as wrong:
                    raise BundleLacksError(
                        f"The file {archive} of the bundle is damaged: {wrong}.", "Copy the bundle again."
                    ) from wrong
                draft.rename(whole)
        return whole


def named_bundle(environ: Mapping[str, str]) -> Bundle | None:
    """Return the bundle in STARTERKIT_BUNDLE, or None if it is empty or "off"."""
    folder = environ.get(_VARIABLE, "").strip()
    return Bundle(expand_user_folder(folder).absolute()) if folder and folder.lower() != _OFF else None


def is_turned_off(environ: Mapping[str, str]) -> bool:
    """True if STARTERKIT_BUNDLE is "off", so that packages come from the network again."""
    return environ.get(_VARIABLE, "").strip().lower() == _OFF


def this_platform() -> str:
    """Return this Python's platform as bundles name it: `linux-x86_64`, `macos-arm64`, …"""
    machine = sysconfig.get_platform().rpartition("-")[2].lower()
    if sys.platform == "darwin":  # On macOS, the Python from python.org runs on both processors (universal2).
        return f"macos-{os.uname().machine}"
    system = {"win32": "windows"}.get(sys.platform, sys.platform)
    return f"{system}-{ {'amd64': 'x86_64', 'win32': 'x86'}.get(machine, machine) }"


def this_python() -> str:
    """Return this Python's version as bundles name it: `3.11`."""
    return f"{sys.version_info.major}.{sys.version_info.minor}"


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file's content as hexadecimal text."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_contents(data: bytes, file: str) -> BundleManifest:
    """Read and check bundle.yml. Raises `FileError` with the wrong line.

    If another version of starterkit created the bundle, raises `UsageError`.
    """
    keys = parse(data, file).mapping(_REQUIRED)
    try:
        keys["format"].integer(BUNDLE_FORMAT, BUNDLE_FORMAT)
    except FileError as newer:
        raise UsageError(
            f"{file} was created by another version of starterkit.",
            "Install the version of starterkit that created the bundle.",
        ) from newer
    return BundleManifest(
        version=keys["version"].text(),
        date=keys["date"].scalar(),
        frameworks=keys["frameworks"].texts(),
        platforms=keys["platforms"].texts(),
        pythons=keys["pythons"].texts(),
        registry=keys["registry"].scalar(),
        npm=keys["npm"].scalar(),
        files=tuple(_file(item) for item in keys["files"].items()),
    )


def _file(item: Value) -> BundledFile:
    keys = item.mapping(("name", "size", "sha256"))
    name = keys["name"].text()
    if name.startswith("/") or ".." in name.split("/") or "\\" in name or ":" in name:
        raise keys["name"].wrong("the file must be inside the bundle")
    return BundledFile(name, keys["size"].integer(0, 1 << 50), keys["sha256"].text())


def _check_with(folder: str) -> str:
    if os.name == "nt":
        return f'$env:{_VARIABLE} = "{folder}"; starterkit check'
    return f"{_VARIABLE}={folder} starterkit check"


_MOVED = (
    "If the bundle is on a USB stick, plug in the stick. If you moved the bundle, use its new folder once: "
    f"`{_check_with('FOLDER')}`."
)
_LEAVE = f"To use the internet instead of the bundle, type `{_check_with(_OFF)}`."
