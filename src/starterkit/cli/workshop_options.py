"""What the commands for instructors share: their arguments, and the workshop that they work on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from starterkit.cli.options import flag
from starterkit.cli.session import folder_of

if TYPE_CHECKING:
    from starterkit.workshop.folder import Workshop

Who = Annotated[
    list[str] | None,
    typer.Argument(metavar="[WHO]...", help="Only these people, by folder, login, e-mail or name.", show_default=False),
]
TrustSubmissions = Annotated[
    bool, flag("--trust-submissions", help="Start submissions without a sandbox, where there is none.")
]


def workshop_here(context: typer.Context) -> Workshop:
    """Return the workshop that the command was called for. Raises as `open_workshop` does."""
    from starterkit.workshop.folder import find_workshop, open_workshop

    return open_workshop(find_workshop(folder_of(context)))


def workshop_with_path(context: typer.Context) -> Workshop:
    """Return the same, for a command that writes into it. Raises `MissingError` where its path is not there."""
    from starterkit.workshop.folder import find_workshop
    from starterkit.workshop.founding import reopened

    return reopened(find_workshop(folder_of(context)))
