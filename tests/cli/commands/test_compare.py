"""compare on the screen, side by side on a wide terminal, and as JSON."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.commands import on_terminal, starterkit
from tests.support.learners import TEMPLATES

pytestmark = pytest.mark.slow

WIDE = {"COLUMNS": "130", "LINES": "200"}


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    """A project of an external template, whose second step has review notes and is solved."""
    starterkit("new", "tiny", "--template", str(TEMPLATES / "tiny"), "--defaults", "--no-install", cwd=tmp_path)
    for arguments in (["next"], ["solve"], ["next"], ["solve"]):
        starterkit(*arguments, "--no-check", cwd=tmp_path / "tiny")
    return tmp_path / "tiny"


def test_a_step_whose_tests_fail_is_not_spoiled(begun_site: Path) -> None:
    ran = starterkit("compare", cwd=begun_site, code=2)

    assert ran.out == ""
    assert "The tests of 01 · First page haven't passed with your current code." in ran.err
    assert "starterkit compare --yes" in ran.err
    assert starterkit("compare", "01", "--json", cwd=begun_site, code=2).json["error"]["exit_code"] == 2


def test_a_step_that_has_not_started_ends_with_2(begun_site: Path, site: Path) -> None:
    assert "You have not started 02 · Comments yet." in starterkit("compare", "2", "--yes", cwd=begun_site, code=2).err
    assert "You haven't started a step yet." in starterkit("compare", cwd=site, code=2).err


@pytest.mark.parametrize(("answer", "says"), [("no", "starterkit hint"), ("yes", "The solution (new file):")])
def test_a_terminal_asks_before_it_shows_the_solution(begun_site: Path, answer: str, says: str) -> None:
    shown = on_terminal("compare", cwd=begun_site, answers=[("[no]", f"{answer}\n")])

    assert says in shown
    assert ("The solution" in shown) == (answer == "yes")


def test_your_code_comes_before_the_solution(begun_site: Path) -> None:
    (begun_site / "conduit" / "about.py").write_text("MINE = 1\n")
    (begun_site / "conduit" / "mine.py").write_text("MINE = 2\n")
    (begun_site / "conduit" / "logo.bin").write_bytes(b"\0")

    shown = starterkit("compare", "--yes", cwd=begun_site).out

    assert shown.startswith("01 · First page: your code and the solution\n\nconduit/__init__.py\n")
    assert "\nconduit/about.py\nYour code (new file):\n" in shown
    assert "\n  +MINE = 1\nThe solution (new file):\n  @@ -0,0 " in shown
    assert "\nconduit/__init__.py\nYou didn't change this file.\nThe solution:\n  @@ " in shown
    assert shown.index("+MINE = 2\nThe solution doesn't change this file.\n") > shown.index("/layout.html\n")
    assert "\nconduit/logo.bin\nYour code (new file, binary)\nThe solution doesn't change this file.\n" in shown
    assert "diff --git" not in shown and "lessons/" not in shown
    assert "\nRun the tests:\n" in shown and shown.rstrip().endswith("starterkit check")


def test_a_wide_terminal_shows_both_side_by_side(begun_site: Path) -> None:
    long_line = "MINE = '" + "a" * 80 + "ü" * 20 + "'"
    (begun_site / "conduit" / "about.py").write_text(f"{long_line}\n\tTAB = 1\n")

    shown = on_terminal("compare", "--yes", cwd=begun_site, env={**WIDE, "NO_COLOR": "1"})

    rows = [line.split(" │") for line in shown.splitlines() if " │" in line]
    assert [cell.strip() for cell in rows[0]] == ["Your code (new file):", "The solution (new file):"]
    assert {len(left) for left, _ in rows} == {63}
    assert "".join(left.rstrip() for left, _ in rows).startswith(f"Your code (new file):@@ -0,0 +1,2 @@+{long_line}+")
    assert "You didn't change this file." in shown
    assert " │" not in on_terminal("compare", "--yes", cwd=begun_site, env={**WIDE, "COLUMNS": "119"})
    assert " │" not in starterkit("compare", "--yes", cwd=begun_site, env=WIDE).out


def test_notes_follow_their_file_or_come_last(tiny: Path) -> None:
    shown = starterkit("compare", cwd=tiny).out

    own, general = shown.split("A reviewer would say:\n")[1:]
    assert own.startswith("\n  A name says more than a number.\n\nmanage.sh\n")
    assert general.startswith("\n  Some people write `two` as a class.\n\n  A function is enough")
    assert "Your code is the same as the solution (deleted):" in shown


def test_compare_as_json(tiny: Path) -> None:
    (tiny / "conduit" / "two.py").rename(tiny / "conduit" / "second.py")

    answer = starterkit("compare", "--json", cwd=tiny).json

    assert (answer["step"], answer["is_exact"], answer["next"]) == ("02-two", True, "next")
    by_path = {file["path"]: file for file in answer["files"]}
    assert by_path["conduit/two.py"]["yours"] == ""
    assert by_path["conduit/two.py"]["solution"].startswith("diff --git a/conduit/two.py b/conduit/two.py\nnew file")
    assert by_path["conduit/second.py"]["solution"] == ""
    assert answer["review"][1] == {"text": "A name says more than a number.", "file": "conduit/two.py"}


def test_a_missing_start_is_named(tiny: Path) -> None:
    starterkit("next", "--no-check", cwd=tiny)
    for arguments in (("reset", "-q", "--soft", "HEAD~5"), ("commit", "-q", "-m", "everything")):
        subprocess.run(["git", *arguments], cwd=tiny, check=True)

    shown = " ".join(starterkit("compare", "02", cwd=tiny).out.split())

    assert "Your git history doesn't show where this step starts and ends." in shown


def test_mine_shows_only_your_own_changes(begun_site: Path) -> None:
    assert "You haven't changed anything in this step yet." in starterkit("compare", "--mine", cwd=begun_site).out
    (begun_site / "conduit" / "about.py").write_text("MINE = 1\n")

    shown = starterkit("compare", "--mine", cwd=begun_site).out

    assert shown.startswith("01 · First page: your code\n\nconduit/about.py (new file):\n")
    assert "solution" not in shown
    (file,) = starterkit("compare", "--mine", "--json", cwd=begun_site).json["files"]
    assert (file["path"], file["solution"]) == ("conduit/about.py", "")
