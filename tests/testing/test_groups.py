"""A run is split into groups that run at the same time, and the results are those of one process."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

import pytest

from starterkit.process import ProgramMissing
from starterkit.testing.groups import split_tests
from starterkit.testing.results import ExpectedTest, Outcome
from starterkit.testing.runner import Cancelled, run_tests
from starterkit.testing.worker import WarmWorker
from tests.support.probes import INI, check, project, template
from tests.support.projects import pytest_environment, write_tree


def listed(**counts: int) -> list[ExpectedTest]:
    """Tests of some files, as the path lists them."""
    return [
        ExpectedTest(f"test_{name}_{number}", f"tests/test_{name}.py", "base", "")
        for name, count in counts.items()
        for number in range(count)
    ]


def sizes(groups: list[list[ExpectedTest]]) -> list[dict[str, int]]:
    """How many tests of each file each group has."""
    return [
        {file: sum(test.file == file for test in group) for file in {test.file for test in group}} for group in groups
    ]


def test_files_are_shared_out_evenly_and_in_order(tmp_path: Path) -> None:
    tests = listed(a=10, b=4, c=7, d=3)

    first, second = split_tests(tests, tmp_path, 2)

    assert sizes([first, second]) == [
        {"tests/test_a.py": 10, "tests/test_d.py": 3},
        {"tests/test_b.py": 4, "tests/test_c.py": 7},
    ]
    assert [test for test in tests if test in first] == first
    assert [test for test in tests if test in second] == second


def test_groups_take_the_same_time_if_the_durations_are_known(tmp_path: Path) -> None:
    tests = listed(a=10, b=4, c=7, d=3)
    seconds = {test.id: 0.9 if test.file == "tests/test_d.py" else 0.1 for test in tests}

    first, second = split_tests(tests, tmp_path, 2, seconds)

    assert sizes([first, second]) == [
        {"tests/test_a.py": 10, "tests/test_b.py": 4, "tests/test_c.py": 7},
        {"tests/test_d.py": 3},
    ]


@pytest.mark.parametrize(("count", "processes", "groups"), [(11, 2, 1), (12, 2, 2), (40, 1, 1)])
def test_few_tests_or_one_process_are_one_group(tmp_path: Path, count: int, processes: int, groups: int) -> None:
    assert len(split_tests(listed(a=count - 5, b=5), tmp_path, processes)) == groups


@pytest.mark.parametrize("missing", [0, 1])
def test_a_file_with_most_tests_is_split_if_it_has_all_of_them(tmp_path: Path, missing: int) -> None:
    tests = listed(a=16, b=2)
    source = "".join(f"def {test.id}():\n    pass\n" for test in tests if test.file == "tests/test_a.py")
    write_tree(tmp_path, {"tests/test_a.py": source.replace("test_a_3", "test_renamed") if missing else source})

    groups = split_tests(tests, tmp_path, 2)

    assert sorted(map(len, groups)) == ([2, 16] if missing else [9, 9])
    assert sorted(test.id for group in groups for test in group) == sorted(test.id for test in tests)


def many(name: str, more: str = "") -> str:
    """A file with six tests. One fails, and one prints the number of its process."""
    return (
        f'''
import os


def test_{name}_fails():
    print("printed by {name}")
    assert False, "{name} fails"


def test_{name}_notes():
    with open("processes", "a") as file:
        file.write(f"{{os.getpid()}}\\n")

'''
        + "\n\n".join(f"def test_{name}_{number}():\n    pass" for number in range(4))
        + f"\n{more}\n"
    )


FILES = {f"tests/test_{name}.py": many(name) for name in "abcd"}


@pytest.mark.slow
@pytest.mark.parametrize("warm", ["cold", "forks", "waiting"])
def test_two_processes_give_the_results_of_one(tmp_path: Path, warm: str) -> None:
    if warm == "forks" and not hasattr(os, "fork"):
        pytest.skip("other systems don't fork")
    folder = project(tmp_path, FILES)

    if warm == "cold":
        both = check(folder, processes=2)
    else:
        with WarmWorker(folder, pytest_environment(), template(), forks=warm == "forks") as launcher:
            both = check(folder, processes=2, launcher=launcher)

    processes = (folder / "processes").read_text().split()
    assert len(set(processes)) == 2
    one = check(folder)
    assert both.results == one.results
    assert [result.output.strip() for result in both.red] == [f"printed by {name}" for name in "abcd"]
    assert both.problem == one.problem == ""
    assert all(f"{name} fails" in both.log for name in "abcd")


@pytest.mark.slow
def test_one_large_file_is_run_by_two_processes(tmp_path: Path) -> None:
    folder = project(tmp_path, {"tests/test_a.py": many("a", "".join(f"def test_{n}(): pass\n" for n in range(20)))})

    result = check(folder, processes=2)

    assert [each.test.id for each in result.red] == ["test_a_fails"]
    assert len(result.results) == 26


@pytest.mark.slow
def test_a_file_that_cannot_be_read_stops_its_group_only(tmp_path: Path) -> None:
    folder = project(tmp_path, {**FILES, "tests/test_a.py": "import no_such_package\n" + many("a")})

    result = check(folder, processes=2)

    outcomes = {each.test.id: each.outcome for each in result.results}
    assert outcomes["test_a_0"] is Outcome.DID_NOT_RUN
    assert outcomes["test_b_0"] is Outcome.PASSED
    assert "no_such_package" in next(each.message for each in result.results if each.test.id == "test_a_0")


@pytest.mark.slow
def test_a_cancelled_run_ends_all_groups(tmp_path: Path) -> None:
    waits = "\n\ndef test_{0}_waits():\n    open('waits {0}', 'w').close()\n    __import__('time').sleep(60)\n"
    files = {f"tests/test_{name}.py": many(name, waits.format(name)) for name in "ab"}
    folder = project(tmp_path, {**files, "pytest.ini": INI.replace("timeout = 1", "timeout = 90")})

    with pytest.raises(Cancelled):
        check(folder, processes=2, cancelled=lambda: len(list(folder.glob("waits *"))) == 2)


@pytest.mark.slow
def test_a_missing_program_is_the_error_of_the_whole_run(tmp_path: Path) -> None:
    folder = project(tmp_path, FILES)
    environment = replace(pytest_environment(), programs={"python": str(tmp_path / "no-python")})

    with pytest.raises(ProgramMissing):
        run_tests(folder, environment, template(), listed(a=6, b=6), processes=2)
