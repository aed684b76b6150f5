"""The command `starterkit hint`: its options and its output."""

from __future__ import annotations

from typing import Annotated, Any

import typer

from starterkit.cli.console.console import Console, pick
from starterkit.cli.console.markdown import show_markdown
from starterkit.cli.console.text import text
from starterkit.cli.options import argument, complete_tests, console_of
from starterkit.cli.session import project_here
from starterkit.process import quoted
from starterkit.project.hint import HintShown, next_hint
from starterkit.project.status import is_at_end


def hint(
    context: typer.Context,
    test: Annotated[
        str, argument("TEST", "Test to get a hint for (default: the first failing test).", complete_tests)
    ] = "",
) -> None:
    """Show the next hint for the first failing test.

    Each new hint tells you a little more.
    """
    console = console_of(context)
    with project_here(context) as project:
        shown = next_hint(project, console.show_progress, test)
        if console.json("hint", _as_json(shown)):
            return
        if shown is None:
            console.print("All tests pass, so you don't need a hint.")
            console.type_next("Continue", "run" if is_at_end(project) else "next")
        else:
            _show(console, shown)


def _show(console: Console, shown: HintShown) -> None:
    if shown.instead_of:
        console.print("This test has no hint: ", text(shown.instead_of, "bold"), hang=2)
        same = "The next test fails for the same reason." if shown.is_same_cause else "The next test has a hint."
        console.print(same)
        console.print()
    console.print("Stretch test: " if shown.is_stretch else "Test: ", text(shown.sentence, "bold"), hang=2)
    if shown.test != shown.sentence:  # the id of a Node test is its title, so don't show it twice
        console.print(text(f"({shown.test})", "dim"), indent=2)
    console.print()
    if shown.is_blocker:
        console.print("Another problem stops this test. Fix this problem first:")
        console.say_prose(shown.text, indent=2)
        console.type_next("Fix the problem, then run the tests", "check")
        return
    if not shown.total:
        console.print(
            f"This test passed before this step. {shown.text}"
            if shown.text
            else "This test has no hint, because it passed before. What did you change?"
        )
        console.type_next("See the message of the test", f"check {quoted(shown.test)}")
        return
    console.print(text(f"Hint {shown.number} of {shown.total}", "bold magenta"))
    console.print()
    show_markdown(console, shown.text, indent=2)
    if shown.is_last:
        console.print()
        console.say_prose("That was the last hint for this test. To see the solution: `starterkit solve --show`.")
    console.type_next("Try the hint, then run the tests", "check")


def _as_json(shown: HintShown | None) -> dict[str, Any]:
    if shown is None:
        return {"test": None, "next": "next"}
    step = shown.step.name if shown.step else None
    return {
        **pick(shown, "test", "sentence"),
        "step": step,
        **pick(shown, "text", "number", "total", "instead_of"),
        "stretch": shown.is_stretch,
        "next": "check",
    }
