"""The rule earned for single tests, and the record of its result."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from starterkit.errors import FileError
from starterkit.validation.model import Rule, RuleResult, Status
from starterkit.validation.plan import changed_steps, rule_runs
from starterkit.validation.record import FILE_NAME, is_stale, write_record
from starterkit.validation.rules.earned import names_lost_page
from starterkit.validation.target import template_under_test
from tests.support.commands import starterkit
from tests.support.validating import SOUND, Case, validated

TEST_FILE = "steps/01-greeting/given/tests/test_01_greeting.py"
SOLUTION = "steps/01-greeting/solution/conduit/greeting.py"


@pytest.fixture
def sound(tmp_path: Path) -> Path:
    shutil.copytree(SOUND, tmp_path / "sound")
    return tmp_path / "sound"


def result(step: str, **lines: dict[str, list[int]]) -> RuleResult:
    return RuleResult("sound", step, Rule.EARNED, lines_by_test=lines)


@pytest.mark.slow
def test_each_test_that_checks_only_the_status_is_a_finding(tmp_path: Path) -> None:
    template = Case("earned-status-only").make(tmp_path)
    file = template / TEST_FILE
    file.write_text(re.sub(r"\)\.says\(.*\)\n", ').has_status("200 OK")\n', file.read_text("utf-8")), "utf-8")

    report = validated(template, tmp_path / "cache", ["01-greeting"], [Rule.EARNED])

    found = [(finding.file, finding.line) for finding in report.findings if "makes this test fail" in finding.message]
    assert found == [(TEST_FILE, 6), (TEST_FILE, 11), (TEST_FILE, 16)]


@pytest.mark.parametrize(
    ("message", "test_code", "lost"),
    [
        ("Expected status 200 for /hello. Found 404.", 'visit("/hello").has_status(200)', True),
        ("assert 500 == 200", "assert visit().status == 200", True),
        ("Expected status 404. Found 200.", 'visit("/nowhere").has_status(404)', False),
        ("Expected status 405. Found 404.", "visit().has_status(405)", True),
        ("Expected a redirect. Found status 422.", 'post("/hello").redirects()', False),
        ("Expected 5000 characters.", "assert len(text) == 5000", False),
        ("Found status 500.", "assert len(text) == 5000", True),
    ],
)
def test_a_message_about_a_lost_page_is_known_by_its_status(message: str, test_code: str, lost: bool) -> None:
    assert names_lost_page(message, test_code) == lost


@pytest.mark.slow
def test_fewer_than_ten_mutants_have_no_score(sound: Path, tmp_path: Path) -> None:
    report = validated(sound, tmp_path / "cache", ["02-counting"], [Rule.EARNED])

    (result,) = report.results
    assert (result.status, result.score) == (Status.OK, None)
    assert result.notes[-1].startswith("no score with fewer than 10 mutants: ")


# The first test notices mutants that no other test notices. The second test doesn't.
@pytest.mark.slow
@pytest.mark.parametrize("slow", ["test_an_endless_name_is_not_greeted", "test_a_visitor_is_greeted_by_name"])
def test_a_slow_test_runs_on_few_mutants_that_other_tests_notice(sound: Path, tmp_path: Path, slow: str) -> None:
    file = sound / TEST_FILE
    usual = validated(sound, tmp_path / "cache", ["01-greeting"], [Rule.EARNED])
    begin_slowly = re.sub(
        rf'(def {slow}.*\n.*"""\n)', r'\1    __import__("time").sleep(5.1)\n', file.read_text("utf-8")
    )
    file.write_text(begin_slowly, "utf-8")

    report = validated(sound, tmp_path / "cache", ["01-greeting"], [Rule.EARNED])

    (before,), (after,) = usual.results, report.results
    assert (after.status, after.findings) == (Status.OK, ())
    assert after.notes[-1] == before.notes[-1]
    assert f"{slow} is slow, so it runs only on mutants that no other test notices" in after.notes
    lines, all_lines = after.lines_by_test.pop(slow), before.lines_by_test.pop(slow)
    assert after.lines_by_test == before.lines_by_test
    assert lines
    assert all(set(found) <= set(all_lines[path]) for path, found in lines.items())


@pytest.mark.slow
def test_the_record_has_the_lines_that_each_test_depends_on(sound: Path, tmp_path: Path) -> None:
    cache = {"XDG_CACHE_HOME": str(tmp_path / "cache")}
    words = ("template", "validate", "sound", "--step", "01", "--only", "earned", "--record")

    first = starterkit(*words, cwd=tmp_path, env=cache)
    text = (sound / FILE_NAME).read_text("utf-8")
    starterkit(*words, cwd=tmp_path, env=cache)  # from the cache

    assert "sound: recorded 01-greeting in earned.json." in first.err
    assert (sound / FILE_NAME).read_text("utf-8") == text
    tests = json.loads(text)["steps"]["01-greeting"]["tests"]
    assert tests["test_a_visitor_without_a_name_is_greeted_too"] == {
        "conduit/features.py": "10",
        "conduit/greeting.py": "10-11, 13",
    }
    assert tests["test_an_endless_name_is_not_greeted"] == {"conduit/greeting.py": "5, 10-11"}


def test_a_record_without_the_rule_is_wrong_usage(sound: Path) -> None:
    done = starterkit("template", "validate", "sound", "--only", "hints", "--record", cwd=sound.parent, code=2)

    assert "`--record` needs the rule earned" in done.err
    assert not (sound / FILE_NAME).exists()


def test_a_record_keeps_the_other_steps_of_the_path(sound: Path) -> None:
    subject = template_under_test("sound", sound)
    write_record(subject, [result("01-greeting", test_a={"conduit/greeting.py": [3, 5, 6, 7]})])
    recorded = json.loads((sound / FILE_NAME).read_text("utf-8"))
    recorded["steps"]["09-gone"] = {"digest": "", "tests": {}}
    (sound / FILE_NAME).write_text(json.dumps(recorded), "utf-8")

    steps = write_record(subject, [result("02-counting", test_b={}), result("base")])

    recorded = json.loads((sound / FILE_NAME).read_text("utf-8"))
    assert steps == ["02-counting"]
    assert list(recorded["steps"]) == ["01-greeting", "02-counting"]
    assert recorded["steps"]["01-greeting"]["tests"] == {"test_a": {"conduit/greeting.py": "3, 5-7"}}


def test_a_record_is_stale_when_the_files_of_its_step_change(sound: Path) -> None:
    write_record(template_under_test("sound", sound), [result("01-greeting", test_a={}), result("02-counting", b={})])
    lesson = sound / "steps/01-greeting/lesson.md"
    lesson.write_text(lesson.read_text("utf-8") + "\n", "utf-8")
    assert not is_stale(template_under_test("sound", sound), "01-greeting")

    (sound / SOLUTION).write_text("\n" + (sound / SOLUTION).read_text("utf-8"), "utf-8")

    subject = template_under_test("sound", sound)
    assert [is_stale(subject, step) for step in ("base", "01-greeting", "02-counting")] == [False, True, False]


def test_a_record_changes_nothing_that_learners_get(sound: Path) -> None:
    before = template_under_test("sound", sound)
    keys = {unit.key for unit in rule_runs(before, ["base", "01-greeting"], Rule)}

    write_record(before, [result("01-greeting", test_a={})])

    after = template_under_test("sound", sound)
    assert after.digests == before.digests
    assert {unit.key for unit in rule_runs(after, ["base", "01-greeting"], Rule)} == keys
    assert changed_steps(after.template, [FILE_NAME]) == []


@pytest.mark.parametrize("text", ["{", '{"format": 99, "steps": {}}', '{"format": 1}'])
def test_an_invalid_record_is_named(sound: Path, text: str) -> None:
    (sound / FILE_NAME).write_text(text, "utf-8")

    with pytest.raises(FileError, match=FILE_NAME):
        is_stale(template_under_test("sound", sound), "01-greeting")
