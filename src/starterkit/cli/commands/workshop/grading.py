"""Grade people's work for `grade`, `collect`, `status --watch` and `catch-up`."""

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
from starterkit.workshop.sandbox.select import sandbox
from starterkit.workshop.submissions import of_commit
from starterkit.workshop.watch import GradePeople

_MOST_NAMES = 6
Trouble = tuple[str, str, str]  # the title, the problem and the fix


@dataclass
class Troubles:
    """Collects the problems during `status --watch`. They are shown below the table until they are solved.

    `lasting` problems stay until the watch ends. All other problems belong to one round.
    """

    lasting: list[Trouble] = field(default_factory=list)
    of_this_round: list[Trouble] = field(default_factory=list)
    _not_graded: dict[tuple[str, str], list[str]] = field(default_factory=dict)

    def begin_round(self) -> None:
        """Forget the problems of the previous round."""
        self.of_this_round.clear()
        self._not_graded.clear()

    def not_graded(self, failed: Mapping[str, StarterkitError]) -> None:
        """Record the errors of people who could not be graded. `failed` has the errors by the person's folder."""
        for folder, error in failed.items():
            self._not_graded.setdefault((error.message, error.fix), []).append(folder)

    def current(self, called: Mapping[str, str]) -> tuple[Trouble, ...]:
        """Return all current problems. `called` has the names of people by folder."""
        not_graded = (
            ("NOT GRADED", f"{few([called[folder] for folder in folders], _MOST_NAMES)}: {message}", fix)
            for (message, fix), folders in self._not_graded.items()
        )
        return (*self.lasting, *self.of_this_round, *not_graded)


def grader(console: Console, *, trusted: bool) -> GradePeople:
    """Return a function that grades people's latest work and shows errors.

    Raises `EnvironmentProblem` without a sandbox, unless `trusted`.
    """
    runner = run_here(console, trusted=trusted)

    def grade_them(workshop: Workshop, people: Sequence[Person], _say: Progress) -> None:
        _, failed = grade_people(console, workshop, GradingRequest(people), runner)
        tell_failed(console, workshop, failed)

    return grade_them


def tell_failed(console: Console, workshop: Workshop, failed: Mapping[str, StarterkitError]) -> int:
    """Show which people could not be graded, and why. Return the exit code (0: everybody was graded).

    `failed` has the errors by the person's folder.
    """
    troubles = Troubles()
    troubles.not_graded(failed)
    for trouble in troubles.current(workshop.called):
        console.error(*trouble)
    return next((int(error.code) for error in failed.values()), 0)


def grader_for_watch(console: Console, troubles: Troubles, *, trusted: bool) -> GradePeople | None:
    """Return a function that grades people during a watch, or None without a sandbox.

    Problems are added to `troubles` and not printed, because the next round clears the screen.
    """
    try:
        runner = run_here(console, trusted=trusted)
    except EnvironmentProblem as error:
        troubles.lasting.append(("Can't grade:", error.message, error.fix))
        return None

    def grade_them(workshop: Workshop, people: Sequence[Person], _say: Progress) -> None:
        try:
            failed = grade_people(console, workshop, GradingRequest(people), runner, names=False)[1]
        except StarterkitError as error:  # this error is about the path, so it affects everybody
            failed = {person.folder: error for person in people}
        troubles.not_graded(failed)

    return grade_them


def judge_if_any(console: Console, workshop: Workshop, *, trusted: bool) -> Judge | None:
    """Return a function that says whether a person's commit passes a step's tests.

    Without a sandbox, show the reason and return None. The function stores no grades, because `catch-up` may drop the
    commit later.
    """
    try:
        runner = run_here(console, trusted=trusted)
    except EnvironmentProblem as error:
        console.error("Can't grade:", error.message, error.fix)
        return None
    grader = Grader(workshop, Layers(workshop), runner.shelf, runner)

    def is_green(person: Person, commit: str, step: str) -> bool:
        console.show_progress(f"Testing the work of {workshop.called[person.folder]}, up to step {step}")
        return grader.grade(of_commit(workshop, person, commit), step, None).verdict is Verdict.GREEN

    return is_green


def run_here(console: Console, *, trusted: bool) -> LocalRunner:
    """Return a runner that runs submissions in this machine's sandbox.

    Raises `EnvironmentProblem` if there is no sandbox. If `trusted`, submissions run without a sandbox instead.
    """
    return LocalRunner(_shelf_of(console), sandbox(trusted=trusted))


def _shelf_of(console: Console) -> EnvironmentCache:
    return EnvironmentCache(environments_folder(cache_folder()), console.show_progress)


def grade_people(
    console: Console, workshop: Workshop, order: GradingRequest, runner: Runner, *, names: bool = True
) -> tuple[list[Grade], Mapping[str, StarterkitError]]:
    """Grade people and store their grades. Return the grades, and the errors by the person's folder.

    With `names`, the progress on the screen has names and verdicts. A projector must not show them.
    """
    called = workshop.called if names else {}

    def on_grade(grade: Grade, done: int, of: int) -> None:
        name = called.get(grade.person.folder, "")
        console.show_progress(f"{done} of {of} · {name}: {grade.verdict.value}" if name else f"Grading: {done} of {of}")

    shelf = runner.shelf if isinstance(runner, LocalRunner) else _shelf_of(console)
    grading = Grading(workshop, order, runner, shelf, on_grade)
    grades = grading.run()
    failed = write_grades(workshop, grades)
    return grades, {**grading.failed, **failed}
