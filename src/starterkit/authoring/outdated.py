"""`template outdated`: which pins of a template have newer releases, and the template with these."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from starterkit.authoring.files import (
    PROJECT,
    STEPS,
    ProjectLayer,
    layers_of,
    read_as_template,
    read_files,
    write_template,
)
from starterkit.errors import FileError
from starterkit.git.objects import FILE, File
from starterkit.progress import Progress, no_progress
from starterkit.project.layers import Files
from starterkit.template.model import EnvironmentSpec


@dataclass(frozen=True)
class OutdatedPin:
    """A package that has a newer release than the one it is pinned to.

    `layer` is the first layer that pins it so. `allowed` is the newest release that the declaration lets in (the pinned
    one where it holds the package back), `newest` the newest that there is.
    """

    package: str
    layer: str
    pinned: str
    allowed: str
    newest: str


@dataclass(frozen=True)
class Outdated:
    """The pins of a template beside the newest releases, and its files with these (as the declarations allow)."""

    template: Path
    pins: tuple[OutdatedPin, ...]
    packages: int
    files: Files
    before: Files

    @property
    def is_update(self) -> bool:
        """Whether new pins could be taken without a change to a declaration."""
        return self.files != self.before


def outdated(folder: Path, say: Progress = no_progress) -> Outdated:
    """Compare the pins of every layer that brings some with the newest releases; this needs the network.

    Raises `NoNetworkError`, `NoSuchPackagesError`, `FileError`.
    """
    from starterkit.runtime.pins import pinned_versions

    before = read_files(folder)
    template = read_as_template(before, str(folder))
    environment = template.environment
    files, packages = dict(before), set[str]()
    found: dict[tuple[str, str], OutdatedPin] = {}
    compiled: dict[bytes, tuple[bytes, bytes]] = {}
    for layer in layers_of(before, template):
        place = (f"{STEPS}{layer.step}/{layer.kind}/" if layer.step else PROJECT) + environment.pins
        if place not in before:
            continue
        declaration = _declaration(layer, environment, place)
        if declaration not in compiled:
            compiled[declaration] = _newest(declaration, environment, layer.label, say)
        allowed, newest = compiled[declaration]
        pinned = pinned_versions(before[place].data)
        packages |= set(pinned)
        for pin in _behind(pinned, pinned_versions(allowed), pinned_versions(newest), layer.label):
            found.setdefault((pin.package, pin.pinned), pin)
        if any(pinned_versions(allowed).get(name, versions) != versions for name, versions in pinned.items()):
            files[place] = File(FILE, allowed)
    return Outdated(folder, tuple(sorted(found.values(), key=lambda pin: pin.package)), len(packages), files, before)


def write_with_newest(found: Outdated, destination: Path) -> None:
    """Write the template with the newest pins: over the template itself, or into another folder."""
    if destination == found.template:
        write_template(destination, found.before, found.files)
    else:
        write_template(destination, {}, found.files)


def _declaration(layer: ProjectLayer, environment: EnvironmentSpec, place: str) -> bytes:
    file = layer.files.get(environment.declaration)
    if file is None:
        raise FileError(place, None, f"there are pins, and no {environment.declaration} that declares what they pin")
    return file.data


def _newest(declaration: bytes, environment: EnvironmentSpec, label: str, say: Progress) -> tuple[bytes, bytes]:
    from starterkit.runtime.prepare import newest_pins

    say(f"Asking for the newest releases of what {environment.declaration} names ({label}) …")
    allowed = newest_pins(declaration, environment)
    return allowed, newest_pins(declaration, environment, unbound=True)


def _behind(
    pinned: Mapping[str, tuple[str, ...]],
    allowed: Mapping[str, tuple[str, ...]],
    newest: Mapping[str, tuple[str, ...]],
    label: str,
) -> list[OutdatedPin]:
    """The packages of which another version would be pinned now; those that nothing needs any more are left out."""
    found = []
    for name, versions in pinned.items():
        could, there = allowed.get(name, versions), newest.get(name, allowed.get(name, versions))
        if could != versions or there != versions:
            found.append(OutdatedPin(name, label, _shown(versions), _shown(could), _shown(there)))
    return found


def _shown(versions: tuple[str, ...]) -> str:
    return " or ".join(versions)
