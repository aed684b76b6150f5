"""The commands with which a learner works on a step, as a learner reads them and as a script does."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

from tests.support.commands import starterkit
from tests.support.sites import Counts

pytestmark = pytest.mark.slow

FIRST = "Under an article there is a form to write a comment."


def test_alone_in_a_project_it_says_where_one_is_and_what_to_do(site: Path, counts: Counts) -> None:
    shown = starterkit(cwd=site).out

    assert shown.startswith("Flask: the starter project")
    assert f"all {counts.base} tests pass" in shown
    assert shown.rstrip().splitlines()[-1].endswith(" next")


def test_alone_in_a_red_project_it_names_the_first_red_test(begun_site: Path, counts: Counts) -> None:
    shown = starterkit(cwd=begun_site / "conduit").out

    assert "01 · Comments" in shown
    assert f"{counts.new} of {counts.both} tests fail" in shown
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
    assert flask["steps"][0]["name"] == "01-comments"
    assert flask["minutes"] == sum(step["minutes"] for step in flask["steps"])
    assert "Cost: " in shown and flask["steps"][0]["title"] not in shown
    assert len(shown.splitlines()) <= 24


def test_list_shows_only_what_is_named(tmp_path: Path) -> None:
    shown = starterkit("list", "Flask", cwd=tmp_path).out

    assert "01  Comments" in shown and "Cost: " in shown
    assert "express" not in shown and shown.rstrip().endswith("new my-site --framework flask")
    listed = starterkit("list", "django", "flask", "--json", cwd=tmp_path).json["frameworks"]
    assert [one["name"] for one in listed] == ["django", "flask"]
    assert "flask" in starterkit("list", "flsk", cwd=tmp_path, code=2).err


def test_status_is_a_map_that_reads_without_colour(begun_site: Path, counts: Counts) -> None:
    lines = starterkit("status", cwd=begun_site).out.splitlines()

    rows = [line.split() for line in lines if line.startswith("  ")]
    assert rows[0][:2] == ["done", "00"]
    assert rows[1][:3] == ["here", "01", "Comments"]
    assert rows[2][:4] == ["to", "come", "02", "Tags"]
    assert f"FAILED  Last check: {counts.new} of {counts.both} tests fail." in lines


def test_status_tells_that_files_have_changed_since_the_last_check(begun_site: Path) -> None:
    (begun_site / "conduit" / "new.py").write_text("")

    status = starterkit("status", cwd=begun_site).out

    assert "changed since the last check" in status
    assert status.rstrip().splitlines()[-1].endswith(" check")


def test_status_as_json(begun_site: Path, counts: Counts) -> None:
    status = starterkit("status", "--json", cwd=begun_site).json

    assert status["format"] == 1
    assert status["step"] == "01-comments"
    assert [step["standing"] for step in status["steps"]][:2] == ["here", "to come"]
    assert status["last_check"]["fresh"] is True
    assert len(status["last_check"]["red"]) == counts.new
    assert (status["undo"], status["next"]) == ("next", "hint")


def test_a_red_check_says_each_failure_as_a_sentence_and_what_was_expected(begun_site: Path, counts: Counts) -> None:
    ran = starterkit("check", cwd=begun_site, code=1)

    assert ran.out.startswith(f"FAILED  {counts.new} of {counts.both} tests fail")
    assert FIRST in ran.out
    words = " ".join(ran.out.split())
    assert "Expected a text area for the comment on /article/bread-without-kneading. Found none." in words
    assert "/article/bread-without-kneading exists only in this test's data." in words
    html = '<form class="card comment-form"> <textarea name="body" placeholder="Write a comment...">'
    assert f"        {html}" in ran.out.splitlines()
    assert "Start with this test: " in ran.out
    assert ran.out.rstrip().splitlines()[-1].endswith(" hint")
    assert f"Running {counts.both} tests" in ran.err


def test_the_html_that_a_test_looked_for_is_the_last_line_in_json(begun_site: Path) -> None:
    ran = starterkit("check", "test_an_article_invites_a_comment", "--json", cwd=begun_site, code=1)

    html = '<form class="card comment-form"> <textarea name="body" placeholder="Write a comment...">'
    assert ran.json["tests"][0]["message"].splitlines()[-1] == html


def test_a_broken_page_is_named_with_file_and_line_of_the_learners_code(begun_site: Path) -> None:
    articles = begun_site / "conduit" / "articles.py"
    articles.write_text(articles.read_text().replace("    return redirect", "    oops\n    return redirect"))

    ran = starterkit("check", "--json", cwd=begun_site, code=1)

    line = articles.read_text().splitlines().index("    oops") + 1
    broken = [test for test in ran.json["tests"] if test["broken"]]
    assert ran.json["counts"]["broken"] == len(broken) > 0
    assert {"file": "conduit/articles.py", "line": line} in [test["place"] for test in broken]
    assert "NameError" in next(test["message"] for test in broken if test["place"])


def test_a_check_of_single_tests_runs_only_these(site: Path) -> None:
    ran = starterkit("check", "test_home_shows_the_newest_article_first", "--json", cwd=site)

    assert [test["id"] for test in ran.json["tests"]] == ["test_home_shows_the_newest_article_first"]
    assert ran.json["next"] == "check"


@pytest.mark.parametrize("word", ["01", "01-comments", "comments", "tests/test_01_comments.py"])
def test_the_tests_of_one_step_can_be_asked_for(begun_site: Path, counts: Counts, word: str) -> None:
    ran = starterkit("check", word, "--json", cwd=begun_site, code=1)

    assert {test["step"] for test in ran.json["tests"]} == {"01-comments"}
    assert len(ran.json["tests"]) == counts.new


def test_a_step_to_come_has_no_tests_yet(begun_site: Path) -> None:
    ran = starterkit("check", "02", cwd=begun_site, code=2)

    assert 'test file or step "02" in the path so far' in " ".join(ran.err.split())


def test_a_file_that_the_tests_need_can_be_got_back(begun_site: Path) -> None:
    support = begun_site / "tests" / "support.py"
    words = support.read_bytes()
    support.unlink()

    shown = starterkit("check", cwd=begun_site, code=1).out
    at_next = starterkit("next", cwd=begun_site, code=1).out

    for one in (shown, at_next):
        assert "Start here: tests/support.py is missing." in one
        assert one.rstrip().endswith("check")
    command = re.search(r"git checkout [0-9a-f]+ -- tests/support\.py", " ".join(shown.split()))
    assert command
    subprocess.run(command[0].split(), cwd=begun_site, check=True)
    assert support.read_bytes() == words


def test_whoever_wrote_tests_is_told_that_check_runs_those_of_the_path(site: Path) -> None:
    (site / "tests" / "test_mine.py").write_text("def test_mine():\n    assert False\n")

    ran = starterkit("check", cwd=site)

    assert "tests/test_mine.py." in ran.out


def test_many_tests_that_are_red_for_one_reason_are_said_once(site: Path, counts: Counts) -> None:
    (site / "conduit" / "__init__.py").write_text("def create_app(settings:\n")

    ran = starterkit("check", cwd=site, code=1)

    assert f"{counts.base} of {counts.base} tests fail" in ran.out
    assert f"and {counts.base - 3} more, for the same reason:" in ran.out
    assert ran.out.count("SyntaxError") == 1
    assert "conduit/__init__.py:1" in ran.out


def test_hints_come_one_after_the_other_and_the_last_stays(begun_site: Path) -> None:
    shown = [starterkit("hint", cwd=begun_site).out for _ in range(4)]

    assert [f"Hint {number} of 3" in text for number, text in zip((1, 2, 3, 3), shown, strict=True)] == [True] * 4
    assert FIRST in shown[0]
    assert "`conduit/templates/places/`" in shown[0]
    assert "solve --show" in shown[3]
    assert shown[0].rstrip().splitlines()[-1].endswith(" check")


def test_a_file_that_cannot_be_read_comes_before_any_hint(begun_site: Path) -> None:
    (begun_site / "conduit" / "articles.py").write_text("def broken(:\n")
    starterkit("check", cwd=begun_site, code=1)

    shown, alone = starterkit("hint", cwd=begun_site).out, starterkit(cwd=begun_site).out

    assert "blocks this test" in shown
    for said in (shown, alone):
        assert "conduit/articles.py:1" in said
        assert said.rstrip().splitlines()[-1].endswith(" check")


def test_a_deleted_test_file_is_red_until_the_command_that_is_named_brings_it_back(begun_site: Path) -> None:
    tests = begun_site / "tests" / "test_01_comments.py"
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

    assert "you need no hint" in ran.out
    assert starterkit("hint", "--json", cwd=site).json["test"] is None


def test_a_lesson_without_a_terminal_is_its_markdown(begun_site: Path) -> None:
    shown = starterkit("lesson", cwd=begun_site).out

    lesson, _, links = shown.partition("\n\n## To read more\n\n")
    assert lesson + "\n" == (begun_site / "lessons" / "01-comments.md").read_text(encoding="utf-8")
    assert links.startswith("- **")


@pytest.mark.parametrize("name", ["02", "2", "tags", "02-tags"])
def test_a_lesson_is_found_by_number_and_by_name(site: Path, name: str) -> None:
    lesson = starterkit("lesson", name, "--json", cwd=site).json

    assert lesson["step"] == "02-tags"
    assert lesson["markdown"].startswith("# 02 · Tags")


def test_before_the_first_step_there_is_no_lesson_yet(site: Path) -> None:
    ran = starterkit("lesson", cwd=site, code=2)

    assert ran.out == ""
    assert "starterkit next`" in ran.err


def test_doctor_finds_all_that_is_needed(site: Path) -> None:
    health = starterkit("doctor", "--json", cwd=site).json

    found = {one["name"]: one for one in health["findings"]}
    assert health["ok"] is True
    assert {"git", "python", "uv", "the path", "the environment", "your name in git"} <= set(found)
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

    assert "Ready. The environment is created on the first" in ran.out
    assert ran.out.rstrip().endswith(" check")


def test_doctor_tells_how_to_get_a_lost_path_back(site: Path) -> None:
    import subprocess

    subprocess.run(["git", "update-ref", "-d", "refs/starterkit/path"], cwd=site, check=True)

    ran = starterkit("doctor", cwd=site, code=4)

    assert "MISSING  the path: not in this clone" in ran.out
    assert "git push origin refs/starterkit/path" in " ".join(ran.out.split())
