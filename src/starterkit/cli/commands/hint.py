"""`starterkit hint`."""

from __future__ import annotations

from typing import Any

import typer

from starterkit.cli.console.console import Console
from starterkit.cli.console.markdown import show_markdown
from starterkit.cli.console.text import markup, text
from starterkit.cli.session import console_of, project_here
from starterkit.process import quoted
from starterkit.project.hint import HintShown, next_hint
from starterkit.project.status import is_at_end


def hint(context: typer.Context) -> int:
    """Give the next hint for the first red test.

    Each one says a little more.
    """
    console = console_of(context)
    with project_here(context) as project:
        shown = next_hint(project, console.show_progress)
        if console.as_json:
            console.json("hint", _as_json(shown))
        elif shown is None:
            console.print("Nothing is red, so there is nothing to hint at.")
            console.type_next("Go on", "run" if is_at_end(project) else "next")
        else:
            _show(console, shown)
    return 0


def _show(console: Console, shown: HintShown) -> None:
    """Show one hint, and how to go on."""
    console.print("For: ", text(shown.sentence, "bold"), hang=2)
    if shown.test != shown.sentence:  # Node's tests are called by their sentences
        console.print(text(f"({shown.test})", "dim"), indent=2)
    console.print()
    if shown.is_obstacle:
        console.print("Something stands in the way of it, so fix that first:")
        console.print(markup(shown.text), indent=2)
        console.type_next("When it is mended", "check")
        return
    if not shown.total:
        console.print(
            f"This one was green already: {shown.text}"
            if shown.text
            else "There is no hint for this one: it was green before. What has changed since?"
        )
        console.type_next("See what it says", f"check {quoted(shown.test)}")
        return
    console.print(text(f"Hint {shown.number} of {shown.total}", "bold yellow"))
    console.print()
    show_markdown(console, shown.text, indent=2)
    if shown.is_last:
        console.print()
        console.print(markup("That was the last hint for this test. `solve --show` shows a solution."))
    console.type_next("Try it, then check", "check")


def _as_json(shown: HintShown | None) -> dict[str, Any]:
    """Return a hint as the object that docs/commands.md describes; `test` is null when nothing is red."""
    if shown is None:
        return {"test": None, "next": "next"}
    return {
        "test": shown.test,
        "sentence": shown.sentence,
        "step": shown.step.name if shown.step else None,
        "text": shown.text,
        "number": shown.number,
        "total": shown.total,
        "next": "check",
    }
