"""The command `starterkit status`, and the shorter status that `starterkit` without a command shows."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import typer

from starterkit.cli.commands.list import step_as_json, stretch_cell
from starterkit.cli.commands.shared.new_site import new_site_command
from starterkit.cli.commands.shared.verdict import passed_of
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import markup, minutes, text
from starterkit.cli.options import console_of, folder_of
from starterkit.cli.session import project_here
from starterkit.errors import UsageError
from starterkit.project.project import Project, StateFileMissing, find_project
from starterkit.project.state import RememberedCheck
from starterkit.project.status import ProjectStatus, project_status
from starterkit.template.bundled import bundled_names, bundled_template
from starterkit.template.model import BASE

_STYLES = {"done": "green", "here": "bold magenta", "to come": "dim"}
_WHY = {
    "lesson": "Read the lesson",
    "check": "Run the tests",
    "hint": "Get a hint for the first failing test",
    "next": "Save your work and start the next step",
    "run": "Look at your site",
    "undo": "Undo the solution",
}


def status(context: typer.Context) -> None:
    """Show all steps, your progress, and what to do next."""
    console = console_of(context)
    with project_here(context) as project:
        seen = project_status(project)
        if not console.json("status", _as_json(seen, project.folder)):
            _show(console, seen, project)


def here(context: typer.Context) -> None:
    """Show the current step and what to do next. Outside a project, show how to start."""
    console = console_of(context)
    try:
        find_project(folder_of(context))
    except StateFileMissing:
        raise
    except UsageError:
        if not console.json("starterkit", {"folder": None, "next": new_site_command(folder_of(context))}):
            _show_beginning(console, folder_of(context))
        return
    if console.as_json:
        status(context)
        return
    with project_here(context) as project:
        _show_here(console, project_status(project), project)


def _show(console: Console, seen: ProjectStatus, project: Project) -> None:
    console.print(text(f"The {seen.template.title} path", "bold"), f"  in {project.folder.name}")
    console.print()
    standing = "here" if seen.at is None else "done"
    _show_row(console, standing, "00", "The starter project", "", f"{len(seen.template.tests)} tests")
    for row in seen.steps:
        step = row.step
        tests = f"{f'{len(step.core_tests)} tests':>10}{stretch_cell(step)}"
        _show_row(console, row.standing.value, step.number, step.title, minutes(step.minutes), tests)
    console.print()
    _show_last_check(console, seen)
    if seen.undoable:
        console.say_prose(f"To undo your last `starterkit {seen.undoable}`: `starterkit undo`.")
    if seen.other_edition is not None and not project.memory.is_edition_shown(seen.other_edition):
        _show_other_edition(console, seen, seen.other_edition, project)
    _type_next(console, seen)


def _show_here(console: Console, seen: ProjectStatus, project: Project) -> None:
    count = len(seen.steps)
    if seen.at is None:
        console.print(text(f"{seen.template.title}: the starter project", "bold"), f"  ({count} steps follow)")
    else:
        title = text(f"{seen.template.title}: {seen.at.label}", "bold")
        console.print(title, f"  (step {int(seen.at.number)} of {count})")
        console.print(seen.at.summary)
    console.print()
    _show_last_check(console, seen)
    if seen.last is not None and seen.last.blocker and seen.last.red:
        console.print("Fix this first: ", markup(seen.last.blocker))
    elif seen.last is not None and seen.last.red:
        sentence = next((test.sentence for test in project.expected_tests() if test.id in seen.last.red), "")
        if sentence:
            console.print("First failing test: ", text(sentence, "bold"))
    if seen.at is not None and seen.last is None and seen.next_command != "lesson":
        console.say_prose("To see what to build in this step: `starterkit lesson`.")
    _type_next(console, seen)


def _show_beginning(console: Console, current: Path) -> None:
    console.print(text("starterkit", "bold"), ": learn backend development by building a real site, step by step.")
    console.print()
    for name in bundled_names():
        console.print(text(f"{name:9}", "bold"), bundled_template(name)[1].summary, indent=2, hang=9)
    console.print()
    console.say_prose("To find the framework that fits you: `starterkit choose`.")
    console.type_next("Create a site in a new folder", new_site_command(current))


def _show_row(console: Console, standing: str, number: str, title: str, time: str, tests: str) -> None:
    title_cell = text(f"{title:24}", "bold" if standing == "here" else "")
    cells = (text(f"{standing:7}", _STYLES[standing]), f"  {number}  ", title_cell, f"{time:>8}{tests:>10}")
    console.print(*cells, indent=2)


def _show_last_check(console: Console, seen: ProjectStatus) -> None:
    if seen.last is None:
        is_old = seen.stale is not None and seen.stale.step == (seen.at.name if seen.at else BASE)
        console.print("Your files have changed since the last check." if is_old else "The tests haven't run yet.")
        return
    last = seen.last
    total, stretch = len(last.red) + len(last.green), len(last.stretch_red) + len(last.stretch_green)
    passed = passed_of((len(last.green), total), (len(last.stretch_green), stretch))
    if last.red:
        console.print(text("FAILED", "bold red"), f"  Last check: {passed}.")
    else:
        console.ok(f"Last check: {passed if stretch else f'all {total} tests pass'}.")


def _show_other_edition(console: Console, seen: ProjectStatus, other: int, project: Project) -> None:
    """Show once how to finish this edition of the path, and how to start the edition that is installed."""
    title, start = seen.template.title, _start_edition(seen, project.folder)
    console.print()
    console.say_prose(
        f"Edition {other} of the {title} path is installed. Your project has edition {seen.template.edition}. "
        f"You can finish it as before. To start edition {other}: `starterkit {start}`."
    )
    with suppress(OSError):  # on a read-only disk, the command works, and shows this again
        project.memory.remember_edition(other)


def _start_edition(seen: ProjectStatus, folder: Path) -> str:
    return new_site_command(folder, f"--framework {seen.template.name}")


def _type_next(console: Console, seen: ProjectStatus) -> None:
    why = _WHY[seen.next_command]
    if seen.is_finished:
        console.print("Every step is done. Your site is complete.")
    if seen.next_command == "next":
        why = "Start the first step" if seen.at is None else "Save your work and finish" if seen.is_finished else why
    console.type_next(why, "run --open" if seen.next_command == "run" else seen.next_command)


def _as_json(seen: ProjectStatus, folder: Path) -> dict[str, Any]:
    return {
        "folder": folder,
        "framework": seen.template.name,
        "title": seen.template.title,
        "edition": seen.template.edition,
        "step": seen.at.name if seen.at else None,
        "solved": seen.solved,
        "finished": seen.is_finished,
        "base": {"tests": len(seen.template.tests)},
        "steps": [{**step_as_json(row.step), "standing": row.standing.value} for row in seen.steps],
        "last_check": _check_as_json(seen.last or seen.stale, fresh=seen.last is not None),
        "other_edition": _other_edition_as_json(seen, folder),
        "undo": seen.undoable or None,
        "next": seen.next_command,
    }


def _other_edition_as_json(seen: ProjectStatus, folder: Path) -> dict[str, Any] | None:
    if seen.other_edition is None:
        return None
    return {"edition": seen.other_edition, "start": _start_edition(seen, folder)}


def _check_as_json(check: RememberedCheck | None, *, fresh: bool) -> dict[str, Any] | None:
    if check is None:
        return None
    counts = {"green": len(check.green), "red": check.red, "seconds": round(check.seconds, 3)}
    stretch = {"green": len(check.stretch_green), "red": check.stretch_red}
    return {"fresh": fresh, "step": check.step, **counts, "stretch": stretch}
