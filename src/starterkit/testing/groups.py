"""Split the tests of a run into groups, and run the groups at the same time."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from pathlib import Path
from types import MappingProxyType
from typing import TypeVar

from starterkit.testing.discovery import found_tests
from starterkit.testing.results import ExpectedTest

# The processes of a run. More of them would take away the processors of the editor and the site.
PROCESSES = min(2, os.cpu_count() or 1)
_FEWEST_TESTS = 12  # with fewer tests, starting a second process takes longer than it saves
_LARGEST_SHARE = 0.6  # of the time, for one of two groups

Group = list[ExpectedTest]
Result = TypeVar("Result")


def split_tests(
    tests: Sequence[ExpectedTest], folder: Path, processes: int, seconds: Mapping[str, float] = MappingProxyType({})
) -> list[Group]:
    """Return groups that take about the same time, at most one for each process. The order of the tests stays.

    `seconds` are the durations of tests in an earlier run, by id. The tests of a file stay together, unless one file
    takes most of the time.
    """
    if processes < 2 or len(tests) < _FEWEST_TESTS:
        return [list(tests)]
    by_file: dict[str, Group] = {}
    for test in tests:
        by_file.setdefault(test.file, []).append(test)
    usual = sum(seconds.values()) / len(seconds) if seconds else 1.0

    def duration(group: Iterable[ExpectedTest]) -> float:
        return sum(seconds.get(test.id, usual) for test in group)

    groups: list[Group] = [[] for _ in range(processes)]
    for group in sorted(by_file.values(), key=duration, reverse=True):
        min(groups, key=duration).extend(group)
    longest, shortest = max(groups, key=duration), min(groups, key=duration)
    if duration(longest) > _LARGEST_SHARE * duration(tests) and _can_be_selected(longest, folder):
        while duration(longest) > duration(shortest):
            shortest.append(longest.pop())
    place = {test: number for number, test in enumerate(tests)}
    return sorted(
        (sorted(group, key=place.__getitem__) for group in groups if group), key=lambda group: place[group[0]]
    )


def _can_be_selected(tests: Group, folder: Path) -> bool:
    """True if each test is in its file. pytest runs nothing if a selected test is missing."""
    files = {test.file for test in tests}
    found = {(file, test.id) for file in files for test in found_tests(file, (folder / file).read_bytes())}
    return found.issuperset((test.file, test.id) for test in tests)


def run_groups(
    groups: Sequence[Group], run: Callable[[Group, Callable[[], bool]], Result], cancelled: Callable[[], bool]
) -> list[Result]:
    """Call `run` for each group, all at the same time. Return the results in order.

    If one call fails, the others are cancelled, and its error is raised.
    """
    if len(groups) == 1:
        return [run(groups[0], cancelled)]
    stopped = threading.Event()
    errors: list[BaseException] = []

    def run_group(group: Group) -> Result:
        try:
            return run(group, lambda: stopped.is_set() or cancelled())
        except BaseException as error:
            errors.append(error)
            stopped.set()
            raise

    with ThreadPoolExecutor(len(groups)) as pool:
        futures = [pool.submit(run_group, group) for group in groups]
        try:
            wait(futures)
        except BaseException:  # Ctrl-C reaches only the main thread
            stopped.set()
            raise
    if errors:
        raise errors[0]
    return [future.result() for future in futures]
