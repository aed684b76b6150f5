"""What somebody at a terminal sees and is asked."""

from __future__ import annotations

import os
import re
import subprocess
from pathlib import Path

import pytest

from starterkit.template.bundled import bundled_names
from tests.support.commands import on_terminal

pytestmark = [pytest.mark.slow, pytest.mark.skipif(os.name == "nt", reason="these tests make their terminal with pty")]

ENTER = "\r"
UNSURE = "[choose]" if len(bundled_names()) > 1 else "[flask]"  # what Enter means where a framework is asked for


def test_new_asks_for_what_is_missing_and_again_after_a_bad_answer(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    shown = on_terminal(
        "new",
        "--no-install",
        cwd=tmp_path,
        answers=[
            (UNSURE, "rails" + ENTER),
            (UNSURE, "fla" + ENTER),
            ("[Conduit]", "x" * 101 + ENTER),
            ("[Conduit]", "Notes {{ 7*7 }} 🎈" + ENTER),
            ("[A learner]", ENTER),
            ("[my-site]", "." + ENTER),
            ("[my-site]", "my notes" + ENTER),
        ],
    )

    assert "Type one of:" in shown
    assert "Use at most 100 characters" in shown
    assert "is not empty" in shown
    assert "ok  Your Flask site is in my notes." in shown
    answers = (tmp_path / "my notes" / ".copier-answers.yml").read_text(encoding="utf-8")
    assert "Notes {{ 7*7 }} 🎈" in answers
    assert "author: A learner" in answers


def test_the_end_of_the_input_is_no_answer(tmp_path: Path) -> None:
    shown = on_terminal("new", cwd=tmp_path, answers=[(UNSURE, "\x04")], code=130)

    assert "Interrupted." in shown
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("answer", "code", "status"),
    [("leave", 0, "?? film.mp4\n"), ("save", 0, ""), ("stop", 3, "?? film.mp4\n"), ("", 3, "?? film.mp4\n")],
)
def test_next_asks_about_a_large_file(begun_site: Path, answer: str, code: int, status: str) -> None:
    with (begun_site / "film.mp4").open("wb") as film:
        film.truncate(11 * 1024 * 1024)

    shown = on_terminal("next", "--no-check", cwd=begun_site, answers=[("[stop]", answer + ENTER)], code=code)

    assert "film.mp4  (larger than 10 MB)" in shown
    found = subprocess.run(["git", "status", "--porcelain"], cwd=begun_site, capture_output=True, text=True, check=True)
    assert found.stdout == status


def test_a_nested_repository_can_be_left_or_stopped_at(begun_site: Path) -> None:
    subprocess.run(["git", "init", "-q", "inner"], cwd=begun_site, check=True)
    (begun_site / "inner" / "file").write_text("")

    shown = on_terminal("next", "--no-check", cwd=begun_site, answers=[("[stop]", "l" + ENTER)])

    assert "(a git repository)" in shown
    assert "save" not in shown.split("Type one of:")[1].split("[stop]")[0]


def test_progress_is_one_line_that_goes_away(begun_site: Path) -> None:
    shown = on_terminal("check", "test_about_page_has_a_heading", cwd=begun_site, code=1)

    assert "Running one test …" in shown
    after = shown.rsplit("\r\x1b[K", 1)[1]
    assert after.startswith("FAILED  0 of 1 tests pass")


def test_a_dumb_terminal_gets_plain_lines(begun_site: Path) -> None:
    shown = on_terminal(
        "check", "test_about_page_has_a_heading", cwd=begun_site, code=1, env={"TERM": "dumb", "NO_COLOR": None}
    )

    assert shown.startswith("Running one test …\nFAILED")
    assert "\x1b" not in shown


def test_a_lesson_is_drawn_in_colour_or_without(begun_site: Path) -> None:
    coloured = on_terminal("lesson", cwd=begun_site, env={"NO_COLOR": None})
    plain = on_terminal("lesson", cwd=begun_site)

    assert "\x1b[1m01 · First page" in coloured
    assert "\x1b" not in plain
    assert "## Your task" in plain
    assert "1. Write a view for `/about`" in plain
    for shown in (coloured, plain):
        assert "lessons/01-first-page.md" in shown.splitlines()[0]
        assert "Read more" in shown
        assert "check" in shown.rstrip().splitlines()[-1]


def test_code_in_a_lesson_is_never_wrapped(begun_site: Path) -> None:
    file = begun_site / "lessons" / "01-first-page.md"
    blocks = re.findall(r"^```\w.*?\n(.*?)^```$", file.read_text("utf-8"), re.DOTALL | re.MULTILINE)
    longest = max("".join(blocks).splitlines(), key=len)

    coloured = on_terminal("lesson", cwd=begun_site, env={"NO_COLOR": None, "COLUMNS": "40"})
    plain = on_terminal("lesson", cwd=begun_site, env={"COLUMNS": "40"})

    assert len(longest) > 40
    for shown in (coloured, plain):
        assert longest.strip() in re.sub(r"\x1b\[[\d;]*m", "", shown)


def test_a_long_lesson_is_shown_in_a_pager_and_the_next_command_after_it(begun_site: Path) -> None:
    shown = on_terminal("lesson", cwd=begun_site, env={"PAGER": "head -n 1"})

    assert shown.splitlines()[0] == "lessons/01-first-page.md"
    assert "Read more" not in shown
    assert "check" in shown.rstrip().splitlines()[-1]


@pytest.mark.parametrize("width", [40, 60, 80])
def test_no_sentence_is_wider_than_the_terminal(begun_site: Path, width: int) -> None:
    for args in ([], ["status"], ["list"], ["hint"]):
        shown = on_terminal(*args, cwd=begun_site, env={"COLUMNS": str(width)})
        # Long words, what to type, code, and the rows of a table.
        kept_whole = re.compile(r"\S{30}|starterkit \w|^ {6}|\d tests$")
        assert [line for line in shown.split("\n") if len(line) > width and not kept_whole.search(line)] == [], args


def test_run_serves_the_site_until_ctrl_c(begun_site: Path) -> None:
    shown = on_terminal("run", cwd=begun_site, answers=[("(Ctrl-C stops it)", "\x03")], code=130)

    assert re.search(r"Your site is at http://127\.0\.0\.1:\d+/ \(Ctrl-C stops it\)", shown)
    assert (begun_site / "instance" / "conduit.db").is_file()
    assert shown.rstrip().endswith("The site has stopped.")
    assert "Traceback" not in shown


@pytest.mark.parametrize(("answer", "code"), [("no", 1), ("yes", 130)])
def test_run_asks_before_it_makes_the_database_anew(begun_site: Path, answer: str, code: int) -> None:
    import sqlite3

    database = begun_site / "instance" / "conduit.db"
    database.parent.mkdir()
    connection = sqlite3.connect(database)
    connection.execute("create table article (id integer primary key)")
    connection.close()
    answers = [("[yes]", answer + ENTER)] + ([("(Ctrl-C stops it)", "\x03")] if answer == "yes" else [])

    shown = on_terminal("run", cwd=begun_site, answers=answers, code=code)

    assert "Missing in the database: the column article.body" in shown
    assert len(list(database.parent.glob("conduit-*.db"))) == (answer == "yes")
