"""Which wheels a bundle needs: of those that uv says there are and that are pinned, the best for each target."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

from starterkit.errors import EnvironmentProblem
from starterkit.runtime.causes import failure
from starterkit.runtime.pins import pinned_hashes
from starterkit.runtime.python_packages import our_python
from starterkit.runtime.uv import run_uv
from starterkit.workshop.bundle.targets import BundleTarget

_SHOWN = 12


@dataclass(frozen=True)
class Wheel:
    """A wheel that is to be fetched; `size` is None where the index does not tell it."""

    name: str
    url: str
    sha256: str
    size: int | None


@dataclass(frozen=True)
class Package:
    """A pinned package with the wheels that there are of it and that are pinned."""

    name: str
    version: str
    marker: str
    wheels: tuple[Wheel, ...]


def wheels_for(pins_files: Iterable[bytes], targets: Sequence[BundleTarget]) -> dict[str, Wheel]:
    """Return the wheels by name that the targets need of all pins files.

    What is pinned for other systems alone comes with one wheel too: pinning again, for all systems, reads it. Raises
    `EnvironmentProblem` naming every package without a wheel for a target; `NoNetworkError`.
    """
    found: dict[str, Wheel] = {}
    missing: dict[str, None] = {}
    for pins in pins_files:
        for package in packages_of(pins, targets):
            chosen, lacking = _chosen(package, targets)
            found.update({wheel.name: wheel for wheel in chosen})
            missing.update(dict.fromkeys(f"{package.name} {package.version} for {target}" for target in lacking))
    if missing:
        lines = list(missing)
        more = [f"and {len(lines) - _SHOWN} more"] if len(lines) > _SHOWN else []
        raise EnvironmentProblem(
            "\n".join(["There is no wheel of these packages:", *lines[:_SHOWN], *more]),
            "Leave out that platform or that Python, or take another Python for it. Nothing was written.",
        )
    return found


def packages_of(pins: bytes, targets: Sequence[BundleTarget]) -> list[Package]:
    """Return the packages of a pins file with their pinned wheels, as the package index tells them."""
    from starterkit.textfile import parse_toml

    lowest = min((target.python for target in targets), key=lambda version: int(version.partition(".")[2]))
    with tempfile.TemporaryDirectory(prefix="starterkit-", ignore_cleanup_errors=True) as name:
        folder = Path(name)
        (folder / "pins.txt").write_bytes(pins)
        command: list[str | Path] = ["pip", "compile", "pins.txt", "--universal", "--no-deps", "--no-header"]
        command += ["--no-python-downloads", "--python", our_python(), "--python-version", lowest]
        command += ["--format", "pylock.toml", "--output-file", "pylock.toml"]
        finished = run_uv(command, cwd=folder)
        if finished.code != 0:
            raise failure(finished, "the lists of the packages' wheels")
        lock = parse_toml((folder / "pylock.toml").read_bytes(), "pylock.toml")
    entries = lock.get("packages", [])
    assert isinstance(entries, list)
    return [_package(entry, pinned_hashes(pins)) for entry in entries]


def _package(entry: Mapping[str, Any], hashes: Mapping[str, frozenset[str]]) -> Package:
    pinned = hashes.get(entry["name"], frozenset())
    wheels = [wheel for wheel in map(_wheel, entry.get("wheels", [])) if wheel.sha256 in pinned or not pinned]
    return Package(entry["name"], str(entry.get("version", "")), entry.get("marker", ""), tuple(wheels))


def _wheel(entry: Mapping[str, Any]) -> Wheel:
    url = str(entry["url"]) if "url" in entry else Path(entry["path"]).absolute().as_uri()
    name = str(entry.get("name") or unquote(urlsplit(url).path.rpartition("/")[2]))
    return Wheel(name, url, str(entry["hashes"]["sha256"]), entry.get("size"))


def _chosen(package: Package, targets: Sequence[BundleTarget]) -> tuple[list[Wheel], list[BundleTarget]]:
    """The best wheel for each target that needs the package, and the targets for which there is none."""
    chosen: dict[str, Wheel] = {}
    lacking = []
    for target in targets:
        if not _is_needed(package, target):
            continue
        best = min(_ranked(package, target), default=None, key=lambda found: found[0])
        if best is None:
            lacking.append(target)
        else:
            chosen[best[1].name] = best[1]
    if not chosen and not lacking and package.wheels:
        chosen[""] = min(package.wheels, key=lambda wheel: (not wheel.name.endswith("-any.whl"), wheel.size or 0))
    return list(chosen.values()), lacking


def _is_needed(package: Package, target: BundleTarget) -> bool:
    from packaging.markers import Marker

    if not package.marker:
        return True
    marker = Marker(package.marker)
    return any(marker.evaluate(dict(environment)) for environment in target.environments)


def _ranked(package: Package, target: BundleTarget) -> Iterator[tuple[int, Wheel]]:
    from packaging.tags import parse_tag

    for wheel in package.wheels:
        tags = parse_tag("-".join(re.sub(r"\.whl$", "", wheel.name).split("-")[-3:]))
        ranks = [target.ranks[tag] for tag in tags if tag in target.ranks]
        if ranks:
            yield min(ranks), wheel
