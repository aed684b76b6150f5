"""Selects the wheels for the machines that a bundle supports.

No installer can do this. pip takes a single platform tag: `manylinux_2_35_x86_64` excludes `manylinux_2_28_x86_64`. uv
needs a run for each machine, and prefers wheels for the newest systems. It also drops packages that only other systems
need.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

from packaging.markers import Marker
from packaging.tags import Tag, compatible_tags, cpython_tags, parse_tag

from starterkit.errors import EnvironmentProblem, UsageError
from starterkit.runtime.bundle import this_platform, this_python
from starterkit.runtime.causes import failure
from starterkit.runtime.pins import pinned_hashes
from starterkit.runtime.python_packages import our_python
from starterkit.runtime.uv import run_uv
from starterkit.textfile import parse_toml
from starterkit.yamlfile import did_you_mean

# Wheels for the oldest systems are preferred, because they also run on newer systems. Supported are glibc 2.5 to 2.35
# (Ubuntu 22.04), and macOS 10.9 to 15.
_GLIBC = range(5, 36)
_LEGACY = {5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014"}
_MACOS_LAST = 15
_OLDEST_PYTHON = (3, 11)
_PYTHON = re.compile(r"3\.(\d{1,2})")
_MOST_LISTED = 12


class _Platform(NamedTuple):
    system: str
    sys_platform: str
    os_name: str
    machine: str


PLATFORMS: dict[str, _Platform] = {
    "linux-x86_64": _Platform("Linux", "linux", "posix", "x86_64"),
    "linux-aarch64": _Platform("Linux", "linux", "posix", "aarch64"),
    "macos-arm64": _Platform("Darwin", "darwin", "posix", "arm64"),
    "macos-x86_64": _Platform("Darwin", "darwin", "posix", "x86_64"),
    "windows-x86_64": _Platform("Windows", "win32", "nt", "AMD64"),
}


@dataclass(frozen=True)
class BundleTarget:
    """A kind of machine that a bundle supports: a platform and a Python version, such as `3.11`."""

    platform: str
    python: str

    def __str__(self) -> str:
        return f"{self.platform} with Python {self.python}"

    @cached_property
    def ranks(self) -> dict[Tag, int]:
        """The wheel tags that work on this target, each with its rank. Lower ranks are better."""
        version = _numbers(self.python)
        name = f"cp{version[0]}{version[1]}"
        platforms = list(_platform_tags(PLATFORMS[self.platform]))
        own = cpython_tags(version, abis=[name], platforms=platforms)
        tags = dict.fromkeys((*own, *compatible_tags(version, name, platforms)))
        return {tag: rank for rank, tag in enumerate(tags)}

    def rank(self, wheel: Wheel) -> int | None:
        """Return the rank of a wheel on this target, or None if it doesn't work there. Lower ranks are better."""
        tags = parse_tag("-".join(wheel.name.removesuffix(".whl").split("-")[-3:]))
        return min((self.ranks[tag] for tag in tags if tag in self.ranks), default=None)

    @property
    def environments(self) -> tuple[dict[str, str], ...]:
        """The values of marker variables on this target.

        One set is for the first patch release of its Python, and one for a late release. A package is needed if its
        marker is true for one of them.
        """
        platform = PLATFORMS[self.platform]
        return tuple(
            {
                "implementation_name": "cpython",
                "implementation_version": full,
                "os_name": platform.os_name,
                "platform_machine": platform.machine,
                "platform_python_implementation": "CPython",
                "platform_release": "",
                "platform_system": platform.system,
                "platform_version": "",
                "python_full_version": full,
                "python_version": self.python,
                "sys_platform": platform.sys_platform,
            }
            for full in (f"{self.python}.0", f"{self.python}.99")
        )


@dataclass(frozen=True)
class Wheel:
    """A wheel to download. `size` is in bytes, or None if the package index doesn't list it."""

    name: str
    url: str
    sha256: str
    size: int | None


def platforms_of(names: Sequence[str]) -> tuple[str, ...]:
    """Check the names of platforms, and return them without duplicates.

    The default is this machine's platform. Raises `UsageError` for an unknown or unsupported platform.
    """
    for name in names:
        if name not in PLATFORMS:
            raise UsageError(f'Unknown platform "{name}".', did_you_mean(name, list(PLATFORMS)))
    if not names and this_platform() not in PLATFORMS:
        raise UsageError(
            f"Bundles don't support the platform of this machine ({this_platform()}).",
            f"Choose a platform with --platform: {', '.join(PLATFORMS)}.",
        )
    return tuple(dict.fromkeys(names)) or (this_platform(),)


def pythons_of(versions: Sequence[str]) -> tuple[str, ...]:
    """Check Python versions such as "3.12", and return them without duplicates.

    The default is this Python's version. Raises `UsageError` for an invalid or too old version.
    """
    for version in versions:
        if not _PYTHON.fullmatch(version) or _numbers(version) < _OLDEST_PYTHON:
            raise UsageError(
                f'Invalid --python "{version}".', "Use a version that is 3.11 or newer, for example `--python 3.12`."
            )
    return tuple(dict.fromkeys(versions)) or (this_python(),)


def sorted_pythons(versions: Sequence[str]) -> tuple[str, ...]:
    """Return the distinct Python versions, oldest first."""
    return tuple(sorted(dict.fromkeys(versions), key=_numbers))


def wheels_for(pins_files: Iterable[bytes], targets: Sequence[BundleTarget]) -> dict[str, Wheel]:
    """Return the wheels, by file name, that the targets need for all pins files.

    A package that no target needs also gets one wheel, because uv reads its metadata when it compiles pins. Raises
    `NoNetworkError`, or `EnvironmentProblem` with all packages that have no wheel for a target.
    """
    wheels: dict[str, Wheel] = {}
    missing: dict[str, None] = {}
    for pins in pins_files:
        for package, marker, pinned in _packages(pins, targets):
            chosen, lacking = _choose(marker, pinned, targets)
            wheels.update({wheel.name: wheel for wheel in chosen})
            missing.update(dict.fromkeys(f"{package} for {target}" for target in lacking))
    if missing:
        more = [f"and {len(missing) - _MOST_LISTED} more"] if len(missing) > _MOST_LISTED else []
        listed = "\n".join([*list(missing)[:_MOST_LISTED], *more])
        raise EnvironmentProblem(
            f"These packages have no file that is ready to install (wheel):\n{listed}",
            "Nothing was written. Leave out this platform or Python version, or use another Python version.",
        )
    return wheels


def uv_compile(files: Mapping[str, bytes], options: Sequence[str], output: str, what: str) -> bytes:
    """Compile the first of `files` with `uv pip compile` for all systems. Return the content of `output`.

    `files` are written into a temporary folder, and `output` is a file name there. Errors name `what`. Raises
    `NoNetworkError` or another `EnvironmentProblem`.
    """
    with tempfile.TemporaryDirectory(prefix="starterkit-", ignore_cleanup_errors=True) as folder:
        for name, data in files.items():
            Path(folder, name).write_bytes(data)
        command = ["pip", "compile", next(iter(files)), "--universal", "--no-header", *options]
        command += ["--no-python-downloads", "--python", our_python(), "--output-file", output]
        finished = run_uv(command, cwd=Path(folder))
        if finished.code != 0:
            raise failure(finished, what)
        return Path(folder, output).read_bytes()


def _packages(pins: bytes, targets: Sequence[BundleTarget]) -> Iterator[tuple[str, str, list[Wheel]]]:
    """Yield each pinned package: its name with version, its marker and its wheels.

    Wheels without a pinned hash are left out.
    """
    lowest = min((target.python for target in targets), key=_numbers)
    options = ["--no-deps", "--python-version", lowest, "--format", "pylock.toml"]
    data = uv_compile({"pins.txt": pins}, options, "pylock.toml", "the lists of wheels")
    entries, hashes = parse_toml(data, "pylock.toml").get("packages", []), pinned_hashes(pins)
    assert isinstance(entries, list)
    for entry in entries:
        pinned = hashes.get(entry["name"])
        wheels = [wheel for wheel in map(_wheel, entry.get("wheels", [])) if not pinned or wheel.sha256 in pinned]
        yield f"{entry['name']} {entry.get('version', '')}", entry.get("marker", ""), wheels


def _wheel(entry: Mapping[str, Any]) -> Wheel:
    url = str(entry["url"]) if "url" in entry else Path(entry["path"]).absolute().as_uri()
    name = str(entry.get("name") or unquote(urlsplit(url).path.rpartition("/")[2]))
    return Wheel(name, url, str(entry["hashes"]["sha256"]), entry.get("size"))


def _choose(
    marker: str, wheels: Sequence[Wheel], targets: Sequence[BundleTarget]
) -> tuple[list[Wheel], list[BundleTarget]]:
    """Return the best wheel of a package for each target that needs the package.

    Also returns the targets that have no wheel.
    """
    chosen: list[Wheel] = []
    lacking = []
    for target in targets:
        if marker and not any(map(Marker(marker).evaluate, target.environments)):
            continue
        ranked = [(rank, wheel) for wheel in wheels if (rank := target.rank(wheel)) is not None]
        if ranked:
            chosen.append(min(ranked, key=lambda pair: pair[0])[1])
        else:
            lacking.append(target)
    if not chosen and not lacking and wheels:
        chosen.append(min(wheels, key=lambda wheel: (not wheel.name.endswith("-any.whl"), wheel.size or 0)))
    return chosen, lacking


def _numbers(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return int(major), int(minor)


def _platform_tags(platform: _Platform) -> Iterator[str]:
    if platform.sys_platform == "win32":
        yield "win_amd64"
    elif platform.sys_platform == "linux":
        for minor in _GLIBC:
            yield f"manylinux_2_{minor}_{platform.machine}"
            if minor in _LEGACY:
                yield f"{_LEGACY[minor]}_{platform.machine}"
        yield f"linux_{platform.machine}"
    else:
        first = [f"10_{minor}" for minor in range(9, 17)] if platform.machine == "x86_64" else []
        for version in (*first, *(f"{major}_0" for major in range(11, _MACOS_LAST + 1))):
            yield f"macosx_{version}_{platform.machine}"
            yield f"macosx_{version}_universal2"
