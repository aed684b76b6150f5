"""`starterkit workshop catch-up`."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated, Any

import typer

from starterkit.cli.commands.workshop.grading import judge_if_any
from starterkit.cli.commands.workshop.shared import (
    PULL,
    TrustSubmissions,
    complete_people_and_step,
    pull_command,
    show_pull,
    show_zips,
    workshop_folder,
    workshop_with_path,
)
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import markup, text
from starterkit.cli.options import flag
from starterkit.cli.session import console_of
from starterkit.errors import ExitCode, UsageError
from starterkit.template.model import Template
from starterkit.workshop.catch_up import CatchUpResult
from starterkit.workshop.catch_up import catch_up as bring
from starterkit.workshop.model import Workshop
from starterkit.workshop.repositories import metadata_of
from starterkit.workshop.store import working


def catch_up(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WHO... STEP",
            help="The people, and the step to go to.",
            autocompletion=complete_people_and_step,
        ),
    ],
    replace: Annotated[bool, flag("--replace", help="Take every file of the path whole at each missing step.")] = False,
    count_as: Annotated[
        str,
        typer.Option(
            "--count-as",
            metavar="green|red",
            help="Where nothing is run: how the step they stand at counts.",
            show_default=False,
        ),
    ] = "",
    trust_submissions: TrustSubmissions = False,
) -> int:
    """Bring latecomers to a step: what they did stays theirs, what is missing comes from the reference.

    Whether the step they stand at is done, and whether what was filled in is green, is graded in the sandbox. Each
    filled step is a commit of its own that says so, and is marked in the results.
    """
    console = console_of(context)
    *who, step = words
    if not who:
        raise UsageError("Who is to be brought to which step?", "For example: `starterkit workshop catch-up ada 03`.")
    if count_as not in ("", "green", "red"):
        raise UsageError(f'--count-as wants green or red, and found "{count_as}".', "For example: --count-as green")
    green = None if not count_as else count_as == "green"
    with ExitStack() as held:
        held.enter_context(working(workshop_folder(context), console.show_progress))
        workshop = workshop_with_path(context)
        template = held.enter_context(metadata_of(workshop))
        goal, people, say = template.find_step(step), workshop.chosen(who), console.show_progress
        judge = None if count_as else judge_if_any(console, workshop, trusted=trust_submissions)
        brought = bring(workshop, people, goal, say, judge=judge, counts_as_green=green, take_whole=replace)
        code = _show(console, workshop, template, brought)
        if any(one.delivered for one in brought):
            show_zips(console, workshop)
        return code


def _show(console: Console, workshop: Workshop, template: Template, brought: list[CatchUpResult]) -> int:
    """Show a line or two for each person; exit code 1 where somebody could not be brought there."""
    code = ExitCode.RED if any(one.failed for one in brought) else ExitCode.DONE
    if console.as_json:
        console.json("workshop catch-up", {"people": [_as_json(one) for one in brought]})
        return code
    for one in brought:
        _show_person(console, workshop.called[one.person.folder], template, one)
    if any(one.delivered and pull_command(one.delivered) == PULL for one in brought):
        console.print()
        show_pull(console)
    return code


def _show_person(console: Console, name: str, template: Template, one: CatchUpResult) -> None:
    if one.why:
        mark = text("FAILED", "bold red") if one.failed else text("--    ", "dim")
        console.print(mark, markup(f"  {name}: {one.why}"), hang=8)
        return
    label = template.step(one.step).label
    console.print(text("ok", "bold green"), f"  {name} is at {label}.", hang=4)
    if one.own:
        console.print(f"Theirs: {_labels(template, one.own)}.", indent=4)
    if one.filled:
        console.print(f"Filled in from the reference: {_labels(template, one.filled)}.", indent=4)
    if one.is_green is not None:
        console.print("Its tests are green." if one.is_green else "Its tests are RED: please look at it.", indent=4)
    elif one.filled:
        console.say_prose("Its tests were not run: `starterkit workshop grade` tells.", indent=4)
    if one.whole:
        console.print(f"Files taken whole, because merging was not enough: {_labels(template, one.whole)}.", indent=4)
        console.print("Their versions are in their history.", indent=4)
    if one.replaced:
        console.print(
            f"They had written in {', '.join(one.replaced)}; their version is in their history (commit "
            f"{one.before[:8]}).",
            indent=4,
        )
    put = one.delivered
    if put is not None and (put.source or not put.is_theirs):
        why = "They type:" if put.is_theirs else "They pushed something meanwhile, so it lies beside. They type:"
        console.print(why, indent=4)
        console.verbatim(pull_command(put), "bold", indent=6)


def _labels(template: Template, steps: tuple[str, ...]) -> str:
    return ", ".join(template.step(name).label for name in steps)


def _as_json(one: CatchUpResult) -> dict[str, Any]:
    return {
        "folder": one.person.folder,
        "name": one.person.name,
        "step": one.step,
        "own": list(one.own),
        "filled": list(one.filled),
        "whole": list(one.whole),
        "green": one.is_green,
        "replaced": list(one.replaced),
        "before": one.before,
        "branch": one.delivered.branch if one.delivered else "",
        "type": pull_command(one.delivered) if one.delivered else "",
        "failed": one.failed,
        "why": one.why,
    }
