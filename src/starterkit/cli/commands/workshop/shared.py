"""Arguments and output that several workshop commands share."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import NAME
from starterkit.cli.console.text import text
from starterkit.cli.options import argument, beginning_with, flag, folder_of, option
from starterkit.errors import ExitCode, StarterkitError
from starterkit.process import quoted
from starterkit.workshop.delivery import Delivery
from starterkit.workshop.model import Workshop
from starterkit.workshop.repositories import metadata_of, reopened
from starterkit.workshop.store import find_workshop, open_workshop

PULL = f"{NAME} pull"


def complete_people(context: typer.Context, incomplete: str) -> list[str]:
    """Return the people of the current workshop for completion, by folder or login."""
    workshop = _workshop_if_any(context)
    if workshop is None:
        return []
    typed = {name for values in context.params.values() if isinstance(values, list | tuple) for name in values}
    people = [person for person in workshop.people if not {person.folder, person.login} & typed]
    folders = beginning_with(incomplete, [person.folder for person in people])
    return folders or beginning_with(incomplete, [person.login for person in people if person.login])


def complete_path_steps(context: typer.Context, incomplete: str) -> list[str]:
    """Return the steps of the current workshop for completion."""
    workshop = _workshop_if_any(context)
    if workshop is None or not workshop.path_repository.is_dir():
        return []
    try:
        with metadata_of(workshop) as template:
            return beginning_with(incomplete, list(template.step_names))
    except StarterkitError:
        return []


def complete_people_and_step(context: typer.Context, incomplete: str) -> list[str]:
    """Return the people of the current workshop for completion. After the first person, return steps too."""
    people = complete_people(context, incomplete)
    return [*people, *complete_path_steps(context, incomplete)] if context.params.get("people_and_step") else people


def _workshop_if_any(context: typer.Context) -> Workshop | None:
    try:
        return open_workshop(workshop_folder(context))
    except (StarterkitError, OSError):
        return None


PeopleNames = Annotated[
    list[str] | None,
    argument("WHO", "Participants to include: a folder, login, e-mail or name (default: all).", complete_people),
]
TrustSubmissions = Annotated[
    bool, flag("--trust-submissions", "If no sandbox is available, run submissions without one (unsafe).")
]
Jobs = Annotated[str, option("--jobs", "N", "Number of participants to work on at the same time (default: 8).")]


def workshop_folder(context: typer.Context) -> Path:
    """Return the folder of the current workshop. Raises `UsageError` outside a workshop."""
    return find_workshop(folder_of(context))


def workshop_with_path(context: typer.Context) -> Workshop:
    """Open the current workshop to change it. Raises `EnvironmentProblem` if its path is missing."""
    return reopened(workshop_folder(context))


def reached_code(unreached: int, asked: int) -> ExitCode:
    """Return the exit code: 0 if all `asked` remotes were reached, 1 if only some were, 4 if none was.

    `unreached` and `asked` are numbers of remotes.
    """
    if not unreached:
        return ExitCode.DONE
    return ExitCode.RED if unreached < asked else ExitCode.ENVIRONMENT


def needs_command(delivered: Delivery) -> bool:
    """True if a person needs a special command, because `starterkit pull` alone doesn't get this change."""
    return bool(delivered.source) or not delivered.is_theirs


def pull_command(delivered: Delivery) -> str:
    """Return the `starterkit pull` command that a person types in their project to get a change."""
    source = quoted(delivered.source) if delivered.source else ""
    if delivered.is_theirs:
        return f"{PULL} {source}".rstrip()
    return f"{PULL} {source or 'origin'} {quoted(delivered.branch)}"


def delivered_as_json(delivered: Delivery | None) -> dict[str, Any]:
    """Return JSON keys for a delivered commit: its branch, and the command that the person types to get it."""
    if delivered is None:
        return {"branch": "", "type": ""}
    return {"branch": delivered.branch, "type": pull_command(delivered)}


def show_zips(console: Console, workshop: Workshop) -> None:
    """Show how the instructor sends a change to people who began with a zip, because they have no remote."""
    if "zip" not in workshop.handouts or console.as_json:
        return
    console.print()
    console.print("Each person who started with a zip file needs a file from you.")
    console.print("To create these files, run this command in this folder:")
    console.verbatim(
        'for repo in repos/*.git; do git --git-dir "$repo" bundle create "$(basename "$repo" .git).bundle" --all; done',
        "bold",
        indent=2,
    )
    console.print("Participants type ", text(f"`{PULL} FILE.bundle`", "bold"), " in their projects.")


def show_pull(console: Console) -> None:
    """Show that participants type `starterkit pull`, without this machine's path of the program."""
    console.print("Participants type ", text(f"`{PULL}`", "bold"), " in their projects.")
