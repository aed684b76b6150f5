"""Grading a workshop: a queue over the cores; each result is written at once, and what is known is not found again."""

from __future__ import annotations

import os
import threading
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
from starterkit.project.next import solve_message
from starterkit.template.model import BASE
from starterkit.workshop.events import GRADED, append, filled, last
from starterkit.workshop.events import ours as ours_of
from starterkit.workshop.grading.environments import EnvironmentCache
from starterkit.workshop.grading.grader import Grader, Runner
from starterkit.workshop.grading.model import LOOK, Grade, grade_of
from starterkit.workshop.grading.reference_tests import Layers
from starterkit.workshop.grading.test_commands import check_kind
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.repositories import metadata_of
from starterkit.workshop.submissions import Submission, latest_in, solved_by_reference


@dataclass(frozen=True)
class GradingRequest:
    """What is to be graded, and how: `step` is a full name ("" for the one that each submission stands at).

    With `due`, the last commit before it counts; who has none gets the latest one graded, and a late mark. `shard` is
    the part of the people (the first is 1) and the number of parts. With `again`, nothing is taken from before.
    """

    people: Sequence[Person]
    step: str = ""
    due: datetime | None = None
    jobs: int = 0
    shard: tuple[int, int] = (1, 1)
    again: bool = False

    @property
    def slots(self) -> int:
        return self.jobs or os.cpu_count() or 1

    @property
    def chosen(self) -> tuple[Person, ...]:
        """The people of this part, in the order of their folders."""
        number, of = self.shard
        return tuple(sorted(self.people, key=lambda one: one.folder))[number - 1 :: of]


@dataclass
class Grading:
    """One grading of a workshop."""

    workshop: Workshop
    order: GradingRequest
    runner: Runner
    shelf: EnvironmentCache
    on_grade: Callable[[Grade, int, int], None] | None = None  # grade, done, total
    prove: bool = True
    failed: dict[str, StarterkitError] = field(default_factory=dict)
    _stopped: threading.Event = field(default_factory=threading.Event)

    def run(self) -> list[Grade]:
        """Grade everybody; return their grades in the order of their folders. An interruption ends all that runs.

        Who could not be graded for a reason that is not theirs stands in `failed`, by folder.
        """
        self.shelf.ask_again()
        layers = Layers(self.workshop)
        check_kind(layers[BASE])
        due = self.order.due or self.workshop.due
        grader = Grader(self.workshop, layers, self.shelf, self.runner, due, self.prove)
        people = self.order.chosen
        grades: dict[str, Grade] = {}
        with ThreadPoolExecutor(self.order.slots, thread_name_prefix="grade") as pool:
            waiting = {pool.submit(self._one, grader, person): person for person in people}
            try:
                for future in as_completed(waiting):
                    try:
                        grade = future.result()
                    except Exception as wrong:  # a bug that one person's work triggers ends nobody else's grading
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
        while any(not future.done() for future in waiting):
            terminate_all()
            self.runner.stop()
            self._stopped.wait(0.05)
            if all(future.done() or not future.running() for future in waiting):
                return

    def _one(self, grader: Grader, person: Person) -> Grade:
        before = None if self.order.again else self._before(person)
        with BareRepository(self.workshop.repository(person)) as repository:
            return self._recorded(grader, person, repository, before)

    def _recorded(self, grader: Grader, person: Person, repository: BareRepository, before: Grade | None) -> Grade:
        """The grade of a person, which stands in the results by now; nothing of theirs is what they began with."""
        ours = ours_of(self.workshop, person)
        newest = latest_in(repository, person, None, ours)
        then = latest_in(repository, person, self.order.due, ours, self._beginnings) if self.order.due else None
        submission = next((one for one in (then, newest) if one and one.own not in self._beginnings), None)
        if submission is None:
            grade = grader.nothing(person, newest)
            if before and (before.verdict, before.commit) == (grade.verdict, grade.commit):
                return before
        else:
            is_old = newest is not None and submission.commit != newest.commit
            grade = grader.grade(submission, self.order.step, before, repository, is_old=is_old)
            if grade is not before:
                solved = solved_by_reference(repository, submission.commit, self._solving)
                steps = () if is_old else filled(self.workshop, person)  # that may have come later
                notes = (*_from_reference(steps, solved), *grade.notes)
                grade = replace(grade, notes=tuple(sorted(notes, key=lambda note: not note.startswith(LOOK))))
        if grade is not before and not self._stopped.is_set():
            append(self.workshop, person, {**grade.event(), **(_about(submission) if submission else {})})
        return grade

    @cached_property
    def _beginnings(self) -> frozenset[str]:
        with BareRepository(self.workshop.path_repository) as path:
            return frozenset(path.refs().values())

    @cached_property
    def _solving(self) -> dict[str, str]:
        """The names of the steps by the messages with which `solve` commits them."""
        with metadata_of(self.workshop) as template:
            return {solve_message(step): step.name for step in template.steps}

    def _before(self, person: Person) -> Grade | None:
        event = last(self.workshop, person, GRADED)
        return grade_of(person, event) if event else None


def _from_reference(filled: Sequence[str], solved: Sequence[str]) -> Iterator[str]:
    """What of somebody's work is not their own: filled in for them, or taken by themselves."""
    if filled:
        yield f"filled in from the reference by catch-up: {', '.join(filled)}"
    if solved:
        yield f"solved with the reference, their history says: {', '.join(solved)}"


def _about(submission: Submission) -> dict[str, Any]:
    """Where a submission stands, which may be another step than the one that it was graded at."""
    return {"branch": submission.branch, "stands": submission.step, "solved": submission.solved}
