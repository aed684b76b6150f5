"""The command `starterkit workshop grade`: its options and its output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Annotated

import typer

from starterkit.cli.commands.workshop.grading import grade_people, run_here, tell_failed
from starterkit.cli.commands.workshop.shared import PeopleNames, TrustSubmissions, complete_path_steps, workshop_folder
from starterkit.cli.console.console import Console
from starterkit.cli.console.table import (
    WIDEST_NAME,
    WIDEST_STEP,
    Cell,
    counted_people,
    show_table,
    step_words,
    width_of,
)
from starterkit.cli.options import console_of, flag, option, part_of, whole_number
from starterkit.errors import StarterkitError
from starterkit.template.model import BASE
from starterkit.workshop.grading.batch import GradingRequest
from starterkit.workshop.grading.dask import DaskRunner
from starterkit.workshop.grading.export import grade_as_json
from starterkit.workshop.grading.grader import Runner
from starterkit.workshop.grading.model import Grade, Verdict
from starterkit.workshop.model import Workshop
from starterkit.workshop.repositories import metadata_of
from starterkit.workshop.sandbox.model import Confinement
from starterkit.workshop.store import open_workshop, parse_time

_WORDS = {Verdict.NOTHING.value: "without a commit"}
_STYLES = {"green": "green", "red": "red", "nothing": "dim"}
_NOT_GRADED = "not graded"
_SANDBOX_PAGE = "docs/workshop.md#what-the-sandbox-stops-and-what-it-does-not"


def grade(
    context: typer.Context,
    names: PeopleNames = None,
    step: Annotated[
        str, option("--step", "STEP", "Step to grade (default: each participant's current step).", complete_path_steps)
    ] = "",
    due: Annotated[
        str, option("--due", "TIME", "Deadline. starterkit grades the last commit before the deadline.")
    ] = "",
    jobs: Annotated[str, option("--jobs", "N", "Number of submissions to run at once (default: one per core).")] = "",
    shard: Annotated[
        str,
        option("--shard", "I/N", "Grade only a part of the participants (1/4: the first of four parts)."),
    ] = "",
    again: Annotated[bool, flag("--again", "Grade everything again, even unchanged work.")] = False,
    scheduler: Annotated[
        str, option("--scheduler", "ADDRESS", "Address of the Dask scheduler whose workers run the submissions.")
    ] = "",
    trust_submissions: TrustSubmissions = False,
) -> int:
    """Grade each participant's last commit with the original tests, in a sandbox.

    Unchanged work isn't graded again. If grading was interrupted, type the command again to continue.
    """
    console = console_of(context)
    workshop = open_workshop(workshop_folder(context))
    people = workshop.chosen(names or [])
    order = GradingRequest(
        people,
        step=_step(workshop, step),
        due=parse_time(due) if due else None,
        jobs=whole_number(jobs, "--jobs"),
        shard=part_of(shard),
        again=again,
    )
    console.farewell = "Interrupted. All grades so far are kept. To continue, type the same command again."
    with _runner(console, scheduler, trusted=trust_submissions) as (runner, slots):
        order = replace(order, jobs=order.jobs or slots)
        grades, failed = grade_people(console, workshop, order, runner)
        confinement = runner.describe()
    if failed and not grades:
        raise next(iter(failed.values()))
    _show(console, workshop.called, grades, failed, confinement)
    return tell_failed(console, workshop, failed)


@contextmanager
def _runner(console: Console, scheduler: str, *, trusted: bool) -> Iterator[tuple[Runner, int]]:
    """Yield a runner for submissions (a sandbox here, or the Dask workers), and how many submissions run at once.

    The number 0 means one submission per core.
    """
    if scheduler:
        with closing(DaskRunner(scheduler)) as cluster:
            yield cluster, cluster.slots
    else:
        yield run_here(console, trusted=trusted), 0


def _step(workshop: Workshop, name: str) -> str:
    if name in ("", BASE):
        return name
    with metadata_of(workshop) as template:
        return template.find_step(name)


def _show(
    console: Console,
    called: Mapping[str, str],
    grades: Sequence[Grade],
    failed: Mapping[str, StarterkitError],
    confinement: Confinement,
) -> None:
    """Show a line for each person, as text or JSON.

    `called` has the names to show, and `failed` the errors, both by the person's folder.
    """
    if console.as_json:
        answer = {
            "sandbox": {
                "name": confinement.name,
                "stops": confinement.stops,
                "does_not_stop": confinement.does_not_stop,
            },
            "grades": [grade_as_json(grade) for grade in grades],
            "not_graded": [{"folder": folder, "why": error.message} for folder, error in failed.items()],
            "next": "workshop status",
        }
        console.json("workshop grade", answer)
        return
    console.print(_headline(grades, len(failed)))
    console.print()
    _show_table(console, called, grades, failed)
    console.print()
    console.print("Wrote results/grades.json, results/grades.csv and one page per person in results/pages/.")
    console.print(f"Sandbox: {confinement.name}. Read about its limits in {_SANDBOX_PAGE}.")
    console.type_next("Show everybody's progress", "workshop status")


def _show_table(
    console: Console, called: Mapping[str, str], grades: Sequence[Grade], failed: Mapping[str, StarterkitError]
) -> None:
    shown = {grade.person.folder for grade in grades} | set(failed)
    has_stretch = any(grade.stretch for grade in grades)
    heads = (
        ("name", width_of("name", (called[folder] for folder in shown), WIDEST_NAME)),
        ("step", width_of("step", (step_words(grade.step) for grade in grades), WIDEST_STEP)),
        *(("done", 4), ("verdict", 10), ("passed", 7)),
        *([("stretch", 7)] if has_stretch else []),
        ("late", 4),
    )
    by_folder = {grade.person.folder: grade for grade in grades}
    rows = [
        (_cells(name, by_folder[folder], has_stretch=has_stretch), _note(by_folder[folder]))
        for folder, name in called.items()
        if folder in by_folder
    ]
    # The reasons for missing grades are too long for the table, so they are shown below it.
    rows += [([called[folder], "", "", (_NOT_GRADED, "bold red")], "") for folder in failed]
    show_table(console, heads, rows)


def _cells(name: str, grade: Grade, *, has_stretch: bool) -> list[Cell]:
    done, count = "-", "-"
    if grade.results:
        done, count = str(len(grade.done)), f"{grade.passed}/{len(grade.core)}"
    verdict = (grade.verdict.value, _STYLES.get(grade.verdict.value, "bold red"))
    stretch = [f"{grade.stretch_passed}/{len(grade.stretch)}" if grade.stretch else "-"] if has_stretch else []
    return [name, step_words(grade.step), done, verdict, count, *stretch, "late" if grade.late else ""]


def _headline(grades: Sequence[Grade], failed: int) -> str:
    verdicts = Counter([*(grade.verdict.value for grade in grades), *[_NOT_GRADED] * failed])
    people = counted_people([grade.person for grade in grades], failed)
    if verdicts and set(verdicts) == {Verdict.NOTHING.value}:
        return f"{people}: no commits yet."
    counts = ", ".join(f"{count} {_WORDS.get(verdict, verdict)}" for verdict, count in verdicts.items())
    kept = sum(grade.kept for grade in grades)
    again = f" {kept} grade{'s' if kept != 1 else ''} didn't change, because the work is unchanged."
    return f"{people}: {counts or 'nobody was graded'}.{again if kept else ''}"


def _note(grade: Grade) -> str:
    first, note = grade.first_red, grade.why
    if first is not None and (not note or grade.verdict.value == "red"):
        note = first.sentence or first.test
    return "; ".join(filter(None, [note, *grade.notes[:1]]))
