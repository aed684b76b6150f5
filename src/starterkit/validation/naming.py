"""The templates that are meant: those that are named, or all bundled ones."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from starterkit.errors import UsageError
from starterkit.repository.fetching import parse_address
from starterkit.template import bundled_names
from starterkit.template.located import locate_template
from starterkit.validation.subject import Subject, subject_of


def subjects_of(names: Sequence[str], current: Path, store: Path, *, trusted: bool) -> list[Subject]:
    """Return the templates that are named; all bundled ones where none is. Folders are looked for from `current`.

    Raises `UsageError` for a name that means nothing, and for a git address that is not `trusted`: to validate a
    template is to run its code. Raises `FileError` for a template that is malformed.
    """
    found = []
    for name in names or bundled_names():
        if parse_address(name) is not None and not trusted:
            raise UsageError(
                f"To validate {name} is to install its packages and run its code on this machine.",
                "Look at it first; then say that you trust it with --trust.",
            )
        folder = locate_template(name, current, store).folder
        found.append(subject_of(name, folder, foreign=_foreign(folder)))
    return found


def _foreign(folder: Path) -> Path:
    """Where answers of other people are kept: beside the steps, or for a bundled template in the checkout's tests."""
    beside = folder / "foreign"
    return beside if beside.is_dir() else folder.parents[1] / "tests" / "foreign" / folder.name
