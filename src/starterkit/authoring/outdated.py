"""`template outdated`: finds newer releases of a template's packages, and updates its pins."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from starterkit.authoring.files import (
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
from starterkit.runtime.pins import pinned_versions
from starterkit.runtime.prepare import newest_pins


@dataclass(frozen=True)
class OutdatedPin:
    """A package whose pin isn't the newest release. The declaration allows releases up to `allowed`.

    `layer` is the first layer with this pin. The versions are texts, such as "1.2" or "1.2 or 1.3".
    """

    package: str
    layer: str
    pinned: str
    allowed: str
    newest: str


@dataclass(frozen=True)
class Outdated:
    """The result of `template outdated`.

    `packages` counts all pinned packages. `before` are the template's files, and `files` are the same files with the
    newest allowed pins.
    """

    template: Path
    pins: tuple[OutdatedPin, ...]
    packages: int
    files: Files
    before: Files

    @property
    def is_update(self) -> bool:
        """True if at least one pin can be updated without changing a declaration.

        A declaration is, for example, pyproject.toml.
        """
        return self.files != self.before


def outdated(folder: Path, progress: Progress = no_progress) -> Outdated:
    """Compare a template's pins with the newest releases. This changes no file.

    Raises `NoNetworkError`, `NoSuchPackagesError`, or `FileError` for an invalid template.
    """
    before = read_files(folder)
    template = read_as_template(before, str(folder))
    spec = template.environment
    files, packages = dict(before), set[str]()
    pins: dict[tuple[str, str], OutdatedPin] = {}
    compiled: dict[bytes, tuple[bytes, bytes]] = {}
    for layer in layers_of(before, template):
        name = layer.folder + spec.pins
        if name not in before:
            continue
        declaration = layer.files.get(spec.declaration)
        if declaration is None:
            fix = f"Add {spec.declaration} to the folder project/ of the template."
            message = f"the packages of this file come from {spec.declaration}, which is missing"
            raise FileError(name, None, message, fix)
        if declaration.data not in compiled:
            progress(f"Looking up the newest releases of the packages in {spec.declaration} ({layer.label}) …")
            allowed_pins = newest_pins(declaration.data, spec)
            compiled[declaration.data] = allowed_pins, newest_pins(declaration.data, spec, unbound=True)
        allowed, newest = compiled[declaration.data]
        behind = _behind(layer, before[name].data, allowed, newest)
        packages |= set(pinned_versions(before[name].data))
        for pin in behind:
            pins.setdefault((pin.package, pin.pinned), pin)
        if any(pin.allowed != pin.pinned for pin in behind):
            files[name] = File(FILE, allowed)
    return Outdated(folder, tuple(sorted(pins.values(), key=lambda pin: pin.package)), len(packages), files, before)


def _behind(layer: ProjectLayer, pins: bytes, allowed: bytes, newest: bytes) -> list[OutdatedPin]:
    outdated_pins = []
    allowed_versions, newest_versions = pinned_versions(allowed), pinned_versions(newest)
    for name, versions in pinned_versions(pins).items():
        could = allowed_versions.get(name, versions)
        newer = newest_versions.get(name, could)
        if could != versions or newer != versions:
            shown = (" or ".join(each) for each in (versions, could, newer))
            outdated_pins.append(OutdatedPin(name, layer.label, *shown))
    return outdated_pins


def write_with_newest(outdated: Outdated, destination: Path) -> None:
    """Write the template with the newest allowed pins into `destination`.

    This may be the template's own folder.
    """
    write_template(destination, outdated.before if destination == outdated.template else {}, outdated.files)
