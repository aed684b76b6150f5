"""Where everybody is, as a page for the room: one HTML file without outside resources, which loads itself again.

It reads on a projector, which nobody can scroll, and on a phone, in the dark and in the light; every state is a word,
and not a colour alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from html import escape
from typing import TYPE_CHECKING

from starterkit.cli.screens.page import PageKind
from starterkit.cli.screens.stood import LEGEND, ago, called, count_of, headline, mark_of, note_of, step_of, word_of
from starterkit.plain import plain
from starterkit.template.model import BASE
from starterkit.workshop.standing import NOT_BEGUN

if TYPE_CHECKING:
    from starterkit.workshop.standing import Room, Standing

BOARD = PageKind("board", "<!-- made by starterkit workshop status -->")
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


def board(room: Room) -> str:
    """Return the page."""
    sentences = headline(room)
    return _PAGE.format(
        mark=BOARD.mark,
        seconds=REFRESH_SECONDS,
        style=_STYLE,
        head=_shown(sentences[0]),
        at=room.at.astimezone().strftime("%H:%M"),
        steps="\n".join(_steps(room)),
        stuck=f'<p class="hand">{_shown(sentences[1])}</p>' if len(sentences) > 1 else "",
        size="many" if sum(one.state != NOT_BEGUN for one in room.people) > _MANY else "few",
        people="\n".join(_person(room, one) for one in room.people if one.state != NOT_BEGUN),
        waiting=_waiting(room),
        legend=f"{_shown(LEGEND)} " if any(one.filled for one in room.people) else "",
    )


def _steps(room: Room) -> Iterator[str]:
    """A tile for each step with how many are there, after one for those who have not begun."""
    waiting = sum(not one.has_begun for one in room.people)
    rows = [("", "Not begun", waiting), ("00", "Start", room.at_step(BASE))]
    rows += [(name.partition("-")[0], title, room.at_step(name)) for name, title in room.steps]
    most = max(1, *(count for _, _, count in rows))
    for number, title, count in rows:
        bar = f'<i style="width:{100 * count // most}%"></i>'
        yield f"<li><b>{count}</b> <span>{_shown(number)} {_shown(title)}</span>{bar}</li>"


def _person(room: Room, one: Standing) -> str:
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


def _waiting(room: Room) -> str:
    """Who has not begun, in a paragraph: of them there is nothing to see yet."""
    names = [f'<span dir="auto">{_shown(called(one))}</span>' for one in room.people if one.state == NOT_BEGUN]
    return f'<p class="idle"><b>Not begun:</b> {", ".join(names)}</p>' if names else ""


def _shown(words: str) -> str:
    return escape(plain(words))


_STYLE = """
:root { color-scheme: light dark; --ink: #1d2430; --soft: #566072; --paper: #f6f7f9; --card: #fff; --line: #d9dee7;
  --green: #1a6b4f; --red: #b3261e; --stuck: #8a5200; --stuck-card: #fff3d6; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ef; --soft: #a6afbf; --paper: #12151a; --card: #1b2028; --line: #343b48;
    --green: #6fd0ab; --red: #ff9a91; --stuck: #ffc766; --stuck-card: #352a12; }
}
* { box-sizing: border-box; }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: clamp(15px, 1vw + 6px, 21px)/1.4 system-ui, sans-serif; }
main { padding: 1rem clamp(.75rem, 2vw, 2rem) 2rem; }
header { display: flex; flex-wrap: wrap; justify-content: space-between; gap: .25rem 1rem; }
h1 { font-size: 1.35em; margin: 0; }
p { margin: 0; }
.at, footer { color: var(--soft); }
.hand { margin: .4rem 0 0; color: var(--stuck); font-weight: 600; overflow-wrap: anywhere; }
ol, ul { list-style: none; margin: .75rem 0; padding: 0; gap: .5rem; }
ol { display: grid; grid-template-columns: repeat(auto-fit, minmax(6.5em, 1fr)); }
ul { columns: 13em; }
li { min-width: 0; }
ol b { font-size: 1.35em; }
ol span { font-size: .85em; }
ol i { display: block; height: .35em; min-width: 1px; border-radius: .2em; background: var(--green); }
ul li { background: var(--card); border: 1px solid var(--line); border-left: .4rem solid var(--soft);
  border-radius: .4rem; padding: .35rem .6rem; margin: 0 0 .4rem; break-inside: avoid; }
ul b { display: block; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
ul p { color: var(--soft); overflow-wrap: anywhere; }
ul p span { white-space: nowrap; }
.many { font-size: .8em; }
.many .note { display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; }
.idle { color: var(--soft); overflow-wrap: anywhere; }
ul .note { color: var(--ink); font-size: .85em; }
.state { font-weight: 600; color: var(--ink); }
.green { border-left-color: var(--green); } .green .state { color: var(--green); }
.red { border-left-color: var(--red); } .red .state { color: var(--red); }
.stuck { border-left-color: var(--stuck); background: var(--stuck-card); } .stuck .state { color: var(--stuck); }
.waiting b, .waiting .state { font-weight: 400; }
footer { font-size: .85em; }
"""
_PAGE = """<!DOCTYPE html>
{mark}
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta http-equiv="refresh" content="{seconds}">
<title>The workshop at {at}</title>
<style>{style}</style>
</head>
<body>
<main>
<header><h1>{head}</h1><span class="at">at {at}</span></header>
{stuck}
<ol>
{steps}
</ol>
<ul class="{size}">
{people}
</ul>
{waiting}
<footer>{legend}This page loads itself again. Made with <code>starterkit workshop status</code>.</footer>
</main>
</body>
</html>
"""
