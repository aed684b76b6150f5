"""Options that several commands share, and what fits them when a shell completes a word."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Annotated, Any

import typer

from starterkit.cli.session import folder_of
from starterkit.errors import StarterkitError, UsageError

if TYPE_CHECKING:
    from starterkit.project.project import Project


def flag(name: str, *, help: str) -> Any:
    """Return an option that is given or not; the help shows no type for it."""
    return typer.Option(name, help=help, metavar="")


Json = Annotated[bool, flag("--json", help="Answer with one JSON object, for scripts.")]
KeepMine = Annotated[bool, flag("--keep-mine", help="On a conflict: your lines win.")]
TakeTheirs = Annotated[bool, flag("--take-theirs", help="On a conflict: the path's lines win; yours are kept aside.")]
Markers = Annotated[bool, flag("--markers", help="On a conflict: write both into the file, for you to settle.")]
SaveLarge = Annotated[bool, flag("--save-large", help="Commit files above 10 MB with your work.")]
LeaveOut = Annotated[bool, flag("--leave-out", help="Leave files above 10 MB and nested repositories where they are.")]

Elsewhere = Annotated[
    str,
    typer.Option(
        "--template",
        metavar="PLACE",
        help="A template from elsewhere: a folder, or a git address (URL, URL@TAG, URL@TAG#FOLDER).",
        show_default=False,
    ),
]
Trust = Annotated[bool, flag("--trust", help="Run the code of a template from elsewhere without asking.")]


def given_answers(data: list[str]) -> dict[str, str]:
    """Return the answers that `--data` gives. Raises `UsageError` for one that is no KEY=VALUE."""
    found = {}
    for item in data:
        key, sign, value = item.partition("=")
        if not sign or not key.strip():
            raise UsageError(f'--data wants KEY=VALUE, and found "{item}".', "For example: --data site_title=Notes")
        found[key.strip()] = value
    return found


def whole_number(words: str, option: str) -> int:
    """Return a whole number that is at least 1; 0 where nothing was said. Raises `UsageError` naming the option."""
    if words and not (words.isascii() and words.isdigit() and int(words)):
        raise UsageError(f'{option} wants a whole number from 1 on, and found "{words}".', f"For example: {option} 2")
    return int(words or 0)


def part_of(words: str) -> tuple[int, int]:
    """Return the part that `--shard I/N` names; the whole is (1, 1). Raises `UsageError`."""
    match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", words or "1/1")
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise UsageError(f'Invalid shard "{words}".', "Use a part such as `--shard 1/4`, the first of four.")
    return int(match[1]), int(match[2])


def complete_steps(context: typer.Context, incomplete: str) -> list[str]:
    """Return the steps of the project here that a word may become."""
    with _project(context) as project:
        return beginning_with(incomplete, project.template.step_names if project else ())


def complete_tests(context: typer.Context, incomplete: str) -> list[str]:
    """Return the tests and steps of the path so far that a word may become."""
    with _project(context) as project:
        if project is None:
            return []
        template = project.template
        names = project.path.steps_so_far(project.state.step)
        tests = (test for name in names for test in template.step(name).tests)
        return beginning_with(incomplete, (*names, *template.tests, *tests))


def complete_frameworks(incomplete: str) -> list[str]:
    """Return the frameworks that a word may become."""
    from starterkit.template.bundled import bundled_names

    return beginning_with(incomplete, bundled_names())


def complete_answers(incomplete: str) -> list[str]:
    """Return the answers of `choose` that a word may become."""
    from starterkit.choosing.questions import questions
    from starterkit.template.bundled import bundled_folder, templates_in

    asked = questions(templates_in(bundled_folder()))
    return beginning_with(incomplete, (f"{one.name}={choice.name}" for one in asked for choice in one.choices))


def complete_beginnings(context: typer.Context, incomplete: str) -> list[str]:
    """Return the steps at which a new project may begin: those of the framework that was named before."""
    from starterkit.template.bundled import bundled_template

    try:
        _, template = bundled_template(context.params.get("framework") or "")
    except StarterkitError:
        return []
    return beginning_with(incomplete, template.step_names)


Framework = Annotated[
    str,
    typer.Option(
        "--framework",
        "-f",
        metavar="NAME",
        help="Which framework; `starterkit list` shows them.",
        show_default=False,
        autocompletion=complete_frameworks,
    ),
]
Data = Annotated[
    list[str] | None,
    typer.Option("--data", "-d", metavar="KEY=VALUE", help="Answer a question, for example site_title=Notes."),
]
At = Annotated[
    str,
    typer.Option(
        "--at",
        metavar="STEP",
        help="Begin at this step, with the steps before it solved.",
        show_default=False,
        autocompletion=complete_beginnings,
    ),
]


def beginning_with(incomplete: str, words: Iterable[str]) -> list[str]:
    """Return those of the words that a word may become."""
    return [word for word in words if word.startswith(incomplete)]


@contextmanager
def _project(context: typer.Context) -> Iterator[Project | None]:
    """The project here, or None where there is none or its path would have to be fetched first."""
    from starterkit.git.repository import METADATA_REF, PATH_REF, open_repository
    from starterkit.project.project import Project, find_project

    try:
        folder = find_project(folder_of(context))
        project = Project(folder, open_repository(folder))
        ids = {PATH_REF: project.state.path, METADATA_REF: project.state.texts}
        is_whole = project.repository.refs(*ids) == ids
    except StarterkitError:
        yield None
        return
    with project:
        yield project if is_whole else None
