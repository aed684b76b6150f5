"""The command `starterkit workshop status --watch`: its options and its output."""

from __future__ import annotations

import time
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from starterkit.cli.commands.workshop.grading import Troubles, grader_for_watch
from starterkit.cli.commands.workshop.status_output import StatusOutput
from starterkit.cli.commands.workshop.status_table import called, person_as_json
from starterkit.crash_report import error_of
from starterkit.workshop.status import WorkshopStatus
from starterkit.workshop.store import open_workshop
from starterkit.workshop.watch import GradePeople, watch_once


def grade_and_watch(folder: Path, shown: StatusOutput, seconds: int, *, trusted: bool) -> int:
    """Watch a workshop until Ctrl-C. If there is a sandbox, grade new work in each round."""
    troubles = Troubles()
    grade = grader_for_watch(shown.console, troubles, trusted=trusted)
    return watch_room(folder, shown, seconds, grade, troubles)


def watch_room(folder: Path, shown: StatusOutput, seconds: int, grade: GradePeople | None, troubles: Troubles) -> int:
    """Collect, grade and show the status every `seconds` seconds, until Ctrl-C.

    If the output goes to a file or a pipe, the table is shown again only after a change. If a round fails,
    the error is shown and the next round starts as usual. Somebody may be editing workshop.yml, for example. An error
    in the first round is raised.
    """
    console, seen, view = shown.console, None, _View(shown, troubles)
    console.farewell = "Stopped. All collected work is kept."
    while True:
        started = time.monotonic()
        troubles.begin_round()
        try:
            seen = watch_once(
                open_workshop(folder), grade, console.show_progress, stuck_after=shown.stuck_after, show=view.update
            )
        except Exception as error:
            if seen is None or isinstance(error, BrokenPipeError):
                raise
            known = error_of(error)
            seen = replace(seen, at=datetime.now(UTC))
            troubles.of_this_round.append(("Not up to date:", known.message, known.fix))
        view.update(seen)
        time.sleep(max(0.5, seconds - (time.monotonic() - started)))


class _View:
    def __init__(self, shown: StatusOutput, troubles: Troubles) -> None:
        self._shown, self._troubles = shown, troubles
        self._before: object = None

    def update(self, room: WorkshopStatus) -> None:
        shown, console = self._shown, self._shown.console
        room = shown.named(room)
        troubles = self._troubles.current({standing.person.folder: called(standing) for standing in room.people})
        shown.write_page(room)
        now = ([person_as_json(standing) for standing in room.people], troubles)
        if not console.shows_screen and now == self._before:
            return
        self._before = now
        console.clear()
        below = 1 + sum(console.error_height(*trouble) for trouble in troubles)  # one more line is for the progress
        shown.show_table(room, max(1, console.lines - below) if console.shows_screen else 0)
        for trouble in troubles:
            console.error(*trouble)
        console.flush()
