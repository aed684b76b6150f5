"""The templates whose tests reach the site in two ways: in their own process, and over HTTP."""

from __future__ import annotations

from pathlib import Path

import pytest

from starterkit.validation.model import Rule, Status
from tests.support.validating import TEMPLATES, validated

pytestmark = pytest.mark.slow
FRAMEWORKS = sorted(folder.name for folder in (TEMPLATES / "two_ways").iterdir())


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.mark.parametrize("framework", FRAMEWORKS)
def test_the_tests_pass_in_process(cache: Path, framework: str) -> None:
    report = validated(TEMPLATES / "two_ways" / framework, cache, ["01-counting"], [Rule.RED, Rule.GREEN, Rule.HINTS])

    assert [finding.message for finding in report.findings] == []
    assert {result.status for result in report.results} == {Status.OK}
