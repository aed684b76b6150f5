"""Write the HTML page of `workshop status` for the room. The page reloads itself.

It works on a projector, where nobody can scroll, and on a phone, with dark and light colors. Each state is a word too.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from pathlib import Path

from starterkit.cli.commands.workshop.status_table import (
    LEGEND,
    ago,
    called,
    count_of,
    headline,
    mark_of,
    note_of,
    step_of,
    stretch_of,
    word_of,
)
from starterkit.cli.console.html_file import HtmlFile
from starterkit.sanitize import strip_control
from starterkit.template.model import BASE
from starterkit.textfile import fill_template
from starterkit.workshop.status import NOT_BEGUN, PersonStatus, WorkshopStatus

BOARD = HtmlFile("board", "<!-- made by starterkit workshop status -->")
_KINDS = {
    "green": "green",
    "red": "red",
    "tampered": "red",
    "unreadable": "red",
    "stuck": "stuck",
    "not reached": "waiting",
}
REFRESH_SECONDS = 10
_MANY = 36  # with more people than this, the page shows smaller cards so that all cards fit on a screen


def board(room: WorkshopStatus) -> str:
    """Return the complete HTML page for the status of a workshop."""
    sentences = headline(room)
    present = [standing for standing in room.people if standing.state != NOT_BEGUN]
    return fill_template(
        Path(__file__).with_name("status_page.html"),
        mark=BOARD.mark,
        seconds=REFRESH_SECONDS,
        head=_html(sentences[0]),
        at=room.at.astimezone().strftime("%H:%M"),
        steps="\n".join(_steps(room)),
        stuck=f'<p class="hand">{_html(sentences[1])}</p>' if len(sentences) > 1 else "",
        size="many" if len(present) > _MANY else "few",
        people="\n".join(_person(room, standing) for standing in present),
        waiting=_waiting(room),
        legend=f"{_html(LEGEND)} " if any(standing.filled for standing in room.people) else "",
    )


def _steps(room: WorkshopStatus) -> Iterator[str]:
    waiting = sum(not standing.has_begun for standing in room.people)
    rows = [("", "Not begun", waiting), ("00", "Start", room.at_step(BASE))]
    rows += [(name.partition("-")[0], title, room.at_step(name)) for name, title in room.steps]
    most = max(1, *(count for _, _, count in rows))
    for number, title, count in rows:
        bar = f'<i style="width:{100 * count // most}%"></i>'
        yield f"<li><b>{count}</b> <span>{_html(number)} {_html(title)}</span>{bar}</li>"


def _person(room: WorkshopStatus, standing: PersonStatus) -> str:
    state, note = word_of(standing), note_of(standing)
    stretch = f"{stretch_of(standing)} stretch" if stretch_of(standing) else ""
    details = (step_of(standing) + mark_of(standing), count_of(standing), stretch, ago(room.at, standing.active))
    spans = "".join(f" <span>· {_html(detail)}</span>" for detail in details if detail and standing.known.begun)
    return (
        f'<li class="{_KINDS.get(state, "other")}"><b dir="auto">{_html(called(standing))}</b>'
        f'<p><span class="state">{_html(state)}</span>{spans}</p>'
        + (f'<p class="note">{_html(note)}</p></li>' if note else "</li>")
    )


def _waiting(room: WorkshopStatus) -> str:
    waiting = [standing for standing in room.people if standing.state == NOT_BEGUN]
    names = ", ".join(f'<span dir="auto">{_html(called(standing))}</span>' for standing in waiting)
    return f'<p class="idle"><b>Not begun:</b> {names}</p>' if names else ""


def _html(string: str) -> str:
    return escape(strip_control(string))
