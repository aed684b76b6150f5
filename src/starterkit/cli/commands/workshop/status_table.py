"""Show the status of a workshop as text, CSV and JSON. status_page.py writes the HTML page."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from starterkit.cli.console.console import Console, pick
from starterkit.cli.console.table import (
    WIDEST_NAME,
    WIDEST_STEP,
    Cell,
    counted_people,
    fitted,
    show_table,
    step_words,
    width_of,
)
from starterkit.cli.console.text import text, wrapped
from starterkit.crash_report import UNEXPECTED
from starterkit.sanitize import csv_cell
from starterkit.workshop.status import PersonStatus, WorkshopStatus

_STYLES = {"green": "green", "red": "red", "stuck": "bold magenta", "tampered": "bold red", "unreadable": "bold red"}
_STATE, _ACTIVE, _COUNT, _STRETCH = 11, 8, 20, 7
_FEWEST_ROWS = 4
_URGENT = ("stuck", "tampered", "red", "not graded", "not reached", "green", "not begun")
_FILLED = "*"
LEGEND = f"{_FILLED} starterkit added the solutions of earlier steps."
_HEADS = (
    *("folder", "name", "login", "step", "solved", "state", "stuck", "first_red", "sentence", "green", "tests"),
    *("late", "active", "reached", "why", "branch", "commit", "stretch_green", "stretch_tests", "filled"),
)


def show(console: Console, room: WorkshopStatus, lines: int = 0) -> None:
    """Show how many people are in each state, and a table with a line for each person.

    If there is a limit of `lines`, people who may need help come first. The last line counts the people who don't fit.
    """
    head = headline(room)
    for sentence in head:
        console.print(sentence)
    console.print()
    people: Sequence[PersonStatus] = room.people
    others = ""
    if lines:
        used = sum(len(wrapped(text(sentence), console.width)) for sentence in head) + _lines_below(room)
        people, others = _fitting(room, max(_FEWEST_ROWS, lines - used - 2))
    _show_table(console, room, people)
    if others:
        console.print(others, indent=2)
    for standing in _unexpected(room):
        console.print(text("UNEXPECTED", "bold red"), f"  {called(standing)}: {standing.known.why}", hang=12)
    if any(standing.filled for standing in room.people):
        console.print()
        console.print(LEGEND, hang=2)
    if _is_new(room):
        console.type_next("No work is collected yet. Fetch everybody's work", "workshop collect")
    elif count := room.count("not graded"):
        console.type_next(
            f"{count} {'person has' if count == 1 else 'people have'} new work. Grade this work", "workshop grade"
        )


def _fitting(room: WorkshopStatus, rows: int) -> tuple[Sequence[PersonStatus], str]:
    if len(room.people) <= rows:
        return room.people, ""
    ranks = {state: rank for rank, state in enumerate(_URGENT)}
    people = sorted(room.people, key=lambda standing: ranks.get(word_of(standing), 1))
    rest = Counter(map(word_of, people[rows - 1 :]))
    counts = ", ".join(f"{count} {state}" for state, count in rest.items())
    return people[: rows - 1], f"and {rest.total()} more: {counts}"


def _unexpected(room: WorkshopStatus) -> list[PersonStatus]:
    """Return the people with an unexpected error. The table would cut the path of the crash report."""
    return [standing for standing in room.people if standing.known.why.startswith(UNEXPECTED)]


def _lines_below(room: WorkshopStatus) -> int:
    return (
        3 * len(_unexpected(room))
        + 2 * any(standing.filled for standing in room.people)
        + 4 * (_is_new(room) or room.count("not graded") > 0)
    )


def _show_table(console: Console, room: WorkshopStatus, people: Sequence[PersonStatus]) -> None:
    names = width_of("name", map(called, room.people), WIDEST_NAME)
    steps = width_of("step", map(step_of, room.people), WIDEST_STEP)
    marks = max((len(mark_of(standing)) for standing in room.people), default=0)
    counts = width_of("passed", map(count_of, room.people), _COUNT) if any(map(count_of, room.people)) else 0
    heads = [("name", names), ("step", steps + marks), ("state", _STATE)]
    heads += [("passed", counts)] if counts else []
    has_stretch = any(map(stretch_of, room.people))
    heads += [("stretch", _STRETCH)] if has_stretch else []

    def cells(standing: PersonStatus) -> Iterator[Cell]:
        yield called(standing)
        yield fitted(step_of(standing), steps).rstrip() + mark_of(standing)
        yield word_of(standing), _STYLES.get(word_of(standing), "")
        if counts:
            yield count_of(standing)
        if has_stretch:
            yield stretch_of(standing)
        yield ago(room.at, standing.active)

    rows = ((list(cells(standing)), note_of(standing)) for standing in people)
    show_table(console, [*heads, ("active", _ACTIVE)], rows)


def _is_new(room: WorkshopStatus) -> bool:
    return all(standing.known.reached is None and not standing.known.commit for standing in room.people)


def headline(room: WorkshopStatus) -> list[str]:
    """Return a sentence with the number of people in each state. Add a sentence with people who may need help."""
    states = list(dict.fromkeys(standing.state for standing in room.people))
    order = ("green", "red", "not graded", "not begun", "not reached")
    states.sort(key=lambda state: order.index(state) if state in order else len(order))
    people = counted_people([standing.person for standing in room.people])
    sentences = [f"{people}: {', '.join(f'{room.count(state)} {state}' for state in states)}."]
    if room.stuck:
        sentences.append(f"May need help ({len(room.stuck)}): {', '.join(map(called, room.stuck[:12]))}")
    return sentences


def called(standing: PersonStatus) -> str:
    """Return the name to show for a person, which may be a pseudonym."""
    return standing.label or standing.called or standing.person.name


def word_of(standing: PersonStatus) -> str:
    """Return the word for a person's state. It is `stuck` if the person may need help."""
    return "stuck" if standing.stuck else standing.state


def step_of(standing: PersonStatus) -> str:
    """Return a person's current step, or "-" if the person hasn't started."""
    return step_words(standing.known.step, "?") if standing.known.begun else "-"


def count_of(standing: PersonStatus) -> str:
    """Return the number of passing tests, such as `5/8`, or "" if the latest work isn't graded."""
    known = standing.known
    return f"{known.green}/{known.tests}" if known.begun and known.is_current and known.tests else ""


def stretch_of(standing: PersonStatus) -> str:
    """Return the number of passing stretch tests, such as `2/5`, or "" if there are none in a current grade."""
    known = standing.known
    is_shown = known.begun and known.is_current and known.stretch_tests
    return f"{known.stretch_green}/{known.stretch_tests}" if is_shown else ""


def mark_of(standing: PersonStatus) -> str:
    """Return the mark for people whose earlier steps `catch-up` filled in, or ""."""
    return f" {_FILLED}" if standing.filled else ""


def note_of(standing: PersonStatus) -> str:
    """Return short notes about a person: late, stuck, the failing test and similar details."""
    known, state, notes = standing.known, standing.state, []
    if standing.late:
        notes.append("late")
    notes.append(standing.stuck)
    if state == "red" and (known.sentence or known.first_red):
        notes.append(known.sentence or known.first_red)
    elif state == "not graded" and known.verdict:
        notes.append(f"last grade: {known.verdict}")
    elif state not in ("green", "red", "not graded", "not begun", "not reached"):
        notes.append(known.verdict_why)
    if known.reached is False and known.why:
        notes.append(f"not reached: {known.why}")
    elif known.reached is False and state != "not reached":
        notes.append("not reached")
    if standing.filled:
        notes.append(f"solutions added: {', '.join(step.partition('-')[0] for step in standing.filled)}")
    if standing.board_label:
        notes.append(f"shown as {standing.board_label}")
    return "; ".join(filter(None, notes))


def ago(now: datetime, then: datetime | None) -> str:
    """Return a short text for the time since a moment: `now`, `5 min`, `3 h`, `2 d`."""
    if then is None:
        return "-"
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"


def as_csv(room: WorkshopStatus) -> str:
    """Return the status as CSV. No cell starts a formula in a spreadsheet."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_HEADS)
    for standing in room.people:
        values = person_as_json(standing)
        writer.writerow([csv_cell(values[name]) for name in _HEADS[:-1]] + [" ".join(values["filled"])])
    return buffer.getvalue().rstrip("\n")


def as_json(room: WorkshopStatus) -> dict[str, Any]:
    """Return the status in the JSON format of docs/commands.md."""
    workshop = room.workshop
    return {
        "folder": workshop.folder.absolute(),
        "template": workshop.template,
        "at": room.at.isoformat(timespec="seconds"),
        "due": workshop.due.isoformat(timespec="seconds") if workshop.due else None,
        "counts": {state: room.count(state) for state in dict.fromkeys(standing.state for standing in room.people)},
        "steps": [{"name": name, "title": title, "people": room.at_step(name)} for name, title in room.steps],
        "people": [person_as_json(standing) for standing in room.people],
    }


def person_as_json(standing: PersonStatus) -> dict[str, Any]:
    """Return the JSON of a person's status. If names are hidden, it doesn't identify the person."""
    known, person, is_hidden = standing.known, standing.person, bool(standing.label)
    return {
        "folder": standing.label or person.folder,
        "name": standing.label or person.name,
        "login": "" if is_hidden else person.login,
        "step": known.step or None,
        "solved": known.solved,
        **pick(standing, "state", "stuck"),
        "first_red": known.first_red or None,
        **pick(known, "sentence", "green", "tests", "stretch_green", "stretch_tests"),
        "late": standing.late,
        "active": standing.active.isoformat(timespec="seconds") if standing.active else None,
        "reached": known.reached,
        "why": known.why or known.verdict_why,
        "branch": "" if is_hidden else known.branch,
        "commit": None if is_hidden else known.commit or None,
        "filled": standing.filled,
    }
