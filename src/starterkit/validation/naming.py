"""Which template is meant: a bundled name, a folder, or a git address."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from starterkit.errors import UsageError
from starterkit.repository.elsewhere import clone
from starterkit.template import bundled_folder, bundled_names
from starterkit.validation.subject import Subject, subject_of
from starterkit.yamlfile import nearest

_ADDRESS = re.compile(r"^(?:[a-z][a-z0-9+.-]*://|[\w.-]+@[\w.-]+:)", re.IGNORECASE)


@contextmanager
def subjects_of(names: Sequence[str], *, trusted: bool) -> Iterator[list[Subject]]:
    """Give the block the templates that are named; all bundled ones where none is. Clones last as long as the block.

    Raises `UsageError` for a name that means nothing, and for a git address that is not `trusted`: to validate a
    template is to run its code. Raises `FileError` for a template that is malformed.
    """
    with ExitStack() as stack:
        yield [_subject(name, trusted, stack) for name in (names or bundled_names())]


def _subject(name: str, trusted: bool, stack: ExitStack) -> Subject:
    if _ADDRESS.match(name):
        if not trusted:
            raise UsageError(
                f"To validate {name} is to install its packages and run its code on this machine.",
                "Look at it first; then say that you trust it with --trust.",
            )
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="starterkit-clone-"))) / "template"
        clone(name, folder)
        return subject_of(name, folder, foreign=folder / "foreign")
    if name in bundled_names():
        folder = bundled_folder() / name
        return subject_of(name, folder, foreign=_foreign(folder))
    folder = Path(name)
    if folder.is_dir():
        return subject_of(name, folder.resolve(), foreign=_foreign(folder.resolve()))
    raise UsageError(f'There is no template "{name}", and no folder of that name.', nearest(name, bundled_names()))


def _foreign(folder: Path) -> Path:
    """Where solutions of other people are kept: beside the steps, or for a bundled template in the checkout's tests."""
    beside = folder / "foreign"
    return beside if beside.is_dir() else folder.parents[1] / "tests" / "foreign" / folder.name
