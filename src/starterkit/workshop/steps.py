"""The steps of a workshop's path, read from its own repository."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from starterkit.project.path import CommitSource
from starterkit.repository.bare import BareRepository
from starterkit.template.model import BASE, Template
from starterkit.template.reading import read_template
from starterkit.workshop.folder import Workshop


@contextmanager
def texts_of(workshop: Workshop) -> Iterator[Template]:
    """Give the texts of a workshop's path to the block; they are read when they are asked for."""
    with BareRepository(workshop.path_repository) as path:
        yield read_template(CommitSource(path.reader, workshop.texts))


def start_of(template: Template, at: str) -> tuple[str, bool]:
    """Return the step at which everybody begins, and whether it is solved. Raises `UsageError` for an unknown one."""
    return (BASE, True) if at.lower() == BASE else (template.find_step(at), False)
