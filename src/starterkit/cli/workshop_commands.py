"""The commands for instructors: make a workshop for many people, collect their work, see where everybody is."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from starterkit.cli.options import At, Data, Elsewhere, Framework, Trust, flag, given_answers, whole_number
from starterkit.cli.session import console_of, folder_of
from starterkit.cli.workshop_grading import grader, grader_for_watch
from starterkit.cli.workshop_options import TrustSubmissions, Who, workshop_folder, workshop_here
from starterkit.errors import UsageError
from starterkit.paths import expand_user_folder, expand_user_path
from starterkit.process import quoted

if TYPE_CHECKING:
    from datetime import datetime

    from starterkit.project.creation import Order
    from starterkit.template.located import Located
    from starterkit.workshop.enrolling import Request
    from starterkit.workshop.founding import Wanted

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
Jobs = Annotated[
    str, typer.Option("--jobs", metavar="N", help="So many people at once; else eight.", show_default=False)
]


def create(
    context: typer.Context,
    roster: RosterFile,
    place: Place = "",
    framework: Framework = "",
    template: Elsewhere = "",
    trust: Trust = False,
    data: Data = None,
    at: At = "",
    remote_template: RemoteTemplate = "",
    due: Due = "",
    zips: Annotated[
        str,
        typer.Option("--zip", metavar="FOLDER", help="Write a zip for each person there, to hand out."),
    ] = "",
    folders: Annotated[
        str,
        typer.Option("--folders", metavar="FOLDER", help="Make a working folder for each person there."),
    ] = "",
    jobs: Jobs = "",
) -> int:
    """Make a workshop: one repository for each person or team, all from one rendering.

    With a longer roster, the same again adds who is new; what exists is never touched.
    """
    from starterkit.cli.screens import enrolled
    from starterkit.workshop.enrolling import enrol

    if zips and folders:
        raise UsageError("--zip and --folders exclude each other.", "Choose one of them.")
    console, here = console_of(context), folder_of(context)
    choice = _Choice(context, _place(context, place), framework, template, trust, given_answers(data or []), at)
    request = choice.request(roster, remote_template, due, jobs)
    request = replace(
        request,
        zips=expand_user_folder(zips, here) if zips else None,
        folders=expand_user_folder(folders, here) if folders else None,
    )
    return enrolled.show(console, enrol(request, console.say))


def collect(
    context: typer.Context,
    who: Who = None,
    jobs: Jobs = "",
    and_grade: Annotated[bool, flag("--grade", help="Grade what changed, as `workshop grade` does.")] = False,
    trust_submissions: TrustSubmissions = False,
) -> int:
    """Bring everybody's latest work here, several at once; tell who could not be reached, and why.

    Exit code 1 where some could not be reached, 4 where none could.
    """
    from starterkit.cli.screens import collected
    from starterkit.workshop import collecting
    from starterkit.workshop.founding import working

    console = console_of(context)
    count = whole_number(jobs, "--jobs") or collecting.JOBS
    grade_them = grader(console, trusted=trust_submissions) if and_grade else None
    with working(workshop_folder(context), console.say):
        workshop = workshop_here(context)
        people = workshop.chosen(who or [])
        found = collecting.collect(workshop, people, console.say, jobs=count)
    if grade_them is not None:
        grade_them(workshop, people, console.say)
    return collected.show(console, workshop, found)


def status(
    context: typer.Context,
    as_csv: Annotated[bool, flag("--csv", help="Answer with a line of CSV for each person.")] = False,
    html: Annotated[
        str,
        typer.Option("--html", metavar="FILE", help="Write a page for the room, which loads itself again."),
    ] = "",
    watch: Annotated[bool, flag("--watch", help="Collect, grade what changed and show it, until Ctrl-C.")] = False,
    every: Annotated[
        str, typer.Option("--every", metavar="SECONDS", help="With --watch: how often; else 15.", show_default=False)
    ] = "",
    hide_names: Annotated[bool, flag("--hide-names", help="Neutral names, the same each time, for all eyes.")] = False,
    stuck_after: Annotated[
        str,
        typer.Option(
            "--stuck-after",
            metavar="MINUTES",
            help="Red and without a commit for so long; else 20.",
            show_default=False,
        ),
    ] = "",
    trust_submissions: TrustSubmissions = False,
) -> int:
    """Tell where everybody is: at which step, green or red, when they were last active, who may need a hand.

    Reads only what `collect` and `grade` found; with --watch, it has them done again and again.
    """
    from starterkit.cli.watching import Shown, Troubles, watch_room
    from starterkit.workshop.folder import find_workshop, open_workshop
    from starterkit.workshop.standing import STUCK_MINUTES

    console = console_of(context)
    if as_csv + console.as_json + watch > 1:
        raise UsageError("--json, --csv and --watch exclude each other.", "Choose one of them.")
    page = expand_user_path(html, folder_of(context)) if html else None
    if page is not None:
        from starterkit.cli.screens.board import BOARD

        BOARD.check(page)
    minutes = whole_number(stuck_after, "--stuck-after") or STUCK_MINUTES
    shown = Shown(console, as_csv=as_csv, page=page, hide_names=hide_names, stuck_after=minutes)
    folder = find_workshop(folder_of(context))
    if watch:
        troubles = Troubles()
        grade_them = grader_for_watch(console, troubles, trusted=trust_submissions)
        return watch_room(folder, shown, whole_number(every, "--every") or 15, grade_them, troubles)
    shown.show(open_workshop(folder))
    return 0


def import_classroom(
    context: typer.Context,
    roster: RosterFile,
    place: Place = "",
    framework: Framework = "",
    template: Elsewhere = "",
    trust: Trust = False,
    data: Data = None,
    at: At = "",
    remote_template: RemoteTemplate = "",
    due: Due = "",
    jobs: Jobs = "",
) -> int:
    """Create a workshop from the roster of a GitHub Classroom, and list who has no login."""
    from starterkit.cli.screens import imported
    from starterkit.workshop.enrolling import enrol

    console = console_of(context)
    choice = _Choice(context, _place(context, place), framework, template, trust, given_answers(data or []), at)
    return imported.show(console, enrol(choice.request(roster, remote_template, due, jobs), console.say))


class _Choice:
    """Which path a workshop is to have, as the options say it."""

    def __init__(
        self,
        context: typer.Context,
        folder: Path,
        framework: str,
        elsewhere: str,
        trusted: bool,
        answers: dict[str, str],
        at: str,
    ) -> None:
        if framework and elsewhere:
            raise UsageError("--framework and --template exclude each other.", "Choose one of them.")
        self._context, self._folder = context, folder
        self._framework, self._elsewhere, self._trusted = framework, elsewhere, trusted
        self._answers, self._at = answers, at

    def request(self, roster: str, remote_template: str, due: str, jobs: str) -> Request:
        """Return the request for these people; the roster is read."""
        from starterkit.workshop.enrolling import PUSH_JOBS, Request
        from starterkit.workshop.roster import read_roster

        found = self._located()
        return Request(
            self._folder,
            read_roster(_roster(folder_of(self._context), self._folder, roster)),
            self._wanted(found, self._remotes(remote_template), _time(due)),
            lambda: self._order(found),
            jobs=whole_number(jobs, "--jobs") or PUSH_JOBS,
        )

    def _remotes(self, template: str) -> str:
        """The template of remotes; a folder is one from where the command was typed, wherever the workshop lies."""
        from starterkit.workshop.folder import is_address
        from starterkit.workshop.roster import check_remote_template

        if not template:
            return ""
        check_remote_template(template)
        here = folder_of(self._context).absolute()
        return template if is_address(template) else os.path.normpath(expand_user_path(template, here))

    def _located(self) -> Located | None:
        from starterkit.cli.new_questions import from_elsewhere
        from starterkit.template.located import locate_bundled

        if self._elsewhere:
            return from_elsewhere(console_of(self._context), folder_of(self._context), self._elsewhere)
        return locate_bundled(self._framework) if self._framework else None

    def _wanted(self, found: Located | None, remote_template: str, due: datetime | None) -> Wanted:
        from starterkit.workshop.folder import open_workshop
        from starterkit.workshop.founding import Wanted, is_workshop
        from starterkit.workshop.steps import start_of, texts_of

        start = None
        if self._at and is_workshop(self._folder):
            with texts_of(open_workshop(self._folder)) as template:
                start = start_of(template, self._at)
        elif self._at and found is not None:
            start = start_of(found.template, self._at)
        return Wanted(found.source if found else "", self._answers, start, remote_template, due)

    def _order(self, found: Located | None) -> Order:
        from starterkit.project.creation import Order
        from starterkit.template import BASE, bundled_names
        from starterkit.workshop.steps import start_of

        if found is None:
            raise UsageError(
                "Which framework is the workshop about?",
                f"Name it with --framework: {', '.join(bundled_names())}. `starterkit choose` helps to find one.",
            )
        step, solved = start_of(found.template, self._at or BASE)
        return Order(
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
    from starterkit.workshop.folder import find_workshop

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


def _time(words: str) -> datetime | None:
    from starterkit.workshop.times import parse_time

    return parse_time(words) if words else None
