"""The commands with which a learner works on a step, as a learner reads them and as a script does."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from textwrap import dedent

import pytest

from tests.support.commands import starterkit
from tests.support.sites import Counts

pytestmark = pytest.mark.slow

FIRST = "The About page has a heading."


def test_alone_in_a_project_it_says_where_one_is_and_what_to_do(site: Path, counts: Counts) -> None:
    shown = starterkit(cwd=site).out

    assert shown.startswith("Flask: the starter project")
    assert f"all {counts.base} tests pass" in shown
    assert shown.rstrip().splitlines()[-1].endswith(" next")


def test_alone_in_a_red_project_it_names_the_first_red_test(begun_site: Path, counts: Counts) -> None:
    shown = starterkit(cwd=begun_site / "conduit").out

    assert "01 · First page" in shown
    assert f"{counts.base} of {counts.both} tests pass" in shown
    assert FIRST in shown
    assert shown.rstrip().splitlines()[-1].endswith(" hint")


def test_alone_outside_a_project_it_says_how_to_begin(tmp_path: Path) -> None:
    shown = starterkit(cwd=tmp_path).out

    assert "flask" in shown
    assert shown.rstrip().splitlines()[-1].endswith(" new my-site")


def test_list_fits_on_one_screen_with_the_cost_of_each_framework(tmp_path: Path) -> None:
    shown = starterkit("list", cwd=tmp_path).out
    listed = starterkit("list", "--json", cwd=tmp_path).json["frameworks"]

    flask = next(one for one in listed if one["name"] == "flask")
    assert flask["steps"][0]["name"] == "01-first-page"
    assert flask["minutes"] == sum(step["minutes"] for step in flask["steps"])
    assert "Downside: " in shown and flask["steps"][0]["title"] not in shown
    assert len(shown.splitlines()) <= 24


def test_list_shows_only_what_is_named(tmp_path: Path) -> None:
    shown = starterkit("list", "Flask", cwd=tmp_path).out

    assert "01  First page" in shown and "Downside: " in shown
    assert "express" not in shown and shown.rstrip().endswith("new my-site --framework flask")
    listed = starterkit("list", "django", "flask", "--json", cwd=tmp_path).json["frameworks"]
    assert [one["name"] for one in listed] == ["django", "flask"]
    assert "flask" in starterkit("list", "flsk", cwd=tmp_path, code=2).err


def test_status_is_a_map_that_reads_without_colour(begun_site: Path, counts: Counts) -> None:
    lines = starterkit("status", cwd=begun_site).out.splitlines()

    rows = [line.split() for line in lines if line.startswith("  ")]
    assert rows[0][:2] == ["done", "00"]
    assert rows[1][:4] == ["here", "01", "First", "page"]
    assert rows[2][:4] == ["to", "come", "02", "Comments"]
    core, stretch = f"{counts.base} of {counts.both} tests pass.", f"0 of {counts.stretch} stretch tests pass."
    assert f"FAILED  Last check: {core} {stretch}" in lines


def test_status_tells_that_files_have_changed_since_the_last_check(begun_site: Path) -> None:
    (begun_site / "conduit" / "new.py").write_text("")

    status = starterkit("status", cwd=begun_site).out

    assert "changed since the last check" in status
    assert status.rstrip().splitlines()[-1].endswith(" check")


def test_status_as_json(begun_site: Path, counts: Counts) -> None:
    status = starterkit("status", "--json", cwd=begun_site).json

    assert status["format"] == 1
    assert status["step"] == "01-first-page"
    assert [step["standing"] for step in status["steps"]][:2] == ["here", "to come"]
    assert status["last_check"]["fresh"] is True
    assert len(status["last_check"]["red"]) == counts.new
    assert (status["undo"], status["next"]) == ("next", "hint")


def test_a_red_check_shows_the_first_failure_whole_and_each_other_cause_in_a_line(
    begun_site: Path, counts: Counts
) -> None:
    ran = starterkit("check", cwd=begun_site, code=1)

    assert ran.out.startswith(f"FAILED  {counts.base} of {counts.both} tests pass")
    assert len(ran.out.splitlines()) < 24
    assert FIRST in ran.out
    words = " ".join(ran.out.split())
    assert "Expected a page at /about. Found none (status 404)." in words
    assert "(test_about_page_has_a_heading)" in words
    assert "1 test: " in ran.out
    assert ran.out.rstrip().splitlines()[-1].endswith(" hint")
    assert f"Running {counts.both + counts.stretch} tests" in ran.err


def test_the_html_that_a_test_looked_for_is_the_last_line_in_json(begun_site: Path) -> None:
    ran = starterkit("check", "test_navigation_bar_links_to_the_about_page", "--json", cwd=begun_site, code=1)

    assert ran.json["tests"][0]["message"].splitlines()[-1].endswith('<nav class="navbar"> <a class="nav-link">')


def test_a_broken_page_is_named_with_file_and_line_of_the_learners_code(begun_site: Path) -> None:
    articles = begun_site / "conduit" / "articles.py"
    articles.write_text(articles.read_text().replace("\n    return redirect", "\n    oops\n    return redirect"))

    ran = starterkit("check", "--json", cwd=begun_site, code=1)

    line = articles.read_text().splitlines().index("    oops") + 1
    broken = [test for test in ran.json["tests"] if test["broken"]]
    assert ran.json["counts"]["broken"] == len(broken) > 0
    assert {"file": "conduit/articles.py", "line": line} in [test["place"] for test in broken]
    assert "NameError" in next(test["message"] for test in broken if test["place"])


def test_a_check_of_single_tests_runs_only_these(site: Path) -> None:
    ran = starterkit("check", "test_home_lists_articles_newest_first", "--json", cwd=site)

    assert [test["id"] for test in ran.json["tests"]] == ["test_home_lists_articles_newest_first"]
    assert ran.json["next"] == "check"


@pytest.mark.parametrize("word", ["01", "01-first-page", "first-page", "tests/test_01_first_page.py"])
def test_the_tests_of_one_step_can_be_asked_for(begun_site: Path, counts: Counts, word: str) -> None:
    ran = starterkit("check", word, "--json", cwd=begun_site, code=1)

    assert {test["step"] for test in ran.json["tests"]} == {"01-first-page"}
    assert len(ran.json["tests"]) == counts.new + counts.stretch


def test_a_step_to_come_has_no_tests_yet(begun_site: Path) -> None:
    ran = starterkit("check", "02", cwd=begun_site, code=2)

    assert 'The steps so far have no test, test file or step "02".' in " ".join(ran.err.split())


def test_a_file_that_the_tests_need_can_be_got_back(begun_site: Path) -> None:
    support = begun_site / "tests" / "support" / "pages.py"
    words = support.read_bytes()
    support.unlink()

    shown = starterkit("check", cwd=begun_site, code=1).out
    at_next = starterkit("next", cwd=begun_site, code=1).out

    for one in (shown, at_next):
        assert "tests/support/pages.py is missing." in one
        assert len(one.splitlines()) < 24
        assert one.rstrip().endswith("check")
    command = re.search(r"git checkout [0-9a-f]+ -- tests/support/pages\.py", " ".join(shown.split()))
    assert command
    subprocess.run(command[0].split(), cwd=begun_site, check=True)
    assert support.read_bytes() == words


def test_the_learners_own_tests_run_after_the_paths_and_never_block(site: Path) -> None:
    mine = """
        import pytest

        def test_fails():
            assert 1 == 2, "not equal"

        @pytest.mark.parametrize("number", [1, 2])
        def test_numbers(number):
            assert number

        class TestPages:
            def test_in_a_class(self):
                pass
        """
    (site / "tests" / "test_mine.py").write_text(dedent(mine))

    ran = starterkit("check", cwd=site)
    own = starterkit("check", "--json", cwd=site).json["own"]

    assert "Your own tests: 2 of 3 pass." in ran.out
    assert "tests/test_mine.py:5 test_fails: not equal" in ran.out
    assert ran.out.rstrip().endswith(" next")
    assert {test["id"].removeprefix("tests/test_mine.py::"): test["outcome"] for test in own} == {
        "test_fails": "failed",
        "test_numbers": "passed",
        "TestPages::test_in_a_class": "passed",
    }
    named = starterkit("check", "test_home_lists_articles_newest_first", "--json", cwd=site).json
    assert named["own"] == []
    starterkit("next", cwd=site)


def test_own_tests_that_cannot_be_loaded_are_named(site: Path) -> None:
    (site / "tests" / "test_mine.py").write_text("import nothing_here\n")

    ran = starterkit("check", cwd=site)

    assert "Your own tests: 0 of 1 pass." in ran.out
    assert "tests/test_mine.py:1 ModuleNotFoundError: No module named 'nothing_here'" in ran.out


def test_many_tests_that_fail_for_one_reason_name_one_line_with_its_code(site: Path, counts: Counts) -> None:
    (site / "conduit" / "__init__.py").write_text("app = 1\ndef create_app(settings:\n")

    ran = starterkit("check", cwd=site, code=1)

    assert ran.out.startswith(f"FAILED  0 of {counts.base} tests pass")
    assert len(ran.out.splitlines()) < 24
    assert ran.out.count("SyntaxError") == 1
    assert f"Start at conduit/__init__.py:2. This line breaks {counts.base} tests." in ran.out
    shown = ran.out.splitlines()
    at = shown.index("        2 | def create_app(settings:")
    assert shown[at + 1].strip() == "^"
    assert shown[at][shown[at + 1].index("^")] == "("
    everything = starterkit("check", "--all", cwd=site, code=1).out
    assert everything.count("\nnew     ") == counts.base


def test_what_the_code_prints_is_shown_below_the_message(site: Path) -> None:
    articles = site / "conduit" / "articles.py"
    code = "    for number in range(30):\n        print('row', number)\n    oops\n    return render_template"
    articles.write_text(articles.read_text().replace("    return render_template", code, 1))

    ran = starterkit("check", cwd=site, code=1)
    everything = starterkit("check", "--all", cwd=site, code=1).out

    shown = [line.strip() for line in ran.out.splitlines()]
    assert "Your code printed (the last lines):" in shown
    rows = [line for line in shown if line.startswith("row ")]
    assert rows == [f"row {number}" for number in range(19, 30)]
    assert len(shown) < 24 + 12
    assert "row 0\n" in everything
    answer = starterkit("check", "--json", cwd=site, code=1).json
    printed = {test["output"].partition("\n")[0] for test in answer["tests"] if test["outcome"] != "passed"}
    assert printed == {"row 0"}
    assert next(test for test in answer["tests"] if test["place"])["source"] == "    oops"


def test_hints_come_one_after_the_other_and_the_last_stays(begun_site: Path) -> None:
    shown = [starterkit("hint", cwd=begun_site).out for _ in range(4)]

    assert [f"Hint {number} of 3" in text for number, text in zip((1, 2, 3, 3), shown, strict=True)] == [True] * 4
    assert FIRST in shown[0]
    assert "`conduit/articles.py`" in shown[0]
    assert "solve --show" in shown[3]
    assert shown[0].rstrip().splitlines()[-1].endswith(" check")


def test_a_file_that_cannot_be_read_comes_before_any_hint(begun_site: Path) -> None:
    (begun_site / "conduit" / "articles.py").write_text("def broken(:\n")
    starterkit("check", cwd=begun_site, code=1)

    shown, alone = starterkit("hint", cwd=begun_site).out, starterkit(cwd=begun_site).out

    assert "Another problem stops this test" in shown
    for said in (shown, alone):
        assert "conduit/articles.py:1" in said
        assert said.rstrip().splitlines()[-1].endswith(" check")


def test_a_deleted_test_file_is_red_until_the_command_that_is_named_brings_it_back(begun_site: Path) -> None:
    tests = begun_site / "tests" / "test_01_first_page.py"
    before = tests.read_bytes()
    tests.unlink()

    shown = starterkit("check", cwd=begun_site, code=1).out
    fix = re.search(r"`git (.+?)`", " ".join(shown.split()))

    assert fix, shown
    assert fix[0] in " ".join(starterkit("hint", cwd=begun_site).out.split())
    subprocess.run(["git", *fix[1].split()], cwd=begun_site, check=True, capture_output=True)
    assert tests.read_bytes() == before


def test_after_undo_a_check_calls_nothing_broken(begun_site: Path, counts: Counts) -> None:
    starterkit("check", cwd=begun_site, code=1)
    starterkit("solve", cwd=begun_site)
    starterkit("undo", cwd=begun_site)

    assert starterkit("status", "--json", cwd=begun_site).json["last_check"]["fresh"] is True
    ran = starterkit("check", "--json", cwd=begun_site, code=1)
    assert ran.json["counts"]["broken"] == 0
    assert ran.json["counts"]["red"] == counts.new


def test_where_nothing_is_red_there_is_no_hint(site: Path) -> None:
    ran = starterkit("hint", cwd=site)

    assert "you don't need a hint" in ran.out
    assert starterkit("hint", "--json", cwd=site).json["test"] is None


def test_a_lesson_without_a_terminal_is_its_markdown(begun_site: Path) -> None:
    shown = starterkit("lesson", cwd=begun_site).out

    lesson, _, links = shown.partition("\n\n## Read more\n\n")
    assert lesson + "\n" == (begun_site / "lessons" / "01-first-page.md").read_text(encoding="utf-8")
    assert links.startswith("- **")


@pytest.mark.parametrize("name", ["02", "2", "comments", "02-comments"])
def test_a_lesson_is_found_by_number_and_by_name(site: Path, name: str) -> None:
    lesson = starterkit("lesson", name, "--json", cwd=site).json

    assert lesson["step"] == "02-comments"
    assert lesson["markdown"].startswith("# 02 · Comments")


def test_before_the_first_step_there_is_no_lesson_yet(site: Path) -> None:
    ran = starterkit("lesson", cwd=site, code=2)

    assert ran.out == ""
    assert "starterkit next`" in ran.err


def test_doctor_finds_all_that_is_needed(site: Path) -> None:
    health = starterkit("doctor", "--json", cwd=site).json

    found = {one["name"]: one for one in health["findings"]}
    assert health["ok"] is True
    assert {"git", "python", "uv", "learning path", "project environment", "your name in git"} <= set(found)
    assert "Ada Learner" in found["your name in git"]["found"]


def test_doctor_says_what_is_missing_and_ends_with_4(site: Path, tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()

    for folder in (tmp_path, site):
        ran = starterkit("doctor", cwd=folder, code=4, env={"PATH": str(tmp_path / "empty")})
        assert "MISSING  git: " in ran.out
        assert ran.out.count("Install git") == 1, "one row per cause"


def test_doctor_is_ready_before_the_environment_exists(tmp_path: Path) -> None:
    starterkit("new", "fresh", "-f", "flask", "--defaults", "--no-install", cwd=tmp_path)

    ran = starterkit("doctor", cwd=tmp_path / "fresh")

    assert "Your setup is ready. The first" in ran.out
    assert ran.out.rstrip().endswith(" check")


def test_doctor_tells_how_to_get_a_lost_path_back(site: Path) -> None:
    import subprocess

    subprocess.run(["git", "update-ref", "-d", "refs/starterkit/path"], cwd=site, check=True)

    ran = starterkit("doctor", cwd=site, code=4)

    assert "MISSING  learning path: missing from this clone" in ran.out
    assert "git push origin refs/starterkit/path" in " ".join(ran.out.split())
