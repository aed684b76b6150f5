"""`starterkit workshop grade`, and grading for the commands that do it on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from starterkit.cli.options import flag, part_of, whole_number
from starterkit.cli.session import console_of
from starterkit.cli.workshop_options import TrustSubmissions, Who, complete_path_steps, workshop_here
from starterkit.errors import MissingError, StarterkitError
from starterkit.paths import cache_folder
from starterkit.progress import Progress

if TYPE_CHECKING:
    from starterkit.cli.console.console import Console
    from starterkit.cli.watching import Troubles
    from starterkit.errors import StarterkitError
    from starterkit.workshop.catching_up import Judge
    from starterkit.workshop.folder import Person, Workshop
    from starterkit.workshop.grading.model import Grade
    from starterkit.workshop.grading.one import Here, Runner
    from starterkit.workshop.grading.packages import Shelf
    from starterkit.workshop.grading.running import Order
    from starterkit.workshop.rounds import Grade as GradeThem


def grade(
    context: typer.Context,
    who: Who = None,
    step: Annotated[
        str,
        typer.Option(
            "--step",
            metavar="STEP",
            help="Grade at this step; else at the one each stands at.",
            autocompletion=complete_path_steps,
        ),
    ] = "",
    due: Annotated[
        str,
        typer.Option("--due", metavar="TIME", help="The last commit before this counts; later ones are late."),
    ] = "",
    jobs: Annotated[
        str, typer.Option("--jobs", metavar="N", help="So many at once; else one for each core.", show_default=False)
    ] = "",
    shard: Annotated[str, typer.Option("--shard", metavar="I/N", help="Only part I of N of the people.")] = "",
    again: Annotated[bool, flag("--again", help="Grade everything again, also what has not changed.")] = False,
    scheduler: Annotated[
        str,
        typer.Option("--scheduler", metavar="ADDRESS", help="Let the workers of this Dask scheduler run them."),
    ] = "",
    trust_submissions: TrustSubmissions = False,
) -> int:
    """Grade everybody's last commit, each in a sandbox, with the path's own tests.

    What was graded before and has not changed is not run again; a grading that was interrupted goes on where it was.
    """
    from starterkit.cli.screens import graded
    from starterkit.workshop.grading.running import Order
    from starterkit.workshop.times import parse_time

    console = console_of(context)
    workshop = workshop_here(context)
    people = workshop.chosen(who or [])
    order = Order(
        people,
        step=_step(workshop, step),
        due=parse_time(due) if due else None,
        jobs=whole_number(jobs, "--jobs"),
        shard=part_of(shard),
        again=again,
    )
    console.farewell = "Interrupted. What was graded is kept; type the same to go on."
    with _place(console, scheduler, trusted=trust_submissions) as (runner, shelf, slots):
        order = replace(order, jobs=order.jobs or slots)
        grades, failed = _graded(console, workshop, order, runner, shelf)
        confinement = runner.describe()
    if failed and not grades:
        raise next(iter(failed.values()))
    graded.show(console, workshop.called, grades, failed, confinement)
    return _tell_failed(console, workshop, failed)


@contextmanager
def _place(console: Console, scheduler: str, *, trusted: bool) -> Iterator[tuple[Runner, Shelf, int]]:
    """Give the block where submissions are run, this machine's packages, and how many run at once (0: one a core)."""
    if not scheduler:
        here = _here(console, trusted=trusted)
        yield here, here.shelf, 0
        return
    from starterkit.workshop.grading.elsewhere import Elsewhere

    with closing(Elsewhere(scheduler)) as cluster:
        yield cluster, _shelf(console), cluster.slots


def _step(workshop: Workshop, words: str) -> str:
    from starterkit.template import BASE
    from starterkit.workshop.steps import texts_of

    if words in ("", BASE):
        return words
    with texts_of(workshop) as template:
        return template.find_step(words)


def grader(console: Console, *, trusted: bool) -> GradeThem:
    """Return what grades people on the way: their latest work. Raises `MissingError` where there is no sandbox."""
    runner = _here(console, trusted=trusted)

    def grade_them(workshop: Workshop, people: Sequence[Person], _say: Progress) -> None:
        from starterkit.workshop.grading.running import Order

        _, failed = _graded(console, workshop, Order(people), runner, runner.shelf)
        _tell_failed(console, workshop, failed)

    return grade_them


def _tell_failed(console: Console, workshop: Workshop, failed: Mapping[str, StarterkitError]) -> int:
    """Tell who could not be graded for a reason that is not theirs; return the exit code."""
    from starterkit.cli.watching import Troubles

    troubles = Troubles()
    troubles.not_graded(failed)
    for one in troubles.told(workshop.called):
        console.trouble(*one)
    return next((int(wrong.code) for wrong in failed.values()), 0)


def grader_for_watch(console: Console, troubles: Troubles, *, trusted: bool) -> GradeThem | None:
    """Like `grader`, but None where there is no sandbox. What goes wrong is noted."""
    try:
        runner = _here(console, trusted=trusted)
    except MissingError as lacking:
        troubles.lasting.append(("Nothing is graded:", lacking.message, lacking.fix))
        return None

    def grade_them(workshop: Workshop, people: Sequence[Person], _say: Progress) -> None:
        from starterkit.workshop.grading.running import Order

        try:
            _, failed = _graded(console, workshop, Order(people), runner, runner.shelf, names=False)
        except StarterkitError as wrong:  # of the path itself, so of everybody
            troubles.not_graded({person.folder: wrong for person in people})
        else:
            troubles.not_graded(failed)

    return grade_them


def judge_if_any(console: Console, workshop: Workshop, *, trusted: bool) -> Judge | None:
    """Return what tells whether a commit of somebody's is green at a step; None where nothing can be graded here.

    The reason for that is told. Nothing is written into the results: such a commit may come to nothing.
    """
    from starterkit.workshop.grading.model import Verdict
    from starterkit.workshop.grading.one import Grader
    from starterkit.workshop.grading.pristine import Layers
    from starterkit.workshop.submissions import of_commit

    try:
        runner = _here(console, trusted=trusted)
    except MissingError as lacking:
        console.trouble("Nothing is graded:", lacking.message, lacking.fix)
        return None
    grader = Grader(workshop, Layers(workshop), runner.shelf, runner)

    def is_green(person: Person, commit: str, step: str) -> bool:
        console.say(f"Running the tests up to {step} on the work of {workshop.called[person.folder]}")
        return grader.grade(of_commit(workshop, person, commit), step, None).verdict is Verdict.GREEN

    return is_green


def _here(console: Console, *, trusted: bool) -> Here:
    """What runs submissions on this machine. Raises `MissingError` where there is no sandbox."""
    from starterkit.workshop.grading.one import Here
    from starterkit.workshop.sandbox import sandbox

    return Here(_shelf(console), sandbox(trusted=trusted))


def _shelf(console: Console) -> Shelf:

    from starterkit.workshop.grading.packages import Shelf, environments_folder

    return Shelf(environments_folder(cache_folder()), console.say)


def _graded(
    console: Console, workshop: Workshop, order: Order, runner: Runner, shelf: Shelf, *, names: bool = True
) -> tuple[list[Grade], Mapping[str, StarterkitError]]:
    from starterkit.workshop.grading.running import Grading
    from starterkit.workshop.grading.written import write_grades

    called = workshop.called if names else {}

    def on_grade(grade: Grade, done: int, of: int) -> None:
        name = called.get(grade.person.folder, "")
        console.say(f"{done} of {of} · {name}: {grade.verdict.value}" if name else f"Grading: {done} of {of}")

    grading = Grading(workshop, order, runner, shelf, on_grade)
    grades = grading.run()
    failed = write_grades(workshop, grades)
    return grades, {**grading.failed, **failed}
