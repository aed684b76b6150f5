"""Showing where everybody in a workshop is, once or again and again."""

from __future__ import annotations

import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from starterkit.cli.commands.workshop.status_page import BOARD, board
from starterkit.cli.commands.workshop.status_table import as_csv, as_json, called, person_as_json, show
from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import shown_path
from starterkit.crash_report import error_of
from starterkit.workshop.model import Workshop
from starterkit.workshop.pseudonyms import with_hidden_names, with_known_labels
from starterkit.workshop.status import WorkshopStatus, workshop_status
from starterkit.workshop.store import open_workshop
from starterkit.workshop.watch import GradePeople, watch_once

if TYPE_CHECKING:
    from starterkit.cli.commands.workshop.grading import Troubles


@dataclass(frozen=True)
class Shown:
    """How the room is shown: as a table, CSV or JSON, and as a page beside it."""

    console: Console
    as_csv: bool
    page: Path | None
    hide_names: bool
    stuck_after: int

    def show(self, workshop: Workshop) -> None:
        """Show where everybody is, from the results that are there."""
        found = self.named(workshop_status(workshop, datetime.now(UTC), self.stuck_after, self.console.show_progress))
        self.write_page(found)
        if self.console.as_json:
            page = str(self.page.absolute()) if self.page else None
            self.console.json("workshop status", {**as_json(found), "html": page, "next": "workshop collect"})
        elif self.as_csv:
            self.console.verbatim(as_csv(found))
        else:
            self.show_table(found)

    def named(self, room: WorkshopStatus) -> WorkshopStatus:
        """Return the room with the names under which it is shown."""
        return with_hidden_names(room) if self.hide_names else with_known_labels(room)

    def write_page(self, room: WorkshopStatus) -> None:
        """Write the page for the room, where one is wanted."""
        if self.page is not None:
            BOARD.write(self.page, board(room))

    def show_table(self, room: WorkshopStatus, lines: int = 0) -> None:
        """Show the table, in at most so many lines (0: in as many as it takes)."""
        show(self.console, room, lines and lines - (self.page is not None))
        if self.page is not None:
            self.console.info(f"The page for the room is {shown_path(self.page)}.")


def watch_room(folder: Path, shown: Shown, seconds: int, grade: GradePeople | None, troubles: Troubles) -> int:
    """Collect, grade what changed, and show the room, every so many seconds, until Ctrl-C.

    Where the answer goes to a file or a pipe, the table is shown again only when something in it changed. A round that
    fails (somebody is just editing workshop.yml, say) is told, and the next one is made.
    """
    console, seen, view = shown.console, None, _View(shown, troubles)
    console.farewell = "The watch is over. Everything that was collected is kept."
    while True:
        begun = time.monotonic()
        troubles.begin_round()
        try:
            seen = watch_once(
                open_workshop(folder), grade, console.show_progress, stuck_after=shown.stuck_after, show=view.update
            )
        except Exception as wrong:
            if seen is None or isinstance(wrong, BrokenPipeError):
                raise
            told = error_of(wrong)
            seen = replace(seen, at=datetime.now(UTC))
            troubles.of_this_round.append(("Not up to date:", told.message, told.fix))
        view.update(seen)
        time.sleep(max(0.5, seconds - (time.monotonic() - begun)))


class _View:
    """What is seen of a watched room: the page, and the table with what went wrong below it."""

    def __init__(self, shown: Shown, troubles: Troubles) -> None:
        self._shown, self._troubles = shown, troubles
        self._before: object = None

    def update(self, room: WorkshopStatus) -> None:
        """Show the room; on a screen, no more of it than that holds."""
        shown, console = self._shown, self._shown.console
        room = shown.named(room)
        told = self._troubles.told({one.person.folder: called(one) for one in room.people})
        shown.write_page(room)
        now = ([person_as_json(one) for one in room.people], told)
        if not console.shows_screen and now == self._before:
            return
        self._before = now
        console.clear()
        below = 1 + sum(console.error_height(*one) for one in told)  # one line for what is done next
        shown.show_table(room, max(1, console.lines - below) if console.shows_screen else 0)
        for one in told:
            console.error(*one)
        console.flush()
