"""Your own tests, in the folder own_tests/."""

import pytest

from tests.fault_runs import Result, run_in_new_process

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def result() -> Result:
    """The result of your tests, without a fault and with each fault."""
    return run_in_new_process()


def test_your_tests_pass(result: Result) -> None:
    """Your tests pass on your site."""
    result.expect_passing()


def test_your_tests_catch_faults(result: Result) -> None:
    """Your tests catch at least five of six faults."""
    result.expect_caught()
