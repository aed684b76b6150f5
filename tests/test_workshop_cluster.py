"""`workshop grade --scheduler`: the workers of a cluster grade, one of them dies, and everybody is graded once."""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from gradings import GRADED, Room, needs_a_sandbox
from projects import pytest_environment

import starterkit
from starterkit.errors import MissingError
from starterkit.process import scrubbed_environment
from starterkit.workshop.folder import Person
from starterkit.workshop.grading.elsewhere import Elsewhere
from starterkit.workshop.grading.model import Verdict
from starterkit.workshop.grading.running import Grading, Order
from starterkit.workshop.results import read

pytest.importorskip("distributed", reason="Dask is not installed: it comes with the extra `cluster`")
pytestmark = [needs_a_sandbox, pytest.mark.slow]

PEOPLE = tuple(Person(f"p{number}", f"Person {number}") for number in range(8))


def program(*words: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "distributed.cli.dask_scheduler" if words[0] == "scheduler" else WORKER, *words[1:]],
        env=scrubbed_environment(PYTHONPATH=str(Path(starterkit.__file__).parent.parent)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


WORKER = "distributed.cli.dask_worker"


def ended(process: subprocess.Popen[str]) -> None:
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    if process.stderr:
        process.stderr.close()


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[tuple[str, list[subprocess.Popen[str]]]]:
    """A scheduler on 127.0.0.1 and two workers, each a process of its own."""
    with ExitStack() as stack:
        scheduler = program("scheduler", "--host", "127.0.0.1", "--port", "0", "--no-dashboard", "--no-jupyter")
        stack.callback(ended, scheduler)
        address = _address(scheduler)
        workers = []
        for number in range(2):
            folder = tmp_path / f"worker-{number}"
            words = (address, "--nthreads", "1", "--no-nanny", "--no-dashboard", "--local-directory", str(folder))
            workers.append(program("worker", *words, "--host", "127.0.0.1"))
            stack.callback(ended, workers[-1])
        yield address, workers


def _address(scheduler: subprocess.Popen[str]) -> str:
    assert scheduler.stderr
    for line in scheduler.stderr:
        if found := re.search(r"tcp://127\.0\.0\.1:\d+", line):
            threading.Thread(target=scheduler.stderr.read, daemon=True).start()
            return found[0]
    raise AssertionError("the scheduler ended before it listened")


def connected(address: str) -> Elsewhere:
    for _ in range(100):
        try:
            found = Elsewhere(address)
        except MissingError:
            time.sleep(0.1)
            continue
        if found.slots == 2:
            return found
        found.close()
        time.sleep(0.1)
    raise AssertionError("the workers did not come")


def test_a_worker_dies_and_everybody_is_graded_once(
    tmp_path: Path, cluster: tuple[str, list[subprocess.Popen[str]]]
) -> None:
    address, workers = cluster
    room = Room(tmp_path / "workshop", _with_real_pins(tmp_path / "graded"), PEOPLE)
    for number, person in enumerate(PEOPLE):
        room.submit({} if number % 2 else {"conduit/pages.py": "def broken(:\n"}, person=person)
    here = room.grading()
    done: list[Any] = []

    class Watching:
        def ended(self, grade: Any, number: int, _of: int) -> None:
            done.append(grade)
            if number == 2:
                ended(workers[0])

    elsewhere = connected(address)
    grading = Grading(room.workshop, Order(PEOPLE, jobs=2), elsewhere, here.shelf, Watching())
    try:
        grades = grading.run()
    finally:
        elsewhere.close()

    assert grading.failed == {}
    verdicts = [Verdict.GREEN if number % 2 else Verdict.RED for number in range(len(PEOPLE))]
    assert [grade.verdict for grade in grades] == verdicts
    assert len(done) == len(PEOPLE)
    assert [len(read(room.workshop, person)) for person in PEOPLE] == [1] * len(PEOPLE)


def _with_real_pins(folder: Path) -> Path:
    """The small template with pins from which a worker can make an environment."""
    shutil.copytree(GRADED, folder)
    made = pytest_environment().folder
    assert made
    shutil.copy(made.parent / "requirements.txt", folder / "project" / "requirements.txt")
    return folder


def test_where_nobody_answers_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("starterkit.workshop.grading.elsewhere._CONNECT_SECONDS", 1)
    with pytest.raises(MissingError, match="No scheduler answers") as told:
        Elsewhere("tcp://127.0.0.1:9")

    assert "dask scheduler" in told.value.mend
