"""`workshop status`: where everybody is, from results alone; for one screen, for scripts, and for the whole room."""

from __future__ import annotations

import csv
import io
import json
import re
import signal
import subprocess
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from pathlib import Path

import pytest

from starterkit.cli.commands.workshop import status_watch
from starterkit.cli.commands.workshop.grading import Troubles
from starterkit.cli.commands.workshop.status_output import StatusOutput
from starterkit.cli.commands.workshop.status_watch import watch_room
from starterkit.cli.console.console import Console
from starterkit.errors import FileError, UsageError
from starterkit.workshop import events, status, watch
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.pseudonyms import with_hidden_names
from starterkit.workshop.store import open_workshop, save
from tests.support.commands import PROGRAM, environment, on_terminal, starterkit
from tests.support.workshops import FOLDERS, Room, collected, commit, git, graded, said

pytestmark = pytest.mark.slow

A, B, C, D = "a" * 40, "b" * 40, "c" * 40, "d" * 40
NINE = datetime(2026, 11, 23, 9, tzinfo=UTC)
EARLIER, LATER = "2026-11-23T08:57:00+00:00", "2026-11-23T09:03:00+00:00"
BEGINNING = {"begun": False, "step": "base", "solved": True}


def seen(room: Room, minutes: int = 5, stuck_after: int = 20) -> dict[str, status.PersonStatus]:
    """Where everybody is, so many minutes past nine."""
    found = status.workshop_status(room.opened, NINE + timedelta(minutes=minutes), stuck_after)
    return {one.person.folder: one for one in found.people}


def stands(workshop: Path, events: list[dict[str, object]], minutes: int) -> status.PersonStatus:
    """Where one person is after these events, so many minutes past nine."""
    opened = open_workshop(workshop)
    known = status.summary(events)
    return status.standing(opened, opened.people[0], known, NINE + timedelta(minutes=minutes), 20)


@pytest.fixture
def busy(room: Room) -> Room:
    """A workshop in which Ada is red, Grace green, and the team has not begun."""
    room.notes("ada-lovelace", collected(A), graded(A))
    room.notes("grace-hopper", collected(B, step="02-two"), graded(B, "green"))
    room.notes("eniac", collected(C, **BEGINNING))
    return room


def test_the_table_has_a_line_for_everybody(busy: Room) -> None:
    # Whatever time it is now: nobody is stuck for having done nothing for a while.
    shown = starterkit("workshop", "status", "--stuck-after", "999999", cwd=busy.folder / "results").out.splitlines()

    assert shown[0] == "3 people and teams: 1 green, 1 red, 1 not begun."
    table = [line.split() for line in shown[2:6]]
    assert table[0] == ["name", "step", "state", "passed", "active"]
    assert table[1][:5] == ["Ada", "Lovelace", "01-one", "red", "1/2"] and shown[3].endswith("  One comes first.")
    assert table[2][:4] == ["Grace", "Hopper", "02-two", "green"]
    assert table[3] == ["ENIAC", "-", "not", "begun", "-"]


def test_people_of_one_name_are_told_apart(busy: Room) -> None:
    busy.edits('name: "Grace Hopper"', 'name: "Ada Lovelace"')

    shown = starterkit("workshop", "status", cwd=busy.folder).out

    assert "Ada Lovelace (ada)" in shown and "Ada Lovelace (grace)" in shown
    assert {one["name"] for one in starterkit("workshop", "status", "--json", cwd=busy.folder).json["people"]} == {
        "Ada Lovelace",
        "ENIAC",
    }


def test_the_one_who_teaches_knows_who_is_who_on_the_board(busy: Room) -> None:
    assert "on the board" not in starterkit("workshop", "status", cwd=busy.folder).out
    hidden = starterkit("workshop", "status", "--hide-names", "--json", cwd=busy.folder).json["people"]

    shown = starterkit("workshop", "status", cwd=busy.folder).out

    assert all(f"shown as {one['name']}" in shown for one in hidden)


@pytest.mark.parametrize(
    ("events", "state"),
    [
        ([], "not begun"),
        ([collected(None, reached=False, why="no network", begun=False)], "not reached"),
        ([collected(A, **BEGINNING)], "not begun"),
        ([collected(A)], "not graded"),
        ([collected(A), graded(A)], "red"),
        ([collected(A), graded(A), collected(A, reached=False, why="no network")], "red"),
        ([collected(A), graded(A, "green"), collected(B)], "not graded"),
        ([graded(A)], "red"),
        ([collected(A), graded(B, "green", committed=LATER)], "green"),
        ([collected(A), graded(B, "green", committed=EARLIER)], "not graded"),
        ([collected(A), graded(B, committed=LATER), collected(A, reached=False, why="no network")], "red"),
        ([collected(A), graded(B, committed=LATER), collected(A, refs="moved back")], "not graded"),
        ([collected(None, reached=False, begun=False, refs=""), graded(A)], "red"),
        ([collected(A), graded("", "nothing", first_red=None, why="there is no commit")], "not begun"),
        ([collected(A), graded(A, "tampered", why="a report of its own")], "tampered"),
        ([collected(A), graded(A, "red"), graded(A, "green")], "green"),
        (
            [{"kind": "collected", "reached": True}, {"kind": "graded", "results": 7, "first_red": 3}, {"kind": 5}, {}],
            "not begun",
        ),
    ],
)
def test_the_state_is_what_the_last_events_say(
    made_workshop: Path, events: list[dict[str, object]], state: str
) -> None:
    assert stands(made_workshop, events, 5).state == state


@pytest.mark.parametrize(
    ("events", "minutes", "why"),
    [
        ([collected(A), graded(A)], 19, ""),
        ([collected(A), graded(A)], 21, "no commit for 21 minutes"),
        ([collected(A), graded(A, "green")], 21, ""),
        ([collected(A), graded(A), graded(A)], 5, ""),
        ([collected(A), graded(A), collected(B), graded(B)], 5, "same failing test after 2 commits"),
        ([collected(A), graded(A), collected(B), graded(B, first_red="test_two")], 5, ""),
        ([collected(A), graded(A), collected(B), graded(B, step="02-two")], 5, ""),
        ([graded(A), graded(B, "green"), collected(C), graded(C)], 5, ""),
        ([graded(A), graded(B), collected(C), graded(C)], 9 * 60, ""),
        ([graded(A), graded(B), collected(C)], 5, ""),
    ],
)
def test_stuck_is_who_is_red_for_several_commits_or_a_while(
    made_workshop: Path, events: list[dict[str, object]], minutes: int, why: str
) -> None:
    assert stands(made_workshop, events, minutes).stuck == why


def test_how_long_is_stuck_can_be_said(busy: Room, capsys: pytest.CaptureFixture[str]) -> None:
    assert seen(busy, 6, stuck_after=5)["ada-lovelace"].stuck == "no commit for 6 minutes"
    assert "at least 1" in said(capsys, "-C", str(busy.folder), "workshop", "status", "--stuck-after", "soon", code=2)


def test_who_was_graded_and_not_collected_is_where_the_grading_saw_them(room: Room) -> None:
    began = git("rev-parse", "main", cwd=room.repository("eniac")).strip()
    room.notes("ada-lovelace", graded(A, step="03-three", stands="01-one", branch="try", committed=LATER))
    room.notes("grace-hopper", graded(B, "green", step="02-two"))
    room.notes("eniac", graded(began, step="03-three", stands="base", solved=True))

    found = seen(room)

    ada = found["ada-lovelace"]
    assert (ada.state, ada.known.step, ada.known.branch) == ("red", "01-one", "try")
    assert ada.active == NINE + timedelta(minutes=3)
    assert (found["grace-hopper"].state, found["grace-hopper"].known.step) == ("green", "02-two")
    assert (found["eniac"].state, found["eniac"].active) == ("not begun", None)
    assert "No work is collected" not in starterkit("workshop", "status", cwd=room.folder).out


def test_steps_that_were_filled_in_are_marked_everywhere(busy: Room) -> None:
    before = starterkit("workshop", "status", "--html", "board.html", cwd=busy.folder).out
    page = (busy.folder / "board.html").read_text(encoding="utf-8")
    assert "filled in" not in before + page

    busy.notes("grace-hopper", filled(D, "02-two", ["01-one"]))
    shown = starterkit("workshop", "status", "--html", "board.html", cwd=busy.folder).out

    (line,) = (line for line in shown.splitlines() if "Grace" in line)
    assert " 02-two *  not graded " in line and line.endswith("solutions added: 01")
    assert "* starterkit added the solutions of earlier steps." in shown
    page = Page((busy.folder / "board.html").read_text(encoding="utf-8")).text
    assert "02-two *" in page and "solutions added: 01" in page and "* starterkit added" in page
    rows = list(csv.DictReader(io.StringIO(starterkit("workshop", "status", "--csv", cwd=busy.folder).out)))
    assert [row["filled"] for row in rows] == ["", "01-one", ""]


def test_what_was_filled_in_and_waits_to_be_merged_is_not_marked(made_workshop: Path) -> None:
    waiting = filled(B, "03-three", ["01-one", "02-two"], theirs=False)

    found = stands(made_workshop, [collected(A), waiting], 5)
    merged = stands(made_workshop, [collected(A), waiting, collected(C, step="03-three")], 5)

    assert (found.known.commit, found.known.step, found.filled) == (A, "01-one", ())
    assert merged.filled == ("01-one", "02-two")


def filled(commit: str, step: str, steps: list[str], *, theirs: bool = True) -> dict[str, object]:
    """A line of results as `catch-up` writes it."""
    event: dict[str, object] = {"kind": "filled", "at": LATER, "from": A, "commit": commit}
    return {**event, "step": step, "steps": steps, "branch": "main", "theirs": theirs}


def test_work_after_the_due_time_is_late(busy: Room) -> None:
    busy.edits("people:", 'due: "2026-11-23T08:59:00+00:00"\npeople:')
    busy.notes("grace-hopper", collected(C))

    found = seen(busy)

    assert {folder: one.late for folder, one in found.items()} == {
        "ada-lovelace": False,  # `grade` says so of what it graded
        "grace-hopper": True,
        "eniac": False,
    }


def test_json_has_everything_that_is_documented(busy: Room) -> None:
    answer = starterkit("workshop", "status", "--json", cwd=busy.folder).json

    docs = (Path(__file__).parents[2] / "docs/commands.md").read_text(encoding="utf-8").split("### workshop status")[1]
    keys = {*answer, *answer["people"][0], *answer["steps"][0]} - {"format", "command"}
    assert [key for key in keys if f"`{key}`" not in docs.split("\n## ")[0]] == []
    assert answer["counts"] == {"red": 1, "green": 1, "not begun": 1}
    assert [step["people"] for step in answer["steps"]] == [1, 1, 0]
    ada = answer["people"][0]
    assert (ada["first_red"], ada["sentence"], ada["green"], ada["tests"]) == ("test_one", "One comes first.", 1, 2)


def test_no_cell_of_the_csv_is_a_formula(busy: Room) -> None:
    busy.edits('name: "Ada Lovelace"', 'name: "=cmd|x, \\"Ada\\""')

    rows = list(csv.DictReader(io.StringIO(starterkit("workshop", "status", "--csv", cwd=busy.folder).out)))

    assert [row["folder"] for row in rows] == list(FOLDERS)
    assert rows[0]["name"] == '\'=cmd|x, "Ada"'
    assert (rows[1]["state"], rows[1]["late"], rows[2]["active"]) == ("green", "false", "")


def test_a_branch_name_is_no_formula_in_the_csv(room: Room, tmp_path: Path) -> None:
    mine = room.clone("ada-lovelace", tmp_path / "mine")
    git("switch", "-q", "-c", "a;=1+1", cwd=mine)
    commit(mine, {"mine.py": "1\n"})
    git("push", "-q", "origin", "HEAD", cwd=mine)
    starterkit("workshop", "collect", cwd=room.folder)

    rows = list(csv.DictReader(io.StringIO(starterkit("workshop", "status", "--csv", cwd=room.folder).out)))

    assert rows[0]["branch"] == "a;'=1+1"


class Page(HTMLParser):
    """What a page holds: its text, and every attribute that would fetch something."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.text, self.fetches, self.tags = "", list[str](), set[str]()
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.fetches += [name for name, _ in attrs if name in ("src", "href", "srcset", "action", "data", "poster")]

    def handle_data(self, data: str) -> None:
        self.text += data


def test_the_page_is_one_harmless_file(busy: Room) -> None:
    busy.edits('name: "Ada Lovelace"', 'name: "<script>alert(1)</script>"')
    starterkit("workshop", "status", "--html", "board.html", cwd=busy.folder)
    text = (busy.folder / "board.html").read_text(encoding="utf-8")

    page = Page(text)

    assert page.fetches == [] and "script" not in page.tags and "url(" not in text
    assert "<script>alert(1)</script>" in page.text and "One comes first." in page.text
    assert 'http-equiv="refresh"' in text and "default-src 'none'" in text and "prefers-color-scheme: dark" in text
    starterkit("workshop", "status", "--html", "workshop.yml", cwd=busy.folder, code=2)
    starterkit("workshop", "status", "--html", "board.html", cwd=busy.folder)


def test_hidden_names_are_nowhere_and_stay_the_same(busy: Room) -> None:
    unreached = collected(A, reached=False, why="fatal: https://git.example.org/ada.git is gone")
    busy.notes("ada-lovelace", unreached)
    assert "ada.git is gone" in starterkit("workshop", "status", cwd=busy.folder).out
    words = ("workshop", "status", "--hide-names")
    answer = starterkit(*words, "--json", "--html", "board.html", cwd=busy.folder)
    table = starterkit(*words, cwd=busy.folder).out
    page = (busy.folder / "board.html").read_text(encoding="utf-8")

    for text in (answer.out, table, page):
        found = re.search(r"(?i)ada|lovelace|hopper|eniac|grace|example\.org|a{40}", text.replace(str(busy.folder), ""))
        assert found is None, found
    labels = [one["name"] for one in answer.json["people"]]
    assert labels == sorted(set(labels)) and all(label in table and label in page for label in labels)
    (busy.folder / "people.csv").write_text("name\nZoe\n")
    starterkit("workshop", "create", "people.csv", cwd=busy.folder)
    with_zoe = with_hidden_names(status.workshop_status(busy.opened, NINE))
    assert {one.label for one in with_zoe.people} > set(labels)


def test_what_did_not_change_is_not_read_again(busy: Room, monkeypatch: pytest.MonkeyPatch) -> None:
    before = seen(busy)
    busy.notes("eniac", collected(A))
    read: list[str] = []

    def count(workshop: Workshop, person: Person) -> list[dict[str, object]]:
        read.append(person.folder)
        return real(workshop, person)

    real = events.read
    monkeypatch.setattr(events, "read", count)
    after = seen(busy)

    assert read == ["eniac"]
    assert after["ada-lovelace"] == before["ada-lovelace"] and after["eniac"].state == "not graded"
    (busy.folder / "results" / ".status.json").write_text('{"format": 1, "people": {"eniac": 5}}')
    assert seen(busy) == after


def test_names_in_any_script_keep_the_table_straight(room: Room) -> None:
    room.edits('name: "Ada Lovelace"', 'name: "田中 太郎"')
    room.edits('name: "Grace Hopper"', 'name: "مُحَمَّد"')

    shown = starterkit("workshop", "status", cwd=room.folder).out.splitlines()

    from starterkit.cli.console.text import columns

    assert len({columns(line[: line.index("not begun")]) for line in shown if "not begun " in line}) == 1


def test_a_round_collects_and_grades_only_what_is_new(room: Room, tmp_path: Path) -> None:
    asked: list[list[str]] = []

    def grade(_workshop: object, people: object, _say: object) -> None:
        asked.append([person.folder for person in people])  # type: ignore[attr-defined]
        for person in people:  # type: ignore[attr-defined]
            room.notes(person.folder, graded(room.events(person.folder)[-1]["commit"], "green"))

    mine = room.clone("ada-lovelace", tmp_path / "mine")
    commit(mine, {"a.py": "1\n"})
    git("push", "-q", cwd=mine)

    for _ in range(2):
        found = watch.watch_once(room.opened, grade, lambda _: None)

    assert asked == [["ada-lovelace"]]
    assert [one.state for one in found.people] == ["green", "not begun", "not begun"]


def test_watch_shows_what_comes_in_until_it_is_ended(room: Room, tmp_path: Path) -> None:
    mine = room.clone("ada-lovelace", tmp_path / "mine")
    words = [*PROGRAM, "workshop", "status", "--watch", "--every", "1", "--html", "board.html"]
    process = subprocess.Popen(
        words, cwd=room.folder, env=environment(), stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    )
    page = room.folder / "board.html"
    try:
        wait_for(page.exists)
        commit(mine, {"a.py": "1\n"})
        git("push", "-q", cwd=mine)
        wait_for(lambda: "not graded" in page.read_text(encoding="utf-8"))
    finally:
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=30)
    assert process.returncode == 130
    assert "Stopped." in err and "1 not graded" in out


def test_a_watch_outlasts_a_round_that_fails_and_tells_why(
    busy: Room, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    asked: list[int] = []

    def one_round(*_: object, show: Callable[[status.WorkshopStatus], None], **__: object) -> status.WorkshopStatus:
        asked.append(1)
        if len(asked) == 2:
            raise FileError("workshop.yml", 7, "not valid YAML", "Mend it.")
        if len(asked) == 4:
            raise PermissionError(13, "Permission denied", "workshop.yml")
        if len(asked) == 5:
            raise KeyboardInterrupt
        show(status.workshop_status(busy.opened, NINE))
        troubles.not_graded({folder: UsageError("no hash", "Pin it.") for folder in FOLDERS[:2]})
        return status.workshop_status(busy.opened, NINE)

    monkeypatch.setattr(status_watch, "watch_once", one_round)
    monkeypatch.setattr(time, "sleep", lambda _: None)
    shown, troubles = StatusOutput(Console(), False, None, False, 20), Troubles()

    with pytest.raises(KeyboardInterrupt):
        watch_room(busy.folder, shown, 15, None, troubles)

    told = capsys.readouterr().err
    assert told.count("NOT GRADED Ada Lovelace, Grace Hopper: no hash") == 2
    assert told.count("Not up to date: workshop.yml:7: not valid YAML") == 1
    assert told.count("Not up to date: You can't read or write workshop.yml") == 1


def test_on_a_screen_that_is_too_small_those_who_need_a_hand_come_first(room: Room) -> None:
    people = [Person(f"p{number:02}", f"Person {number:02}") for number in range(30)]
    opened = save(replace(room.opened, people=tuple(people)))
    now = events.moment()
    for person in people[:20]:
        events.append(opened, person, collected(A, now))
        events.append(opened, person, graded(A, "red" if person.folder == "p13" else "green"))

    words = ("workshop", "status", "--watch", "--every", "60")
    shown = on_terminal(*words, cwd=room.folder, answers=[("more:", "\x03")], code=130, env={"LINES": "14"})

    *_, screen = shown.split("\x1b[H")
    lines = screen.splitlines()
    assert "Person 13" in lines[3] and "red" in lines[3]
    more = next(number for number, line in enumerate(lines) if "more:" in line)
    assert more < 14 and re.search(r"and \d+ more: \d+ not reached, 19 green", lines[more])


def wait_for(is_so: object, seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_on_a_terminal_a_long_note_is_cut_to_the_width(busy: Room) -> None:
    busy.notes("ada-lovelace", collected(B), graded(B, "tampered", why="x" * 300))

    shown = on_terminal("workshop", "status", cwd=busy.folder)

    assert "xxx…" in shown and max(map(len, shown.splitlines())) <= 80


def test_a_thousand_people_are_looked_at_quickly(room: Room) -> None:
    people = [Person(f"person-{number}", f"Person {number}", f"p{number}") for number in range(1000)]
    opened = save(replace(room.opened, people=tuple(people)))
    lines = "".join(f"{json.dumps(event)}\n" for event in (collected(A), graded(A)))
    for person in people:
        opened.results(person).write_text(lines)
    seen(room)

    begun = time.process_time()
    assert len(seen(room)) == 1000

    assert time.process_time() - begun < 0.5
