"""How long a learner waits after a save, against the plain test command of the project, measured in one run.

    .venv/bin/python benchmarks/loop.py [--framework flask] [--saves 50] [--random 1000]

Works in a project at the step "feed", in which the tests of this step fail. Prints a Markdown table like
benchmarks/benchmark.py, and exits with 1 if a limit did not hold. The clock starts at the write of a file.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import chain
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any
from urllib.parse import urljoin

from benchmark import STARTERKIT, Row, against, environment, seconds, told

from starterkit.project import check
from starterkit.project.project import open_project

_LIMITS = {  # seconds from a save to the first verdict, and the ratio to a cold run of this test
    "flask": (0.5, 0.5),
    "fastapi": (0.5, 0.5),
    "django": (1.1, 0.7),
    "express": (0.5, 1.1),
}
_PATIENCE = 300.0  # seconds: on a busy machine, the tests of earlier steps take minutes
_MEBIBYTE = 1024 * 1024


class Loop:
    """`starterkit watch` in a project, and its events with the time at which they arrived."""

    def __init__(self, site: Path) -> None:
        self._process = subprocess.Popen(
            [STARTERKIT, "watch", "--json"],
            cwd=site,
            env=environment(),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
        )
        self._events: SimpleQueue[tuple[float, dict[str, Any]]] = SimpleQueue()
        Thread(target=self._read, daemon=True).start()
        self.first_red = self.until("done")[1]["check"]["first_red"]

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self._events.put((time.perf_counter(), json.loads(line)))

    def until(self, kind: str) -> tuple[float, dict[str, Any]]:
        """Wait for an event and return when it arrived. Drops the events before it."""
        while True:
            event = self._events.get(timeout=_PATIENCE)
            if event[1]["event"] == kind:
                return event

    def events_for(self, wait: float) -> Iterator[tuple[float, dict[str, Any]]]:
        """Yield each event with its time, until none comes for `wait` seconds."""
        with suppress(Empty):
            while True:
                yield self._events.get(timeout=wait)

    def workers_mebibytes(self) -> float:
        """Return the resident memory of the largest process that the watch has started, in MiB."""
        sizes = [_resident(pid) for pid in _children(self._process.pid)]
        return max(sizes, default=0.0)

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(_PATIENCE)


@contextmanager
def watched(site: Path) -> Iterator[Loop]:
    """Yield a running watch whose first run is over."""
    loop = Loop(site)
    try:
        yield loop
    finally:
        loop.end()


def _children(pid: int) -> list[int]:
    listed = chain.from_iterable(file.read_text().split() for file in Path(f"/proc/{pid}/task").glob("*/children"))
    return [below for child in map(int, listed) for below in (child, *_children(child))]


def _resident(pid: int) -> float:
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * 4096 / _MEBIBYTE


def _edited(site: Path) -> Path:
    return site / ("conduit/app.js" if (site / "package.json").exists() else "conduit/__init__.py")


def _percentile(times: list[float], share: float) -> float:
    return sorted(times)[min(len(times) - 1, int(share * len(times)))]


def _row(what: str, times: list[float], limit: float) -> Row:
    figure = _percentile(times, 0.95)
    return Row(what, figure, "s", limit, f"{figure:.2f} s (median {statistics.median(times):.2f} s)")


def measure(framework: str, saves: int, bursts: int, place: Path) -> Iterator[Row]:
    """Yield the rows of the table."""
    site = place / "site"
    seconds([STARTERKIT, "new", str(site), "--framework", framework, "--defaults", "--at", "feed"], place)
    limit, most = _LIMITS[framework]
    yield from _after_saves(site, saves, limit, most)
    yield from _checks(site)
    yield from _guide(site)
    if bursts:
        yield _random_saves(site, bursts)


def _after_saves(site: Path, saves: int, limit: float, most: float) -> Iterator[Row]:
    edited, firsts, steps = _edited(site), list[float](), list[float]()
    comment = "//" if edited.suffix == ".js" else "#"
    with watched(site) as loop:
        cold = _plain_command(site, loop.first_red)
        source = edited.read_text()
        ratios = []
        for number in range(saves + 1):
            start = time.perf_counter()
            edited.write_text(f"{source}{comment} save {number}\n")
            at, event = loop.until("verdict")
            assert event["test"]["id"] == loop.first_red, event
            newest = at
            for later, other in loop.events_for(_PATIENCE):
                if other["event"] == "verdict" and other["test"]["step"] == event["test"]["step"]:
                    newest = later
                if other["event"] == "done":
                    break
            if number:  # the first save is a warm-up
                firsts.append(at - start)
                steps.append(newest - start)
                if number % 5 == 0:
                    ratios.append((at - start) / seconds(cold, site, codes=(0, 1)))
        memory = loop.workers_mebibytes()
        edited.write_text(source)
    yield _row(f"save → first failing test, p95 of {saves}", firsts, limit)
    ratio = statistics.median(ratios)
    yield Row("the same / a cold run of this test", ratio, "×", most, f"{ratio:.2f} ×")
    yield _row("save → all tests of the step, p95", steps, 2.5)
    yield Row("memory of the warm worker", memory, "MiB", 100, f"{memory:.0f} MiB")


def _plain_command(site: Path, test: str = "") -> list[str]:
    """Return the project's test command for one test, or for all tests of the path."""
    with open_project(site) as project:
        template, every = project.template, project.expected_tests()
        environment = check.prepared(project)
    tests = list(dict.fromkeys(each.file for each in every))
    if test:
        file = next(each.file for each in every if each.id == test)
        name = re.escape(test) if environment.beside_the_code else test
        tests = [pattern.replace("{file}", file).replace("{test}", name) for pattern in template.select]
    return environment.command(template.commands.test, report=str(site.parent / "report.xml"), tests=tests)


def _checks(site: Path) -> Iterator[Row]:
    every, red = _plain_command(site), (0, 1)
    yield against(
        "`check`, all tests / the plain test command",
        lambda: seconds([STARTERKIT, "check"], site, codes=red),
        lambda: seconds(every, site, codes=red),
        0.6,
        5,
    )
    with open_project(site) as project:
        test = project.expected_tests()[0].id
    one, extra = _plain_command(site, test), []
    for number in range(10):
        ours, peer = seconds([STARTERKIT, "check", test], site), seconds(one, site)
        extra += [ours - peer] if number else []
    figure = statistics.median(extra)
    yield Row("`check` of one test over the plain test command", figure, "s", 0.1, f"{figure:+.2f} s")


def _guide(site: Path) -> Iterator[Row]:
    start = time.perf_counter()
    process = subprocess.Popen(
        [STARTERKIT, "guide", "--no-open"],
        cwd=site,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
    )
    assert process.stdout is not None
    try:
        url = ""
        while not url:
            url = next(iter(re.findall(r"http://127[^ ]*/", process.stdout.readline().decode())), "")
        page = _read(url)
        ready = time.perf_counter() - start
        files = re.findall(r'(?:src|href)="(/[^"]+)"', page.decode())
        size = (len(page) + sum(len(_read(urljoin(url, file))) for file in files)) / 1024
        time.sleep(10)  # its first run of the tests is over
        memory = _resident(process.pid)
    finally:
        process.terminate()
        process.wait(_PATIENCE)
    yield Row("`guide` is ready after", ready, "s", 1.0, f"{ready:.2f} s")
    yield Row("memory of `guide`", memory, "MiB", 60, f"{memory:.0f} MiB")
    yield Row("size of its page with its files", size, "KiB", 60, f"{size:.0f} KiB")


def _read(url: str) -> bytes:
    with urllib.request.urlopen(url, timeout=_PATIENCE) as answer:
        content: bytes = answer.read()
    return content


def _random_saves(site: Path, count: int) -> Row:
    """Save at random times, with and without an error, and count verdicts that are wrong for their files or missing."""
    chance, edited, expected = random.Random(count), _edited(site), dict[str, bool]()
    source, wrong, missing = edited.read_text(), 0, 0
    comment = "//" if edited.suffix == ".js" else "#"
    fails = "throw new Error()" if edited.suffix == ".js" else "raise RuntimeError"
    with watched(site) as loop, open_project(site) as project:
        base = project.expected_tests()[0].id
        for number in range(1, count + 1):
            passes = chance.random() < 0.5
            edited.write_text(f"{source}{comment} save {number}\n" + ("" if passes else f"{fails}\n"))
            tree = project.read_work().id
            expected[tree] = passes
            if number % 20 and number < count:
                time.sleep(chance.random() * 0.8)
                continue
            is_done = False
            for _, event in loop.events_for(_PATIENCE):
                if event["event"] == "verdict" and event["test"]["id"] == base and event["tree"] in expected:
                    wrong += (event["test"]["outcome"] == "passed") != expected[event["tree"]]
                if event["event"] == "done" and event["tree"] == tree:
                    is_done = True
                    break
            missing += not is_done
    edited.write_text(source)
    return Row(f"stale or missing verdicts in {count} random saves", wrong + missing, "", 0, f"{wrong} and {missing}")


def main() -> int:
    """Measure and print. Return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--framework", default="flask", choices=_LIMITS)
    parser.add_argument("--saves", type=int, default=50)
    parser.add_argument("--random", type=int, default=1000, help="number of random saves (0: leave them out)")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="starterkit-loop-") as place:
        rows = measure(options.framework, options.saves, options.random, Path(place))
        return told(options.framework, rows)


if __name__ == "__main__":
    sys.exit(main())
