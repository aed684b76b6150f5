"""The templates whose tests reach the site in two ways: in their own process, and over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from starterkit.validation.model import Rule, Status
from tests.support.validating import TEMPLATES, Case, validated

pytestmark = pytest.mark.slow
FRAMEWORKS = sorted(folder.name for folder in (TEMPLATES / "two_ways").iterdir())
PYTHON = ("django", "fastapi", "flask")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize(
    "framework", [name if name != "fastapi" else pytest.param(name, marks=pytest.mark.nightly) for name in FRAMEWORKS]
)
def test_the_tests_pass_in_process_and_over_http(cache: Path, framework: str) -> None:
    rules = [Rule.RED, Rule.GREEN, Rule.TWO_WAYS]
    report = validated(TEMPLATES / "two_ways" / framework, cache, ["01-counting"], rules)

    assert [finding.message for finding in report.findings] == []
    assert [(result.rule, result.status) for result in report.results] == [(rule, Status.OK) for rule in rules]


def test_a_test_with_in_process_is_left_out(cache: Path, tmp_path: Path) -> None:
    template = Case("test-in-process", "correct").make(tmp_path)

    (result,) = validated(template, cache, ["01-counting"], [Rule.TWO_WAYS]).results

    assert (result.status, result.findings) == (Status.OK, ())
    assert result.notes == ("not run over HTTP, because of `in_process`: test_the_lines_are_counted",)


def test_a_template_with_one_way_is_not_checked(cache: Path, tmp_path: Path) -> None:
    with_all_keys = Case("stretch-tests", "correct").make(tmp_path)

    for template in (TEMPLATES / "sound", with_all_keys):
        assert validated(template, cache, ["01-greeting"], [Rule.TWO_WAYS]).results == ()


@pytest.mark.parametrize("name", ["browser", "over_http", "pipe", "results"])
def test_the_python_templates_share_what_is_not_about_a_framework(name: str) -> None:
    files = [TEMPLATES / "two_ways" / framework / f"project/tests/support/{name}.py" for framework in PYTHON]

    assert len({file.read_text("utf-8") for file in files}) == 1
