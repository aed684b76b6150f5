"""The commands for instructors that change people's repositories: a corrected path for all, a way on for latecomers."""

from __future__ import annotations

from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from starterkit.cli.console.invocation import shown_path
from starterkit.cli.console.text import prose
from starterkit.cli.options import Elsewhere, Trust, flag
from starterkit.cli.session import console_of, folder_of
from starterkit.cli.workshop_options import (
    TrustSubmissions,
    Who,
    complete_people_and_step,
    workshop_folder,
    workshop_with_path,
)
from starterkit.errors import UsageError
from starterkit.process import quoted

if TYPE_CHECKING:
    from starterkit.cli.console.console import Console
    from starterkit.template.located import Located
    from starterkit.workshop.fixing import Fix
    from starterkit.workshop.folder import Workshop


def push_fix(
    context: typer.Context,
    who: Who = None,
    template: Elsewhere = "",
    trust: Trust = False,
    yes: Annotated[bool, flag("--yes", help="Put it in without asking, after the report.")] = False,
) -> int:
    """Bring a corrected template to everybody, carried onto what they wrote.

    First a report: whom it reaches cleanly, where it meets their code. Nothing of theirs is lost: where both changed
    the same lines, a branch is left beside theirs, to be merged; what they wrote into a lesson stays in their history.
    """
    from starterkit.cli.screens import delivered, fixed
    from starterkit.workshop.fixing import planned, put_in, render_new_path, taken_back
    from starterkit.workshop.founding import working

    console = console_of(context)
    with working(workshop_folder(context), console.say):
        workshop = workshop_with_path(context)
        people = workshop.chosen(who or [])
        found, corrected = _corrected(context, workshop, template, trusted=trust)
        new = render_new_path(workshop, found, trusted=trust)
        back = taken_back(workshop, new)
        fixes = planned(workshop, people, new, console.say)
        waiting = any(fix.commit for fix in fixes) or (new.path, new.texts) != (workshop.path, workshop.texts)
        if not console.as_json:
            fixed.show_report(console, workshop, fixes, back)
        done = waiting and (yes or (console.is_interactive and _is_wanted(console, fixes)))
        if done:
            fixes = put_in(workshop, fixes, new, corrected)
    words = ["workshop push-fix", *map(quoted, who or []), *(["--template", quoted(template)] if template else [])]
    words += ["--trust"] if trust else []
    again = " ".join((*words, "--yes"))
    validate = "" if found.is_bundled else f"template validate {quoted(shown_path(found.folder))} --skip earned"
    code = fixed.show(console, workshop, fixes, back, waiting=waiting, done=done, again=again, validate=validate)
    if done:
        delivered.show_zips(console, workshop)
    return code


def _corrected(context: typer.Context, workshop: Workshop, elsewhere: str, *, trusted: bool) -> tuple[Located, str]:
    """Return the corrected template, and its place as workshop.yml keeps it (empty: where the workshop came from).

    That is the one that is named, else the one of the last correction, else the one that the workshop was made from.
    """
    from starterkit.cli.new_questions import from_elsewhere
    from starterkit.rendering import check_runs_no_code
    from starterkit.repository.fetching import without_secret
    from starterkit.template import bundled_names
    from starterkit.template.located import BUNDLED, locate_bundled

    console = console_of(context)
    name = workshop.template.removeprefix(BUNDLED)
    is_bundled = workshop.template.startswith(BUNDLED) and name in bundled_names()
    if not elsewhere and workshop.corrected:
        elsewhere = workshop.corrected
        back = f"`--template {name}` goes back to the one that comes with starterkit." if is_bundled else ""
        _check_is_there(elsewhere, back)
        console.note(prose(f"Template: {elsewhere}, as for the last correction. {back}".rstrip()))
    if elsewhere:
        found = from_elsewhere(console, folder_of(context), elsewhere)
        if not (trusted or found.is_bundled):
            check_runs_no_code(found.folder)
        place = str(found.folder) if found.is_folder else without_secret(elsewhere)
        return found, "" if found.source == workshop.template and not found.is_folder else place
    if not is_bundled:
        raise UsageError(
            f"This workshop's template is {workshop.template}, which did not come with starterkit.",
            "Say where the corrected one is: `starterkit workshop push-fix --template FOLDER`.",
        )
    return locate_bundled(name), ""


def _check_is_there(place: str, back: str) -> None:
    """Raise `UsageError` where the folder of the last correction is gone: another template would take it back."""
    from starterkit.repository.fetching import parse_address

    if parse_address(place) is None and not Path(place).is_dir():
        raise UsageError(
            f"The path of this workshop was corrected with the template {place}, which is not there any more.",
            f"Say where it is now: `starterkit workshop push-fix --template FOLDER`. {back}".rstrip(),
        )


def _is_wanted(console: Console, fixes: list[Fix]) -> bool:
    count = sum(bool(fix.commit) for fix in fixes)
    question = f"Put it in for {count} {'person' if count == 1 else 'people'}?"
    choices = [("yes", "commit it to their repositories"), ("no", "change nothing")]
    return console.choose(question, choices, "no") == "yes"


def catch_up(
    context: typer.Context,
    words: Annotated[
        list[str],
        typer.Argument(
            metavar="WHO... STEP",
            help="The people, and the step to go to.",
            autocompletion=complete_people_and_step,
        ),
    ],
    replace: Annotated[bool, flag("--replace", help="Take every file of the path whole at each missing step.")] = False,
    count_as: Annotated[
        str,
        typer.Option(
            "--count-as",
            metavar="green|red",
            help="Where nothing is run: how the step they stand at counts.",
            show_default=False,
        ),
    ] = "",
    trust_submissions: TrustSubmissions = False,
) -> int:
    """Bring latecomers to a step: what they did stays theirs, what is missing comes from the reference.

    Whether the step they stand at is done, and whether what was filled in is green, is graded in the sandbox. Each
    filled step is a commit of its own that says so, and is marked in the results.
    """
    from starterkit.cli.screens import caught_up, delivered
    from starterkit.cli.workshop_grading import judge_if_any
    from starterkit.workshop.catching_up import catch_up as bring
    from starterkit.workshop.founding import working
    from starterkit.workshop.steps import texts_of

    console = console_of(context)
    *who, step = words
    if not who:
        raise UsageError("Who is to be brought to which step?", "For example: `starterkit workshop catch-up ada 03`.")
    if count_as not in ("", "green", "red"):
        raise UsageError(f'--count-as wants green or red, and found "{count_as}".', "For example: --count-as green")
    green = None if not count_as else count_as == "green"
    with ExitStack() as held:
        held.enter_context(working(workshop_folder(context), console.say))
        workshop = workshop_with_path(context)
        template = held.enter_context(texts_of(workshop))
        goal, people, say = template.find_step(step), workshop.chosen(who), console.say
        judge = None if count_as else judge_if_any(console, workshop, trusted=trust_submissions)
        brought = bring(workshop, people, goal, say, judge=judge, counts_as_green=green, take_whole=replace)
        code = caught_up.show(console, workshop, template, brought)
        if any(one.delivered for one in brought):
            delivered.show_zips(console, workshop)
        return code
