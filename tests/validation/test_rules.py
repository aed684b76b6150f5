"""A validator is tested by what it must refuse: each rule broken on purpose is caught, with the right words."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from starterkit.testing.stalled import PRELOAD
from starterkit.validation.model import Rule, Severity, Status, scope
from tests.support.validating import NIGHTLY, SOUND, STATIC, Case, broken_cases, cases, validated

pytestmark = pytest.mark.slow
CASES = [pytest.param(case, marks=pytest.mark.nightly if case.rule in NIGHTLY else ()) for case in broken_cases()]


@pytest.fixture(scope="session")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A cache that the tests share, so that the environment is made once."""
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("step", ["base", "01-greeting", "02-counting"])
def test_the_sound_template_passes_every_rule(cache: Path, step: str) -> None:
    report = validated(SOUND, cache, [step])

    assert [finding.message for finding in report.findings] == []
    assert [result.rule for result in report.results] == [rule for rule in scope(step) if rule is not Rule.TWO_WAYS]
    assert {result.status for result in report.results} == {Status.OK}


def test_a_plugin_of_starterkit_that_python_compiles_is_not_reported(cache: Path) -> None:
    shutil.rmtree(PRELOAD / "__pycache__", ignore_errors=True)

    report = validated(SOUND, cache, ["base"], [Rule.SAFE], use_cache=False)

    assert [finding.message for finding in report.findings] == []


@pytest.mark.filterwarnings("ignore:Exception ignored in. <posix.Scandir")  # Copier's, if a file doesn't render
@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_planted_defect_has_exactly_one_finding(case: Case, tmp_path: Path, cache: Path) -> None:
    rules = [rule for rule in Rule if rule in (*STATIC, case.rule)]
    report = validated(case.make(tmp_path), cache, [case.told["step"]], rules)

    findings = [
        finding for finding in report.findings if finding.rule is case.rule or finding.severity is Severity.ERROR
    ]
    told = [f"{finding.rule} {finding.file}:{finding.line}: {finding.message}" for finding in findings]
    assert len(told) == (0 if "missed" in case.told else 1), "\n".join(told)
    for finding in findings:
        assert case.told["says"] in finding.message, told
        assert finding.file == case.told["file"], told
        assert finding.line == case.told.get("line", finding.line), told
        assert finding.by_hand


@pytest.mark.parametrize("rules", [STATIC, pytest.param(tuple(Rule), marks=pytest.mark.nightly)])
@pytest.mark.parametrize("case", cases("correct"), ids=lambda case: case.name)
def test_a_correct_template_has_no_finding(case: Case, rules: tuple[Rule, ...], tmp_path: Path, cache: Path) -> None:
    template = case.make(tmp_path)
    steps = ["base", *sorted(folder.name for folder in (template / "steps").iterdir())]
    report = validated(template, cache, steps, rules)

    told = [
        f"{finding.step} {finding.rule} {finding.file}:{finding.line}: {finding.message}" for finding in report.findings
    ]
    assert told == []


def test_there_are_at_least_20_correct_templates() -> None:
    assert len(cases("correct")) >= 20
    assert all(case.told["intent"] for case in cases("correct"))


def test_94_of_100_planted_defects_are_found() -> None:
    planted = broken_cases()
    found = [case for case in planted if "missed" not in case.told]

    assert len(planted) >= 100
    assert len(found) / len(planted) >= 0.94
    assert all(case.told["intent"] for case in planted)


def test_every_rule_has_something_broken() -> None:
    assert {case.rule for case in broken_cases()} == set(Rule)


@pytest.mark.parametrize(
    ("file", "old", "new", "rule", "says"),
    [
        (
            "steps/01-greeting/given/tests/test_01_greeting.py",
            "def test_a",
            "def broken(:\ndef test_a",
            Rule.FILES,
            "invalid",
        ),
        pytest.param(
            "steps/02-counting/solution/conduit/counting.py",
            "return",
            "retrun",
            Rule.FILES,
            "invalid Python",
            marks=pytest.mark.nightly,
        ),
        (
            "steps/02-counting/solution/conduit/counting.py",
            "return",
            "1 / 0\n    return",
            Rule.GREEN,
            "fails on solution",
        ),
        pytest.param(
            "steps/01-greeting/step.yml",
            "test_a_name_may_have",
            "test_a_name_can_have",
            Rule.HINTS,
            "test_a_name_",
            marks=pytest.mark.nightly,
        ),
        pytest.param(
            "project/conduit/__init__.py",
            '"200 OK", self',
            '"200 OK", "x" + self',
            Rule.BASE_GREEN,
            "fails on base",
            marks=pytest.mark.nightly,
        ),
        pytest.param(
            "steps/01-greeting/given/tests/test_01_greeting.py",
            '    visit("/hello").says',
            '    open("left.txt", "w").close()\n    visit("/hello").says',
            Rule.SAFE,
            "left.txt",
            marks=pytest.mark.nightly,
        ),
    ],
)
def test_a_cause_has_one_finding(
    tmp_path: Path, cache: Path, file: str, old: str, new: str, rule: Rule, says: str
) -> None:
    template = tmp_path / "sound"
    shutil.copytree(SOUND, template)
    text = (template / file).read_text("utf-8")
    assert old in text
    (template / file).write_text(text.replace(old, new, 1), "utf-8")

    report = validated(template, cache, ["base", "01-greeting", "02-counting"])

    errors = [finding for finding in report.findings if finding.severity is Severity.ERROR]
    assert [(finding.rule, says in finding.message) for finding in errors] == [(rule, True)]
