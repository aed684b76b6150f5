"""Your own tests in the folder own_tests/ notice faults, and a workflow runs them."""

import re
from pathlib import Path

import pytest

from tests.fault_runs import Result, run_in_new_process
from tests.faults import FAULTS

pytestmark = pytest.mark.timeout(120)

WORKFLOWS = Path(__file__).parents[1] / ".github" / "workflows"


@pytest.fixture(scope="module")
def result() -> Result:
    """The result of your tests, without a fault and with each fault."""
    return run_in_new_process()


def test_your_tests_have_their_own_database(result: Result) -> None:
    """Your tests use a separate database."""
    result.expect_own_database()


def test_your_tests_pass(result: Result) -> None:
    """Your tests pass on your site."""
    result.expect_passing()


def test_your_tests_catch_five_faults(result: Result) -> None:
    """Your tests catch at least five of the six faults."""
    result.expect_caught()


def test_workflow_runs_all_tests() -> None:
    """The workflow installs pinned packages and runs all tests."""
    files = [file for file in sorted(WORKFLOWS.glob("*")) if file.suffix in (".yml", ".yaml")]
    assert files, "Expected a file such as .github/workflows/tests.yml. Found none."
    text = "\n".join(re.sub(r"(^|\s)#.*", "", line) for file in files for line in file.read_text("utf-8").splitlines())
    needed = {
        "the event push": r"^(on|'on'|\"on\"):.*(\n[\s-].*)*\bpush\b",
        "actions/checkout": r"\buses: actions/checkout@(v\d|[0-9a-f]{40}\b)",
        "actions/setup-python": r"\buses: actions/setup-python@(v\d|[0-9a-f]{40}\b)",
        "a command that installs requirements.txt": r"\binstall\b.*requirements\.txt",
        "a command that runs pytest with tests and own_tests": r"\bpytest\b(?=.* tests\b)(?=.* own_tests\b)",
    }
    names = ", ".join(file.name for file in files)
    for what, pattern in needed.items():
        assert re.search(pattern, text, re.MULTILINE), f"Expected {what} in .github/workflows/. Found none in {names}."
    ignored = re.search(r"continue-on-error: true|\|\| true", text)
    assert not ignored, f"Expected each failing test to stop the workflow. Found `{ignored and ignored[0]}` in {names}."


def test_your_tests_catch_all_faults(result: Result) -> None:
    """Your tests catch all six faults."""
    result.expect_caught(len(FAULTS))
