"""The solution that `solve` and `next --solve` took, as text and as JSON."""

from __future__ import annotations

from typing import Any

from starterkit.cli.commands.shared import changes, check_result
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import text
from starterkit.errors import ExitCode
from starterkit.project.project import Project
from starterkit.project.solve import SolveResult


def show(console: Console, project: Project, solved: SolveResult) -> int:
    """Show how the solution was taken, and what to do next. Return the exit code."""
    has_red = solved.result is not None and bool(solved.result.red)
    code = ExitCode.RED if solved.in_conflict or has_red else ExitCode.DONE
    why, command = _what_next(project, solved, has_red=has_red)
    if console.json("solve", {**as_json(solved), "next": command}):
        return code
    show_way(console, solved)
    if solved.in_conflict:
        changes.show_markers(console, solved.in_conflict)
        return code
    if solved.result is not None and has_red:
        check_result.show_red(console, solved.result)
    elif solved.written is None:
        console.say_prose("`solve --replace` would take every file of the path all the same.")
    if command == "run":
        console.print("That was the last step: the whole site is built.")
    console.type_next(why, "run --open" if command == "run" else command)
    return code


def _what_next(project: Project, solved: SolveResult, *, has_red: bool) -> tuple[str, str]:
    """Return why and what to type after a solve."""
    if has_red and not solved.in_conflict:
        return "Take it back, and choose another way", "undo"
    if solved.in_conflict or solved.method.name == "NAMED" or (solved.written is not None and solved.result is None):
        return "See what is green now", "check"
    if project.path.next_step(project.state.step) is None:
        return "Look at it", "run"
    return ("Read it, then go on" if solved.written else "Go on"), "next"


def show_way(console: Console, solved: SolveResult) -> None:
    """Show how the solution was taken, what was changed and what was kept."""
    label = solved.step.label
    if solved.written is None:
        console.ok(f"{label} is solved already; nothing was changed.")
        return
    if solved.in_conflict:
        almost = text("Almost:", "bold yellow")
        console.print(almost, f" the solution of {label} is in your files, but in no commit yet.")
    elif solved.method.name == "NAMED":
        console.ok(f"These files of the solution of {label} are in, whole.")
    else:
        console.ok(f"The solution of {label} is in: {solved.method.value}.")
    if solved.why:
        console.print(f"It was not merged, because {solved.why}.")
    if solved.result is not None and not solved.result.red:
        console.print(check_result.green_line(solved.result))
    changes.show_changed(console, "Changed", solved.written)
    changes.show_kept(console, solved.written)
    if solved.carried is not None:
        changes.show_files(console, "Yours, and they stay", solved.carried.kept_yours)
    if solved.step.resets_data:
        changes.show_reset(console, "The solution changes a table that your database already has")


def as_json(solved: SolveResult) -> dict[str, Any]:
    """Return a solve as the object that docs/commands.md describes."""
    return {
        "step": solved.step.name,
        "way": solved.method.name.lower(),
        "why": solved.why or None,
        "check": check_result.as_json(solved.result) if solved.result else None,
        **changes.written_as_json(solved.written),
        "kept_mine": solved.carried.kept_yours if solved.carried else [],
        "in_conflict": solved.in_conflict,
        "resets_data": solved.step.resets_data,
    }
