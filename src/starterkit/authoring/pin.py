"""`template pin`: creates the pins of a template, and compiles them again after its packages changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from starterkit.authoring.files import layers_of, read_as_template, read_files, write_template
from starterkit.errors import FileError
from starterkit.git.objects import FILE, File
from starterkit.progress import Progress, no_progress
from starterkit.runtime.pins import pinned_versions
from starterkit.runtime.prepare import compile_pins


@dataclass(frozen=True)
class PinResult:
    """The result of `template pin`: the pins files that changed, and the number of pinned packages."""

    template: Path
    written: tuple[str, ...]
    packages: int


def pin(folder: Path, progress: Progress = no_progress) -> PinResult:
    """Write the pins of project/ and of each layer of a step that has a declaration or pins.

    Packages keep their versions if the declaration allows it. All pins are compiled before the first file is written.
    Raises `NoNetworkError`, `NoSuchPackagesError`, or `FileError` for an invalid template.
    """
    before = read_files(folder)
    template = read_as_template(before, str(folder))
    spec = template.environment
    files, packages = dict(before), set[str]()
    for layer in layers_of(before, template):
        if layer.step and not {layer.folder + spec.declaration, layer.folder + spec.pins} & before.keys():
            continue
        declaration = layer.files.get(spec.declaration)
        if declaration is None:
            fix = f"Add {spec.declaration} to the folder project/ of the template."
            message = "the file that declares the packages is missing"
            raise FileError(layer.folder + spec.declaration, None, message, fix)
        progress(f"Pinning the packages in {spec.declaration} ({layer.label}) …")
        old = layer.files.get(spec.pins)
        pins = compile_pins(declaration.data, old.data if old else None, spec, say=progress)
        files[layer.folder + spec.pins] = File(FILE, pins)
        packages |= set(pinned_versions(pins))
    changed = tuple(path for path, file in files.items() if before.get(path) != file)
    if changed:
        write_template(folder, before, files)
    return PinResult(folder, changed, len(packages))
