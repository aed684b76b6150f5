"""Grades the people of a workshop in parallel. Each grade is recorded at once, so an interruption loses none."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import cached_property
from typing import Any

from starterkit.crash_report import error_of
from starterkit.errors import StarterkitError
from starterkit.git.bare import BareRepository
from starterkit.process import terminate_all
from starterkit.project.commit import solve_message
from starterkit.template.model import BASE
from starterkit.workshop.events import GRADED, append, filled, last, moment
from starterkit.workshop.events import ours as ours_of
from starterkit.workshop.grading.environments import EnvironmentCache
from starterkit.workshop.grading.grader import Grader, Runner
from starterkit.workshop.grading.model import LOOK, Grade, Verdict, grade_of
from starterkit.workshop.grading.reference_tests import Layers
from starterkit.workshop.grading.test_commands import check_kind
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.repositories import metadata_of
from starterkit.workshop.submissions import latest_in, solved_by_reference


@dataclass(frozen=True)
class GradingRequest:
    """The arguments of `workshop grade`. Without `step`, each submission is graded at its own step.

    With `due`, a person's last commit before the deadline is graded. If there is none, the latest commit is graded and
    marked as late. `shard` splits the people between machines: the number of this part (from 1), and the number of
    parts. `jobs` is the number of parallel runs (0: one per core). With `again`, earlier grades aren't reused.
    """

    people: Sequence[Person]
    step: str = ""
    due: datetime | None = None
    jobs: int = 0
    shard: tuple[int, int] = (1, 1)
    again: bool = False

    @property
    def chosen(self) -> list[Person]:
        """The people in this shard, sorted by folder."""
        number, parts = self.shard
        return sorted(self.people, key=lambda person: person.folder)[number - 1 :: parts]


@dataclass
class Grading:
    """One run of `workshop grade`. `shelf` has the environments, and `runner` runs the tests.

    With `prove`, the path's solution must pass before submissions are graded.
    """

    workshop: Workshop
    order: GradingRequest
    runner: Runner
    shelf: EnvironmentCache
    on_grade: Callable[[Grade, int, int], None] | None = None  # called with the grade, the finished count and the total
    prove: bool = True
    failed: dict[str, StarterkitError] = field(default_factory=dict)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> list[Grade]:
        """Grade the people of this shard, and return their grades sorted by folder.

        If a person can't be graded because of this machine, the error goes into `failed`, by folder. Raises
        `UsageError` if the path's tests can't run in a sandbox.
        """
        self.shelf.ask_again()
        layers = Layers(self.workshop)
        check_kind(layers[BASE])
        due = self.order.due or self.workshop.due
        grader = Grader(self.workshop, layers, self.shelf, self.runner, due, self.prove)
        people = self.order.chosen
        grades: dict[str, Grade] = {}
        with ThreadPoolExecutor(self.order.jobs or os.cpu_count() or 1, thread_name_prefix="grade") as pool:
            waiting = {pool.submit(self._grade, grader, person): person for person in people}
            try:
                for future in as_completed(waiting):
                    try:
                        grade = future.result()
                    except Exception as wrong:  # a bug in one person's grading must not stop the other gradings
                        self.failed[waiting[future].folder] = error_of(wrong)
                        continue
                    grades[grade.person.folder] = grade
                    if self.on_grade:
                        self.on_grade(grade, len(grades), len(people))
            except BaseException:
                self._stop(pool, waiting)
                raise
        return [grades[person.folder] for person in people if person.folder in grades]

    def _stop(self, pool: ThreadPoolExecutor, waiting: dict[Future[Grade], Person]) -> None:
        self._stopped.set()
        pool.shutdown(wait=False, cancel_futures=True)
        while True:
            terminate_all()
            self.runner.stop()
            time.sleep(0.05)
            if not any(future.running() for future in waiting):
                return

    def _grade(self, grader: Grader, person: Person) -> Grade:
        """Grade a person's work, record the grade and return it. A project's first commit counts as no work."""
        event = None if self.order.again else last(self.workshop, person, GRADED)
        before = grade_of(person, event) if event else None
        with BareRepository(self.workshop.repository(person)) as repository:
            ours, due = ours_of(self.workshop, person), self.order.due
            newest = latest_in(repository, person, None, ours)
            in_time = latest_in(repository, person, due, ours, self._beginnings) if due else None
            own = (commit for commit in (in_time, newest) if commit and commit.own not in self._beginnings)
            submission = next(own, None)
            about: dict[str, Any] = {}
            if submission is None:
                grade = Grade(person, moment(), Verdict.NOTHING, why="no commit yet")
                if newest:
                    grade = replace(grade, commit=newest.commit, own=newest.own, step=newest.step)
                if before and (before.verdict, before.commit) == (grade.verdict, grade.commit):
                    return before
            else:
                is_old = newest is not None and submission.commit != newest.commit
                grade = grader.grade(submission, self.order.step, before, repository, is_old=is_old)
                if grade is before:
                    return grade
                solved = solved_by_reference(repository, submission.commit, self._solving)
                steps = () if is_old else filled(self.workshop, person)  # an old commit may be from before `catch-up`
                notes = (*_from_reference(steps, solved), *grade.notes)
                grade = replace(grade, notes=tuple(sorted(notes, key=lambda note: not note.startswith(LOOK))))
                # The status needs the submission's own step, because the graded step can be another one.
                about = {"branch": submission.branch, "stands": submission.step, "solved": submission.solved}
        if not self._stopped.is_set():
            append(self.workshop, person, {**grade.event(), **about})
        return grade

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        with BareRepository(self.workshop.path_repository) as path:
            return frozenset(path.refs().values())

    @cached_property
    def _solving(self) -> dict[str, str]:
        """Maps the commit message that `starterkit solve` writes for a step to the step's name."""
        with metadata_of(self.workshop) as template:
            return {solve_message(step): step.name for step in template.steps}


def _from_reference(filled: Sequence[str], solved: Sequence[str]) -> Iterator[str]:
    if filled:
        yield f"filled in from the solution by catch-up: {', '.join(filled)}"
    if solved:
        yield f"solved with `starterkit solve`, according to the git history: {', '.join(solved)}"
