"""`starterkit next`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from starterkit.cli.commands.shared import changes, check_result, solution
from starterkit.cli.commands.shared.learner_work import ask_about_large_files, choices
from starterkit.cli.commands.shared.step import step_as_json
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import markup, minutes, text
from starterkit.cli.options import KeepMine, LeaveOut, Markers, SaveLarge, TakeTheirs, flag
from starterkit.cli.session import console_of, project_here
from starterkit.errors import ExitCode
from starterkit.project import solve
from starterkit.project.next import NextResult, TestsRed
from starterkit.project.next import next_step as start_next_step
from starterkit.project.project import Project
from starterkit.project.solve import SolveResult
from starterkit.template.model import Step
from starterkit.testing.results import ExpectedTest


def next_step(
    context: typer.Context,
    keep_mine: KeepMine = False,
    take_theirs: TakeTheirs = False,
    markers: Markers = False,
    solve_first: Annotated[bool, flag("--solve", help="Take the solution of this step first.")] = False,
    no_check: Annotated[bool, flag("--no-check", help="Go on as it is, without running anything.")] = False,
    save_large: SaveLarge = False,
    leave_out: LeaveOut = False,
) -> int:
    """Save your work and bring the next step: its lesson, its tests.

    Only when the tests so far are green; else it says what is red, and changes nothing.
    """
    console = console_of(context)
    chosen = choices(keep_mine, take_theirs, markers, no_check, save_large, leave_out)
    with project_here(context) as project:
        chosen = ask_about_large_files(console, project, chosen)
        before = None
        try:
            if solve_first and project.step is not None:
                before = solve.solve(project, chosen, console.show_progress)
                if before.in_conflict:
                    return solution.show(console, project, before)
            begun = start_next_step(project, chosen, console.show_progress)
        except TestsRed as red:
            return _show_stopped_by_red(console, red)
        return _show(console, project, begun, before)


def _show(console: Console, project: Project, advanced: NextResult, before: SolveResult | None) -> int:
    """Show the step that has begun, or that the path has ended; `before` is the solution that was taken first."""
    step = advanced.step
    code = ExitCode.RED if advanced.in_conflict else ExitCode.DONE
    tests = _new_tests(project, step) if step else []
    if console.as_json:
        console.json("next", _as_json(advanced, tests, before))
        return code
    if before is not None:
        solution.show_way(console, before)
        console.print()
    if step is None:
        _show_end(console, project, saved=advanced.written is not None)
        return code
    console.print(text(step.label, "bold"), f"  about {minutes(step.minutes)}")
    console.print(step.summary)
    _show_tests(console, tests)
    console.print()
    _show_carried(console, advanced)
    if step.resets_data:
        changes.show_reset(console, "This step changes a table that your database already has")
    if advanced.in_conflict:
        changes.show_markers(console, advanced.in_conflict)
    else:
        console.type_next(f"Read the lesson ({_lesson_file(step)})", "lesson")
    return code


def _show_stopped_by_red(console: Console, stopped: TestsRed) -> int:
    """Show why `next` stopped: the red tests, as `check` does. Nothing was changed."""
    if console.as_json:
        console.json("next", {"check": check_result.as_json(stopped.result), "error": changes.error_as_json(stopped)})
    else:
        check_result.show_red(console, stopped.result)
        console.print()
        console.print("This step is not finished yet, so nothing was changed.")
        console.print(markup("`next --solve` would take the solution first."))
        check_result.type_after_red(console, check_result.next_command(stopped.result, selected=False, is_last=False))
    return int(stopped.code)


def _show_tests(console: Console, tests: Sequence[ExpectedTest]) -> None:
    new, guards = [one for one in tests if not one.guard], [one for one in tests if one.guard]
    console.print()
    console.print("The new tests, all red now (that is where every step begins):")
    for one in new:
        console.print(text("- ", "yellow"), one.sentence, indent=2, hang=2)
    if guards:
        console.print("Already green, keep it so:")
        for one in guards:
            console.print(text("- ", "green"), one.sentence, indent=2, hang=2)


def _show_carried(console: Console, advanced: NextResult) -> None:
    carried = advanced.carried
    assert advanced.written is not None and carried is not None
    changes.show_changed(console, "New here", advanced.written)
    changes.show_files(console, "Put back, they were gone", carried.restored)
    changes.show_files(console, "You have a file of this name already; yours stays", carried.kept_yours)
    changes.show_kept(console, advanced.written)


def _show_end(console: Console, project: Project, *, saved: bool) -> None:
    template = project.template
    if saved:
        console.print(text("ok", "bold green"), "  Your work is saved as a commit.")
    tests = len(template.tests) + sum(len(step.tests) for step in template.steps)
    console.print(text(f"You have reached the end of the {template.title} path.", "bold green"))
    console.print()
    console.print(
        f"{len(template.steps)} steps, {tests} tests, and a whole site that works, with every line of it in your own "
        "hands. That is what building for the web is: what you did here, you can do anywhere."
    )
    console.print("The repository is yours: go on with it, change it, show it.")
    console.type_next("Look at what you built", "run --open")


def _lesson_file(step: Step) -> str:
    """Return where the lesson of a step lies in the project."""
    return f"lessons/{step.name}.md"


def _new_tests(project: Project, step: Step) -> list[ExpectedTest]:
    return [one for one in project.expected_tests(step.name) if one.step == step.name]


def _as_json(advanced: NextResult, tests: Sequence[ExpectedTest], before: SolveResult | None) -> dict[str, Any]:
    step, carried = advanced.step, advanced.carried
    return {
        "finished": step is None,
        "step": step_as_json(step) if step else None,
        "tests": [{"id": one.id, "sentence": one.sentence, "guard": one.guard} for one in tests],
        "lesson": _lesson_file(step) if step else None,
        **changes.written_as_json(advanced.written),
        "put_back": list(carried.restored) if carried else [],
        "kept_mine": list(carried.kept_yours) if carried else [],
        "in_conflict": list(advanced.in_conflict),
        "solved": solution.as_json(before) if before else None,
        "next": "run" if step is None else "check" if advanced.in_conflict else "lesson",
    }
