"""The command `starterkit workshop status`: its options and its output."""

from __future__ import annotations

from typing import Annotated

import typer

from starterkit.cli.commands.workshop.shared import TrustSubmissions, workshop_folder
from starterkit.cli.commands.workshop.status_output import StatusOutput
from starterkit.cli.commands.workshop.status_page import BOARD
from starterkit.cli.options import console_of, flag, folder_of, option, whole_number
from starterkit.errors import UsageError
from starterkit.paths import expand_user_path
from starterkit.workshop.status import STUCK_MINUTES
from starterkit.workshop.store import open_workshop

_SECONDS = 15


def status(
    context: typer.Context,
    as_csv: Annotated[bool, flag("--csv", "Print CSV, with one line for each person.")] = False,
    html: Annotated[str, option("--html", "FILE", "HTML file to write. The page reloads itself in the browser.")] = "",
    watch: Annotated[
        bool, flag("--watch", "Keep collecting work, grading it and showing the status. Press Ctrl-C to stop.")
    ] = False,
    every: Annotated[
        str, option("--every", "SECONDS", "With --watch: seconds to wait before the next update (default: 15).")
    ] = "",
    hide_names: Annotated[
        bool, flag("--hide-names", "Show pseudonyms instead of names. Each participant keeps the same pseudonym.")
    ] = False,
    stuck_after: Annotated[
        str,
        option(
            "--stuck-after",
            "MINUTES",
            "After MINUTES with failing tests and no commit, participants count as stuck (default: 20).",
        ),
    ] = "",
    trust_submissions: TrustSubmissions = False,
) -> int:
    """Show each participant's step, test results and last activity.

    The status comes from the last `starterkit workshop collect` and `starterkit workshop grade`.

    With --watch, starterkit keeps collecting, grading and updating the status.
    """
    console = console_of(context)
    if as_csv + console.as_json + watch > 1:
        raise UsageError("--json, --csv and --watch can't be combined.", "Use only one of these options.")
    page = expand_user_path(html, folder_of(context)) if html else None
    if page is not None:
        BOARD.check(page)
    minutes = whole_number(stuck_after, "--stuck-after") or STUCK_MINUTES
    shown = StatusOutput(console, as_csv=as_csv, page=page, hide_names=hide_names, stuck_after=minutes)
    folder = workshop_folder(context)
    if watch:
        from starterkit.cli.commands.workshop import status_watch  # noqa: PLC0415 - slow, and only --watch needs it

        seconds = whole_number(every, "--every") or _SECONDS
        return status_watch.grade_and_watch(folder, shown, seconds, trusted=trust_submissions)
    shown.show(open_workshop(folder))
    return 0
