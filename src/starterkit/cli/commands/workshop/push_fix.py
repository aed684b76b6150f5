"""`starterkit workshop push-fix`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from starterkit.cli.commands.workshop.shared import (
    Who,
    pull_command,
    show_pull,
    show_zips,
    workshop_folder,
    workshop_with_path,
)
from starterkit.cli.console.console import Console
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.console.text import markup, text
from starterkit.cli.new_questions import from_elsewhere
from starterkit.cli.options import Elsewhere, Trust, flag
from starterkit.cli.session import console_of, folder_of
from starterkit.errors import ExitCode, UsageError
from starterkit.git.clone import parse_git_url, without_secret
from starterkit.process import quoted
from starterkit.render import check_runs_no_code
from starterkit.sanitize import few
from starterkit.template.bundled import bundled_names
from starterkit.template.resolve import BUNDLED, ResolvedTemplate, locate_bundled
from starterkit.workshop.model import Workshop
from starterkit.workshop.push_fix import FixOutcome, PathFix, apply, plan, render_new_path, reverted_later
from starterkit.workshop.store import working

_STYLES = {
    FixOutcome.CLEAN: "bold green",
    FixOutcome.CONFLICT: "bold yellow",
    FixOutcome.FAILED: "bold red",
    FixOutcome.OTHER: "bold red",
}
_MOST_FILES = 4
_WORDS = {
    FixOutcome.CLEAN: ("clean", "clean"),
    FixOutcome.CONFLICT: ("conflict", "conflicts"),
    FixOutcome.HAS_IT: ("has it already", "have it already"),
    FixOutcome.NOTHING: ("without any work", "without any work"),
    FixOutcome.OTHER: ("on another path", "on another path"),
    FixOutcome.FAILED: ("failed", "failed"),
}


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
    console = console_of(context)
    with working(workshop_folder(context), console.show_progress):
        workshop = workshop_with_path(context)
        people = workshop.chosen(who or [])
        found, corrected = _corrected(context, workshop, template, trusted=trust)
        new = render_new_path(workshop, found, trusted=trust)
        back = reverted_later(workshop, new)
        fixes = plan(workshop, people, new, console.show_progress)
        waiting = any(fix.commit for fix in fixes) or (new.path, new.texts) != (workshop.path, workshop.texts)
        if not console.as_json:
            _show_report(console, workshop, fixes, back)
        done = waiting and (yes or (console.is_interactive and _is_wanted(console, fixes)))
        if done:
            fixes = apply(workshop, fixes, new, corrected)
    words = ["workshop push-fix", *map(quoted, who or []), *(["--template", quoted(template)] if template else [])]
    words += ["--trust"] if trust else []
    again = " ".join((*words, "--yes"))
    validate = "" if found.is_bundled else f"template validate {quoted(shown_path(found.folder))} --skip earned"
    code = _show(console, workshop, fixes, back, waiting=waiting, done=done, again=again, validate=validate)
    if done:
        show_zips(console, workshop)
    return code


def _corrected(
    context: typer.Context, workshop: Workshop, elsewhere: str, *, trusted: bool
) -> tuple[ResolvedTemplate, str]:
    """Return the corrected template, and its place as workshop.yml keeps it (empty: where the workshop came from).

    That is the one that is named, else the one of the last correction, else the one that the workshop was made from.
    """
    console = console_of(context)
    name = workshop.template.removeprefix(BUNDLED)
    is_bundled = workshop.template.startswith(BUNDLED) and name in bundled_names()
    if not elsewhere and workshop.corrected:
        elsewhere = workshop.corrected
        back = f"`--template {name}` goes back to the one that comes with starterkit." if is_bundled else ""
        _check_is_there(elsewhere, back)
        console.info(markup(f"Template: {elsewhere}, as for the last correction. {back}".rstrip()))
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
    if parse_git_url(place) is None and not Path(place).is_dir():
        raise UsageError(
            f"The path of this workshop was corrected with the template {place}, which is not there any more.",
            f"Say where it is now: `starterkit workshop push-fix --template FOLDER`. {back}".rstrip(),
        )


def _is_wanted(console: Console, fixes: list[PathFix]) -> bool:
    count = sum(bool(fix.commit) for fix in fixes)
    question = f"Put it in for {count} {'person' if count == 1 else 'people'}?"
    choices = [("yes", "commit it to their repositories"), ("no", "change nothing")]
    return console.choose(question, choices, "no") == "yes"


def _show_report(
    console: Console, workshop: Workshop, fixes: list[PathFix], taken_back: Sequence[tuple[str, str]]
) -> None:
    """Show what the correction does, before anything is put in.

    `reverted_later` are corrected files, each with a later step at which it is as before.
    """
    counts = Counter(fix.outcome for fix in fixes)
    said = [f"{counts[one]} {_WORDS[one][counts[one] > 1]}" for one in FixOutcome if counts[one]]
    console.print(text(", ".join(said) or "nobody is in this workshop", "bold"), ".")
    for fix in fixes:
        if fix.outcome in (FixOutcome.HAS_IT,) or (fix.outcome is FixOutcome.CLEAN and not fix.files):
            continue
        console.print(
            text(f"{fix.outcome.value:<12}", _STYLES.get(fix.outcome, "dim")),
            f"{workshop.called[fix.person.folder]}: {_about(fix)}",
            hang=12,
        )
        if fix.replaced:
            # All of them: they wrote in these.
            words = f"replaces their {', '.join(fix.replaced)}; their version stays in the history"
            console.print(f"{words} (commit {fix.base[:8]})", indent=12)
    for file, step in taken_back:
        console.print(
            text("careful", "bold yellow"),
            f"     {file} is corrected, and step {step} brings the whole file as it was before: fix it there, too.",
            hang=12,
        )


def _show(
    console: Console,
    workshop: Workshop,
    fixes: list[PathFix],
    taken_back: Sequence[tuple[str, str]],
    *,
    waiting: bool,
    done: bool,
    again: str,
    validate: str,
) -> int:
    """Show what was done; everything where JSON is wanted.

    `again` is what to type to put it in, `validate` what tells whether the corrected path works (nothing where that
    came with starterkit).
    """
    failed = [fix for fix in fixes if fix.outcome in (FixOutcome.FAILED, FixOutcome.OTHER)]
    code = ExitCode.RED if failed else ExitCode.DONE
    if console.as_json:
        console.json("workshop push-fix", _answer(fixes, taken_back, done))
        return code
    if not waiting:
        console.print("There is nothing to put in.")
        _show_typed(console, workshop, fixes)
    elif not done:
        if validate:
            console.type_next(
                "Whether the corrected path works is not looked at here. In some minutes, this tells", validate
            )
        console.type_next("Nothing was changed. To put it in", again)
    else:
        _show_done(console, workshop, fixes)
    return code


def _show_done(console: Console, workshop: Workshop, fixes: list[PathFix]) -> None:
    put_in = [(fix, fix.delivered) for fix in fixes if fix.commit and fix.delivered]
    ready = [(fix, one) for fix, one in put_in if one.is_theirs]
    console.print()
    if ready:
        console.print(text("ok", "bold green"), f"  Put in for {len(ready)} of {len(fixes)}.")
        if any(not one.source and not workshop.waits_for(fix.person) for fix, one in ready):
            show_pull(console)
    elif not put_in:
        console.print("Who comes later begins with the corrected path.")
    for fix in fixes:
        if fix.outcome is FixOutcome.FAILED:
            console.print(
                text(f"{fix.outcome.value:<12}", "bold red"),
                f"{workshop.called[fix.person.folder]}: {fix.why}",
                hang=12,
            )
    _show_typed(console, workshop, fixes)


def _show_typed(console: Console, workshop: Workshop, fixes: list[PathFix]) -> None:
    """Show what those type for whom a plain pull is not enough."""
    for fix in fixes:
        one = fix.delivered
        if one is not None and (one.source or not one.is_theirs):
            style = _STYLES.get(fix.outcome, "")
            console.print(
                text(f"{fix.outcome.value:<12}", style), f"{workshop.called[fix.person.folder]} types:", hang=12
            )
            console.verbatim(pull_command(one), "bold", indent=12)


def _about(fix: PathFix) -> str:
    if not fix.files:
        return fix.why
    files = few([f"{path}{_lines(fix.lines.get(path, ()))}" for path in fix.files], _MOST_FILES)
    return f"{files}{f' ({fix.why})' if fix.why else ''}"


def _lines(found: Sequence[tuple[int, int]]) -> str:
    """Where in their file the conflicts are: ` line 7`, ` lines 3-5 and 9`."""
    if not found:
        return ""
    said = [str(first) if first == last else f"{first}-{last}" for first, last in found]
    is_one = len(found) == 1 and found[0][0] == found[0][1]
    return f" {'line' if is_one else 'lines'} {' and '.join(said)}"


def _answer(fixes: list[PathFix], taken_back: Sequence[tuple[str, str]], done: bool) -> dict[str, Any]:
    back = [{"file": file, "step": step} for file, step in taken_back]
    return {"done": done, "people": [_as_json(fix) for fix in fixes], "taken_back": back}


def _as_json(fix: PathFix) -> dict[str, Any]:
    return {
        "folder": fix.person.folder,
        "name": fix.person.name,
        "outcome": fix.outcome.value,
        "files": list(fix.files),
        "lines": {path: [list(pair) for pair in found] for path, found in fix.lines.items()},
        "replaced": list(fix.replaced),
        "base": fix.base,
        "why": fix.why,
        "branch": fix.delivered.branch if fix.delivered else "",
        "type": pull_command(fix.delivered) if fix.delivered else "",
    }
