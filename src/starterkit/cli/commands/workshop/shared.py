"""What several workshop commands share: arguments, the workshop here, and what people type for an update."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import NAME
from starterkit.cli.console.text import joined, text
from starterkit.cli.options import (
    beginning_with,
    flag,
)
from starterkit.cli.session import folder_of
from starterkit.errors import ExitCode, StarterkitError
from starterkit.process import quoted
from starterkit.workshop.delivery import Delivery
from starterkit.workshop.model import Workshop
from starterkit.workshop.repositories import metadata_of, reopened
from starterkit.workshop.store import find_workshop, open_workshop

PULL = f"{NAME} pull"


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
    workshop = _workshop_if_any(context)
    if workshop is None or not workshop.path_repository.is_dir():
        return []
    try:
        with metadata_of(workshop) as template:
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
Jobs = Annotated[
    str, typer.Option("--jobs", metavar="N", help="So many people at once; else eight.", show_default=False)
]


def workshop_folder(context: typer.Context) -> Path:
    """Return the folder of the workshop that the command was called for. Raises `UsageError` outside of one."""
    return find_workshop(folder_of(context))


def workshop_here(context: typer.Context) -> Workshop:
    """Return that workshop. Raises as `open_workshop` does."""
    return open_workshop(workshop_folder(context))


def workshop_with_path(context: typer.Context) -> Workshop:
    """Return the same, for a command that writes into it. Raises `EnvironmentProblem` where its path is not there."""
    return reopened(workshop_folder(context))


def reached_code(unreached: int, asked: int) -> ExitCode:
    """Return the exit code for remotes: 1 where some could not be reached, 4 where none of them could."""
    if not unreached:
        return ExitCode.DONE
    return ExitCode.RED if unreached < asked else ExitCode.ENVIRONMENT


def pull_command(delivered: Delivery) -> str:
    """Return what the person types for it, in their project."""
    source, branch = quoted(delivered.source), quoted(delivered.branch)
    if delivered.is_theirs:
        return f"{PULL} {source}" if delivered.source else PULL
    return f"{PULL} {source if delivered.source else 'origin'} {branch}"


def show_zips(console: Console, workshop: Workshop) -> None:
    """Say how those get it who began with a zip, which knows no remote; nothing where nobody did."""
    if "zip" not in workshop.handouts or console.as_json:
        return
    console.print()
    console.print("Who began with a zip gets a file from you. Here, this makes them all:")
    console.verbatim(
        'for one in repos/*.git; do git --git-dir "$one" bundle create "$(basename "$one" .git).bundle" --all; done',
        "bold",
        indent=2,
    )
    console.print(joined("They type ", text(f"{PULL} FILE.bundle", "bold"), "."))


def show_pull(console: Console) -> None:
    """Say how those get it for whom it lies where they pull from."""
    # As it is typed on their machines, not on this one: no path of this starterkit.
    console.print(joined("In their projects, they type ", text(PULL, "bold"), "."))
