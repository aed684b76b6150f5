"""`starterkit new`."""

from __future__ import annotations

import os
from typing import Annotated, Any

import typer

from starterkit.cli.commands.shared import check_result
from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.new_questions import NewQuestions, TemplateChoice
from starterkit.cli.options import (
    At,
    Data,
    Elsewhere,
    Framework,
    Trust,
    argument,
    console_of,
    data_answers,
    flag,
    folder_of,
    only_one,
    option,
)
from starterkit.errors import ExitCode
from starterkit.paths import expand_user_folder
from starterkit.process import quoted
from starterkit.project.new import Created
from starterkit.runtime.bundle import Bundle, named_bundle
from starterkit.template.model import BASE, Template

_BUNDLE_HELP = "Take all packages from this bundle, now and later, and nothing from the network."


def new(
    context: typer.Context,
    destination: Annotated[str, argument("DEST", "The folder to make, for example my-site.")] = "",
    framework: Framework = "",
    template: Elsewhere = "",
    trust: Trust = False,
    data: Data = None,
    defaults: Annotated[bool, flag("--defaults", "Take the default answer to every question.")] = False,
    no_install: Annotated[bool, flag("--no-install", "Do not make its environment and run its tests now.")] = False,
    at: At = "",
    complete: Annotated[bool, flag("--complete", "Begin at the end, with every step solved.")] = False,
    bundle: Annotated[str, option("--bundle", "DIR", _BUNDLE_HELP)] = "",
) -> int:
    """Make a new site, in a git repository with its learning path.

    Asks for what is missing; every question has a flag.
    """
    only_one({"--at": at, "--complete": complete})
    only_one({"--framework": framework, "--template": template})
    console = console_of(context)
    asking = NewQuestions(console, folder_of(context), data_answers(data), use_defaults=defaults)
    wanted = TemplateChoice(framework, template, trusted=trust, bundle=_bundle(context, bundle))
    order = asking.order(destination, wanted, lambda chosen: _start(chosen, at, complete=complete))
    return _show(console, asking.create(order, install=not no_install))


def _bundle(context: typer.Context, folder: str) -> Bundle | None:
    """Return the bundle that the option or the environment variable names. It must fit this machine."""
    bundle = Bundle(expand_user_folder(folder, folder_of(context)).absolute()) if folder else named_bundle(os.environ)
    if bundle is not None:
        bundle.check_fits()
    return bundle


def _start(template: Template, at: str, *, complete: bool) -> tuple[str, bool]:
    """Return the step at which the project begins, and whether it is solved."""
    if complete and template.step_names:
        return template.step_names[-1], True
    return (template.find_step(at), False) if at and at.lower() != BASE else (BASE, True)


def _show(console: Console, created: Created) -> int:
    """Show where the project is and what to type next. Failing tests count only if the first step is solved."""
    state, result = created.state, created.result
    code = ExitCode.RED if result is not None and result.red and state.solved else ExitCode.DONE
    if console.json("new", _as_json(created)):
        return code
    folder = shown_path(created.folder)
    console.ok(f"Your {created.template.title} site is in {folder}.")
    if result is None:
        source = "from the bundle" if created.has_bundle else "with the network"
        console.say_prose(f"Its environment is not made yet: the first `run` or `check` does it, {source}.")
    elif not result.red:
        console.print(check_result.green_line(result))
    elif state.solved:
        check_result.show_red(console, result)
    else:
        step = created.template.step(state.step)
        console.print(
            f"You begin at {step.label}: {len(result.red)} of {len(result.results)} tests are red, and that "
            "is where every step begins."
        )
    console.invocation = console.invocation.outside()
    console.print()
    if state.step == BASE and created.template.step_names:
        step = created.template.steps[0]
        console.say_prose(f"Whenever you like, type `next` there: it begins the first step, {step.label}.")
    console.type_next("Look at it in your browser", f"cd {quoted(folder)}", "run --open")
    return code


def _as_json(created: Created) -> dict[str, Any]:
    return {
        "folder": created.folder.absolute(),
        "framework": created.template.name,
        "template": created.state.template,
        "step": created.state.step,
        "solved": created.state.solved,
        "check": check_result.as_json(created.result) if created.result else None,
        "next": "run",
    }
