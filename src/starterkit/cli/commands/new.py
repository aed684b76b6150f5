"""`starterkit new`."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from starterkit.cli.commands.shared import check_result
from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.console.text import markup, text
from starterkit.cli.new_questions import NewQuestions, TemplateChoice
from starterkit.cli.options import At, Data, Elsewhere, Framework, Trust, flag, given_answers
from starterkit.cli.session import console_of, folder_of
from starterkit.errors import ExitCode, UsageError
from starterkit.paths import expand_user_folder
from starterkit.process import quoted
from starterkit.project.new import Created
from starterkit.runtime.bundle import Bundle, named_bundle
from starterkit.template.model import BASE, Template

Destination = Annotated[
    str, typer.Argument(metavar="DEST", help="The folder to make, for example my-site.", show_default=False)
]
Packages = Annotated[
    str,
    typer.Option(
        "--bundle",
        metavar="DIR",
        help="Take all packages from this bundle, now and later, and nothing from the network.",
        show_default=False,
    ),
]


def new(
    context: typer.Context,
    destination: Destination = "",
    framework: Framework = "",
    template: Elsewhere = "",
    trust: Trust = False,
    data: Data = None,
    defaults: Annotated[bool, flag("--defaults", help="Take the default answer to every question.")] = False,
    no_install: Annotated[
        bool, flag("--no-install", help="Do not make its environment and run its tests now.")
    ] = False,
    at: At = "",
    complete: Annotated[bool, flag("--complete", help="Begin at the end, with every step solved.")] = False,
    bundle: Packages = "",
) -> int:
    """Make a new site, in a git repository with its learning path.

    Asks for what is missing; every question has a flag.
    """
    if at and complete:
        raise UsageError("--at and --complete exclude each other.", "Choose one of them.")
    if framework and template:
        raise UsageError("--framework and --template exclude each other.", "Choose one of them.")
    console = console_of(context)
    asking = NewQuestions(console, folder_of(context), given_answers(data or []), use_defaults=defaults)
    wanted = TemplateChoice(framework, template, trusted=trust, bundle=_bundle(context, bundle))
    order = asking.order(destination, wanted, lambda found: _start(found, at, complete=complete))
    created = asking.create(order, install=not no_install)
    return _show(console, created)


def _bundle(context: typer.Context, words: str) -> Bundle | None:
    """Return the bundle that is named, by the option or else the variable; it must fit this machine."""
    named = Bundle(expand_user_folder(words, folder_of(context)).absolute()) if words else named_bundle(os.environ)
    if named is not None:
        named.check_fits()
    return named


def _start(template: Template, at: str, *, complete: bool) -> tuple[str, bool]:
    """Return the step at which to begin, and whether it is solved."""
    if complete and template.step_names:
        return template.step_names[-1], True
    return (template.find_step(at), False) if at and at.lower() != BASE else (BASE, True)


def _show(console: Console, created: Created) -> int:
    """Show where the project is and what to type next; red tests matter only where they should be green."""
    state, result = created.state, created.result
    is_red_by_design = not state.solved
    code = ExitCode.RED if result is not None and result.red and not is_red_by_design else ExitCode.DONE
    if console.as_json:
        console.json("new", _as_json(created))
        return code
    place = shown_path(created.folder)
    console.print(text("ok", "bold green"), f"  Your {created.template.title} site is in {place}.")
    if result is not None:
        _show_result(console, created, is_red_by_design=is_red_by_design)
    else:
        source = "from the bundle" if created.has_bundle else "with the network"
        console.print(markup(f"Its environment is not made yet: the first `run` or `check` does it, {source}."))
    console.invocation = console.invocation.outside()
    console.print()
    if state.step == BASE and created.template.step_names:
        step = created.template.steps[0]
        console.print(markup(f"Whenever you like, type `next` there: it begins the first step, {step.label}."))
    console.type_next("Look at it in your browser", f"cd {quoted(place)}", "run --open")
    return code


def _show_result(console: Console, created: Created, *, is_red_by_design: bool) -> None:
    result = created.result
    assert result is not None
    if not result.red:
        console.print(check_result.green_line(result))
    elif is_red_by_design:
        step = created.template.step(created.state.step)
        console.print(
            f"You begin at {step.label}: {len(result.red)} of {len(result.results)} tests are red, and that "
            "is where every step begins."
        )
    else:
        check_result.show_red(console, result)


def _as_json(created: Created) -> dict[str, Any]:
    return {
        "folder": str(created.folder.absolute()),
        "framework": created.template.name,
        "template": created.state.template,
        "step": created.state.step,
        "solved": created.state.solved,
        "check": check_result.as_json(created.result) if created.result else None,
        "next": "run",
    }
