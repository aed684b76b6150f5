"""Grading for the commands that grade among other things."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from starterkit.cli.console.console import Console
from starterkit.errors import EnvironmentProblem, StarterkitError
from starterkit.paths import cache_folder
from starterkit.progress import Progress
from starterkit.sanitize import few
from starterkit.workshop.catch_up import Judge
from starterkit.workshop.grading.batch import Grading, GradingRequest
from starterkit.workshop.grading.environments import EnvironmentCache, environments_folder
from starterkit.workshop.grading.export import write_grades
from starterkit.workshop.grading.grader import Grader, LocalRunner, Runner
from starterkit.workshop.grading.model import Grade, Verdict
from starterkit.workshop.grading.reference_tests import Layers
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.sandbox import sandbox
from starterkit.workshop.submissions import of_commit
from starterkit.workshop.watch import GradePeople

_MOST_NAMES = 6
Trouble = tuple[str, str, str]


@dataclass
class Troubles:
    """What goes wrong while a room is watched. It is told below each table as long as it lasts."""

    lasting: list[Trouble] = field(default_factory=list)
    of_this_round: list[Trouble] = field(default_factory=list)
    _not_graded: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def begin_round(self) -> None:
        """Forget what went wrong in the round before."""
        self.of_this_round.clear()
        self._not_graded.clear()

    def not_graded(self, failed: Mapping[str, StarterkitError]) -> None:
        """Note why some could not be graded, an error for the folder of each."""
        for folder, wrong in failed.items():
            self._not_graded.setdefault((wrong.message, wrong.fix), []).append(folder)

    def told(self, called: Mapping[str, str]) -> tuple[Trouble, ...]:
        """All that is to be told now: a title, what is wrong, what to do. `called` are people's names, by folder."""
        not_graded = (
            ("NOT GRADED", f"{few([called[folder] for folder in folders], _MOST_NAMES)}: {message}", fix)
            for (message, fix), folders in self._not_graded.items()
        )
        return (*self.lasting, *self.of_this_round, *not_graded)


def grader(console: Console, *, trusted: bool) -> GradePeople:
    """Return a function that grades latest work. Raises `EnvironmentProblem` if there is no sandbox."""
    runner = run_here(console, trusted=trusted)

    def grade_them(workshop: Workshop, people: Sequence[Person], _say: Progress) -> None:
        _, failed = grade_people(console, workshop, GradingRequest(people), runner, runner.shelf)
        tell_failed(console, workshop, failed)

    return grade_them


def tell_failed(console: Console, workshop: Workshop, failed: Mapping[str, StarterkitError]) -> int:
    """Tell who could not be graded for a reason that is not theirs; return the exit code."""
    troubles = Troubles()
    troubles.not_graded(failed)
    for one in troubles.told(workshop.called):
        console.error(*one)
    return next((int(wrong.code) for wrong in failed.values()), 0)


def grader_for_watch(console: Console, troubles: Troubles, *, trusted: bool) -> GradePeople | None:
    """Like `grader`, but None where there is no sandbox. What goes wrong is noted."""
    try:
        runner = run_here(console, trusted=trusted)
    except EnvironmentProblem as lacking:
        troubles.lasting.append(("Nothing is graded:", lacking.message, lacking.fix))
        return None

    def grade_them(workshop: Workshop, people: Sequence[Person], _say: Progress) -> None:
        try:
            _, failed = grade_people(console, workshop, GradingRequest(people), runner, runner.shelf, names=False)
        except StarterkitError as wrong:  # of the path itself, so of everybody
            troubles.not_graded({person.folder: wrong for person in people})
        else:
            troubles.not_graded(failed)

    return grade_them


def judge_if_any(console: Console, workshop: Workshop, *, trusted: bool) -> Judge | None:
    """Return what tells whether a commit of somebody's is green at a step; None where nothing can be graded here.

    The reason for that is told. Nothing is written into the results: such a commit may come to nothing.
    """
    try:
        runner = run_here(console, trusted=trusted)
    except EnvironmentProblem as lacking:
        console.error("Nothing is graded:", lacking.message, lacking.fix)
        return None
    grader = Grader(workshop, Layers(workshop), runner.shelf, runner)

    def is_green(person: Person, commit: str, step: str) -> bool:
        console.show_progress(f"Running the tests up to {step} on the work of {workshop.called[person.folder]}")
        return grader.grade(of_commit(workshop, person, commit), step, None).verdict is Verdict.GREEN

    return is_green


def run_here(console: Console, *, trusted: bool) -> LocalRunner:
    """Return what runs submissions on this machine. Raises `EnvironmentProblem` where there is no sandbox."""
    return LocalRunner(shelf_of(console), sandbox(trusted=trusted))


def shelf_of(console: Console) -> EnvironmentCache:
    """Return the packages of this machine for submissions."""

    return EnvironmentCache(environments_folder(cache_folder()), console.show_progress)


def grade_people(
    console: Console,
    workshop: Workshop,
    order: GradingRequest,
    runner: Runner,
    shelf: EnvironmentCache,
    *,
    names: bool = True,
) -> tuple[list[Grade], Mapping[str, StarterkitError]]:
    """Grade people, and write their grades; return these, and why some have none, by their folders."""
    called = workshop.called if names else {}

    def on_grade(grade: Grade, done: int, of: int) -> None:
        name = called.get(grade.person.folder, "")
        console.show_progress(f"{done} of {of} · {name}: {grade.verdict.value}" if name else f"Grading: {done} of {of}")

    grading = Grading(workshop, order, runner, shelf, on_grade)
    grades = grading.run()
    failed = write_grades(workshop, grades)
    return grades, {**grading.failed, **failed}
