"""The command `starterkit next`: its options and its output."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from starterkit.cli.commands.check import check_as_json, expected_as_json, next_command
from starterkit.cli.commands.list import step_as_json
from starterkit.cli.commands.shared import changes
from starterkit.cli.commands.shared.learner_work import ask_about_large_files, choices
from starterkit.cli.commands.shared.verdict import end_lines, show_failing
from starterkit.cli.commands.solve import show_solved, show_way, solved_as_json
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import markup, minutes, text
from starterkit.cli.options import KeepMine, LeaveOut, Markers, SaveLarge, TakeTheirs, console_of, flag
from starterkit.cli.session import project_here
from starterkit.errors import ExitCode
from starterkit.project import solve
from starterkit.project.next import NextResult, TestsRed
from starterkit.project.next import next_step as start_next_step
from starterkit.project.project import Project
from starterkit.project.solve import SolveResult
from starterkit.template.model import Template
from starterkit.testing.results import ExpectedTest


def next_step(
    context: typer.Context,
    keep_mine: KeepMine = False,
    take_theirs: TakeTheirs = False,
    markers: Markers = False,
    solve_first: Annotated[bool, flag("--solve", "First merge the solution of this step into your code.")] = False,
    no_check: Annotated[bool, flag("--no-check", "Continue without running the tests.")] = False,
    save_large: SaveLarge = False,
    leave_out: LeaveOut = False,
) -> int:
    """Save your work and start the next step.

    If tests fail, the command lists them and changes nothing.
    """
    console = console_of(context)
    chosen = choices(keep_mine, take_theirs, markers, no_check, save_large, leave_out)
    with project_here(context, names_markers=False) as project:
        chosen = ask_about_large_files(console, project, chosen)
        solved = None
        try:
            if solve_first and project.step is not None:
                solved = solve.solve(project, chosen, console.show_progress)
                if solved.in_conflict:
                    return show_solved(console, project, solved)
            continues = solved.written.snapshot if solved is not None and solved.written is not None else ""
            advanced = start_next_step(project, chosen, console.show_progress, continues=continues)
        except TestsRed as stopped:
            return _show_stopped(console, stopped)
        return _show(console, project, advanced, solved)


def _show(console: Console, project: Project, advanced: NextResult, solved: SolveResult | None) -> int:
    """Show the new step, or the end of the path. Return the exit code.

    `solved` is the solution that `next --solve` applied first.
    """
    step = advanced.step
    code = ExitCode.RED if advanced.in_conflict else ExitCode.DONE
    tests = [test for test in project.expected_tests(step.name) if test.step == step.name] if step else []
    lesson = f"lessons/{step.name}.md" if step else None
    if console.json("next", _as_json(advanced, tests, lesson, solved)):
        return code
    if solved is not None:
        show_way(console, solved)
        console.print()
    if step is None:
        _show_end(console, project.template, saved=advanced.written is not None)
        return code
    console.print(text(step.label, "bold"), f"  about {minutes(step.minutes)}")
    console.print(step.summary)
    _show_tests(console, tests)
    console.print()
    carried, written = advanced.carried, advanced.written
    assert carried is not None and written is not None
    changes.show_changed(console, "New or changed files", written)
    changes.show_files(console, "Restored missing files", carried.restored)
    changes.show_files(console, "Your versions of these files stay", carried.kept_yours)
    changes.show_skipped_migrations(console, carried.skipped_migrations)
    changes.show_kept(console, written)
    if step.resets_data:
        changes.show_reset(console, "This step changes a database table.")
    if advanced.in_conflict:
        changes.show_markers(console, advanced.in_conflict)
    else:
        console.type_next(f"Read the lesson ({lesson})", "lesson")
    return code


def _show_stopped(console: Console, stopped: TestsRed) -> int:
    result, error = stopped.result, changes.error_as_json(stopped)
    if not console.json("next", {"check": check_as_json(result), "error": error}):
        unchanged = console.paragraph("Nothing was changed, because this step isn't finished.")
        solve_it = console.paragraph(markup("To merge the solution and continue: `starterkit next --solve`."))
        end = end_lines(console, next_command(result, selected=False, is_last=False))
        show_failing(console, result, [*console.paragraph(), *unchanged, *solve_it, *end])
    return int(stopped.code)


def _show_tests(console: Console, tests: Sequence[ExpectedTest]) -> None:
    here = [test for test in tests if test.is_here]
    new, guards = [test for test in here if test.is_core and not test.guard], [test for test in here if test.guard]
    stretch = [test for test in here if test.is_stretch and not test.guard]
    console.print()
    if len(new) == 1:
        console.print("1 new test. It fails until you write the code:")
    else:
        console.print(f"{len(new)} new tests. They fail until you write the code:")
    for test in new:
        console.print(text("- ", "magenta"), test.sentence, indent=2, hang=2)
    if guards:
        console.print("These tests already pass. Keep them passing:")
    for test in guards:
        console.print(text("- ", "green"), test.sentence, indent=2, hang=2)
    if stretch:
        console.print("Stretch tests are for careful work. You can continue without them:")
    for test in stretch:
        console.print(text("- ", "magenta"), test.sentence, indent=2, hang=2)
    for test in tests:
        if not test.is_here:
            console.print(f"Not on this system: {test.sentence}", hang=2)


def _show_end(console: Console, template: Template, *, saved: bool) -> None:
    if saved:
        console.ok("Your work is saved as a commit.")
    tests = len(template.tests) + sum(len(step.core_tests) for step in template.steps)
    console.print(text(f"You have reached the end of the {template.title} path.", "bold green"))
    console.print()
    console.print(
        f"You finished {len(template.steps)} steps with {tests} tests. Your whole site works, and you know every line "
        "of it. You can use what you learned in any project."
    )
    console.print("The repository is yours. You can change it, extend it and show it to others.")
    console.type_next("Look at what you built", "run --open")


def _as_json(
    advanced: NextResult, tests: Sequence[ExpectedTest], lesson: str | None, solved: SolveResult | None
) -> dict[str, Any]:
    step, carried = advanced.step, advanced.carried
    return {
        "finished": step is None,
        "step": step_as_json(step) if step else None,
        "tests": [expected_as_json(test) for test in tests],
        "lesson": lesson,
        **changes.written_as_json(advanced.written),
        "put_back": carried.restored if carried else [],
        "kept_mine": carried.kept_yours if carried else [],
        "skipped_migrations": carried.skipped_migrations if carried else [],
        "in_conflict": advanced.in_conflict,
        "solved": solved_as_json(solved) if solved else None,
        "next": "run" if step is None else "check" if advanced.in_conflict else "lesson",
    }
