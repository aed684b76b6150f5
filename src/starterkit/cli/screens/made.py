"""A project that was made, on the screen and as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from starterkit.cli.console.invocation import shown_path
from starterkit.cli.console.text import prose, text
from starterkit.cli.screens import checked
from starterkit.errors import ExitCode
from starterkit.process import quoted
from starterkit.template import BASE

if TYPE_CHECKING:
    from starterkit.cli.console.console import Console
    from starterkit.project.creation import Created


def show(console: Console, created: Created) -> int:
    """Show where the project is and what to type next; red tests matter only where they should be green."""
    state, result = created.state, created.result
    is_red_by_design = not state.solved
    code = ExitCode.RED if result is not None and result.red and not is_red_by_design else ExitCode.DONE
    if console.as_json:
        console.json("new", _as_json(created))
        return code
    place = shown_path(created.folder)
    console.line(text("ok", "bold green"), f"  Your {created.template.title} site is in {place}.")
    if result is not None:
        _show_result(console, created, is_red_by_design=is_red_by_design)
    else:
        source = "from the bundle" if created.has_bundle else "with the network"
        console.line(prose(f"Its environment is not made yet: the first `run` or `check` does it, {source}."))
    console.invocation = console.invocation.outside()
    console.line()
    if state.step == BASE and created.template.step_names:
        step = created.template.steps[0]
        console.line(prose(f"Whenever you like, type `next` there: it begins the first step, {step.label}."))
    console.type_next("Look at it in your browser", f"cd {quoted(place)}", "run --open")
    return code


def _show_result(console: Console, created: Created, *, is_red_by_design: bool) -> None:
    result = created.result
    assert result is not None
    if not result.red:
        console.line(checked.green_line(result))
    elif is_red_by_design:
        step = created.template.step(created.state.step)
        console.line(
            f"You begin at {step.label}: {len(result.red)} of {len(result.results)} tests are red, and that "
            "is where every step begins."
        )
    else:
        checked.show_red(console, result)


def _as_json(created: Created) -> dict[str, Any]:
    return {
        "folder": str(created.folder.absolute()),
        "framework": created.template.name,
        "template": created.state.template,
        "step": created.state.step,
        "solved": created.state.solved,
        "check": checked.as_json(created.result) if created.result else None,
        "next": "run",
    }
