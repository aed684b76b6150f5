"""`starterkit status`, and `starterkit` alone."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import typer

from starterkit.cli.commands.shared.step import step_as_json
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import markup, minutes, text
from starterkit.cli.session import console_of, folder_of, project_here
from starterkit.errors import UsageError
from starterkit.project.project import Project, find_project
from starterkit.project.state import RememberedCheck
from starterkit.project.status import ProjectStatus, StepRow, project_status
from starterkit.template.bundled import bundled_names, bundled_template
from starterkit.template.model import BASE

_STYLES = {"done": "green", "here": "bold yellow", "to come": "dim"}
_WHY = {
    "check": "Run the tests",
    "hint": "For a hint at the first red test",
    "next": "Save your work and go on",
    "run": "Look at your site",
    "undo": "Take the solution back, and choose another way",
}


def status(context: typer.Context) -> int:
    """Show the whole path: what is done, where you are, what comes."""
    console = console_of(context)
    with project_here(context) as project:
        seen = project_status(project)
        if console.as_json:
            console.json("status", _as_json(seen, project.folder))
        else:
            _show(console, seen, project.folder)
    return 0


def here(context: typer.Context) -> int:
    """Say where the learner is and what to do next; outside a project, how to begin. As JSON, as `status` does."""
    console = console_of(context)
    try:
        find_project(folder_of(context))
    except UsageError:
        if console.as_json:
            console.json("starterkit", {"folder": None, "next": "new my-site"})
        else:
            _show_beginning(console)
        return 0
    if console.as_json:
        return status(context)
    with project_here(context) as project:
        _show_here(console, project_status(project), project)
    return 0


def _show(console: Console, seen: ProjectStatus, folder: Path) -> None:
    """Show the whole path as a map."""
    console.print(text(f"The {seen.template.title} path", "bold"), f"  in {folder.name}")
    console.print()
    base = len(seen.template.tests)
    standing = "here" if seen.at is None else "done"
    _row(console, standing, "00", "The starter project", "", f"{base} tests")
    for line in seen.steps:
        _step_row(console, line)
    console.print()
    _show_last_check(console, seen)
    if seen.undoable:
        console.print(markup(f"`undo` would take back your last `{seen.undoable}`."))
    _type_next(console, seen)


def _show_here(console: Console, seen: ProjectStatus, project: Project) -> None:
    """Show where the learner is, what is red, and the one next thing to do."""
    count = len(seen.steps)
    if seen.at is None:
        console.print(text(f"{seen.template.title}: the starter project", "bold"), f"  ({count} steps to come)")
    else:
        console.print(
            text(f"{seen.template.title}: {seen.at.label}", "bold"), f"  (step {int(seen.at.number)} of {count})"
        )
        console.print(seen.at.summary)
    console.print()
    _show_last_check(console, seen)
    if seen.last is not None and seen.last.red:
        if seen.last.blocker:
            console.print("Start there: ", markup(seen.last.blocker))
        sentence = next((one.sentence for one in project.expected_tests() if one.id in seen.last.red), "")
        if sentence and not seen.last.blocker:
            console.print("The first one: ", text(sentence, "bold"))
    if seen.at is not None and seen.last is None:
        console.print(markup("`lesson` shows what this step is about."))
    _type_next(console, seen)


def _show_beginning(console: Console) -> None:
    """Show how to begin, outside a project."""
    console.print(text("starterkit", "bold"), ": learn backend development by building a real site, step by step.")
    console.print()
    for name in bundled_names():
        _, template = bundled_template(name)
        console.print(text(f"{name:9}", "bold"), template.summary, indent=2, hang=9)
    console.print()
    console.print(markup("`choose` helps to find the one to start with."))
    console.type_next("Begin in a new folder", "new my-site")


def _step_row(console: Console, line: StepRow) -> None:
    step = line.step
    _row(console, line.standing.value, step.number, step.title, minutes(step.minutes), f"{len(step.tests)} tests")


def _row(console: Console, standing: str, number: str, title: str, time: str, tests: str) -> None:
    console.print(
        *(text(f"{standing:7}", _STYLES[standing]), "  ", f"{number}  "),
        *(text(f"{title:24}", "bold" if standing == "here" else ""), f"{time:>8}", f"{tests:>10}"),
        indent=2,
    )


def _show_last_check(console: Console, seen: ProjectStatus) -> None:
    if seen.last is None:
        is_old = seen.stale is not None and seen.stale.step == (seen.at.name if seen.at else BASE)
        console.print("Your files have changed since the last check." if is_old else "Not checked yet.")
        return
    total = len(seen.last.red) + len(seen.last.green)
    if seen.last.red:
        console.print(text("FAILED", "bold red"), f"  Last check: {len(seen.last.red)} of {total} tests red.")
    else:
        console.print(text("ok", "bold green"), f"  Last check: all {total} tests green.")


def _type_next(console: Console, seen: ProjectStatus) -> None:
    why = "Begin the first step" if seen.at is None and seen.next_command == "next" else _WHY[seen.next_command]
    if seen.is_finished:
        console.print("Every step is done: the whole site is yours.")
    console.type_next(why, "run --open" if seen.next_command == "run" else seen.next_command)


def _as_json(seen: ProjectStatus, folder: Path) -> dict[str, Any]:
    """Return a project's standing as the object that docs/commands.md describes."""
    return {
        "folder": str(folder),
        "framework": seen.template.name,
        "title": seen.template.title,
        "step": seen.at.name if seen.at else None,
        "solved": seen.solved,
        "finished": seen.is_finished,
        "base": {"tests": len(seen.template.tests)},
        "steps": [{**step_as_json(line.step), "standing": line.standing.value} for line in seen.steps],
        "last_check": _check_as_json(seen.last or seen.stale, fresh=seen.last is not None),
        "undo": seen.undoable or None,
        "next": seen.next_command,
    }


def _check_as_json(check: RememberedCheck | None, *, fresh: bool) -> dict[str, Any] | None:
    if check is None:
        return None
    return {
        "fresh": fresh,
        "step": check.step,
        "green": len(check.green),
        "red": list(check.red),
        "seconds": round(check.seconds, 3),
    }
