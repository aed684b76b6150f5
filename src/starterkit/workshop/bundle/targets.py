"""The machines that a bundle is for: platforms and Pythons, as the tags of wheels and the markers of pins see them.

Home-made, because pip takes single tags only (`manylinux_2_35_x86_64` excludes `manylinux_2_28_x86_64`), and uv needs
one run for each machine and pins file, prefers the newest systems, and drops what only other systems need.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

from starterkit.errors import UsageError
from starterkit.runtime.bundle import this_platform, this_python
from starterkit.yamlfile import did_you_mean

if TYPE_CHECKING:
    from packaging.tags import Tag

# The oldest systems first, so that a wheel for many machines goes before one for the newest alone: glibc from 2.5 to
# 2.35 (Ubuntu 22.04), macOS from 10.9 and 11 to 15.
_GLIBC = range(5, 36)
_LEGACY = {5: "manylinux1", 12: "manylinux2010", 17: "manylinux2014"}
_MACOS_LAST = 15
_OLDEST_PYTHON = (3, 11)
_PYTHON = re.compile(r"3\.(\d{1,2})")


@dataclass(frozen=True)
class _Platform:
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
    """One kind of machine: a platform with a Python (`3.11`)."""

    platform: str
    python: str

    def __str__(self) -> str:
        return f"{self.platform} with Python {self.python}"

    @cached_property
    def ranks(self) -> Mapping[Tag, int]:
        """The tags of wheels that run there; the lower the number, the better."""
        from packaging.tags import compatible_tags, cpython_tags

        version = _numbers(self.python)
        name = f"cp{version[0]}{version[1]}"
        platforms = list(_platform_tags(PLATFORMS[self.platform]))
        own = cpython_tags(version, abis=[name], platforms=platforms)
        found: dict[Tag, int] = {}
        for tag in (*own, *compatible_tags(version, name, platforms)):
            found.setdefault(tag, len(found))
        return found

    @property
    def environments(self) -> tuple[dict[str, str], ...]:
        """What markers of pins see there: with the first release of that Python, and with a late one."""
        place = PLATFORMS[self.platform]
        return tuple(
            {
                "implementation_name": "cpython",
                "implementation_version": full,
                "os_name": place.os_name,
                "platform_machine": place.machine,
                "platform_python_implementation": "CPython",
                "platform_release": "",
                "platform_system": place.system,
                "platform_version": "",
                "python_full_version": full,
                "python_version": self.python,
                "sys_platform": place.sys_platform,
            }
            for full in (f"{self.python}.0", f"{self.python}.99")
        )


def platforms_of(words: Sequence[str]) -> tuple[str, ...]:
    """Return the platforms that are named; none: this machine's. Raises `UsageError` for an unknown one."""
    for word in words:
        if word not in PLATFORMS:
            raise UsageError(f'There is no platform "{word}".', did_you_mean(word, list(PLATFORMS)))
    if not words and this_platform() not in PLATFORMS:
        raise UsageError(
            f"This machine ({this_platform()}) is none of the platforms that bundles can be for.",
            f"Name one with --platform: {', '.join(PLATFORMS)}.",
        )
    return tuple(dict.fromkeys(words)) or (this_platform(),)


def pythons_of(words: Sequence[str]) -> tuple[str, ...]:
    """Return the Pythons that are named; none: the one that runs this. Raises `UsageError` for what is no version."""
    for word in words:
        if not _PYTHON.fullmatch(word) or _numbers(word) < _OLDEST_PYTHON:
            raise UsageError(
                f'--python wants a version from 3.11 on, and found "{word}".', "For example: --python 3.12"
            )
    return tuple(dict.fromkeys(words)) or (this_python(),)


def sorted_pythons(words: Sequence[str]) -> tuple[str, ...]:
    """Return versions of Python, each once, the oldest first."""
    return tuple(sorted(dict.fromkeys(words), key=_numbers))


def _numbers(version: str) -> tuple[int, int]:
    major, _, minor = version.partition(".")
    return int(major), int(minor)


def _platform_tags(place: _Platform) -> Iterator[str]:
    if place.sys_platform == "win32":
        yield "win_amd64"
    elif place.sys_platform == "linux":
        for minor in _GLIBC:
            yield f"manylinux_2_{minor}_{place.machine}"
            if minor in _LEGACY:
                yield f"{_LEGACY[minor]}_{place.machine}"
        yield f"linux_{place.machine}"
    else:
        first = [f"10_{minor}" for minor in range(9, 17)] if place.machine == "x86_64" else []
        for version in (*first, *(f"{major}_0" for major in range(11, _MACOS_LAST + 1))):
            yield f"macosx_{version}_{place.machine}"
            yield f"macosx_{version}_universal2"
