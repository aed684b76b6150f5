"""The command `starterkit workshop catch-up`: its options and its output."""

from __future__ import annotations

from contextlib import ExitStack
from typing import Annotated, Any

import typer

from starterkit.cli.commands.workshop.grading import judge_if_any
from starterkit.cli.commands.workshop.shared import (
    TrustSubmissions,
    complete_people_and_step,
    delivered_as_json,
    needs_command,
    pull_command,
    show_pull,
    show_zips,
    workshop_folder,
    workshop_with_path,
)
from starterkit.cli.console.console import Console, pick
from starterkit.cli.console.text import markup, text
from starterkit.cli.options import argument, console_of, flag, option
from starterkit.errors import ExitCode, UsageError
from starterkit.template.model import Template
from starterkit.workshop.catch_up import CatchUpResult
from starterkit.workshop.catch_up import catch_up as bring
from starterkit.workshop.model import Workshop
from starterkit.workshop.repositories import metadata_of
from starterkit.workshop.store import working


def catch_up(
    context: typer.Context,
    people_and_step: Annotated[
        list[str],
        argument(
            "WHO... STEP", "One or more participants, and then the step to bring them to.", complete_people_and_step
        ),
    ],
    replace: Annotated[
        bool, flag("--replace", "For each missing step, replace the learning path's files with the solution's files.")
    ] = False,
    count_as: Annotated[
        str,
        option(
            "--count-as",
            "green|red",
            "Don't run the tests. Count the current step as passing (green) or failing (red).",
        ),
    ] = "",
    trust_submissions: TrustSubmissions = False,
) -> int:
    """Bring participants to a step by adding solutions for the steps that they missed.

    Participants keep their own work.

    Each added step is a separate commit. The results show which steps were added.

    The tests of the current and added steps run in the sandbox.
    """
    console = console_of(context)
    *names, step = people_and_step
    if not names:
        raise UsageError(
            f'The command needs a participant and a step, but you typed only "{step}".',
            "For example: `starterkit workshop catch-up ada 03`.",
        )
    if count_as not in ("", "green", "red"):
        raise UsageError(f'Invalid --count-as "{count_as}".', "Use green or red, for example `--count-as green`.")
    green = None if not count_as else count_as == "green"
    with ExitStack() as stack:
        stack.enter_context(working(workshop_folder(context), console.show_progress))
        workshop = workshop_with_path(context)
        template = stack.enter_context(metadata_of(workshop))
        goal, people, say = template.find_step(step), workshop.chosen(names), console.show_progress
        judge = None if count_as else judge_if_any(console, workshop, trusted=trust_submissions)
        results = bring(workshop, people, goal, say, judge=judge, counts_as_green=green, take_whole=replace)
        code = _show(console, workshop, template, results)
        if any(result.delivered for result in results):
            show_zips(console, workshop)
        return code


def _show(console: Console, workshop: Workshop, template: Template, results: list[CatchUpResult]) -> int:
    code = ExitCode.RED if any(result.failed for result in results) else ExitCode.DONE
    if console.json("workshop catch-up", {"people": [_as_json(result) for result in results]}):
        return code
    for result in results:
        _show_person(console, workshop.called[result.person.folder], template, result)
    if any(result.delivered and not needs_command(result.delivered) for result in results):
        console.print()
        show_pull(console)
    return code


def _show_person(console: Console, name: str, template: Template, result: CatchUpResult) -> None:
    def labels(steps: tuple[str, ...]) -> str:
        return ", ".join(template.step(step).label for step in steps)

    if result.why:
        mark = text("FAILED", "bold red") if result.failed else text("--    ", "dim")
        console.print(mark, markup(f"  {name}: {result.why}"), hang=8)
        return
    console.ok(f"{name} is now at {template.step(result.step).label}.", hang=4)
    if result.own:
        console.print(f"Kept the participant's own work in these steps: {labels(result.own)}.", indent=4)
    if result.filled:
        console.print(f"Added the solutions of these steps: {labels(result.filled)}.", indent=4)
    if result.is_green is not None:
        failed = "Some tests of the earlier steps FAIL. To see these tests, type `starterkit workshop grade`."
        console.say_prose("All tests of the earlier steps pass." if result.is_green else failed, indent=4)
    elif result.filled:
        console.say_prose("The tests were not run. To run them, type `starterkit workshop grade`.", indent=4)
    if result.whole:
        console.print(
            f"Merging failed, so starterkit replaced the files of these steps: {labels(result.whole)}.", indent=4
        )
        console.print("The participant's versions are in the git history.", indent=4)
    if result.replaced:
        files, commit = ", ".join(result.replaced), result.before[:8]
        console.print(
            f"Replaced the participant's changes to {files}. Commit {commit} still has these changes.", indent=4
        )
    delivered = result.delivered
    if delivered is not None and needs_command(delivered):
        console.print(
            "The participant types:"
            if delivered.is_theirs
            else "The participant pushed new work, so the steps are on a separate branch. The participant types:",
            indent=4,
        )
        console.verbatim(pull_command(delivered), "bold", indent=6)


def _as_json(result: CatchUpResult) -> dict[str, Any]:
    return {
        **pick(result.person, "folder", "name"),
        **pick(result, "step", "own", "filled", "whole"),
        "green": result.is_green,
        **pick(result, "replaced", "before"),
        **delivered_as_json(result.delivered),
        **pick(result, "failed", "why"),
    }
