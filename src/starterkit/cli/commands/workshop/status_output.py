"""Show the status of a workshop in the formats that the user asked for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from starterkit.cli.commands.workshop.status_page import BOARD, board
from starterkit.cli.commands.workshop.status_table import as_csv, as_json, show
from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import shown_path
from starterkit.workshop.model import Workshop
from starterkit.workshop.pseudonyms import with_hidden_names, with_known_labels
from starterkit.workshop.status import WorkshopStatus, workshop_status


@dataclass(frozen=True)
class StatusOutput:
    """Shows a workshop's status as a table, CSV or JSON, and writes an HTML page.

    `page` is the page's path (None: no page). With `hide_names`, people have pseudonyms. `stuck_after` is the number of
    minutes until a person counts as stuck.
    """

    console: Console
    as_csv: bool
    page: Path | None
    hide_names: bool
    stuck_after: int

    def show(self, workshop: Workshop) -> None:
        """Show the status from the results that were already collected and graded."""
        named = self.named(workshop_status(workshop, datetime.now(UTC), self.stuck_after, self.console.show_progress))
        self.write_page(named)
        if self.console.as_json:
            page = self.page.absolute() if self.page else None
            self.console.json("workshop status", {**as_json(named), "html": page, "next": "workshop collect"})
        elif self.as_csv:
            self.console.verbatim(as_csv(named))
        else:
            self.show_table(named)

    def named(self, room: WorkshopStatus) -> WorkshopStatus:
        """Return the status with pseudonyms if names are hidden. Otherwise add known pseudonyms to the notes."""
        return with_hidden_names(room) if self.hide_names else with_known_labels(room)

    def write_page(self, room: WorkshopStatus) -> None:
        """Write the HTML page if the user asked for one."""
        if self.page is not None:
            BOARD.write(self.page, board(room))

    def show_table(self, room: WorkshopStatus, lines: int = 0) -> None:
        """Show the table with at most `lines` lines (0: no limit)."""
        show(self.console, room, lines and lines - (self.page is not None))
        if self.page is not None:
            self.console.info(f"Wrote the page {shown_path(self.page)}.")
