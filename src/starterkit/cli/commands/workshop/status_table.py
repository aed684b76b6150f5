"""The text, CSV and JSON of `workshop status`. status_page.py has the HTML page."""

from __future__ import annotations

import csv
import io
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from starterkit.cli.console.console import Console
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

_STYLES = {"green": "green", "red": "red", "stuck": "bold yellow", "tampered": "bold red", "unreadable": "bold red"}
_STATE, _ACTIVE, _COUNT = 11, 8, 20
_FEWEST_ROWS = 4
_URGENT = ("stuck", "tampered", "red", "not graded", "not reached", "green", "not begun")
_FILLED = "*"
LEGEND = f"{_FILLED} steps before this one were filled in from the reference."
_HEADS = (
    *("folder", "name", "login", "step", "solved", "state", "stuck", "first_red", "sentence", "green", "tests"),
    *("late", "active", "reached", "why", "branch", "commit", "filled"),
)


def show(console: Console, room: WorkshopStatus, lines: int = 0) -> None:
    """Show how the room is doing, and a table with a line for everybody.

    With `lines`, it takes no more than so many: who may need a hand stands first then, and who does not fit is counted.
    """
    head = headline(room)
    for sentence in head:
        console.print(sentence)
    console.print()
    people: Sequence[PersonStatus] = room.people
    others = ""
    if lines:
        taken = sum(len(list(wrapped(text(sentence), console.width))) for sentence in head) + _lines_below(room)
        people, others = _fitting(room, max(_FEWEST_ROWS, lines - taken - 2))
    _show_table(console, room, people)
    if others:
        console.print(others, indent=2)
    for one in _unexpected(room):
        console.print(text("UNEXPECTED", "bold red"), f"  {called(one)}: {one.known.why}", hang=12)
    if any(one.filled for one in room.people):
        console.print()
        console.print(LEGEND, hang=2)
    _show_next(console, room)


def _fitting(room: WorkshopStatus, rows: int) -> tuple[Sequence[PersonStatus], str]:
    """Return who stands in a table of so many rows, and the words for those who do not."""
    if len(room.people) <= rows:
        return room.people, ""
    places = {word: place for place, word in enumerate(_URGENT)}
    people = sorted(room.people, key=lambda one: places.get(word_of(one), 1))
    shown, rest = people[: rows - 1], Counter(map(word_of, people[rows - 1 :]))
    return shown, f"and {rest.total()} more: {', '.join(f'{count} {word}' for word, count in rest.items())}"


def _unexpected(room: WorkshopStatus) -> list[PersonStatus]:
    """Return whose trouble has a crash report: a table cuts the path of that file off."""
    return [one for one in room.people if one.known.why.startswith(UNEXPECTED)]


def _lines_below(room: WorkshopStatus) -> int:
    """How many lines `show` takes below its table."""
    return (
        3 * len(_unexpected(room))
        + 2 * any(one.filled for one in room.people)
        + 4 * (_is_new(room) or room.count("not graded") > 0)
    )


def _show_table(console: Console, room: WorkshopStatus, people: Sequence[PersonStatus]) -> None:
    names = width_of("name", map(called, room.people), WIDEST_NAME)
    steps = width_of("step", map(step_of, room.people), WIDEST_STEP)
    marks = max((len(mark_of(one)) for one in room.people), default=0)
    counts = width_of("green", map(count_of, room.people), _COUNT) if any(map(count_of, room.people)) else 0
    heads = [("name", names), ("step", steps + marks), ("state", _STATE)]
    heads += [("green", counts)] if counts else []

    def cells(one: PersonStatus) -> Iterator[Cell]:
        yield called(one)
        yield fitted(step_of(one), steps).rstrip() + mark_of(one)
        yield word_of(one), _STYLES.get(word_of(one), "")
        if counts:
            yield count_of(one)
        yield ago(room.at, one.active)

    show_table(console, [*heads, ("active", _ACTIVE)], ((list(cells(one)), note_of(one)) for one in people))


def _show_next(console: Console, room: WorkshopStatus) -> None:
    if _is_new(room):
        console.type_next("Nothing was collected yet", "workshop collect")
    elif room.count("not graded"):
        count = room.count("not graded")
        console.type_next(f"{count} {'has' if count == 1 else 'have'} work that was not graded yet", "workshop grade")


def _is_new(room: WorkshopStatus) -> bool:
    """Tell whether nothing was ever collected or graded."""
    return all(one.known.reached is None and not one.known.commit for one in room.people)


def headline(room: WorkshopStatus) -> list[str]:
    """Return in a sentence or two how the room is doing."""
    states = [(state, room.count(state)) for state in dict.fromkeys(one.state for one in room.people)]
    order = ("green", "red", "not graded", "not begun", "not reached")
    states.sort(key=lambda one: order.index(one[0]) if one[0] in order else len(order))
    people = counted_people([one.person for one in room.people])
    found = [f"{people}: {', '.join(f'{count} {state}' for state, count in states)}."]
    if room.stuck:
        found.append(f"May need a hand ({len(room.stuck)}): {', '.join(called(one) for one in room.stuck[:12])}")
    return found


def called(one: PersonStatus) -> str:
    """Return what a person is called on a screen."""
    return one.label or one.called or one.person.name


def word_of(one: PersonStatus) -> str:
    """Return a person's state in a word or two."""
    return "stuck" if one.stuck else one.state


def step_of(one: PersonStatus) -> str:
    """Return the step at which somebody is; nothing where they have not begun."""
    return step_words(one.known.step, "?") if one.known.begun else "-"


def count_of(one: PersonStatus) -> str:
    """Return how many tests are green, of how many, where the last grading is of the latest work; else nothing."""
    known = one.known
    return f"{known.green}/{known.tests}" if known.begun and known.is_current and known.tests else ""


def mark_of(one: PersonStatus) -> str:
    """Return the mark behind the step of somebody for whom earlier steps were filled in, else nothing."""
    return f" {_FILLED}" if one.filled else ""


def note_of(one: PersonStatus) -> str:
    """Return what is worth knowing of somebody in a few words."""
    known, notes = one.known, []
    if one.late:
        notes.append("late")
    if one.stuck:
        notes.append(one.stuck)
    if one.state == "red" and (known.sentence or known.first_red):
        notes.append(known.sentence or known.first_red)
    elif one.state == "not graded" and known.verdict:
        notes.append(f"was {known.verdict}")
    elif one.state not in ("green", "red", "not graded", "not begun", "not reached"):
        notes.append(known.verdict_why)
    if known.reached is False:
        notes.append(f"not reached: {known.why}" if known.why else "" if one.state == "not reached" else "not reached")
    if one.filled:
        notes.append(f"filled in: {', '.join(step.partition('-')[0] for step in one.filled)}")
    if one.board_label:
        notes.append(f"on the board: {one.board_label}")
    return "; ".join(filter(None, notes))


def ago(now: datetime, then: datetime | None) -> str:
    """Return how long ago something was, in few letters."""
    if then is None:
        return "-"
    minutes = int((now - then).total_seconds() // 60)
    if minutes < 1:
        return "now"
    if minutes < 60:
        return f"{minutes} min"
    return f"{minutes // 60} h" if minutes < 48 * 60 else f"{minutes // (24 * 60)} d"


def as_csv(room: WorkshopStatus) -> str:
    """Return a line for everybody; no cell begins in a way that a spreadsheet would compute."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(_HEADS)
    for one in room.people:
        found = person_as_json(one)
        writer.writerow([csv_cell(found[name]) for name in _HEADS[:-1]] + [" ".join(found["filled"])])
    return buffer.getvalue().rstrip("\n")


def as_json(room: WorkshopStatus) -> dict[str, Any]:
    """Return the object that docs/commands.md describes."""
    workshop = room.workshop
    return {
        "folder": str(workshop.folder.absolute()),
        "template": workshop.template,
        "at": room.at.isoformat(timespec="seconds"),
        "due": workshop.due.isoformat(timespec="seconds") if workshop.due else None,
        "counts": {state: room.count(state) for state in dict.fromkeys(one.state for one in room.people)},
        "steps": [{"name": name, "title": title, "people": room.at_step(name)} for name, title in room.steps],
        "people": [person_as_json(one) for one in room.people],
    }


def person_as_json(one: PersonStatus) -> dict[str, Any]:
    """Return where one person is; where names are hidden, nothing in it tells who that is."""
    known, hidden = one.known, bool(one.label)
    return {
        "folder": one.label or one.person.folder,
        "name": one.label or one.person.name,
        "login": "" if hidden else one.person.login,
        "step": known.step or None,
        "solved": known.solved,
        "state": one.state,
        "stuck": one.stuck,
        "first_red": known.first_red or None,
        "sentence": known.sentence,
        "green": known.green,
        "tests": known.tests,
        "late": one.late,
        "active": one.active.isoformat(timespec="seconds") if one.active else None,
        "reached": known.reached,
        "why": known.why or known.verdict_why,
        "branch": "" if hidden else known.branch,
        "commit": None if hidden else known.commit or None,
        "filled": list(one.filled),
    }
