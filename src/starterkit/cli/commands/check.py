"""`starterkit check`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from starterkit.cli.commands.shared import check_result
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import text
from starterkit.cli.options import complete_tests, flag
from starterkit.cli.session import console_of, project_here
from starterkit.project import check as checks
from starterkit.project.status import is_at_end, is_last_step
from starterkit.sanitize import few
from starterkit.template.model import Step
from starterkit.testing.results import CheckResult

_SHOWN_FILES = 3


def check(
    context: typer.Context,
    tests: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEST", help="Only these: tests, test files or steps.", autocompletion=complete_tests),
    ] = None,
    pristine: Annotated[
        bool, flag("--pristine", help="Take the tests from the path, whatever was changed in yours.")
    ] = False,
    fresh: Annotated[bool, flag("--fresh", help="Create the environment again first.")] = False,
) -> int:
    """Run the tests so far, and say what is missing.

    Exit code 0: all are green. 1: some are red.
    """
    console = console_of(context)
    with project_here(context) as project:
        result = checks.check(project, pristine=pristine, fresh=fresh, selected=tests or (), say=console.show_progress)
        notes = checks.notes(project, result)
        command = check_result.next_command(result, selected=bool(tests), is_last=is_at_end(project))
        if console.as_json:
            console.json("check", {**check_result.as_json(result), "notes": notes, "next": command})
        else:
            own = () if tests else checks.own_test_files(project, result)
            _show(console, result, project.step, command, is_last=is_last_step(project), own=own, notes=notes)
    return 1 if result.red else 0


def _show(
    console: Console,
    result: CheckResult,
    step: Step | None,
    command: str,
    *,
    is_last: bool,
    own: Sequence[str] = (),
    notes: Sequence[str] = (),
) -> None:
    """Show a whole check and what to do next.

    `is_last` says that no step comes after this one; `own` are test files of the learner's, which were not run.
    """
    if result.red:
        check_result.show_red(console, result)
        _show_notes(console, notes)
        check_result.type_after_red(console, command)
        return
    console.print(check_result.green_line(result))
    _show_notes(console, notes)
    if own:
        console.print(f"Not run, for they are your own tests: {few(own, _SHOWN_FILES)}.")
    if command == "check":
        console.type_next("Check everything", command)
    elif command == "next":
        if step is not None:
            console.print(f"{step.label} is done.")
        onward = "Go on to the next step" if step else "Begin the first step"
        console.type_next("Save your work and finish" if is_last else onward, command)
    else:
        console.print("That was the last step: the whole site is built, and it is yours.")
        console.type_next("Look at it", "run --open")


def _show_notes(console: Console, notes: Sequence[str]) -> None:
    for note in notes:
        console.print()
        console.print(text("Note  ", "bold yellow"), note, hang=6)
