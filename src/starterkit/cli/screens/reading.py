"""Lessons and hints on the screen."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

from starterkit.cli.text import harmless, prose, text

if TYPE_CHECKING:
    from starterkit.cli.console import Console
    from starterkit.project.hinting import HintShown
    from starterkit.template import Step


def show_lesson(console: Console, step: Step, words: str) -> None:
    """Show a lesson: drawn on a terminal, as plain Markdown elsewhere."""
    if not sys.stdout.isatty():
        console.exact(words.rstrip("\n"))
        return
    _draw_markdown(console, words)
    if step.links:
        console.line(text("To read more", "bold"))
        for link in step.links:
            console.line(f"{link.title}: {link.about}" + (f" {link.url}" if link.url else ""), indent=2, hang=2)
    console.type_next("When you have written something, check it", "check")


def _draw_markdown(console: Console, words: str) -> None:
    from rich.console import Console as RichConsole
    from rich.markdown import Markdown

    console.progress.stop()
    drawing = RichConsole(width=console.width, no_color=not console.out_colour, highlight=False)
    drawing.print(Markdown(harmless(words), code_theme="ansi_dark", hyperlinks=False))


def lesson_as_json(step: Step, words: str) -> dict[str, Any]:
    """Return a lesson as the object that docs/commands.md describes."""
    links = [{"title": link.title, "about": link.about, "url": link.url} for link in step.links]
    return {"step": step.name, "title": step.title, "markdown": words, "links": links}


def show_hint(console: Console, shown: HintShown) -> None:
    """Show one hint, and how to go on."""
    console.line("For: ", text(shown.sentence, "bold"), hang=2)
    console.line(text(f"({shown.test})", "dim"), indent=2)
    console.line()
    if not shown.total:
        console.line(
            f"This one was green already: {shown.text}"
            if shown.text
            else "There is no hint for this one: it was green before. What has changed since?"
        )
        console.type_next("See what it says", f"check {shown.test}")
        return
    console.line(text(f"Hint {shown.number} of {shown.total}", "bold yellow"))
    console.line()
    _show_markdown(console, shown.text)
    if shown.is_last:
        console.line()
        console.line(prose("That was the last hint for this test. `solve --show` shows a solution."))
    console.type_next("Try it, then check", "check")


def _show_markdown(console: Console, words: str) -> None:
    """Show short Markdown: paragraphs with code in backticks, and fenced blocks of code."""
    paragraph: list[str] = []
    in_code = False

    def finish() -> None:
        if paragraph:
            console.line(prose(" ".join(paragraph)), indent=2)
            paragraph.clear()

    for line in words.strip("\n").split("\n"):
        if line.lstrip().startswith("```"):
            finish()
            in_code = not in_code
        elif in_code:
            console.exact(line, "cyan", indent=6)
        elif line.strip():
            paragraph.append(line.strip())
        else:
            finish()
            console.line()
    finish()


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
