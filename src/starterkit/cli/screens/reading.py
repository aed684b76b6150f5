"""Lessons and hints on the screen."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from starterkit.cli.console.markdown import draw_markdown, show_markdown
from starterkit.cli.console.text import prose, text
from starterkit.process import quoted

if TYPE_CHECKING:
    from starterkit.cli.console.console import Console
    from starterkit.project.hinting import HintShown
    from starterkit.template import Step


def show_lesson(console: Console, step: Step, words: str) -> None:
    """Show a lesson: drawn on a terminal, as plain Markdown elsewhere."""
    if not sys.stdout.isatty():
        console.exact(words.rstrip("\n") + _links_in_markdown(step))
        return
    if console.out_colour:
        draw_markdown(console, words)
    else:
        show_markdown(console, words)
    if step.links:
        console.line()
        console.line(text("To read more", "bold"))
        for link in step.links:
            console.line(text(link.title, "bold"), prose(f": {link.about}"), indent=2, hang=2)
            if link.url:
                console.exact(link.url, indent=4)
    console.type_next("When you have written something, check it", "check")


def _links_in_markdown(step: Step) -> str:
    lines = [f"- **{link.title}**: {link.about}{f' <{link.url}>' if link.url else ''}" for link in step.links]
    return "\n".join(["", "", "## To read more", "", *lines]) if lines else ""


def lesson_as_json(step: Step, words: str) -> dict[str, Any]:
    """Return a lesson as the object that docs/commands.md describes."""
    links = [{"title": link.title, "about": link.about, "url": link.url} for link in step.links]
    return {"step": step.name, "title": step.title, "markdown": words, "links": links}


def show_hint(console: Console, shown: HintShown) -> None:
    """Show one hint, and how to go on."""
    console.line("For: ", text(shown.sentence, "bold"), hang=2)
    if shown.test != shown.sentence:  # Node's tests are called by their sentences
        console.line(text(f"({shown.test})", "dim"), indent=2)
    console.line()
    if shown.is_obstacle:
        console.line("Something stands in the way of it, so fix that first:")
        console.line(prose(shown.text), indent=2)
        console.type_next("When it is mended", "check")
        return
    if not shown.total:
        console.line(
            f"This one was green already: {shown.text}"
            if shown.text
            else "There is no hint for this one: it was green before. What has changed since?"
        )
        console.type_next("See what it says", f"check {quoted(shown.test)}")
        return
    console.line(text(f"Hint {shown.number} of {shown.total}", "bold yellow"))
    console.line()
    show_markdown(console, shown.text, indent=2)
    if shown.is_last:
        console.line()
        console.line(prose("That was the last hint for this test. `solve --show` shows a solution."))
    console.type_next("Try it, then check", "check")


def hint_as_json(shown: HintShown | None) -> dict[str, Any]:
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
