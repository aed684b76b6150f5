"""`starterkit lesson`."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from starterkit.cli.console.console import Console
from starterkit.cli.console.markdown import draw_markdown, show_markdown
from starterkit.cli.console.text import markup, text
from starterkit.cli.options import argument, complete_steps, console_of
from starterkit.cli.session import project_here
from starterkit.errors import UsageError
from starterkit.template.model import Step


def lesson(
    context: typer.Context,
    step: Annotated[
        str,
        argument("STEP", "Number or name of a step (default: the current step).", complete_steps),
    ] = "",
) -> None:
    """Show the lesson of a step."""
    with project_here(context) as project:
        template = project.template
        name = template.find_step(step) if step else project.state.step
        if name not in template.step_names:
            raise UsageError("The lessons begin with the first step.", "`starterkit next` begins it.")
        _show(console_of(context), template.step(name), template.lesson(name))


def _show(console: Console, step: Step, markdown: str) -> None:
    """Show a lesson: rendered on a terminal, as plain Markdown elsewhere."""
    if console.json("lesson", {"step": step.name, "title": step.title, "markdown": markdown, "links": step.links}):
        return
    if not sys.stdout.isatty():
        console.verbatim(markdown.rstrip("\n") + _links_in_markdown(step))
        return
    if console.out_colour:
        draw_markdown(console, markdown)
    else:
        show_markdown(console, markdown)
    if step.links:
        console.print()
        console.print(text("To read more", "bold"))
        for link in step.links:
            console.print(text(link.title, "bold"), markup(f": {link.about}"), indent=2, hang=2)
            if link.url:
                console.verbatim(link.url, indent=4)
    console.type_next("When you have written something, check it", "check")


def _links_in_markdown(step: Step) -> str:
    lines = [f"- **{link.title}**: {link.about}{f' <{link.url}>' if link.url else ''}" for link in step.links]
    return "\n".join(["", "", "## To read more", "", *lines]) if lines else ""
