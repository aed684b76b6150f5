"""The command `starterkit compare`: its options and its output."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Any

import typer

from starterkit.cli.console.console import Console, pick
from starterkit.cli.console.diff import show_diff, show_side_by_side
from starterkit.cli.console.markdown import show_markdown
from starterkit.cli.console.text import text
from starterkit.cli.options import argument, complete_steps, console_of, flag
from starterkit.cli.session import project_here
from starterkit.errors import UsageError
from starterkit.project import compare as project_compare
from starterkit.project.compare import Comparison, FileComparison
from starterkit.project.project import Project
from starterkit.project.status import is_last_step
from starterkit.template.model import ReviewNote

_WIDE = 120  # columns that two diffs need next to each other
_SECTION = re.compile(r"^(?=diff --git )", re.MULTILINE)
# The lines in git's header of a diff, and what they mean. Lines with details are shown as they are.
_KINDS = {
    "new file mode ": "new file",
    "deleted file mode ": "deleted",
    "rename to ": "renamed to {}",
    "Binary files ": "binary",
}
_DETAILS = ("old mode ", "new mode ")


def compare(
    context: typer.Context,
    step: Annotated[
        str,
        argument("STEP", "Number or name of a step (default: the step that you worked on last).", complete_steps),
    ] = "",
    yes: Annotated[bool, flag("--yes", "Show the solution without asking, even if tests fail.")] = False,
    mine: Annotated[bool, flag("--mine", "Show only your own changes in this step.")] = False,
) -> None:
    """Show your code next to the solution, with a reviewer's notes."""
    console = console_of(context)
    with project_here(context) as project:
        current = project.state.step if mine and project.step else ""
        name = project_compare.step_to_compare(project, step or current)
        is_spoiler = not (mine or yes) and project_compare.hides_solution(project, name)
        if is_spoiler and not _is_confirmed(console, project):
            console.type_next("Get a hint", "hint")
            return
        comparison = project_compare.compare(project, name)
        if mine:
            comparison = comparison.without_solution()
        why, command = _what_next(project)
        if console.json("compare", {**_as_json(comparison), "next": command}):
            return
        is_wide = console.shows_screen and console.columns >= _WIDE  # inside the pager, the output isn't a terminal
        with console.paged():
            _show(console, comparison, side_by_side=is_wide)
        console.type_next(why, "run --open" if command == "run" else command)


def _is_confirmed(console: Console, project: Project) -> bool:
    """Ask whether to show the solution of a step that isn't finished. Raises `UsageError` without a terminal."""
    assert project.step is not None
    message = f"The tests of {project.step.label} haven't passed with your current code."
    if not console.is_interactive:
        fix = "Run the tests first: `starterkit check`. To see the solution now: `starterkit compare --yes`."
        raise UsageError(message, fix)
    console.print(message)
    choices = [("yes", "show your code next to the solution"), ("no", "keep working without the solution")]
    return console.choose("Show the solution now?", choices, "no") == "yes"


def _what_next(project: Project) -> tuple[str, str]:
    if project_compare.hides_solution(project, project.state.step):
        return "Run the tests", "check"
    return ("Look at your site", "run") if is_last_step(project) else ("Start the next step", "next")


def _show(console: Console, comparison: Comparison, *, side_by_side: bool) -> None:
    has_solution = any(file.solution for file in comparison.files)
    console.print(text(f"{comparison.step.label}: your code{' and the solution' if has_solution else ''}", "bold"))
    if not comparison.files:
        console.print("You haven't changed anything in this step yet.")
    if not comparison.is_exact:
        console.print(
            "Your git history doesn't show where this step starts and ends. So starterkit shows only the files of the "
            "solution. Your code can include changes from other steps."
        )
    for file in comparison.files:
        if has_solution:
            _show_file(console, file, side_by_side=side_by_side)
        else:
            console.print()
            _show_side(console, file.path, _side(file.yours))
        _show_notes(console, comparison.notes_for(file))
    _show_notes(console, comparison.general_notes)


@dataclass(frozen=True)
class _Side:
    """One side of a file: what happened to the file, and the lines of its diff without git's headers."""

    kind: str
    lines: tuple[str, ...]

    @property
    def content(self) -> tuple[str, ...]:
        """The lines without the line numbers of the hunks."""
        return (self.kind, *(line for line in self.lines if not line.startswith("@@")))


def _side(patch: str) -> _Side:
    kinds, lines = list[str](), list[str]()
    for section in filter(None, _SECTION.split(patch)):
        head, has_hunks, hunks = section.rstrip("\n").partition("\n@@")
        for line in head.split("\n"):
            kinds += [kind.format(line[len(mark) :]) for mark, kind in _KINDS.items() if line.startswith(mark)]
            lines += [line] * line.startswith(_DETAILS)
        lines += f"@@{hunks}".split("\n") if has_hunks else []
    return _Side(", ".join(kinds), tuple(lines))


def _show_file(console: Console, file: FileComparison, *, side_by_side: bool) -> None:
    yours, solution = _side(file.yours), _side(file.solution)
    console.print()
    console.print(text(file.path, "bold"))
    if file.yours and yours.content == solution.content:
        _show_side(console, "Your code is the same as the solution", yours)
    elif side_by_side and yours.lines and solution.lines:
        heads = (_head("Your code", yours), _head("The solution", solution))
        show_side_by_side(console, [heads[0], *yours.lines], [heads[1], *solution.lines])
    else:
        if file.yours:
            _show_side(console, "Your code", yours)
        else:
            console.print("You didn't change this file.")
        if file.solution:
            _show_side(console, "The solution", solution)
        else:
            console.print("The solution doesn't change this file.")


def _show_side(console: Console, title: str, side: _Side) -> None:
    console.print(_head(title, side))
    show_diff(console, side.lines, indent=2)


def _head(title: str, side: _Side) -> str:
    return f"{title}{f' ({side.kind})' if side.kind else ''}{':' if side.lines else ''}"


def _show_notes(console: Console, notes: Sequence[ReviewNote]) -> None:
    if notes:
        console.print()
        console.print(text("A reviewer would say:", "bold magenta"))
    for note in notes:
        console.print()
        show_markdown(console, note.text, indent=2)


def _as_json(comparison: Comparison) -> dict[str, Any]:
    return {
        "step": comparison.step.name,
        "is_exact": comparison.is_exact,
        "files": [pick(file, "path", "new_path", "yours", "solution") for file in comparison.files],
        "review": [pick(note, "text", "file") for note in comparison.step.review],
    }
