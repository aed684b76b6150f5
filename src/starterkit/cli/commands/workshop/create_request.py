"""The arguments of `workshop create` and `workshop import`, and the request that they become."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from starterkit.cli.options import (
    argument,
    console_of,
    data_answers,
    folder_of,
    only_one,
    option,
    whole_number,
)
from starterkit.cli.session import from_elsewhere
from starterkit.errors import UsageError
from starterkit.paths import expand_user_path
from starterkit.process import quoted
from starterkit.project.new import ProjectSpec
from starterkit.template.bundled import bundled_names
from starterkit.template.model import BASE
from starterkit.template.resolve import ResolvedTemplate, locate_bundled
from starterkit.workshop.create import PUSH_JOBS, CreateRequest
from starterkit.workshop.model import is_address
from starterkit.workshop.repositories import metadata_of, start_of
from starterkit.workshop.roster import check_remote_template, read_roster
from starterkit.workshop.store import find_workshop, is_workshop, open_workshop, parse_time

_DEFAULT_FOLDER = "workshop"
_REMOTE_HELP = "Where each person's repository lives: an address with {login} or {folder} in it."
RosterFile = Annotated[str, argument("ROSTER", "A CSV file with the people, as learning platforms export it.")]
Place = Annotated[str, argument("[DIR]", "The workshop's folder; else the one that you are in, else workshop.")]
RemoteTemplate = Annotated[str, option("--remote-template", "ADDRESS", _REMOTE_HELP)]
Due = Annotated[str, option("--due", "TIME", 'When work is due, for example "2026-11-30 17:00".')]


def workshop_request(
    context: typer.Context,
    roster: str,
    place: str,
    framework: str,
    elsewhere: str,
    trusted: bool,
    data: list[str] | None,
    at: str,
    remote_template: str,
    due: str,
    jobs: str,
) -> CreateRequest:
    """Return the request for a workshop. This reads the roster, and may fetch a template."""
    here, folder, answers = folder_of(context), _workshop_folder(context, place), data_answers(data)
    only_one({"--framework": framework, "--template": elsewhere})
    located: ResolvedTemplate | None = None
    if elsewhere:
        located = from_elsewhere(console_of(context), here, elsewhere)
    elif framework:
        located = locate_bundled(framework)

    def order() -> ProjectSpec:
        if located is None:
            raise UsageError(
                "Which framework is the workshop about?",
                f"Name it with --framework: {', '.join(bundled_names())}. `starterkit choose` helps to find one.",
            )
        step, solved = start_of(located.template, at or BASE)
        return ProjectSpec(
            folder,
            located.folder,
            located.template,
            answers,
            step=step,
            solved=solved,
            install=False,
            source=located.source,
            trusted=trusted,
        )

    return CreateRequest(
        folder,
        read_roster(_roster_file(here, folder, roster)),
        order,
        located.source if located else "",
        answers,
        remote_template=_remotes(here, remote_template),
        due=parse_time(due) if due else None,
        start=_start(folder, located, at),
        jobs=whole_number(jobs, "--jobs") or PUSH_JOBS,
    )


def _workshop_folder(context: typer.Context, place: str) -> Path:
    """Return the folder that is named, or the workshop around the current folder, or a new folder."""
    here = folder_of(context)
    if place:
        return expand_user_path(place, here)
    try:
        return find_workshop(here)
    except UsageError:
        return here / _DEFAULT_FOLDER


def _start(folder: Path, located: ResolvedTemplate | None, at: str) -> tuple[str, bool] | None:
    """Return the step at which people begin, and whether it is solved; None if `--at` is missing."""
    if at and is_workshop(folder):
        with metadata_of(open_workshop(folder)) as template:
            return start_of(template, at)
    return start_of(located.template, at) if at and located is not None else None


def _remotes(here: Path, template: str) -> str:
    """Return the template of remotes. A folder is relative to the current folder, not to the workshop."""
    if not template:
        return ""
    check_remote_template(template)
    return template if is_address(template) else os.path.normpath(expand_user_path(template, here.absolute()))


def _roster_file(here: Path, workshop: Path, name: str) -> Path:
    """Return the roster's file. Raises `UsageError` if it is next to the workshop's folder instead."""
    file, sibling = expand_user_path(name, here), workshop.absolute().parent / name
    if not file.exists() and sibling.is_file():
        path = quoted(os.path.relpath(sibling, here.absolute()))
        raise UsageError(
            f"There is no {name} in this folder; there is one beside the workshop's.",
            f"Name that one: `starterkit workshop create {path}`.",
        )
    return file
