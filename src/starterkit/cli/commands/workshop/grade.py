"""`starterkit workshop grade`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import Annotated, Any

import typer

from starterkit.cli.commands.workshop.grading import grade_people, run_here, shelf_of, tell_failed
from starterkit.cli.commands.workshop.shared import TrustSubmissions, Who, complete_path_steps, workshop_here
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
from starterkit.cli.options import flag, part_of, whole_number
from starterkit.cli.session import console_of
from starterkit.errors import StarterkitError
from starterkit.template.model import BASE
from starterkit.workshop.grading.batch import GradingRequest
from starterkit.workshop.grading.dask import DaskRunner
from starterkit.workshop.grading.environments import EnvironmentCache
from starterkit.workshop.grading.export import grade_as_json
from starterkit.workshop.grading.grader import Runner
from starterkit.workshop.grading.model import Grade
from starterkit.workshop.model import Workshop
from starterkit.workshop.repositories import metadata_of
from starterkit.workshop.sandbox import Confinement
from starterkit.workshop.store import parse_time

_STYLES = {"green": "green", "red": "red", "nothing": "dim"}
_NOT_GRADED = "not graded"


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
    console = console_of(context)
    workshop = workshop_here(context)
    people = workshop.chosen(who or [])
    order = GradingRequest(
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
        grades, failed = grade_people(console, workshop, order, runner, shelf)
        confinement = runner.describe()
    if failed and not grades:
        raise next(iter(failed.values()))
    _show(console, workshop.called, grades, failed, confinement)
    return tell_failed(console, workshop, failed)


@contextmanager
def _place(console: Console, scheduler: str, *, trusted: bool) -> Iterator[tuple[Runner, EnvironmentCache, int]]:
    """Give the block where submissions are run, this machine's packages, and how many run at once (0: one a core)."""
    if not scheduler:
        here = run_here(console, trusted=trusted)
        yield here, here.shelf, 0
        return

    with closing(DaskRunner(scheduler)) as cluster:
        yield cluster, shelf_of(console), cluster.slots


def _step(workshop: Workshop, words: str) -> str:
    if words in ("", BASE):
        return words
    with metadata_of(workshop) as template:
        return template.find_step(words)


def _show(
    console: Console,
    called: Mapping[str, str],
    grades: Sequence[Grade],
    failed: Mapping[str, StarterkitError],
    confinement: Confinement,
) -> None:
    """Show a table with a line for everybody.

    `called` are their names, and `failed` why some have no grade, by their folders.
    """
    if console.as_json:
        answer: dict[str, Any] = {
            "sandbox": {
                "name": confinement.name,
                "stops": list(confinement.stops),
                "does_not_stop": list(confinement.does_not_stop),
            },
            "grades": [grade_as_json(one) for one in grades],
            "not_graded": [{"folder": folder, "why": wrong.message} for folder, wrong in failed.items()],
            "next": "workshop status",
        }
        console.json("workshop grade", answer)
        return
    console.print(confinement.line)
    console.print()
    console.print(_headline(grades, len(failed)))
    console.print()
    _show_table(console, called, grades, failed)
    console.print()
    console.print("Written: results/grades.json, grades.csv, and a page for each person in results/pages/.")


def _show_table(
    console: Console, called: Mapping[str, str], grades: Sequence[Grade], failed: Mapping[str, StarterkitError]
) -> None:
    shown = {one.person.folder for one in grades} | set(failed)
    heads = (
        ("name", width_of("name", (called[folder] for folder in shown), WIDEST_NAME)),
        ("step", width_of("step", (step_words(one.step) for one in grades), WIDEST_STEP)),
        *(("done", 4), ("verdict", 10), ("green", 7), ("late", 4)),
    )
    order = {folder: number for number, folder in enumerate(called)}
    rows = [
        (_cells(called[one.person.folder], one), _note(one))
        for one in sorted(grades, key=lambda one: order[one.person.folder])
    ]
    rows += [([called[folder], "", "", (_NOT_GRADED, "bold red")], "") for folder in failed]  # why: below the table
    show_table(console, heads, rows)


def _cells(name: str, one: Grade) -> list[Cell]:
    done, count = (str(len(one.done)), f"{one.passed}/{len(one.results)}") if one.results else ("-", "-")
    verdict = (one.verdict.value, _STYLES.get(one.verdict.value, "bold red"))
    return [name, step_words(one.step), done, verdict, count, "late" if one.late else ""]


def _headline(grades: Sequence[Grade], failed: int) -> str:
    verdicts = [*(one.verdict.value for one in grades), *[_NOT_GRADED] * failed]
    people = counted_people([one.person for one in grades], failed)
    counted = ", ".join(f"{verdicts.count(word)} {word}" for word in dict.fromkeys(verdicts))
    kept = sum(one.kept for one in grades)
    again = f" {kept} as graded before: nothing has changed." if kept else ""
    return f"{people}: {counted or 'nobody was graded'}.{again}"


def _note(one: Grade) -> str:
    first = one.first_red
    said = one.why if one.why and (one.verdict.value != "red" or first is None) else ""
    if not said and first is not None:
        said = first.sentence or first.test
    return "; ".join(filter(None, [said, *one.notes[:1]]))
