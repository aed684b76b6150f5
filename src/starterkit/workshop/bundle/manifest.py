"""The frameworks of a bundle with their pins, and bundle.yml, which lists what the bundle holds."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

from starterkit.errors import UsageError
from starterkit.git.bare import BareRepository
from starterkit.project.learning_path import LearningPath
from starterkit.runtime.bundle import BUNDLE_FORMAT, BundleManifest
from starterkit.template.bundled import bundled_template
from starterkit.template.load import read_template
from starterkit.template.model import BASE, EnvironmentSpec, FolderSource
from starterkit.template.resolve import BUNDLED
from starterkit.workshop.model import Workshop

TEMPLATES = "templates"


@dataclass(frozen=True)
class BundleFramework:
    """One framework of a bundle, with all pins of its path. `folder` is set for an external template."""

    name: str
    environment: EnvironmentSpec
    pins: tuple[bytes, ...]
    folder: Path | None = None


def bundled_framework(name: str) -> BundleFramework:
    """Return a framework that comes with starterkit. Raises `UsageError` for an unknown one."""
    return replace(framework_in(bundled_template(name)[0]), folder=None)


def framework_in(folder: Path) -> BundleFramework:
    """Return the framework of an external template, which the bundle will hold."""
    template = read_template(FolderSource(folder))
    layers = (folder / "steps" / name / layer for name in template.step_names for layer in ("given", "solution"))
    files = (layer / template.environment.pins for layer in (folder / "project", *layers))
    pins = dict.fromkeys(file.read_bytes() for file in files if file.is_file())
    return BundleFramework(template.name, template.environment, tuple(pins), folder)


def framework_of(workshop: Workshop) -> BundleFramework:
    """Return the framework of a workshop, with the pins of its own path."""
    with BareRepository(workshop.path_repository) as repository:
        path = LearningPath(repository, workshop.path, workshop.texts)
        template = path.template
        if not workshop.template.startswith(BUNDLED):
            raise UsageError(
                f"This workshop's template came from elsewhere ({workshop.template}), and is to lie in the bundle.",
                "Say where it is: `starterkit workshop bundle DIR --template PLACE`.",
            )
        layers = [(BASE, True), *((name, solved) for name in template.step_names for solved in (False, True))]
        entries = (path.layer(step, solved=solved).get(template.environment.pins) for step, solved in layers)
        pins = dict.fromkeys(repository.reader.blob(entry.id) for entry in entries if entry is not None)
        return BundleFramework(template.name, template.environment, tuple(pins))


def contents_bytes(contents: BundleManifest) -> bytes:
    """Return bundle.yml."""
    values = {"format": BUNDLE_FORMAT, **vars(contents)}
    del values["files"]
    lines = [
        "# A bundle of starterkit: packages for a room without internet. README.txt says what to type.",
        *(f"{key}: {json.dumps(value)}" for key, value in values.items()),
        "files:",
        *(f'  - {{name: {json.dumps(f.name)}, size: {f.size}, sha256: "{f.sha256}"}}' for f in contents.files),
    ]
    return "".join(f"{line}\n" for line in lines).encode()
