"""The command `starterkit check`: its options and its output."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Annotated, Any

import typer

from starterkit.cli.console.console import Console, pick
from starterkit.cli.console.text import Text, joined, markup, text
from starterkit.cli.options import argument, complete_tests, console_of, flag
from starterkit.cli.session import project_here
from starterkit.project import check as checks
from starterkit.project.project import Project
from starterkit.project.status import is_at_end, is_last_step
from starterkit.sanitize import few
from starterkit.testing.results import CheckResult, SourceLine, TestResult

_SHOWN_FILES = 3
_COLUMN = 8  # characters for the label in front of a test, such as "broken"
_SHOWN_OF_A_GROUP = 3


def check(
    context: typer.Context,
    tests: Annotated[
        list[str] | None, argument("TEST", "Tests, test files or steps to run (default: all so far).", complete_tests)
    ] = None,
    pristine: Annotated[bool, flag("--pristine", "Run the path's own tests, even if you changed yours.")] = False,
    fresh: Annotated[bool, flag("--fresh", "Create the environment again first.")] = False,
) -> int:
    """Run the tests for all steps so far.

    The exit code is 0 if all tests pass, and 1 if some fail.
    """
    console = console_of(context)
    with project_here(context) as project:
        result = checks.check(project, pristine=pristine, fresh=fresh, selected=tests or (), say=console.show_progress)
        notes = checks.notes(project, result)
        command = next_command(result, selected=bool(tests), is_last=is_at_end(project))
        if not console.json("check", {**check_as_json(result), "notes": notes, "next": command}):
            own = () if tests else checks.own_test_files(project, result)
            _show(console, project, result, notes, own, command)
    return 1 if result.red else 0


def _show(
    console: Console, project: Project, result: CheckResult, notes: Sequence[str], own: Sequence[str], command: str
) -> None:
    """Show the result of a check and what to do next. `own` are the user's test files, which didn't run."""
    if result.red:
        show_red(console, result)
    else:
        console.print(green_line(result))
    for note in notes:
        console.print()
        console.print(text("Note  ", "bold magenta"), note, hang=6)
    if result.red:
        type_after_red(console, command)
        return
    if own:
        console.print(f"Your own tests did not run: {few(own, _SHOWN_FILES)}.")
    step = project.step
    if command == "check":
        console.type_next("Run all tests", command)
    elif command == "next":
        if step is not None:
            console.print(f"{step.label} is done.")
        onward = "Start the next step" if step else "Start the first step"
        console.type_next("Save your work and finish" if is_last_step(project) else onward, command)
    else:
        console.print("That was the last step. The whole site is built, and it is yours.")
        console.type_next("Look at your site", "run --open")


def next_command(result: CheckResult, *, selected: bool, is_last: bool) -> str:
    """Return the command that the user should type after this check, without `starterkit`.

    `selected` is true if only some tests ran. `is_last` is true at the end of the path.
    """
    if result.red:
        return "check" if result.blocker else "hint"
    if selected or result.pristine:
        return "check"
    return "run" if is_last else "next"


def type_after_red(console: Console, command: str) -> None:
    """Show what to do about failing tests: get a hint, or check again if no hint can help."""
    console.type_next("After you fix it" if command == "check" else "For a hint on the first failing test", command)


def green_line(result: CheckResult) -> Text:
    """Return the line for a check without failing tests, with the number of tests and the seconds."""
    count = len(result.results)
    tests = f"All {count} tests pass" if count != 1 else "The test passes"
    return joined(text("ok", "bold green"), f"  {tests} ({result.seconds:.1f} s).")


def show_red(console: Console, result: CheckResult, *, with_counts: bool = True) -> None:
    """Show all failing tests of a check, and then which test to start with.

    `with_counts` adds the numbers of tests, if the command hasn't shown them yet.
    """
    first, *others = result.red
    if with_counts:
        console.print(text("FAILED", "bold red"), f"  {counts(result)}.")
    if result.problem:
        console.print()
        console.print(text(result.problem, "bold"))
    for (message, line), group in groupby(result.red, key=lambda test: (test.message, test.place)):
        console.print()
        _show_group(console, list(group), message, line)
    if result.problem and result.log.strip():
        console.print()
        console.print("The last lines of the tests' output:")
        console.verbatim("\n".join(result.log.strip().splitlines()[-12:]), "dim", indent=2)
    if result.blocker:
        console.print()
        console.print("Start here: ", text(str(first.place), "bold") if first.place else markup(result.blocker))
    elif others:
        console.print()
        console.print("Start with this test: ", text(first.test.sentence, "bold"))
        if first.test.id != first.test.sentence:  # the id of a Node test is its title, so don't show it twice
            console.print(f"({first.test.id})", indent=2)


def _show_group(console: Console, group: Sequence[TestResult], message: str, line: SourceLine | None) -> None:
    more = len(group) - _SHOWN_OF_A_GROUP
    for result in group[:_SHOWN_OF_A_GROUP]:
        label, style = _label(result)
        console.print(text(f"{label:{_COLUMN}}", style), text(result.test.sentence, "bold"), hang=_COLUMN)
    if more > 0:
        console.print(f"… and {more} more, for the same reason:", indent=_COLUMN)
    if message:
        _show_message(console, message)
    test_line = group[0].test_place if len(group) == 1 else None
    places: list[Text | str] = ["in ", text(str(line), "cyan")] if line else []
    if test_line:
        places += ["  " if line else "", text(f"test: {test_line}", "dim")]
    if places:
        console.print(*places, indent=_COLUMN)


def _show_message(console: Console, message: str) -> None:
    """Show why a test fails. HTML in the message is never wrapped, so that users can search for it."""
    for line in message.split("\n"):
        if line.startswith("<"):
            console.verbatim(line, indent=_COLUMN)
        else:
            console.print(line, indent=_COLUMN)


def _label(result: TestResult) -> tuple[str, str]:
    if result.was_green:
        return "broken", "bold red"
    return ("new", "magenta") if result.is_new else ("fails", "bold red")


def counts(result: CheckResult) -> str:
    """Return how many tests fail and how long they took. Add how many are new, passed before or failed before."""
    red, total = len(result.red), len(result.results)
    head = f"{red} of {total} tests {'fails' if red == 1 else 'fail'} ({result.seconds:.1f} s)"
    new = sum(test.is_new and not test.was_green for test in result.red)
    broken = len(result.broken)
    parts = [f"{new} new" if new and new != red else "", f"{broken} passed before" if broken else ""]
    if any(parts) and red > new + broken:
        parts.append(f"{red - new - broken} failed before")
    details = ", ".join(filter(None, parts))
    return f"{head}: {details}" if details else head


def check_as_json(result: CheckResult) -> dict[str, Any]:
    """Return the result of a check in the JSON format of docs/commands.md."""
    total, red = len(result.results), result.red
    return {
        "green": bool(result.results) and not red,
        **pick(result, "step", "pristine"),
        "seconds": round(result.seconds, 3),
        "counts": {"total": total, "green": total - len(red), "red": len(red), "broken": len(result.broken)},
        "problem": result.problem,
        "first_red": red[0].test.id if red else None,
        "tests": [_test_as_json(test) for test in result.results],
    }


def _test_as_json(result: TestResult) -> dict[str, Any]:
    return {
        **pick(result.test, "id", "sentence", "step", "file", "guard"),
        **pick(result, "outcome", "message", "place", "test_place"),
        "new": result.is_new,
        "broken": result.is_red and result.was_green,
    }
