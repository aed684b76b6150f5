"""`starterkit workshop status`."""

from __future__ import annotations

from typing import Annotated

import typer

from starterkit.cli.commands.workshop.shared import TrustSubmissions
from starterkit.cli.commands.workshop.status_page import BOARD
from starterkit.cli.commands.workshop.status_watch import Shown, watch_room
from starterkit.cli.options import flag, whole_number
from starterkit.cli.session import console_of, folder_of
from starterkit.errors import UsageError
from starterkit.paths import expand_user_path
from starterkit.workshop.status import STUCK_MINUTES
from starterkit.workshop.store import find_workshop, open_workshop


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
    console = console_of(context)
    if as_csv + console.as_json + watch > 1:
        raise UsageError("--json, --csv and --watch exclude each other.", "Choose one of them.")
    page = expand_user_path(html, folder_of(context)) if html else None
    if page is not None:
        BOARD.check(page)
    minutes = whole_number(stuck_after, "--stuck-after") or STUCK_MINUTES
    shown = Shown(console, as_csv=as_csv, page=page, hide_names=hide_names, stuck_after=minutes)
    folder = find_workshop(folder_of(context))
    if watch:
        # Imported here, because the sandbox and what it needs take 0.1 s to import.
        from starterkit.cli.commands.workshop.grading import Troubles, grader_for_watch

        troubles = Troubles()
        grade_them = grader_for_watch(console, troubles, trusted=trust_submissions)
        return watch_room(folder, shown, whole_number(every, "--every") or 15, grade_them, troubles)
    shown.show(open_workshop(folder))
    return 0
