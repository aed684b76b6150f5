"""Where everybody is, as a page for the room: one HTML file without outside resources, which loads itself again.

It reads on a projector, which nobody can scroll, and on a phone, in the dark and in the light; every state is a word,
and not a colour alone.
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
_MANY = 36  # of more cards than these, only smaller ones fit on a screen


def board(room: WorkshopStatus) -> str:
    """Return the page."""
    sentences = headline(room)
    return fill_template(
        Path(__file__).with_name("status_page.html"),
        mark=BOARD.mark,
        seconds=REFRESH_SECONDS,
        head=_shown(sentences[0]),
        at=room.at.astimezone().strftime("%H:%M"),
        steps="\n".join(_steps(room)),
        stuck=f'<p class="hand">{_shown(sentences[1])}</p>' if len(sentences) > 1 else "",
        size="many" if sum(one.state != NOT_BEGUN for one in room.people) > _MANY else "few",
        people="\n".join(_person(room, one) for one in room.people if one.state != NOT_BEGUN),
        waiting=_waiting(room),
        legend=f"{_shown(LEGEND)} " if any(one.filled for one in room.people) else "",
    )


def _steps(room: WorkshopStatus) -> Iterator[str]:
    """A tile for each step with how many are there, after one for those who have not begun."""
    waiting = sum(not one.has_begun for one in room.people)
    rows = [("", "Not begun", waiting), ("00", "Start", room.at_step(BASE))]
    rows += [(name.partition("-")[0], title, room.at_step(name)) for name, title in room.steps]
    most = max(1, *(count for _, _, count in rows))
    for number, title, count in rows:
        bar = f'<i style="width:{100 * count // most}%"></i>'
        yield f"<li><b>{count}</b> <span>{_shown(number)} {_shown(title)}</span>{bar}</li>"


def _person(room: WorkshopStatus, one: PersonStatus) -> str:
    word, note = word_of(one), note_of(one)
    words = (step_of(one) + mark_of(one), count_of(one), ago(room.at, one.active)) if one.known.begun else ()
    about = "".join(f" <span>· {_shown(one)}</span>" for one in words if one)
    lines = [
        f'<li class="{_KINDS.get(word, "other")}"><b dir="auto">{_shown(called(one))}</b>',
        f'<p><span class="state">{_shown(word)}</span>{about}</p>',
        f'<p class="note">{_shown(note)}</p>' if note else "",
        "</li>",
    ]
    return "".join(lines)


def _waiting(room: WorkshopStatus) -> str:
    """Who has not begun, in a paragraph: of them there is nothing to see yet."""
    names = [f'<span dir="auto">{_shown(called(one))}</span>' for one in room.people if one.state == NOT_BEGUN]
    return f'<p class="idle"><b>Not begun:</b> {", ".join(names)}</p>' if names else ""


def _shown(words: str) -> str:
    return escape(strip_control(words))
