"""Define options and arguments, and get the console and the folder of a command."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from starterkit.cli.console.console import Console
from starterkit.errors import UsageError
from starterkit.paths import expand_user_path

Completer = Callable[..., list[str]]


def console_of(context: typer.Context) -> Console:
    """Return the console of this run."""
    console = context.obj
    assert isinstance(console, Console)
    return console


def folder_of(context: typer.Context) -> Path:
    """Return the folder in which the command works: from `-C`, or the current folder."""
    return expand_user_path(context.find_root().params.get("folder") or ".")


def flag(name: str, help: str) -> Any:
    """Return an option without a value, such as `--json`."""
    return typer.Option(name, help=help, metavar="")


def option(names: str, metavar: str, help: str, complete: Completer | None = None) -> Any:
    """Return an option with a value. `names` are separated by spaces."""
    return typer.Option(*names.split(), metavar=metavar, help=help, autocompletion=complete)


def argument(metavar: str, help: str, complete: Completer | None = None) -> Any:
    """Return an argument. In the help, Typer adds brackets if it is optional, and dots if it is repeated."""
    return typer.Argument(metavar=metavar, help=help, autocompletion=complete)


def _completer(function: Callable[[Any], Callable[[Path, str], list[str]]]) -> Completer:
    def complete(context: typer.Context, incomplete: str) -> list[str]:
        from starterkit.cli import completion  # noqa: PLC0415 - slow, and only completion in a shell needs it

        framework = context.params.get("framework") or ""
        return beginning_with(incomplete, function(completion)(folder_of(context), framework))

    return complete


complete_answers = _completer(lambda completion: completion.answers)
complete_frameworks = _completer(lambda completion: completion.frameworks)
complete_starts = _completer(lambda completion: completion.start_steps)
complete_steps = _completer(lambda completion: completion.steps)
complete_tests = _completer(lambda completion: completion.tests)


def beginning_with(incomplete: str, candidates: list[str]) -> list[str]:
    """Return the candidates that start with an incomplete word."""
    return [candidate for candidate in candidates if candidate.startswith(incomplete)]


_ELSEWHERE_HELP = "External template: a folder or a git URL (URL, URL@TAG, URL@TAG#FOLDER)."
KEPT_HELP = "starterkit saves copies of your files in .starterkit/kept/."
Json = Annotated[bool, flag("--json", "Print one JSON object, for scripts.")]
KeepMine = Annotated[bool, flag("--keep-mine", "If there are conflicts, keep your lines.")]
TakeTheirs = Annotated[
    bool, flag("--take-theirs", f"If there are conflicts, use the learning path's lines. {KEPT_HELP}")
]
Markers = Annotated[
    bool, flag("--markers", "If there are conflicts, write both versions into the file, with conflict markers.")
]
SaveLarge = Annotated[bool, flag("--save-large", "Also commit files larger than 10 MB.")]
LeaveOut = Annotated[bool, flag("--leave-out", "Don't commit nested git repositories, or files larger than 10 MB.")]
Elsewhere = Annotated[str, option("--template", "PLACE", _ELSEWHERE_HELP)]
Trust = Annotated[bool, flag("--trust", "Run the code of an external template without asking.")]
Framework = Annotated[
    str,
    option(
        "--framework -f", "NAME", "Framework of the site. `starterkit list` shows all frameworks.", complete_frameworks
    ),
]
Data = Annotated[
    list[str] | None,
    option(
        "--data -d", "KEY=VALUE", "Answer to a question of the template, for example site_title=Notes (repeatable)."
    ),
]
At = Annotated[
    str,
    option(
        "--at",
        "STEP",
        "Step to start at (default: the starter project). The project contains the solutions of earlier steps.",
        complete_starts,
    ),
]
Title = Annotated[str, option("--title", "TEXT", "Title that people see (default: made from the name).")]


def only_one(options: Mapping[str, object]) -> str:
    """Return the name of the option that was given, or "". Raises `UsageError` if more than one was given.

    `options` maps the name of each option to its value.
    """
    given = [name for name, value in options.items() if value]
    if len(given) > 1:
        raise UsageError(f"{given[0]} and {given[1]} can't be combined.", "Use only one of these options.")
    return given[0] if given else ""


def data_answers(data: list[str] | None) -> dict[str, str]:
    """Parse the values of `--data`. Raises `UsageError` for a value that isn't KEY=VALUE."""
    answers = {}
    for item in data or []:
        key, sign, value = item.partition("=")
        if not sign or not key.strip():
            raise UsageError(f'Invalid --data "{item}".', "Use KEY=VALUE, for example `--data site_title=Notes`.")
        answers[key.strip()] = value
    return answers


def whole_number(value: str, option: str) -> int:
    """Parse a whole number of at least 1. Return 0 for an empty value. Raises `UsageError` for any other text."""
    if value and not (value.isascii() and value.isdigit() and int(value)):
        raise UsageError(f'Invalid {option} "{value}".', f"Use a whole number of at least 1, for example `{option} 2`.")
    return int(value or 0)


def part_of(shard: str) -> tuple[int, int]:
    """Parse the value I/N of `--shard`. Return part I and the number of parts N.

    An empty value is (1, 1), which means all of the work. Raises `UsageError` for an invalid value.
    """
    match = re.fullmatch(r"([0-9]{1,6})/([0-9]{1,6})", shard or "1/1")
    if not match or not 1 <= int(match[1]) <= int(match[2]):
        raise UsageError(
            f'Invalid --shard "{shard}".', "Use PART/PARTS, for example `--shard 1/4` for the first of four parts."
        )
    return int(match[1]), int(match[2])
