"""What the commands for instructors share: their arguments, what completes them, and the workshop that they work on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from starterkit.cli.options import beginning_with, flag
from starterkit.cli.session import folder_of
from starterkit.errors import StarterkitError

if TYPE_CHECKING:
    from pathlib import Path

    from starterkit.workshop.folder import Workshop


def complete_people(context: typer.Context, incomplete: str) -> list[str]:
    """Return the people of the workshop here that a word may become: their folders, or logins where no folder fits."""
    workshop = _workshop_if_any(context)
    if workshop is None:
        return []
    typed = {word for words in context.params.values() if isinstance(words, list | tuple) for word in words}
    people = [one for one in workshop.people if not {one.folder, one.login} & typed]
    folders = beginning_with(incomplete, (one.folder for one in people))
    return folders or beginning_with(incomplete, (one.login for one in people if one.login))


def complete_path_steps(context: typer.Context, incomplete: str) -> list[str]:
    """Return the steps of the path of the workshop here that a word may become."""
    from starterkit.workshop.steps import texts_of

    workshop = _workshop_if_any(context)
    if workshop is None or not workshop.path_repository.is_dir():
        return []
    try:
        with texts_of(workshop) as template:
            return beginning_with(incomplete, template.step_names)
    except StarterkitError:
        return []


def complete_people_and_step(context: typer.Context, incomplete: str) -> list[str]:
    """Return the people that a word may become, and the steps, which come last."""
    people = complete_people(context, incomplete)
    return [*people, *complete_path_steps(context, incomplete)] if context.params.get("words") else people


def _workshop_if_any(context: typer.Context) -> Workshop | None:
    try:
        return workshop_here(context)
    except (StarterkitError, OSError):
        return None


Who = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[WHO]...",
        help="Only these people, by folder, login, e-mail or name.",
        show_default=False,
        autocompletion=complete_people,
    ),
]
TrustSubmissions = Annotated[
    bool, flag("--trust-submissions", help="Start submissions without a sandbox, where there is none.")
]


def workshop_folder(context: typer.Context) -> Path:
    """Return the folder of the workshop that the command was called for. Raises `UsageError` outside of one."""
    from starterkit.workshop.folder import find_workshop

    return find_workshop(folder_of(context))


def workshop_here(context: typer.Context) -> Workshop:
    """Return that workshop. Raises as `open_workshop` does."""
    from starterkit.workshop.folder import open_workshop

    return open_workshop(workshop_folder(context))


def workshop_with_path(context: typer.Context) -> Workshop:
    """Return the same, for a command that writes into it. Raises `MissingError` where its path is not there."""
    from starterkit.workshop.founding import reopened

    return reopened(workshop_folder(context))
