"""`starterkit check`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated

import typer

from starterkit.cli.commands.shared import check_result
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import text
from starterkit.cli.options import argument, complete_tests, console_of, flag
from starterkit.cli.session import project_here
from starterkit.project import check as checks
from starterkit.project.project import Project
from starterkit.project.status import is_at_end, is_last_step
from starterkit.sanitize import few
from starterkit.testing.results import CheckResult

_SHOWN_FILES = 3


def check(
    context: typer.Context,
    tests: Annotated[
        list[str] | None, argument("TEST", "Only these: tests, test files or steps.", complete_tests)
    ] = None,
    pristine: Annotated[
        bool, flag("--pristine", "Take the tests from the path, whatever was changed in yours.")
    ] = False,
    fresh: Annotated[bool, flag("--fresh", "Create the environment again first.")] = False,
) -> int:
    """Run the tests so far, and say what is missing.

    Exit code 0: all are green. 1: some are red.
    """
    console = console_of(context)
    with project_here(context) as project:
        result = checks.check(project, pristine=pristine, fresh=fresh, selected=tests or (), say=console.show_progress)
        notes = checks.notes(project, result)
        command = check_result.next_command(result, selected=bool(tests), is_last=is_at_end(project))
        if not console.json("check", {**check_result.as_json(result), "notes": notes, "next": command}):
            own = () if tests else checks.own_test_files(project, result)
            _show(console, project, result, notes, own, command)
    return 1 if result.red else 0


def _show(
    console: Console, project: Project, result: CheckResult, notes: Sequence[str], own: Sequence[str], command: str
) -> None:
    """Show a check and what to do next. `own` are the user's own test files, which did not run."""
    if result.red:
        check_result.show_red(console, result)
    else:
        console.print(check_result.green_line(result))
    for note in notes:
        console.print()
        console.print(text("Note  ", "bold yellow"), note, hang=6)
    if result.red:
        check_result.type_after_red(console, command)
        return
    if own:
        console.print(f"Not run, for they are your own tests: {few(own, _SHOWN_FILES)}.")
    step = project.step
    if command == "check":
        console.type_next("Check everything", command)
    elif command == "next":
        if step is not None:
            console.print(f"{step.label} is done.")
        onward = "Go on to the next step" if step else "Begin the first step"
        console.type_next("Save your work and finish" if is_last_step(project) else onward, command)
    else:
        console.print("That was the last step: the whole site is built, and it is yours.")
        console.type_next("Look at it", "run --open")
