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
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import pytest

import starterkit
from starterkit.errors import EnvironmentProblem
from starterkit.process import scrubbed_environment
from starterkit.workshop.events import read
from starterkit.workshop.grading import dask as on_workers
from starterkit.workshop.grading.batch import Grading, GradingRequest
from starterkit.workshop.grading.dask import DaskRunner
from starterkit.workshop.grading.grader import GradingUnit
from starterkit.workshop.grading.model import Grade, Verdict
from starterkit.workshop.grading.test_commands import harness_fingerprint
from starterkit.workshop.model import Person
from starterkit.workshop.sandbox.model import SandboxLimits
from tests.support.gradings import GRADED, Feigned, Room, needs_a_sandbox
from tests.support.projects import pytest_environment

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


class Cluster(NamedTuple):
    address: str
    workers: list[subprocess.Popen[str]]
    scheduler: subprocess.Popen[str]


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
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
        yield Cluster(address, workers, scheduler)


def _address(scheduler: subprocess.Popen[str]) -> str:
    assert scheduler.stderr
    for line in scheduler.stderr:
        if found := re.search(r"tcp://127\.0\.0\.1:\d+", line):
            threading.Thread(target=scheduler.stderr.read, daemon=True).start()
            return found[0]
    raise AssertionError("the scheduler ended before it listened")


def connected(address: str) -> DaskRunner:
    for _ in range(100):
        try:
            found = DaskRunner(address)
        except EnvironmentProblem:
            time.sleep(0.1)
            continue
        if found.slots == 2:
            return found
        found.close()
        time.sleep(0.1)
    raise AssertionError("the workers did not come")


@pytest.mark.nightly
def test_a_worker_dies_and_everybody_is_graded_once(tmp_path: Path, cluster: Cluster) -> None:
    room = Room(tmp_path / "workshop", _with_real_pins(tmp_path / "graded"), PEOPLE)
    for number, person in enumerate(PEOPLE):
        room.submit({} if number % 2 else {"conduit/pages.py": "def broken(:\n"}, person=person)
    here = room.grading()
    done: list[Any] = []

    class Watching:
        def __call__(self, grade: Any, number: int, _of: int) -> None:
            done.append(grade)
            if number == 2:
                ended(cluster.workers[0])

    elsewhere = connected(cluster.address)
    grading = Grading(room.workshop, GradingRequest(PEOPLE, jobs=2), elsewhere, here.shelf, Watching())
    try:
        grades = grading.run()
    finally:
        elsewhere.close()

    assert grading.failed == {}
    verdicts = [Verdict.GREEN if number % 2 else Verdict.RED for number in range(len(PEOPLE))]
    assert [grade.verdict for grade in grades] == verdicts
    assert len(done) == len(PEOPLE)
    assert [len(read(room.workshop, person)) for person in PEOPLE] == [1] * len(PEOPLE)


@dataclass
class Afterwards:
    """Does something when the first grade has come."""

    then: Callable[[], None]

    def __call__(self, _grade: Grade, number: int, _of: int) -> None:
        if number == 1:
            self.then()


def one_quick_and_two_slow(tmp_path: Path, elsewhere: DaskRunner, then: Callable[[], None]) -> Grading:
    room = Room(tmp_path / "workshop", _with_real_pins(tmp_path / "graded"), PEOPLE[:3])
    for number, person in enumerate(PEOPLE[:3]):
        slow = {"conduit/pages.py": "import time\n\ntime.sleep(100)\n"}
        room.submit(slow if number else {}, person=person)
    shelf = room.grading().shelf
    return Grading(room.workshop, GradingRequest(PEOPLE[:3], jobs=2), elsewhere, shelf, Afterwards(then))


def test_who_interrupts_waits_for_no_worker(tmp_path: Path, cluster: Cluster) -> None:
    stopped: list[float] = []

    def interrupt() -> None:
        stopped.append(time.monotonic())
        raise KeyboardInterrupt

    with closing(connected(cluster.address)) as elsewhere:
        grading = one_quick_and_two_slow(tmp_path, elsewhere, interrupt)
        with pytest.raises(KeyboardInterrupt):
            grading.run()

    assert time.monotonic() - stopped[0] < 5
    assert [len(read(grading.workshop, person)) for person in PEOPLE[:3]] == [1, 0, 0]


@pytest.mark.nightly
def test_the_scheduler_dies_and_who_was_graded_is_kept(tmp_path: Path, cluster: Cluster) -> None:
    with closing(connected(cluster.address)) as elsewhere:
        grading = one_quick_and_two_slow(tmp_path, elsewhere, lambda: ended(cluster.scheduler))
        grades = grading.run()

        assert elsewhere.describe().stops  # told with the grades that there are
    assert [(grade.person.folder, grade.verdict) for grade in grades] == [("p0", Verdict.GREEN)]
    assert sorted(grading.failed) == ["p1", "p2"]
    for wrong in grading.failed.values():
        assert wrong.message == f"The Dask scheduler at {cluster.address} doesn't respond any more."
        assert "All grades are kept" in wrong.fix


def test_a_grade_names_the_sandbox_of_the_worker_that_ran_it(monkeypatch: pytest.MonkeyPatch) -> None:
    unit = GradingUnit(Grade(PEOPLE[0], "", Verdict.RED, sandbox="of another worker"), None, {}, SandboxLimits())  # type: ignore[arg-type]
    monkeypatch.setattr(on_workers, "sandbox", Feigned)
    monkeypatch.setattr(on_workers, "run_unit", lambda unit, *_: unit.grade)

    graded = on_workers._run(unit, starterkit.__version__, harness_fingerprint())

    assert graded.sandbox == "feigned"


def _with_real_pins(folder: Path) -> Path:
    """The small template with pins from which a worker can make an environment."""
    shutil.copytree(GRADED, folder)
    made = pytest_environment().folder
    assert made
    shutil.copy(made.parent / "requirements.txt", folder / "project" / "requirements.txt")
    return folder


def test_where_nobody_answers_it_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("starterkit.workshop.grading.dask._CONNECT_SECONDS", 1)
    with pytest.raises(EnvironmentProblem, match="can't reach a Dask scheduler") as told:
        DaskRunner("tcp://127.0.0.1:9")

    assert "dask scheduler" in told.value.fix
