"""Showing where everybody in a workshop is, once or again and again."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from starterkit.cli.console import Console
from starterkit.cli.invocation import shown_path
from starterkit.cli.screens import stood

if TYPE_CHECKING:
    from starterkit.workshop.folder import Workshop
    from starterkit.workshop.rounds import Grade
    from starterkit.workshop.standing import Room


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
        from starterkit.workshop.standing import room

        self.show_room(room(workshop, datetime.now(UTC), self.stuck_after, self.console.say))

    def show_room(self, room: Room) -> None:
        """Show the room."""
        if self.hide_names:
            from starterkit.workshop.labels import with_hidden_names

            room = with_hidden_names(room)
        if self.page is not None:
            from starterkit.cli.screens.board import BOARD, board

            BOARD.write(self.page, board(room))
        if self.console.as_json:
            page = str(self.page.absolute()) if self.page else None
            self.console.json("workshop status", {**stood.as_json(room), "html": page, "next": "workshop collect"})
        elif self.as_csv:
            self.console.exact(stood.as_csv(room))
        else:
            stood.show(self.console, room)
            if self.page is not None:
                self.console.note(f"The page for the room is {shown_path(self.page)}.")


def watch_room(folder: Path, shown: Shown, seconds: int, grade: Grade | None = None) -> int:
    """Collect, grade what changed, and show the room, every so many seconds, until Ctrl-C.

    Where the answer goes to a file or a pipe, the table is shown again only when something in it changed.
    """
    from starterkit.workshop.folder import open_workshop
    from starterkit.workshop.rounds import one_round

    console, before = shown.console, None
    console.farewell = "The watch is over. Everything that was collected is kept."
    while True:
        begun = time.monotonic()
        room = one_round(open_workshop(folder), grade, console.say, stuck_after=shown.stuck_after)
        now = [stood.person_as_json(one) for one in room.people]
        if console.shows_screen or now != before or shown.page is not None:
            console.clear()
            shown.show_room(room)
            console.flush()
        before = now
        time.sleep(max(0.5, seconds - (time.monotonic() - begun)))
