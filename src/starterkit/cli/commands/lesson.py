"""The command `starterkit lesson`: its options and its output."""

from __future__ import annotations

import sys
from contextlib import suppress
from typing import Annotated

import typer

from starterkit.cli.console.console import Console
from starterkit.cli.console.markdown import show_markdown
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
            raise UsageError(
                "You have not started a step yet, so there is no lesson to show.",
                "Start the first step: `starterkit next`.",
            )
        with suppress(OSError):  # on a read-only disk, the command works, but `status` suggests it again
            project.memory.remember_lesson(name)
        file = f"lessons/{name}.md"
        is_here = (project.folder / file).is_file()
        _show(console_of(context), template.step(name), template.lesson(name), file if is_here else "")


def _show(console: Console, step: Step, markdown: str, file: str) -> None:
    """Show a lesson: in a pager on a terminal, as plain Markdown elsewhere. `file` is the lesson's path, or ""."""
    answer = {"step": step.name, "title": step.title, "markdown": markdown, "links": step.links}
    if console.json("lesson", {**answer, "stretch": step.stretch}):
        return
    if not sys.stdout.isatty():
        console.verbatim(markdown.rstrip("\n") + _links_in_markdown(step))
        return
    with console.paged():
        if file:
            console.print(text(file, "dim"))
            console.print()
        if console.out_colour:
            from starterkit.cli.console.rich_markdown import draw_markdown  # noqa: PLC0415 - slow, and only color needs it

            draw_markdown(console, markdown)
        else:
            show_markdown(console, markdown)
        _show_links(console, step)
    console.type_next("When you have written some code, run the tests", "check")


def _show_links(console: Console, step: Step) -> None:
    if step.links:
        console.print()
        console.print(text("Read more", "bold"))
    for link in step.links:
        console.print(text(link.title, "bold"), markup(f": {link.about}"), indent=2, hang=2)
        if link.url:
            console.verbatim(link.url, indent=4)


def _links_in_markdown(step: Step) -> str:
    lines = [f"- **{link.title}**: {link.about}{f' <{link.url}>' if link.url else ''}" for link in step.links]
    return "\n".join(["", "", "## Read more", "", *lines]) if lines else ""
