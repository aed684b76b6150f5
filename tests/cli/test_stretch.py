"""Stretch tests, and tests for another system, in all commands of a learner."""

from __future__ import annotations

import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.commands.test_watch import watching
from tests.support.commands import on_terminal, starterkit
from tests.support.sites import copy_of, made_once
from tests.support.stretch import (
    BACKSLASH,
    BACKSLASH_ID,
    NAME,
    SPACES,
    SPACES_ID,
    TWENTY,
    TWENTY_ID,
    stretch_template,
    writes,
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(os.name == "nt", reason="one of the tests is only for Windows"),
]
SHORT = f"{NAME}[:10]"  # fails the test with twenty letters
LOOPS = f"{NAME} if ' ' not in {NAME} else next(n for n in iter(int, 1) if n)"  # never ends for a name with spaces
CORE = "4 of 4 tests pass. 1 of 3 stretch tests pass"


@pytest.fixture(scope="session")
def generated(shared: Path) -> Path:
    """A project at the start of step 01; not to be changed."""

    def make(place: Path) -> None:
        template = stretch_template(place.parent / "stretch-template")
        options = ("--template", str(template), "--trust", "--defaults")
        starterkit("new", place.name, *options, cwd=place.parent)
        starterkit("next", cwd=place)

    return made_once(shared / "stretch", make)


@pytest.fixture
def site(generated: Path, tmp_path: Path) -> Path:
    """A project at the start of step 01."""
    return copy_of(generated, tmp_path / "site")


@pytest.fixture
def core_site(site: Path) -> Path:
    """A project whose core tests of step 01 pass, and one of its three stretch tests."""
    writes(site)
    return site


def test_a_step_begins_with_its_stretch_tests_apart(generated: Path, tmp_path: Path) -> None:
    site = copy_of(generated, tmp_path / "again")
    starterkit("undo", cwd=site)

    told = starterkit("next", "--json", cwd=site).json
    starterkit("undo", cwd=site)
    shown = starterkit("next", cwd=site).out

    tests = {test["id"]: test for test in told["tests"]}
    assert [test["id"] for test in told["tests"] if test["stretch"]] == [
        SPACES_ID,
        TWENTY_ID,
        "test_an_endless_name_is_not_greeted",
    ]
    assert tests[SPACES_ID]["behavior"] == "greeting.spaces"
    assert tests[BACKSLASH_ID]["platforms"] == ["windows"]
    assert "refuse" in tests["test_an_endless_name_is_not_greeted"]["in_process"]
    assert (told["step"]["tests"], told["step"]["stretch"]) == (3, 3)
    assert "2 new tests. They fail" in shown
    assert shown.index("Stretch tests are for careful work") < shown.index(SPACES)
    assert f"Not on this system: {BACKSLASH}" in shown


def test_a_check_passes_without_the_stretch_tests_and_shows_the_first_of_them(core_site: Path) -> None:
    ran = starterkit("check", cwd=core_site)
    told = starterkit("check", "--json", cwd=core_site).json
    everything = starterkit("check", "--all", cwd=core_site).out

    assert ran.out.startswith(f"ok  {CORE} (")
    assert f"stretch {SPACES}" in ran.out
    assert "Expected" not in ran.out.split("\n")[0]
    assert f"Not on this system: {BACKSLASH}" in ran.out
    assert ran.out.rstrip().endswith("starterkit next")
    assert len(ran.out.splitlines()) < 24
    assert ran.out.index("01 · Greeting is done.") < ran.out.index("To get a hint for the first failing stretch test")
    assert (told["green"], told["first_red"], told["next"]) == (True, None, "next")
    assert told["counts"] == {"total": 4, "green": 4, "red": 0, "broken": 0}
    assert told["stretch"] == {"total": 3, "green": 1}
    outcomes = {test["id"]: (test["outcome"], test["stretch"], test["counts"]) for test in told["tests"]}
    assert outcomes[SPACES_ID] == ("failed", True, False)
    assert outcomes[BACKSLASH_ID] == ("not on this system", False, False)
    assert everything.count("\nstretch ") == 2


def test_a_failing_stretch_test_never_comes_before_the_core(site: Path) -> None:
    writes(site, name='"nobody"')

    ran = starterkit("check", cwd=site, code=1)
    told = starterkit("check", "--json", cwd=site, code=1).json
    hint = starterkit("hint", "--json", cwd=site).json

    assert ran.out.startswith("FAILED  2 of 4 tests pass. 0 of 3 stretch tests pass (")
    assert "stretch " not in ran.out.split("\n", 1)[1]
    assert told["first_red"] == hint["test"] == "test_a_visitor_is_greeted_by_name"
    assert hint["stretch"] is False
    assert starterkit("hint", SPACES_ID, "--json", cwd=site).json["stretch"] is True
    assert "Nothing was changed" in starterkit("next", cwd=site, code=1).out


def test_hint_is_about_a_stretch_test_when_the_core_passes(core_site: Path) -> None:
    shown = starterkit("hint", cwd=core_site).out
    refused = starterkit("hint", BACKSLASH_ID, cwd=core_site, code=2).err

    assert f"Stretch test: {SPACES}" in shown
    assert "Hint 1 of 2" in shown
    assert "doesn't run on this system" in " ".join(refused.split())


def test_status_and_compare_follow_the_core(core_site: Path) -> None:
    starterkit("check", cwd=core_site)

    shown = starterkit("status", cwd=core_site).out
    told = starterkit("status", "--json", cwd=core_site).json
    lesson = starterkit("lesson", "--json", cwd=core_site).json

    assert f"Last check: {CORE}." in shown
    assert "3 tests  + 3 stretch" in shown
    assert told["steps"][0]["standing"] == "done"
    assert (told["last_check"]["green"], told["last_check"]["red"], told["next"]) == (4, [], "next")
    assert told["last_check"]["stretch"]["green"] == 1
    assert told["last_check"]["stretch"]["red"] == [SPACES_ID, "test_an_endless_name_is_not_greeted"]
    assert len(lesson["stretch"]) == 3
    starterkit("compare", "--json", cwd=core_site)  # it doesn't ask, because the step is done


def test_status_at_the_last_step_says_how_to_finish(core_site: Path) -> None:
    starterkit("next", cwd=core_site)
    (core_site / "notes.txt").write_text("Mine.\n")
    starterkit("check", cwd=core_site)

    shown = starterkit("status", cwd=core_site).out

    assert "Every step is done." in shown
    assert "Save your work and finish:" in shown


def test_a_stretch_test_that_passed_in_an_earlier_step_must_keep_passing(core_site: Path, tmp_path: Path) -> None:
    starterkit("next", cwd=core_site)
    assert f'stretch_passed: ["{TWENTY_ID}"]' in (core_site / ".starterkit.yml").read_text()

    passing = starterkit("check", "--json", cwd=core_site).json
    writes(core_site, SHORT)
    shown = starterkit("check", cwd=core_site, code=1).out
    failing = starterkit("check", "--json", cwd=core_site, code=1).json
    stopped = starterkit("next", "--json", cwd=core_site, code=1).json
    subprocess.run(["git", "commit", "-qam", "shorter"], cwd=core_site, check=True)
    subprocess.run(["git", "clone", "-q", core_site, tmp_path / "clone"], check=True)
    cloned = starterkit("check", "--json", cwd=tmp_path / "clone", code=1).json
    writes(core_site)
    again = starterkit("check", "--json", cwd=core_site).json

    assert passing["stretch"] == again["stretch"] == {"total": 4, "green": 1}
    assert shown.startswith("FAILED  6 of 7 tests pass. 0 of 3 stretch tests pass (")
    assert f"broken  {TWENTY}" in shown
    assert "This stretch test passed in an earlier step, so it counts." in shown
    for told in (failing, stopped["check"], cloned):
        assert (told["first_red"], told["counts"]["total"], told["stretch"]["total"]) == (TWENTY_ID, 7, 3)
    assert (again["first_red"], again["counts"]["total"]) == (None, 6)


def test_undo_forgets_which_stretch_tests_passed(core_site: Path) -> None:
    starterkit("next", cwd=core_site)
    starterkit("undo", cwd=core_site)
    writes(core_site, SHORT)

    told = starterkit("check", "--json", cwd=core_site).json

    assert "stretch_passed" not in (core_site / ".starterkit.yml").read_text()
    assert told["stretch"] == {"total": 3, "green": 0}


def test_pull_keeps_the_stretch_tests_of_both_sides(core_site: Path, tmp_path: Path) -> None:
    other = tmp_path / "other"
    subprocess.run(["git", "clone", "-q", core_site, other], check=True)
    with (other / ".starterkit.yml").open("a") as file:
        file.write(f'stretch_passed: ["{SPACES_ID}"]\n')
    subprocess.run(["git", "commit", "-qam", "theirs"], cwd=other, check=True)
    starterkit("next", cwd=core_site)

    starterkit("pull", str(other), cwd=core_site)

    passed = f'stretch_passed: ["{TWENTY_ID}", "{SPACES_ID}"]'
    assert passed in (core_site / ".starterkit.yml").read_text()


def test_a_solution_passes_the_stretch_tests_of_its_step_only(core_site: Path) -> None:
    starterkit("next", cwd=core_site)  # two stretch tests of step 01 fail, and stay so

    told = starterkit("solve", "--json", cwd=core_site).json["check"]

    red = {test["id"] for test in told["tests"] if test["outcome"] == "failed"}
    assert told["green"]
    assert red == {SPACES_ID, "test_an_endless_name_is_not_greeted"}


def test_solve_replaces_files_that_fail_only_a_stretch_test(site: Path) -> None:
    reference = starterkit("solve", "--json", cwd=site).json
    assert reference["way"] == "merged"
    assert reference["check"]["stretch"] == {"total": 3, "green": 3}
    starterkit("undo", cwd=site)
    solution = "def hello(words):\n    return \"200 OK\", f\"Hello, {words.get('name', 'guest')[:30].strip()}.\"\n"
    (site / "conduit/greeting.py").write_text(solution)

    told = starterkit("solve", "--json", cwd=site).json

    assert (told["way"], told["why"]) == ("files", "after the merge, 1 test failed")
    assert told["check"]["stretch"] == {"total": 3, "green": 3}


def test_a_stretch_test_that_never_ends_does_not_stop_the_core(site: Path) -> None:
    writes(site, LOOPS)

    told = starterkit("check", "--json", cwd=site).json

    assert (told["green"], told["counts"]["total"], told["problem"]) == (True, 4, "")
    stuck = next(test for test in told["tests"] if test["id"] == SPACES_ID)
    assert "endless loop" in stuck["message"]


def test_a_core_test_that_never_ends_stops_the_tests_once(site: Path) -> None:
    writes(site, "next(n for n in iter(int, 1) if n)")

    ran = starterkit("check", cwd=site, code=1)

    assert "endless loop" in ran.out
    assert ran.err.count("Running ") == 1


def test_a_check_of_one_stretch_test(core_site: Path) -> None:
    told = starterkit("check", SPACES_ID, "--json", cwd=core_site).json
    shown = starterkit("check", SPACES_ID, cwd=core_site).out

    assert (told["counts"]["total"], told["stretch"]) == (0, {"total": 1, "green": 0})
    assert shown.startswith("ok  0 of 1 stretch tests pass (")


def test_a_check_of_a_test_for_another_system(core_site: Path) -> None:
    shown = starterkit("check", BACKSLASH_ID, cwd=core_site).out

    assert f"Not on this system: {BACKSLASH}" in shown


def test_watch_runs_a_failing_test_of_the_core_first(site: Path) -> None:
    writes(site, 'words.get("name", "nobody")')  # one core test fails, and a stretch test before it
    starterkit("check", cwd=site, code=1)

    with watching(site, "--json") as events:
        for text in ("", "# saved"):
            running = next(event for event in events.until("done") if event["event"] == "running")
            assert running["tests"][0] == "test_a_visitor_without_a_name_is_greeted_too", text
            (site / "conduit/extra.py").write_text("# saved\n")


def test_watch_shows_a_stretch_test_only_after_the_core(core_site: Path) -> None:
    keys = [("Press n", "q")]
    shown = on_terminal("watch", cwd=core_site, answers=keys, env={"LINES": None, "COLUMNS": None})

    last = shown.rpartition("\x1b[H")[2]
    assert "4 of 4 tests pass" in last
    assert "1 of 3 stretch tests pass. You can continue without them." in last
    assert SPACES in last
    assert "n next" in last
