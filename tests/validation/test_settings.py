"""The key `validation` of path.yml: skipped rules, limits, and accepted findings."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

import pytest

from starterkit.errors import ExitCode
from starterkit.validation.model import Report, Rule, Severity, Status
from starterkit.validation.rules.clean import is_mentioned
from tests.support.validating import SOUND, validated

STEPS = ["01-greeting", "02-counting"]
LESSON = "steps/02-counting/lesson.md"


def report_with(
    tmp_path: Path,
    settings: str,
    lesson: str = "",
    *,
    rules: Sequence[Rule] = (Rule.LESSON,),
    steps: Sequence[str] = STEPS,
) -> Report:
    """Validate the sound template with this `validation:` block, and with more text in the lesson of step 02."""
    template = tmp_path / "sound"
    shutil.copytree(SOUND, template, dirs_exist_ok=True)
    with (template / "path.yml").open("a", encoding="utf-8") as path_yml:
        path_yml.write(f"validation:\n{settings}")
    text = (template / LESSON).read_text("utf-8").replace("## Why\n", f"## Why\n{lesson}\n")
    (template / LESSON).write_text(text, "utf-8")
    return validated(template, tmp_path / "cache", steps, rules)


def test_a_skipped_rule_is_shown_with_its_reason(tmp_path: Path) -> None:
    report = report_with(tmp_path, "  skip: {lesson: It is not written yet.}\n", "It is easy.")

    assert report.is_clean
    assert {(result.status, result.skipped) for result in report.results} == {
        (Status.SKIPPED, "path.yml skips this rule: It is not written yet.")
    }


@pytest.mark.parametrize(
    ("limits", "lesson", "says"),
    [
        ("lesson_max_words: 10", "", "expected 300 to 10"),
        ("lesson_min_words: 600", "", "expected 600 to 700"),
        ("lesson_sections: [Warum]", "", "expected the sections Warum in this order"),
        ("lesson_box: In anderen Frameworks", "", 'must end with a quote box "In anderen Frameworks"'),
        ("belittling_words: [einfach]", "Das ist einfach.", '"einfach" makes a learner'),
        ("max_hints: 1", "", "Write 2 to 1"),
        ("sentence_words: 2", "It is.\n\nIt is long.", "3 words in one sentence (at most 2): It is long"),
        ("title_words: 2", "", "words in one sentence (at most 2)"),
    ],
)
def test_a_limit_of_path_yml_replaces_the_default(tmp_path: Path, limits: str, lesson: str, says: str) -> None:
    rules = (Rule.HINTS, Rule.LESSON, Rule.WORDING)
    assert not any(says in finding.message for finding in validated(SOUND, tmp_path, STEPS, rules).findings)

    report = report_with(tmp_path, f"  limits: {{{limits}}}\n", lesson, rules=rules)

    assert any(says in finding.message for finding in report.findings)


def test_an_empty_list_of_belittling_words_allows_every_word(tmp_path: Path) -> None:
    assert report_with(tmp_path, "  limits: {belittling_words: []}\n", "It is easy.").findings == ()


ACCEPTED = f"""  accepted:
    - rule: lesson
      file: {LESSON}
      message: stuck feel small
      reason: The word is in a quotation.
"""


def test_an_accepted_finding_is_not_reported(tmp_path: Path) -> None:
    report = report_with(tmp_path, ACCEPTED, "It is easy.")
    from_cache = report_with(tmp_path, ACCEPTED, "It is easy.")

    for result in (report.results[-1], from_cache.results[-1]):
        assert result.status is Status.OK
        assert result.notes == ("accepted in path.yml: 1 finding",)


def test_an_accepted_finding_accepts_no_other_finding(tmp_path: Path) -> None:
    report = report_with(tmp_path, ACCEPTED.replace("02-counting", "01-greeting"), "It is easy.")

    assert sorted(finding.file for finding in report.findings) == ["path.yml", LESSON]


def test_an_accepted_finding_that_no_longer_occurs_is_a_finding(tmp_path: Path) -> None:
    (finding,) = report_with(tmp_path, ACCEPTED).findings

    first_line = len((SOUND / "path.yml").read_text("utf-8").splitlines()) + 3
    assert (finding.file, finding.line, finding.severity) == ("path.yml", first_line, Severity.ERROR)
    assert "no finding in" in finding.message


def test_without_all_steps_an_accepted_finding_may_be_missing(tmp_path: Path) -> None:
    assert report_with(tmp_path, ACCEPTED, steps=STEPS[:1]).findings == ()


@pytest.mark.parametrize("settings", ["  skip: {lessons: Never.}\n", ACCEPTED.replace("rule: lesson", "rule: lessons")])
def test_an_unknown_rule_is_an_error_with_its_line(tmp_path: Path, settings: str) -> None:
    (finding,) = report_with(tmp_path, settings).findings

    assert (finding.file, finding.exit_code) == ("path.yml", ExitCode.USAGE)
    assert 'unknown rule "lessons"' in finding.message
    assert 'Did you mean "lesson"?' in finding.message
    assert finding.line == len((SOUND / "path.yml").read_text("utf-8").splitlines()) + settings.count("\n", 0, 15) + 2


@pytest.mark.parametrize(
    ("path", "text", "expected"),
    [
        ("views/entry.tpl", 'template("entry", entry=1)', True),
        ("views/entry.tpl", "template('diary/entry')", True),
        ("views/entry.tpl", "the entry of a diary", False),
        ("views/entry.tpl", "render('entry.tpl')", True),
        ("app/entry.py", "from app import entry", True),
    ],
)
def test_a_page_is_used_if_its_name_is_in_quotes(path: str, text: str, expected: bool) -> None:
    assert is_mentioned(path, {"app/pages.py": text.encode()}) is expected
