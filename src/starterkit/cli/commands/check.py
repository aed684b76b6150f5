"""The command `starterkit check`: its options and its output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from starterkit.cli.commands.shared.verdict import (
    end_lines,
    green_line,
    not_here_lines,
    note_lines,
    own_lines,
    show_failing,
)
from starterkit.cli.console.console import Console, pick
from starterkit.cli.console.text import Text, markup
from starterkit.cli.options import argument, complete_tests, console_of, flag
from starterkit.cli.session import project_here
from starterkit.project import check as checks
from starterkit.project.project import Project
from starterkit.project.status import is_at_end, is_last_step
from starterkit.testing.results import CheckResult, ExpectedTest, TestResult


def check(
    context: typer.Context,
    tests: Annotated[
        list[str] | None,
        argument("TEST", "Tests, test files or steps to run (default: all tests so far).", complete_tests),
    ] = None,
    pristine: Annotated[bool, flag("--pristine", "Run the original tests, even if you changed your copies.")] = False,
    fresh: Annotated[bool, flag("--fresh", "First install all packages again.")] = False,
    show_all: Annotated[bool, flag("--all", "Show every failing test, and everything that your code printed.")] = False,
) -> int:
    """Run the tests for all steps so far.

    The exit code is 0 if all tests pass, and 1 if some fail. Stretch tests don't change the exit code.
    """
    console = console_of(context)
    with project_here(context) as project:
        result = checks.check(
            project, pristine=pristine, fresh=fresh, selected=tests or (), with_own=True, say=console.show_progress
        )
        notes = checks.notes(project, result)
        command = next_command(result, selected=bool(tests), is_last=not tests and is_at_end(project))
        if not console.json("check", {**check_as_json(result), "notes": notes, "next": command}):
            _show(console, project, result, notes, command, show_all=show_all)
    return 1 if result.red else 0


def _show(
    console: Console, project: Project, result: CheckResult, notes: Sequence[str], command: str, *, show_all: bool
) -> None:
    """Show the result of a check and what to do next."""
    more = [*not_here_lines(console, result, show_all=show_all), *own_lines(console, result.own)]
    more += note_lines(console, notes, show_all=show_all)
    if result.red:
        show_failing(console, result, [*more, *end_lines(console, command)], show_all=show_all)
        return
    after = _after_green(console, project, result, command)
    if result.stretch_red:
        show_failing(console, result, [*more, *console.paragraph(), *after], show_all=show_all)
        return
    for line in (green_line(result), *more, *after):
        console.row(line)


def _after_green(console: Console, project: Project, result: CheckResult, command: str) -> list[Text]:
    step, lines, hint = project.step, list[Text](), list[Text]()
    if result.stretch_red:
        hint = console.paragraph(markup("To get a hint for the first failing stretch test: `starterkit hint`."))
    if command == "check":
        return [*hint, *console.next_lines("Run all tests", command)]
    if command == "run":
        lines += console.paragraph("That was the last step. Your site is complete.")
        return [*lines, *hint, *console.next_lines("Look at your site", "run --open")]
    if step is not None:
        lines += [*console.paragraph(f"{step.label} is done."), *hint]
        lines += console.paragraph(markup("To compare your code with the solution: `starterkit compare`."))
    if is_last_step(project):
        return [*lines, *console.next_lines("Save your work and finish", command)]
    return [*lines, *console.next_lines("Start the next step" if step else "Start the first step", command)]


def next_command(result: CheckResult, *, selected: bool, is_last: bool) -> str:
    """Return the command that the user should type after this check, without `starterkit`.

    `selected` is true if only some tests ran. `is_last` is true at the end of the path.
    """
    if result.red:
        return "check" if result.blocker else "hint"
    if selected or result.pristine:
        return "check"
    return "run" if is_last else "next"


def check_as_json(result: CheckResult) -> dict[str, Any]:
    """Return the result of a check in the JSON format of docs/commands.md."""
    total, red, stretch = len(result.core), result.red, result.stretch
    return {
        "green": bool(result.results) and not red,
        **pick(result, "step", "pristine"),
        "seconds": round(result.seconds, 3),
        "counts": {"total": total, "green": total - len(red), "red": len(red), "broken": len(result.broken)},
        "stretch": {"total": len(stretch), "green": len(stretch) - len(result.stretch_red)},
        "problem": result.problem,
        "first_red": result.first_red.test.id if result.first_red else None,
        "tests": [test_as_json(test) for test in result.results],
        "own": [test_as_json(test) for test in result.own],
    }


def expected_as_json(test: ExpectedTest) -> dict[str, Any]:
    """Return the keys of a test that has no result yet, in the JSON format of docs/commands.md."""
    keys = pick(test, "id", "sentence", "guard", "behavior", "platforms", "in_process")
    return {**keys, "stretch": test.is_stretch}


def test_as_json(result: TestResult) -> dict[str, Any]:
    """Return the result of one test in the JSON format of docs/commands.md."""
    return {
        **expected_as_json(result.test),
        **pick(result.test, "step", "file"),
        "counts": result.is_core,
        **pick(result, "outcome", "message", "place", "source", "caret", "test_place", "output"),
        "new": result.is_new,
        "broken": result.is_red and result.was_green,
    }
