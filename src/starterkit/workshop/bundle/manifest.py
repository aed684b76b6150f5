"""The frameworks of a bundle: where their pins are found, and bundle.yml, which says what is in it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import UsageError
from starterkit.git.bare import BareRepository
from starterkit.project.learning_path import LearningPath
from starterkit.runtime.bundle import BUNDLE_FORMAT, BundleManifest
from starterkit.template.bundled import bundled_template
from starterkit.template.load import read_template
from starterkit.template.model import BASE, EnvironmentSpec, FolderSource, Template
from starterkit.template.resolve import BUNDLED
from starterkit.workshop.model import Workshop

TEMPLATES = "templates"


@dataclass(frozen=True)
class BundleFramework:
    """One framework of a bundle, with all pins of its path; `folder` is that of a template that lies in the bundle."""

    name: str
    environment: EnvironmentSpec
    pins: tuple[bytes, ...]
    folder: Path | None = None


def bundled_framework(name: str) -> BundleFramework:
    """Return a framework that comes with starterkit. Raises `UsageError` for an unknown one."""
    folder, template = bundled_template(name)
    return BundleFramework(template.name, template.environment, _pins_in(folder, template))


def framework_in(folder: Path) -> BundleFramework:
    """Return the framework of a template in a folder, which the bundle is to hold."""
    template = read_template(FolderSource(folder))
    return BundleFramework(template.name, template.environment, _pins_in(folder, template), folder)


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
    lines = [
        "# A bundle of starterkit: packages for a room without internet. README.txt says what to type.",
        f"format: {BUNDLE_FORMAT}",
        f"version: {json.dumps(contents.version)}",
        f"date: {json.dumps(contents.date)}",
        f"frameworks: {_list(contents.frameworks)}",
        f"platforms: {_list(contents.platforms)}",
        f"pythons: {_list(contents.pythons)}",
        f"registry: {json.dumps(contents.registry)}",
        f"npm: {json.dumps(contents.npm)}",
        "files:",
    ]
    lines += [
        f'  - {{name: {json.dumps(file.name)}, size: {file.size}, sha256: "{file.sha256}"}}' for file in contents.files
    ]
    return "".join(f"{line}\n" for line in lines).encode()


def _list(words: Sequence[str]) -> str:
    return f"[{', '.join(map(json.dumps, words))}]"


def _pins_in(folder: Path, template: Template) -> tuple[bytes, ...]:
    return tuple(dict.fromkeys(_pins_files(folder, template)))


def _pins_files(folder: Path, template: Template) -> Iterator[bytes]:
    steps = (folder / "steps" / name / layer for name in template.step_names for layer in ("given", "solution"))
    for place in (folder / "project", *steps):
        file = place / template.environment.pins
        if file.is_file():
            yield file.read_bytes()
