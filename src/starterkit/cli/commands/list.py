"""The command `starterkit list`: its options and its output."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from starterkit.cli.commands.shared.new_site import new_site_command
from starterkit.cli.console.console import Console, pick
from starterkit.cli.console.text import minutes, text
from starterkit.cli.options import argument, complete_frameworks, console_of, folder_of
from starterkit.template.bundled import bundled_names, bundled_template
from starterkit.template.model import Step, Template

_NAMES_HELP = "Frameworks to show with their steps (default: all frameworks, without steps)."


def list_frameworks(
    context: typer.Context,
    names: Annotated[list[str] | None, argument("NAME", _NAMES_HELP, complete_frameworks)] = None,
) -> None:
    """List the frameworks, their drawbacks, and the time they take."""
    templates = [bundled_template(name)[1] for name in names or bundled_names()]
    _show(console_of(context), templates, folder_of(context), with_steps=bool(names))


def _show(console: Console, templates: Sequence[Template], current: Path, *, with_steps: bool) -> None:
    if console.json("list", {"frameworks": [_as_json(template) for template in templates]}):
        return
    for number, template in enumerate(templates):
        if number:
            console.print()
        total = sum(step.minutes for step in template.steps)
        console.print(
            text(template.name, "bold"),
            f"  {template.title}, {template.language}: {len(template.steps)} steps, about {minutes(total)}",
        )
        console.print(template.summary, indent=2)
        console.print(f"Downside: {template.trade_off}", indent=2)
        if with_steps:
            _show_steps(console, template)
    if with_steps:
        new = new_site_command(current, f"--framework {templates[0].name}")
        console.type_next("Create a site in a new folder", new)
    elif templates:
        console.print()
        console.say_prose(f"To see the steps of a framework: `starterkit list {templates[0].name}`.")
        console.type_next("To find the framework to start with", "choose")


def _show_steps(console: Console, template: Template) -> None:
    console.print()
    for step in template.steps:
        tests = f"{len(step.core_tests)} tests"
        row = f"{step.number}  {step.title:24}{minutes(step.minutes):>11}{tests:>10}{stretch_cell(step)}"
        console.print(row, indent=4)


def stretch_cell(step: Step) -> str:
    """Return the last cell of a step's row, with the number of its stretch tests, or ""."""
    return f"  + {len(step.stretch)} stretch" if step.stretch else ""


def _as_json(template: Template) -> dict[str, Any]:
    return {
        **pick(template, "name", "title", "edition", "language", "summary", "trade_off"),
        "minutes": sum(step.minutes for step in template.steps),
        "traits": {trait.name: pick(trait, "strength", "reason") for trait in template.traits.values()},
        "steps": [step_as_json(step) for step in template.steps],
    }


def step_as_json(step: Step) -> dict[str, Any]:
    """Return the JSON of a step for `list`, `next` and `status`, without its tests and hints."""
    counts = {"tests": len(step.core_tests), "guards": len(step.guards), "stretch": len(step.stretch)}
    return {**pick(step, "name", "number", "title", "summary", "minutes"), **counts, "resets_data": step.resets_data}
