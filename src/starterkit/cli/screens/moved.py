"""The outcome of next, solve and undo on the screen, and as JSON; each function returns the exit code."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from starterkit.cli.screens import checked, mapped
from starterkit.cli.screens.durations import minutes
from starterkit.cli.text import joined, prose, text
from starterkit.errors import ExitCode

if TYPE_CHECKING:
    from starterkit.checking import ExpectedTest
    from starterkit.cli.console import Console
    from starterkit.project.advance import Advanced
    from starterkit.project.checks import TestsRed
    from starterkit.project.opened import Project
    from starterkit.project.solving import FileDiff, NotSolved, Solved
    from starterkit.project.undo import Undone
    from starterkit.project.writing import Written
    from starterkit.template import Step

_LISTED = 8
_DIFF_STYLES = {"+++": "bold", "---": "bold", "@@": "cyan", "+": "green", "-": "red"}


# --- next -----------------------------------------------------------------------------------------------------------


def show_advanced(console: Console, project: Project, advanced: Advanced, solved: Solved | None) -> int:
    """Show the step that has begun, or that the path has ended."""
    step = advanced.step
    code = ExitCode.RED if advanced.in_conflict else ExitCode.DONE
    tests = _new_tests(project, step) if step else []
    if console.as_json:
        console.json("next", _advanced_as_json(advanced, tests, solved))
        return code
    if solved is not None:
        _solved_line(console, solved)
        console.line()
    if step is None:
        _show_end(console, project)
        return code
    console.line(text(step.label, "bold"), f"  about {minutes(step.minutes)}")
    console.line(step.summary)
    _show_tests(console, tests)
    console.line()
    _show_carried(console, advanced)
    if step.resets_data:
        _show_reset(console, "This step changes a table that your database already has")
    if advanced.in_conflict:
        _show_markers(console, advanced.in_conflict)
    else:
        console.type_next(f"Read the lesson ({lesson_file(step)})", "lesson")
    return code


def _show_tests(console: Console, tests: Sequence[ExpectedTest]) -> None:
    new, guards = [one for one in tests if not one.guard], [one for one in tests if one.guard]
    console.line()
    console.line("The new tests, all red now (that is where every step begins):")
    for one in new:
        console.line(text("- ", "yellow"), one.sentence, indent=2, hang=2)
    if guards:
        console.line("Already green, keep it so:")
        for one in guards:
            console.line(text("- ", "green"), one.sentence, indent=2, hang=2)


def _show_carried(console: Console, advanced: Advanced) -> None:
    written, carried = advanced.written, advanced.carried
    assert advanced.step is not None and written is not None and carried is not None
    _files(console, "New here", [path for path in written.changed if not path.startswith(".starterkit")])
    _files(console, "Put back, they were gone", carried.put_back)
    _files(console, "You have a file of this name already; yours stays", carried.kept_mine)
    _show_kept(console, written)


def _show_end(console: Console, project: Project) -> None:
    template = project.template
    tests = len(template.tests) + sum(len(step.tests) for step in template.steps)
    console.line(text(f"You have reached the end of the {template.title} path.", "bold green"))
    console.line()
    console.line(
        f"{len(template.steps)} steps, {tests} tests, and a whole site that works, with every line of it in your own "
        "hands. That is what building for the web is: what you did here, you can do anywhere."
    )
    console.line("The repository is yours: go on with it, change it, show it.")
    console.type_next("Look at what you built", "run --open")


def show_stopped_by_red(console: Console, stopped: TestsRed) -> int:
    """Show why `next` stopped: the red tests, as `check` does. Nothing was changed."""
    if console.as_json:
        console.json("next", {"check": checked.as_json(stopped.result), "error": _error(stopped)})
    else:
        checked.show_red(console, stopped.result)
        console.line()
        console.line("This step is not finished yet, so nothing was changed.")
        console.line(prose("`next --solve` would take the solution first."))
        console.type_next("For a hint at the first one", "hint")
    return int(stopped.code)


# --- solve ----------------------------------------------------------------------------------------------------------


def show_solved(console: Console, project: Project, solved: Solved) -> int:
    """Show in which way the solution came in, and what was kept."""
    is_red = bool(solved.in_conflict) or (solved.result is not None and bool(solved.result.red))
    code = ExitCode.RED if is_red else ExitCode.DONE
    if console.as_json:
        console.json("solve", _solved_as_json(solved))
        return code
    _solved_line(console, solved)
    if solved.in_conflict:
        _show_markers(console, solved.in_conflict)
        return code
    if solved.result is not None and solved.result.red:
        checked.show_red(console, solved.result)
        console.type_next("Take it back, and choose another way", "undo")
        return code
    is_last = project.path.next_step(project.state.step) is None
    if solved.written is None and solved.step:
        console.line(prose("`solve --replace` would take every file of the path all the same."))
    console.type_next(*_after_solve(solved, is_last=is_last))
    return code


def _after_solve(solved: Solved, *, is_last: bool) -> tuple[str, str]:
    if solved.way.name == "NAMED" or (solved.written is not None and solved.result is None):
        return "See what is green now", "check"
    if is_last:
        return "Look at the whole site", "run --open"
    return ("Read it, then go on" if solved.written else "Go on"), "next"


def _solved_line(console: Console, solved: Solved) -> None:
    label = solved.step.label
    if solved.written is None:
        console.line(text("ok", "bold green"), f"  {label} is solved already; nothing was changed.")
        return
    if solved.way.name == "NAMED":
        console.line(text("ok", "bold green"), f"  These files of the solution of {label} are in, whole.")
    else:
        console.line(text("ok", "bold green"), f"  The solution of {label} is in: {solved.way.value}.")
    if solved.result is not None and not solved.result.red:
        console.line(checked.green_line(solved.result))
    _files(console, "Changed", [path for path in solved.written.changed if not path.startswith(".starterkit")])
    _show_kept(console, solved.written)
    if solved.carried is not None:
        _files(console, "Yours, and they stay", solved.carried.kept_mine)
    if solved.step.resets_data:
        _show_reset(console, "The solution changes a table that your database already has")


def show_not_solved(console: Console, stopped: NotSolved) -> int:
    """Show that the solution does not fit the learner's code. Nothing was changed."""
    if console.as_json:
        check = checked.as_json(stopped.result) if stopped.result else None
        console.json("solve", {"check": check, "error": _error(stopped)})
    console.trouble("Stopped:", stopped.message, stopped.mend)
    return int(stopped.code)


def show_solution(console: Console, project: Project, diffs: Sequence[FileDiff]) -> int:
    """Show the solution against the learner's code, file by file."""
    if console.as_json:
        files = [{"path": one.path, "diff": one.diff} for one in diffs]
        console.json("solve", {"step": project.state.step, "files": files})
        return ExitCode.DONE
    if not diffs:
        console.line("Your code is the solution already, line by line.")
    for one in diffs:
        for line in one.diff.rstrip("\n").split("\n"):
            style = next((style for mark, style in _DIFF_STYLES.items() if line.startswith(mark)), "")
            console.exact(line, style)
    console.type_next("To take it into your code", "solve")
    return ExitCode.DONE


# --- undo -----------------------------------------------------------------------------------------------------------


def show_undone(console: Console, undone: Undone) -> int:
    """Show what was taken back, or done again."""
    if console.as_json:
        console.json("undo", _undone_as_json(undone))
        return ExitCode.DONE
    what = "was done again" if undone.redone else "was taken back"
    count = len(undone.changed)
    files = f"{count} files are" if count != 1 else "one file is"
    when = "as that command had left them" if undone.redone else "as they were before"
    console.line(text("ok", "bold green"), prose(f"  Your `{undone.command}` {what}: {files} {when}."))
    _files(console, "Left alone, for you changed them meanwhile", undone.left)
    if undone.data_reset:
        _show_reset(console, "A table differs between the two")
    if undone.redone:
        console.line(prose("`undo` takes it back again."))
    else:
        console.line(prose("`undo --redo` does it again."))
    console.type_next("See where you are", "status")
    return ExitCode.DONE


# --- parts ----------------------------------------------------------------------------------------------------------


def lesson_file(step: Step) -> str:
    """Return where the lesson of a step lies in the project."""
    return f"lessons/{step.name}.md"


def _files(console: Console, what: str, paths: Iterable[str]) -> None:
    found = list(paths)
    if not found:
        return
    more = f" and {len(found) - _LISTED} more" if len(found) > _LISTED else ""
    console.line(f"{what}: " + ", ".join(found[:_LISTED]) + more, hang=2)


def _show_kept(console: Console, written: Written) -> None:
    if written.kept:
        console.line("Your versions of these files were replaced; they are kept:")
    for path, copy in written.kept:
        console.line(joined(f"{path} is now ", text(copy, "cyan")), indent=2, hang=2)
    _files(console, "Left alone, for you changed them meanwhile", written.left)


def _show_reset(console: Console, why: str) -> None:
    console.line(prose(f"{why}: `run` will offer to make the data anew."))


def _show_markers(console: Console, paths: Sequence[str]) -> None:
    console.line("Both versions stand between markers in these files, for you to settle:")
    for path in paths:
        console.line(path, indent=2)
    console.line(prose("Look for `<<<<<<<`, keep what is right, and delete the markers."))
    console.type_next("Then check", "check")


def _new_tests(project: Project, step: Step) -> list[ExpectedTest]:
    from starterkit.project.checks import expected_so_far

    return [one for one in expected_so_far(project, step.name) if one.step == step.name]


def _error(stopped: TestsRed | NotSolved) -> dict[str, Any]:
    return {"message": stopped.message, "mend": stopped.mend, "exit_code": int(stopped.code)}


def _advanced_as_json(advanced: Advanced, tests: Sequence[ExpectedTest], solved: Solved | None) -> dict[str, Any]:
    step, carried = advanced.step, advanced.carried
    return {
        "finished": step is None,
        "step": mapped.step_as_json(step) if step else None,
        "tests": [{"id": one.id, "sentence": one.sentence, "guard": one.guard} for one in tests],
        "lesson": lesson_file(step) if step else None,
        **_written_as_json(advanced.written),
        "put_back": list(carried.put_back) if carried else [],
        "kept_mine": list(carried.kept_mine) if carried else [],
        "in_conflict": list(advanced.in_conflict),
        "solved": _solved_as_json(solved) if solved else None,
        "next": "run" if step is None else "check" if advanced.in_conflict else "lesson",
    }


def _solved_as_json(solved: Solved) -> dict[str, Any]:
    return {
        "step": solved.step.name,
        "way": solved.way.name.lower(),
        "check": checked.as_json(solved.result) if solved.result else None,
        **_written_as_json(solved.written),
        "kept_mine": list(solved.carried.kept_mine) if solved.carried else [],
        "in_conflict": list(solved.in_conflict),
        "resets_data": solved.step.resets_data,
    }


def _written_as_json(written: Written | None) -> dict[str, Any]:
    return {
        "changed": list(written.changed) if written else [],
        "kept": [{"path": path, "copy": copy} for path, copy in written.kept] if written else [],
        "left": list(written.left) if written else [],
        "snapshot": written.snapshot if written else None,
    }


def _undone_as_json(undone: Undone) -> dict[str, Any]:
    return {
        "undid": undone.command,
        "redone": undone.redone,
        "changed": list(undone.changed),
        "left": list(undone.left),
        "snapshot": undone.snapshot,
        "data_reset": undone.data_reset,
    }
