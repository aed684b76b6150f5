"""The command `starterkit workshop collect`: its options and its output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from starterkit.cli.commands.workshop.shared import (
    Jobs,
    PeopleNames,
    TrustSubmissions,
    reached_code,
    workshop_folder,
)
from starterkit.cli.console.console import Console, pick
from starterkit.cli.console.table import counted
from starterkit.cli.console.text import text
from starterkit.cli.options import console_of, flag, whole_number
from starterkit.workshop import collect as workshop_collect
from starterkit.workshop.collect import CollectResult
from starterkit.workshop.model import Workshop
from starterkit.workshop.store import open_workshop, working

_LISTED = 20


def collect(
    context: typer.Context,
    names: PeopleNames = None,
    jobs: Jobs = "",
    and_grade: Annotated[bool, flag("--grade", "Also grade new work, as `starterkit workshop grade` does.")] = False,
    trust_submissions: TrustSubmissions = False,
) -> int:
    """Fetch the latest work of all participants.

    If starterkit can't reach some repositories, the exit code is 1. If it can't reach any, the exit code is 4.
    """
    console = console_of(context)
    count = whole_number(jobs, "--jobs") or workshop_collect.JOBS
    grade_them = None
    if and_grade:
        from starterkit.cli.commands.workshop.grading import grader  # noqa: PLC0415 - slow, and only --grade needs it

        grade_them = grader(console, trusted=trust_submissions)
    with working(workshop_folder(context), console.show_progress):
        workshop = open_workshop(workshop_folder(context))
        people = workshop.chosen(names or [])
        results = workshop_collect.collect(workshop, people, console.show_progress, jobs=count)
    if grade_them is not None:
        grade_them(workshop, people, console.show_progress)
    return _show(console, workshop, results)


def _show(console: Console, workshop: Workshop, results: Sequence[CollectResult]) -> int:
    unreached = [result for result in results if not result.reached]
    code = reached_code(len(unreached), len(results))
    people = [_as_json(result, waits=workshop.waits_for(result.person)) for result in results]
    if console.json("workshop collect", {"people": people, "next": "workshop status"}):
        return code
    new = [result for result in results if result.is_new and result.begun]
    waiting = sum(workshop.waits_for(result.person) for result in results)
    asked = len(results) - waiting
    news = f" {len(new)} {'person has' if len(new) == 1 else 'people have'} new work."
    if unreached:
        reached = asked - len(unreached)
        console.print(text("NOT ALL", "bold magenta"), f"  Fetched the work of {reached} of {_people(asked)}.{news}")
    else:
        console.ok(f"Fetched the work of {_people(asked)}.{news}")
    if waiting:
        console.say_prose(
            f"{_people(waiting)} started with a zip file. Unpack the folders that they hand in. "
            "Then add each folder to workshop.yml, as `remote:` below the person's name.",
            indent=4,
        )
    called = workshop.called
    steps = [(result, result.submission.step if result.submission else "") for result in new]
    lines = [f"{called[result.person.folder]}: {step or 'an unknown step'}" for result, step in steps]
    console.first_of(lines, _LISTED, indent=2, hang=2)
    for result in results:
        if result.reached and result.why:
            console.print(f"{called[result.person.folder]}: {result.why}", indent=2, hang=2)
    for result in unreached:
        console.print(text("NOT REACHED", "bold red"), f"  {called[result.person.folder]}: {result.why}", hang=13)
    console.type_next("Show everybody's progress", "workshop status")
    return code


def _people(number: int) -> str:
    return counted(number, "person", "people")


def _as_json(result: CollectResult, *, waits: bool) -> dict[str, Any]:
    """Return a person's result as JSON. If a person `waits`, workshop.yml has no folder to collect from."""
    return {
        **pick(result.person, "folder", "name"),
        "reached": result.reached and not waits,
        "why": "This person started with a zip file, and workshop.yml has no `remote:` for them."
        if waits
        else result.why,
        "new": result.is_new and result.begun,
        "commit": result.commit,
        "step": result.submission.step if result.submission else None,
    }
