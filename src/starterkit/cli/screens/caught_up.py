"""Latecomers that were brought to a step: what stays theirs, what was filled in, what they type now."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starterkit.cli.console.text import prose, text
from starterkit.cli.screens import delivered
from starterkit.errors import ExitCode

if TYPE_CHECKING:
    from starterkit.cli.console.console import Console
    from starterkit.template import Template
    from starterkit.workshop.catching_up import CaughtUp
    from starterkit.workshop.folder import Workshop


def show(console: Console, workshop: Workshop, template: Template, brought: list[CaughtUp]) -> int:
    """Show a line or two for each person; exit code 1 where somebody could not be brought there."""
    code = ExitCode.RED if any(one.failed for one in brought) else ExitCode.DONE
    if console.as_json:
        console.json("workshop catch-up", {"people": [_as_json(one) for one in brought]})
        return code
    for one in brought:
        _show(console, workshop.called[one.person.folder], template, one)
    if any(one.delivered and delivered.typed(one.delivered) == delivered.PULL for one in brought):
        console.line()
        delivered.show_pull(console)
    return code


def _show(console: Console, name: str, template: Template, one: CaughtUp) -> None:
    if one.why:
        mark = text("FAILED", "bold red") if one.failed else text("--    ", "dim")
        console.line(mark, prose(f"  {name}: {one.why}"), hang=8)
        return
    label = template.step(one.step).label
    console.line(text("ok", "bold green"), f"  {name} is at {label}.", hang=4)
    if one.own:
        console.line(f"Theirs: {_labels(template, one.own)}.", indent=4)
    if one.filled:
        console.line(f"Filled in from the reference: {_labels(template, one.filled)}.", indent=4)
    if one.is_green is not None:
        console.line("Its tests are green." if one.is_green else "Its tests are RED: please look at it.", indent=4)
    elif one.filled:
        console.say_prose("Its tests were not run: `starterkit workshop grade` tells.", indent=4)
    if one.whole:
        console.line(f"Files taken whole, because merging was not enough: {_labels(template, one.whole)}.", indent=4)
        console.line("Their versions are in their history.", indent=4)
    if one.replaced:
        console.line(
            f"They had written in {', '.join(one.replaced)}; their version is in their history (commit "
            f"{one.before[:8]}).",
            indent=4,
        )
    put = one.delivered
    if put is not None and (put.source or not put.is_theirs):
        why = "They type:" if put.is_theirs else "They pushed something meanwhile, so it lies beside. They type:"
        console.line(why, indent=4)
        console.exact(delivered.typed(put), "bold", indent=6)


def _labels(template: Template, steps: tuple[str, ...]) -> str:
    return ", ".join(template.step(name).label for name in steps)


def _as_json(one: CaughtUp) -> dict[str, Any]:
    return {
        "folder": one.person.folder,
        "name": one.person.name,
        "step": one.step,
        "own": list(one.own),
        "filled": list(one.filled),
        "whole": list(one.whole),
        "green": one.is_green,
        "replaced": list(one.replaced),
        "before": one.before,
        "branch": one.delivered.branch if one.delivered else "",
        "type": delivered.typed(one.delivered) if one.delivered else "",
        "failed": one.failed,
        "why": one.why,
    }
