"""The steps of a workshop's path, read from its own repository."""

from __future__ import annotations

from pathlib import Path

from starterkit.project.path import CommitSource
from starterkit.repository.bare import BareRepository
from starterkit.template import BASE, Template, read_template
from starterkit.workshop.folder import Workshop, open_workshop


def template_of(folder: Path) -> Template:
    """Return the texts of the path of the workshop in this folder."""
    return texts_of(open_workshop(folder))


def texts_of(workshop: Workshop) -> Template:
    """Return the texts of a workshop's path."""
    with BareRepository(workshop.path_repository) as path:
        return read_template(CommitSource(path.reader, workshop.texts))


def start_of(template: Template, at: str) -> tuple[str, bool]:
    """Return the step at which everybody begins, and whether it is solved. Raises `UsageError` for an unknown one."""
    return (BASE, True) if at.lower() == BASE else (template.find_step(at), False)
