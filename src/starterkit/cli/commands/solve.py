"""The command `starterkit solve`: its options and its output."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from starterkit.cli.commands.check import check_as_json
from starterkit.cli.commands.shared import changes
from starterkit.cli.commands.shared.learner_work import ask_about_large_files, choices
from starterkit.cli.commands.shared.verdict import counts, green_line, show_failing
from starterkit.cli.console.console import Console
from starterkit.cli.console.diff import show_diff
from starterkit.cli.console.text import text
from starterkit.cli.options import (
    KEPT_HELP,
    KeepMine,
    LeaveOut,
    Markers,
    SaveLarge,
    TakeTheirs,
    argument,
    console_of,
    flag,
    folder_of,
)
from starterkit.cli.session import project_here
from starterkit.errors import ExitCode
from starterkit.project import solve as project_solve
from starterkit.project.project import Project
from starterkit.project.solve import FileDiff, NotSolved, SolveResult

_HOW = {
    "MERGED": "Merged the solution of {step} into your code.",
    "FILES": "Replaced the files of {step} with the files of the solution.",
    "ALL": "Replaced every file of the learning path with the solution of {step}.",
    "CHOSEN": "Merged the solution of {step}, and resolved the conflicts as you chose.",
    "NAMED": "Replaced the files that you named with the solution of {step}.",
}
_FILES_HELP = "Files to replace with the solution's files (default: merge the whole solution)."


def solve(
    context: typer.Context,
    files: Annotated[list[str] | None, argument("FILE", _FILES_HELP)] = None,
    show: Annotated[bool, flag("--show", "Show how the solution differs from your code, and change nothing.")] = False,
    replace_all: Annotated[
        bool, flag("--replace", f"Replace all files of the learning path with the solution. {KEPT_HELP}")
    ] = False,
    no_check: Annotated[bool, flag("--no-check", "Merge without running the tests.")] = False,
    keep_mine: KeepMine = False,
    take_theirs: TakeTheirs = False,
    markers: Markers = False,
    save_large: SaveLarge = False,
    leave_out: LeaveOut = False,
) -> int:
    """Merge the solution of this step into your code, and test it.

    starterkit first tests the solution in a copy of your project.
    If starterkit replaces files, it saves your versions in .starterkit/kept/.
    """
    console = console_of(context)
    chosen = choices(keep_mine, take_theirs, markers, no_check, save_large, leave_out)
    with project_here(context, names_markers=show) as project:
        names = [_inside(project.folder, folder_of(context), name) for name in files or ()]
        if show:
            return _show_solution(console, project, project_solve.show_solution(project, names))
        chosen = ask_about_large_files(console, project, chosen)
        try:
            solved = project_solve.solve(project, chosen, console.show_progress, replace_all=replace_all, files=names)
        except NotSolved as stopped:
            return _show_not_solved(console, stopped)
        return show_solved(console, project, solved)


def _inside(project: Path, folder: Path, name: str) -> str:
    """Return a file's path inside the project. The name is relative to `folder` if `folder` has this file.

    Otherwise the name is already relative to the project.
    """
    full = (folder / name).absolute()
    if full.exists() and full.is_relative_to(project):
        return full.relative_to(project).as_posix()
    return name.replace("\\", "/")


def _show_not_solved(console: Console, stopped: NotSolved) -> int:
    check = check_as_json(stopped.result) if stopped.result else None
    console.json("solve", {"check": check, "error": changes.error_as_json(stopped)})
    console.error("Stopped:", stopped.message, stopped.fix)
    return int(stopped.code)


def _show_solution(console: Console, project: Project, diffs: Sequence[FileDiff]) -> int:
    if console.json("solve", {"step": project.state.step, "files": diffs}):
        return ExitCode.DONE
    if not diffs:
        console.print("Your code already matches the solution.")
        console.type_next("Run the tests", "check")
        return ExitCode.DONE
    for file in diffs:
        show_diff(console, file.diff.rstrip("\n").split("\n"))
    console.type_next("Merge the solution into your code", "solve")
    return ExitCode.DONE


def show_solved(console: Console, project: Project, solved: SolveResult) -> int:
    """Show how the solution was applied and what to do next. Return the exit code."""
    has_red = solved.result is not None and bool(solved.result.red)
    code = ExitCode.RED if solved.in_conflict or has_red else ExitCode.DONE
    why, command = _what_next(project, solved, has_red=has_red)
    if console.json("solve", {**solved_as_json(solved), "next": command}):
        return code
    show_way(console, solved)
    if solved.in_conflict:
        changes.show_markers(console, solved.in_conflict)
        return code
    if solved.result is not None and has_red:
        show_failing(console, solved.result, with_counts=False)
    elif solved.written is None:
        console.say_prose("To replace every file of the learning path: `starterkit solve --replace`.")
    if command == "run":
        console.print("That was the last step. Your site is complete.")
    console.type_next(why, "run --open" if command == "run" else command)
    return code


def _what_next(project: Project, solved: SolveResult, *, has_red: bool) -> tuple[str, str]:
    if has_red and not solved.in_conflict:
        return "Undo the solution", "undo"
    if solved.in_conflict or solved.method.name == "NAMED" or (solved.written is not None and solved.result is None):
        return "Run the tests", "check"
    if project.path.next_step(project.state.step) is None:
        return "Look at your site", "run"
    return ("Read the solution, then start the next step" if solved.written else "Start the next step"), "next"


def show_way(console: Console, solved: SolveResult) -> None:
    """Show how the solution was applied, and which files were changed or kept."""
    label = solved.step.label
    if solved.written is None:
        console.ok(f"{label} is already solved. Nothing was changed.")
        return
    if solved.in_conflict:
        console.print(text("CONFLICT", "bold magenta"), f"  Merged the solution of {label}. Some lines have conflicts.")
        console.print("The solution isn't committed yet.")
    elif solved.result is not None and solved.result.red:
        console.print(text("FAILED", "bold red"), f"  {counts(solved.result)}.")
        console.print(_HOW[solved.method.name].format(step=label))
    else:
        console.ok(_HOW[solved.method.name].format(step=label))
    if solved.why:
        console.print(f"The solution wasn't merged, because {solved.why}.")
    if solved.result is not None and not solved.result.red:
        console.print(green_line(solved.result))
    changes.show_changed(console, "Changed", solved.written)
    changes.show_kept(console, solved.written)
    if solved.carried is not None:
        changes.show_files(console, "Your versions of these files stay", solved.carried.kept_yours)
        changes.show_skipped_migrations(console, solved.carried.skipped_migrations)
    if solved.resets_data:
        changes.show_reset(console, "The solution changes a database table or replaces your migrations.")


def solved_as_json(solved: SolveResult) -> dict[str, Any]:
    """Return the result of `solve` in the JSON format of docs/commands.md."""
    return {
        "step": solved.step.name,
        "way": solved.method.name.lower(),
        "why": solved.why or None,
        "check": check_as_json(solved.result) if solved.result else None,
        **changes.written_as_json(solved.written),
        "kept_mine": solved.carried.kept_yours if solved.carried else [],
        "skipped_migrations": solved.carried.skipped_migrations if solved.carried else [],
        "in_conflict": solved.in_conflict,
        "resets_data": solved.resets_data,
    }
