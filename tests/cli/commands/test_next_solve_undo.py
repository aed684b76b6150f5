"""next, solve and undo on the screen and as JSON; what they do to files is the engine's and is tested there."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.support.commands import starterkit
from tests.support.sites import Counts

pytestmark = pytest.mark.slow


def git(*args: str, cwd: Path) -> str:
    return subprocess.run(["git", *args], cwd=cwd, check=True, capture_output=True, text=True).stdout


def test_next_shows_the_step_its_new_tests_and_where_the_lesson_is(site: Path) -> None:
    shown = starterkit("next", cwd=site).out

    assert shown.startswith("01 · First page  about 25 min\nThe site has an About page")
    assert "  - The About page has a heading.\n" in shown
    assert "New or changed files: lessons/01-first-page.md, tests/test_01_first_page.py" in shown
    assert "Read the lesson (lessons/01-first-page.md):" in shown
    assert shown.rstrip().splitlines()[-1].endswith(" lesson")


def test_next_and_starterkit_alone_name_the_lesson_until_it_was_opened(site: Path) -> None:
    starterkit("next", cwd=site)
    assert starterkit(cwd=site).out.rstrip().splitlines()[-1].endswith(" lesson")
    assert starterkit("status", "--json", cwd=site).json["next"] == "lesson"

    starterkit("lesson", cwd=site)
    assert starterkit(cwd=site).out.rstrip().splitlines()[-1].endswith(" check")


def test_after_a_change_the_lesson_is_no_longer_the_next_step(site: Path) -> None:
    starterkit("next", cwd=site)
    (site / "conduit" / "mine.py").write_text("")

    assert starterkit("status", "--json", cwd=site).json["next"] == "check"


def test_next_as_json(site: Path) -> None:
    answer = starterkit("next", "--json", cwd=site).json

    assert (answer["finished"], answer["step"]["name"], answer["next"]) == (False, "01-first-page", "lesson")
    assert answer["tests"][0]["id"] == "test_about_page_has_a_heading"
    assert "tests/test_01_first_page.py" in answer["changed"]
    assert git("rev-parse", answer["snapshot"], cwd=site).strip()


def test_next_on_red_shows_what_is_red_and_writes_nothing(begun_site: Path, counts: Counts) -> None:
    before = git("rev-parse", "HEAD", cwd=begun_site)

    ran = starterkit("next", cwd=begun_site, code=1)

    assert ran.out.startswith(f"FAILED  {counts.base} of {counts.both} tests pass")
    assert len(ran.out.splitlines()) < 24
    assert "Nothing was changed" in ran.out
    assert ran.out.rstrip().splitlines()[-1].endswith(" hint")
    assert git("rev-parse", "HEAD", cwd=begun_site) == before
    assert git("status", "--porcelain", cwd=begun_site) == ""


def test_next_on_red_as_json_holds_the_check_and_the_error(begun_site: Path, counts: Counts) -> None:
    ran = starterkit("next", "--json", cwd=begun_site, code=1)

    red = [test for test in ran.json["check"]["tests"] if test["outcome"] != "passed"]
    assert len(red) == counts.new + counts.stretch
    assert ran.json["error"]["exit_code"] == 1


def test_what_next_keeps_of_the_learners_is_named(site: Path) -> None:
    (site / "tests" / "support" / "pages.py").write_text("# mine\n")
    (site / "pytest.ini").unlink()

    shown = starterkit("next", "--no-check", cwd=site).out

    assert "Restored missing files: pytest.ini" in shown
    copy = ".starterkit/kept/01-first-page-1/tests/support/pages.py"
    assert f"tests/support/pages.py is kept in {copy}" in " ".join(shown.split())
    assert (site / copy).read_text() == "# mine\n"


def test_solve_says_in_which_way_the_solution_came_in(begun_site: Path, counts: Counts) -> None:
    shown = starterkit("solve", cwd=begun_site).out

    assert "ok  Merged the solution of 01 · First page into your code." in shown
    assert f"ok  {counts.both} of {counts.both} tests pass" in shown
    assert "Changed: conduit/__init__.py, conduit/about.py" in shown
    assert shown.rstrip().splitlines()[-1].endswith(" next")
    assert "is already solved" in starterkit("solve", cwd=begun_site).out


def test_solve_without_its_check_asks_for_one(begun_site: Path) -> None:
    answer = starterkit("solve", "--no-check", "--json", cwd=begun_site).json

    assert (answer["step"], answer["way"], answer["check"]) == ("01-first-page", "merged", None)
    assert starterkit("status", "--json", cwd=begun_site).json["next"] == "check"


def test_showing_a_solution_that_is_in_suggests_the_check(begun_site: Path) -> None:
    starterkit("solve", "--no-check", cwd=begun_site)

    shown = starterkit("solve", "--show", cwd=begun_site).out

    assert "Your code already matches the solution." in shown
    assert shown.rstrip().endswith("starterkit check")


def test_solve_show_is_a_diff_against_the_learners_code(begun_site: Path) -> None:
    shown = starterkit("solve", "--show", cwd=begun_site).out
    answer = starterkit("solve", "--show", "--json", cwd=begun_site).json

    assert "--- yours/conduit/about.py\n+++ solution/conduit/about.py\n" in shown
    assert [file["path"] for file in answer["files"]][:2] == ["conduit/__init__.py", "conduit/about.py"]
    assert git("status", "--porcelain", cwd=begun_site) == ""


def test_solve_show_of_a_file_shows_only_this_file(begun_site: Path) -> None:
    answer = starterkit("solve", "--show", "__init__.py", "--json", cwd=begun_site / "conduit").json
    unknown = starterkit("solve", "--show", "conduit/_init__.py", cwd=begun_site, code=2).err

    assert [file["path"] for file in answer["files"]] == ["conduit/__init__.py"]
    assert 'does not change "conduit/_init__.py"' in unknown and '"conduit/__init__.py"' in unknown


def test_solve_takes_a_file_that_is_named_from_where_one_is(begun_site: Path) -> None:
    factory = begun_site / "conduit" / "__init__.py"
    factory.write_text("# mine\n")

    answer = starterkit("solve", "__init__.py", "--json", cwd=begun_site / "conduit").json

    assert answer["way"] == "named"
    assert answer["kept"] == [
        {"path": "conduit/__init__.py", "copy": ".starterkit/kept/01-first-page-1/conduit/__init__.py"}
    ]
    assert "about" in factory.read_text()


def test_a_conflict_changes_nothing_and_names_the_choices(begun_site: Path) -> None:
    factory = begun_site / "conduit" / "__init__.py"
    factory.write_text("# mine\n")

    ran = starterkit("solve", "--no-check", cwd=begun_site, code=3)

    assert ran.err.startswith("Stopped: ")
    assert "--take-theirs" in ran.err
    assert factory.read_text() == "# mine\n"


def test_a_solution_that_does_not_fit_shows_each_message_once(begun_site: Path) -> None:
    (begun_site / "conduit" / "text.py").write_text('raise RuntimeError("out of ink")\n')

    ran = starterkit("solve", cwd=begun_site, code=3)

    assert ran.err.count("out of ink") == 1
    assert "more with this message" in ran.err


def test_where_files_are_taken_whole_it_is_said_why(begun_site: Path) -> None:
    (begun_site / "conduit" / "__init__.py").write_text("# mine\n")

    shown = " ".join(starterkit("solve", cwd=begun_site).out.split())

    assert "Replaced the files of 01 · First page" in shown
    assert (
        "The solution wasn't merged, because you and the solution changed the same lines of conduit/__init__.py."
        in shown
    )


def test_markers_are_left_for_the_learner_and_end_with_1(begun_site: Path) -> None:
    (begun_site / "conduit" / "__init__.py").write_text("# mine\n")

    ran = starterkit("solve", "--markers", cwd=begun_site, code=1)

    assert "conduit/__init__.py" in ran.out
    assert "<<<<<<<" in (begun_site / "conduit" / "__init__.py").read_text()
    for arguments in ([], ["status"], ["check"], ["lesson"], ["solve", "--show"]):
        seen = starterkit(*arguments, cwd=begun_site, code=1 if arguments == ["check"] else 0)
        assert seen.err.startswith("Conflict: conduit/__init__.py:1 still has conflict markers.")
        assert "leading zeros" not in seen.out
    for command in ("next", "solve"):
        stopped = starterkit(command, "--no-check", cwd=begun_site, code=3)
        assert stopped.err.startswith("Stopped: conduit/__init__.py:1 still has conflict markers.")
    starterkit("undo", cwd=begun_site)
    assert "Conflict" not in starterkit("status", cwd=begun_site).err


def test_check_explains_a_syntax_error_by_its_conflict_markers(begun_site: Path) -> None:
    factory = begun_site / "conduit" / "__init__.py"
    factory.write_text(f"x = 1\n<<<<<<< mine\n{factory.read_text()}=======\n>>>>>>> 0123456\n")

    shown = " ".join(starterkit("check", cwd=begun_site, code=1).out.split())

    assert "conduit/__init__.py:2 has conflict markers." in shown


def test_after_a_solve_that_stayed_red_undo_comes_next_until_something_is_done(begun_site: Path) -> None:
    factory = begun_site / "conduit" / "__init__.py"
    marker = "    # Your own lines go below this one."
    factory.write_text(factory.read_text().replace(marker, f"    app.extensions['mine'] = True\n{marker}"))

    shown = starterkit("solve", "--keep-mine", cwd=begun_site, code=1).out

    assert shown.startswith("FAILED  ")
    assert shown.count("FAILED") == 1 and "ok  " not in shown
    assert starterkit(cwd=begun_site).out.rstrip().splitlines()[-1].endswith(" undo")
    assert starterkit("status", "--json", cwd=begun_site).json["next"] == "undo"
    (begun_site / "conduit" / "mine.py").write_text("")
    assert starterkit(cwd=begun_site).out.rstrip().splitlines()[-1].endswith(" check")


def test_undo_counts_restored_and_removed_files(begun_site: Path) -> None:
    starterkit("solve", "--no-check", cwd=begun_site)
    lines = git("diff", "--name-status", "HEAD~1", "--", "conduit", cwd=begun_site).splitlines()
    kinds = [line[0] for line in lines]
    added, edited = kinds.count("A"), kinds.count("M")

    assert added > 1 and edited > 1
    assert f"\n    Restored {edited} files. Removed {added} files.\n" in starterkit("undo", cwd=begun_site).out
    assert f"\n    Wrote {added + edited} files.\n" in starterkit("undo", "--redo", cwd=begun_site).out


def test_undo_and_redo_name_the_command_and_its_step(begun_site: Path) -> None:
    undone = " ".join(starterkit("undo", cwd=begun_site).out.split())
    assert undone.startswith("ok Undid `") and " next` (01 · First page). Removed 2 files." in undone
    assert not (begun_site / "lessons" / "01-first-page.md").exists()

    redone = starterkit("undo", "--redo", "--json", cwd=begun_site).json
    assert (redone["undid"], redone["redone"]) == ("next", True)
    assert (begun_site / "lessons" / "01-first-page.md").exists()


def test_nothing_to_undo_ends_with_2(site: Path) -> None:
    assert "There is nothing to undo." in starterkit("undo", cwd=site, code=2).err


def test_a_large_file_without_a_terminal_stops_and_names_the_flags(begun_site: Path) -> None:
    with (begun_site / "film.mp4").open("wb") as film:
        film.truncate(11 * 1024 * 1024)

    ran = starterkit("next", "--no-check", cwd=begun_site, code=3)

    assert "film.mp4" in ran.err
    assert "--save-large" in ran.err
    assert "--leave-out" in ran.err
    starterkit("next", "--no-check", "--leave-out", cwd=begun_site)
    assert git("status", "--porcelain", cwd=begun_site) == "?? film.mp4\n"


@pytest.mark.parametrize("flags", [("--keep-mine", "--markers"), ("--save-large", "--leave-out")])
def test_choices_that_exclude_each_other_are_refused(begun_site: Path, flags: tuple[str, str]) -> None:
    ran = starterkit("next", *flags, cwd=begun_site, code=2)

    assert "can't be combined" in ran.err


def test_after_the_last_step_the_path_ends_with_a_word_of_praise(tmp_path: Path) -> None:
    starterkit("new", "site", "-f", "flask", "--defaults", "--complete", "--no-install", cwd=tmp_path)

    ran = starterkit("next", "--no-check", cwd=tmp_path / "site")

    assert ran.out.startswith("You have reached the end of the Flask path.")
    assert starterkit("next", "--no-check", "--json", cwd=tmp_path / "site").json["finished"] is True
