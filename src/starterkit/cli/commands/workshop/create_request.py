"""Which workshop `create` and `import` are to make: their arguments, and the request they become."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from starterkit.cli.new_questions import from_elsewhere
from starterkit.cli.options import given_answers, whole_number
from starterkit.cli.session import console_of, folder_of
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

DEFAULT_FOLDER = "workshop"
RosterFile = Annotated[
    str, typer.Argument(metavar="ROSTER", help="A CSV file with the people, as learning platforms export it.")
]
Place = Annotated[
    str,
    typer.Argument(
        metavar="[DIR]", help="The workshop's folder; else the one that you are in, else workshop.", show_default=False
    ),
]
RemoteTemplate = Annotated[
    str,
    typer.Option(
        "--remote-template",
        metavar="ADDRESS",
        help="Where each person's repository lives: an address with {login} or {folder} in it.",
        show_default=False,
    ),
]
Due = Annotated[
    str,
    typer.Option("--due", metavar="TIME", help='When work is due, for example "2026-11-30 17:00".', show_default=False),
]


class WorkshopChoice:
    """Which path a workshop is to have, as the options say it."""

    def __init__(
        self,
        context: typer.Context,
        place: str,
        framework: str,
        elsewhere: str,
        trusted: bool,
        data: list[str] | None,
        at: str,
    ) -> None:
        self._context, self._folder = context, _place(context, place)
        self._answers, self._at = given_answers(data or []), at
        if framework and elsewhere:
            raise UsageError("--framework and --template exclude each other.", "Choose one of them.")
        self._framework, self._elsewhere, self._trusted = framework, elsewhere, trusted

    def request(self, roster: str, remote_template: str, due: str, jobs: str) -> CreateRequest:
        """Return the request for these people; the roster is read."""
        found = self._located()
        return CreateRequest(
            self._folder,
            read_roster(_roster(folder_of(self._context), self._folder, roster)),
            lambda: self._order(found),
            found.source if found else "",
            self._answers,
            remote_template=self._remotes(remote_template),
            due=parse_time(due) if due else None,
            start=self._start(found),
            jobs=whole_number(jobs, "--jobs") or PUSH_JOBS,
        )

    def _remotes(self, template: str) -> str:
        """The template of remotes; a folder is one from where the command was typed, wherever the workshop lies."""
        if not template:
            return ""
        check_remote_template(template)
        here = folder_of(self._context).absolute()
        return template if is_address(template) else os.path.normpath(expand_user_path(template, here))

    def _located(self) -> ResolvedTemplate | None:
        if self._elsewhere:
            return from_elsewhere(console_of(self._context), folder_of(self._context), self._elsewhere)
        return locate_bundled(self._framework) if self._framework else None

    def _start(self, found: ResolvedTemplate | None) -> tuple[str, bool] | None:
        """The step of --at. The template of a workshop that exists knows its steps."""
        if self._at and is_workshop(self._folder):
            with metadata_of(open_workshop(self._folder)) as template:
                return start_of(template, self._at)
        return start_of(found.template, self._at) if self._at and found is not None else None

    def _order(self, found: ResolvedTemplate | None) -> ProjectSpec:
        if found is None:
            raise UsageError(
                "Which framework is the workshop about?",
                f"Name it with --framework: {', '.join(bundled_names())}. `starterkit choose` helps to find one.",
            )
        step, solved = start_of(found.template, self._at or BASE)
        return ProjectSpec(
            self._folder,
            found.folder,
            found.template,
            self._answers,
            step=step,
            solved=solved,
            install=False,
            source=found.source,
            trusted=self._trusted,
        )


def _place(context: typer.Context, words: str) -> Path:
    """The workshop's folder: the one that is named, the one that lies around here, or one to make."""
    here = folder_of(context)
    if words:
        return expand_user_path(words, here)
    try:
        return find_workshop(here)
    except UsageError:
        return here / DEFAULT_FOLDER


def _roster(here: Path, workshop: Path, words: str) -> Path:
    """The file of a roster. Raises `UsageError` where it is not here, and lies beside the workshop's folder."""
    file, beside = expand_user_path(words, here), workshop.absolute().parent / words
    if not file.exists() and beside.is_file():
        way = quoted(os.path.relpath(beside, here.absolute()))
        raise UsageError(
            f"There is no {words} in this folder; there is one beside the workshop's.",
            f"Name that one: `starterkit workshop create {way}`.",
        )
    return file
