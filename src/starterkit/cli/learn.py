"""The commands with which a learner works on a step: check, hint, lesson; and where they are: status."""

from __future__ import annotations

from typing import Annotated

import typer

from starterkit.cli.options import complete_steps, complete_tests, flag
from starterkit.cli.session import console_of, folder_of, opened
from starterkit.errors import UsageError


def check(
    context: typer.Context,
    tests: Annotated[
        list[str] | None,
        typer.Argument(metavar="TEST", help="Only these: tests, test files or steps.", autocompletion=complete_tests),
    ] = None,
    pristine: Annotated[
        bool, flag("--pristine", help="Take the tests from the path, whatever was changed in yours.")
    ] = False,
    fresh: Annotated[bool, flag("--fresh", help="Create the environment again first.")] = False,
) -> int:
    """Run the tests so far, and say what is missing.

    Exit code 0: all are green. 1: some are red.
    """
    from starterkit.project import checks

    console = console_of(context)
    with opened(context) as project:
        result = checks.check(project, pristine=pristine, fresh=fresh, selected=tests or (), say=console.say)
        from starterkit.cli.screens import checked
        from starterkit.project.overview import is_at_end, is_last_step

        command = checked.next_command(result, selected=bool(tests), is_last=is_at_end(project))
        if console.as_json:
            console.json("check", {**checked.as_json(result), "next": command})
        else:
            own = () if tests else checks.own_test_files(project, result)
            checked.show(console, result, project.step, command, is_last=is_last_step(project), own=own)
    return 1 if result.red else 0


def hint(context: typer.Context) -> int:
    """Give the next hint for the first red test.

    Each one says a little more.
    """
    from starterkit.cli.screens import reading
    from starterkit.project.hinting import next_hint
    from starterkit.project.overview import is_at_end

    console = console_of(context)
    with opened(context) as project:
        shown = next_hint(project, console.say)
        if console.as_json:
            console.json("hint", reading.hint_as_json(shown))
        elif shown is None:
            console.line("Nothing is red, so there is nothing to hint at.")
            console.type_next("Go on", "run" if is_at_end(project) else "next")
        else:
            reading.show_hint(console, shown)
    return 0


def lesson(
    context: typer.Context,
    step: Annotated[
        str,
        typer.Argument(
            metavar="STEP",
            help="Which lesson: the number or the name; else that of the present step.",
            show_default=False,
            autocompletion=complete_steps,
        ),
    ] = "",
) -> int:
    """Show a lesson: what to build, why, and how to see it."""
    from starterkit.cli.screens import reading

    console = console_of(context)
    with opened(context) as project:
        template = project.template
        name = template.find_step(step) if step else project.state.step
        if name not in template.step_names:
            raise UsageError("The lessons begin with the first step.", "`starterkit next` begins it.")
        words, found = template.lesson(name), template.step(name)
        if console.as_json:
            console.json("lesson", reading.lesson_as_json(found, words))
        else:
            reading.show_lesson(console, found, words)
    return 0


def status(context: typer.Context) -> int:
    """Show the whole path: what is done, where you are, what comes."""
    from starterkit.cli.screens import mapped
    from starterkit.project.overview import overview

    console = console_of(context)
    with opened(context) as project:
        seen = overview(project)
        if console.as_json:
            console.json("status", mapped.as_json(seen, project.folder))
        else:
            mapped.show(console, seen, project.folder)
    return 0


def here(context: typer.Context) -> int:
    """Say where the learner is and what to do next; outside a project, how to begin. As JSON, as `status` does."""
    from starterkit.cli.screens import mapped
    from starterkit.project.opened import find_project

    console = console_of(context)
    try:
        find_project(folder_of(context))
    except UsageError:
        if console.as_json:
            console.json("starterkit", {"folder": None, "next": "new my-site"})
        else:
            mapped.show_beginning(console)
        return 0
    if console.as_json:
        return status(context)
    from starterkit.project.overview import overview

    with opened(context) as project:
        mapped.show_here(console, overview(project), project)
    return 0
