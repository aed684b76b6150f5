"""The command `starterkit workshop push-fix`: its options and its output."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer

from starterkit.cli.commands.workshop.shared import (
    PeopleNames,
    delivered_as_json,
    needs_command,
    pull_command,
    show_pull,
    show_zips,
    workshop_folder,
    workshop_with_path,
)
from starterkit.cli.console.console import Console, pick
from starterkit.cli.console.invocation import shown_path
from starterkit.cli.console.table import counted
from starterkit.cli.console.text import text
from starterkit.cli.options import Elsewhere, Trust, console_of, flag, folder_of
from starterkit.cli.session import from_elsewhere
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
    FixOutcome.CONFLICT: "bold magenta",
    FixOutcome.FAILED: "bold red",
    FixOutcome.OTHER: "bold red",
}
_FAILED = (FixOutcome.FAILED, FixOutcome.OTHER)
_MOST_FILES = 4
_LABELS = {
    FixOutcome.CLEAN: ("clean", "clean"),
    FixOutcome.CONFLICT: ("conflict", "conflicts"),
    FixOutcome.HAS_IT: ("up to date", "up to date"),
    FixOutcome.NOTHING: ("without work", "without work"),
    FixOutcome.OTHER: ("on another path", "on another path"),
    FixOutcome.FAILED: ("failed", "failed"),
}


def push_fix(
    context: typer.Context,
    names: PeopleNames = None,
    template: Elsewhere = "",
    trust: Trust = False,
    yes: Annotated[bool, flag("--yes", "Apply the fix without asking.")] = False,
) -> int:
    """Merge a fixed template into all participants' projects.

    First, starterkit reports which projects merge cleanly and which have conflicts.

    No participant loses work. The git history keeps the lessons and tests that the fix replaces.

    If a participant changed the same lines, the fix goes to a separate branch.
    The participant merges this branch.
    """
    console = console_of(context)
    with working(workshop_folder(context), console.show_progress):
        workshop = workshop_with_path(context)
        people = workshop.chosen(names or [])
        located, corrected = _corrected(context, workshop, template, trusted=trust)
        new = render_new_path(workshop, located, trusted=trust)
        reverted = reverted_later(workshop, new)
        fixes = plan(workshop, people, new, console.show_progress)
        waiting = any(fix.commit for fix in fixes) or (new.path, new.texts) != (workshop.path, workshop.texts)
        if not console.as_json:
            _show_report(console, workshop, fixes, reverted)
        done = waiting and (yes or (console.is_interactive and _is_confirmed(console, fixes)))
        if done:
            fixes = apply(workshop, fixes, new, corrected)
    code = ExitCode.RED if any(fix.outcome in _FAILED for fix in fixes) else ExitCode.DONE
    back = [{"file": file, "step": step} for file, step in reverted]
    answer = {"done": done, "people": [_as_json(fix) for fix in fixes], "taken_back": back}
    if console.json("workshop push-fix", answer):
        return code
    if done:
        _show_done(console, workshop, fixes)
        show_zips(console, workshop)
    elif not waiting:
        console.print("There is no fix to apply.")
        _show_typed(console, workshop, fixes)
    else:
        if not located.is_bundled:
            why = "This command doesn't test the fixed template. To test the template first (this takes a few minutes)"
            console.type_next(why, f"template validate {quoted(shown_path(located.folder))} --skip earned")
        again = ["workshop push-fix", *map(quoted, names or [])]
        again += ["--template", quoted(template)] if template else []
        console.type_next("Nothing was changed. To apply the fix", " ".join([*again, *["--trust"] * trust, "--yes"]))
    return code


def _corrected(
    context: typer.Context, workshop: Workshop, elsewhere: str, *, trusted: bool
) -> tuple[ResolvedTemplate, str]:
    """Return the fixed template, and its location ("": the template that the workshop was created from)."""
    console = console_of(context)
    name = workshop.template.removeprefix(BUNDLED)
    is_bundled = workshop.template.startswith(BUNDLED) and name in bundled_names()
    if not elsewhere and workshop.corrected:
        elsewhere = workshop.corrected
        back = f"To go back to starterkit's own template, add `--template {name}`." if is_bundled else ""
        _check_is_there(elsewhere, back)
        console.note_prose(f"starterkit uses the template of the last fix: {elsewhere}. {back}".rstrip())
    if elsewhere:
        located = from_elsewhere(console, folder_of(context), elsewhere)
        if not (trusted or located.is_bundled):
            check_runs_no_code(located.folder)
        if located.is_folder:
            return located, str(located.folder)
        return located, "" if located.source == workshop.template else without_secret(elsewhere)
    if not is_bundled:
        raise UsageError(
            f"starterkit doesn't know where your fixed version of the template {workshop.template} is.",
            "Add its folder: `starterkit workshop push-fix --template FOLDER`.",
        )
    return locate_bundled(name), ""


def _check_is_there(template: str, back: str) -> None:
    """Raise `UsageError` if the folder of the last fix is missing, because another template would revert the fix."""
    if parse_git_url(template) is None and not Path(template).is_dir():
        raise UsageError(
            f"The last fix used the template in {template}, but this folder doesn't exist any more.",
            f"Add its new folder: `starterkit workshop push-fix --template FOLDER`. {back}".rstrip(),
        )


def _is_confirmed(console: Console, fixes: list[PathFix]) -> bool:
    question = f"Apply the fix to the work of {counted(sum(bool(fix.commit) for fix in fixes), 'person', 'people')}?"
    choices = [("yes", "commit the fix to their repositories"), ("no", "change nothing")]
    return console.choose(question, choices, "no") == "yes"


def _show_report(
    console: Console, workshop: Workshop, fixes: list[PathFix], reverted: Sequence[tuple[str, str]]
) -> None:
    """Show what the fix changes. `reverted` maps fixed files to a later step that still has the old version."""
    counts = Counter(fix.outcome for fix in fixes)
    parts = [f"{counts[outcome]} {_LABELS[outcome][counts[outcome] > 1]}" for outcome in FixOutcome if counts[outcome]]
    console.print(text(", ".join(parts) or "Nobody is in this workshop", "bold"), ".")
    for fix in fixes:
        if fix.outcome is FixOutcome.HAS_IT or (fix.outcome is FixOutcome.CLEAN and not fix.files):
            continue
        _show_person(console, workshop, fix, f": {_details(fix)}", "dim")
        if fix.replaced:  # show every name, because the person's changes to these files are replaced
            console.print(
                f"The fix replaces the participant's changes to {', '.join(fix.replaced)}.", indent=12, hang=12
            )
            console.print(f"Commit {fix.base[:8]} has the participant's version.", indent=12)
    for file, step in reverted:
        console.print(
            text("careful", "bold magenta"),
            f"     {file} is fixed, but step {step} restores the old version. Fix that step too.",
            hang=12,
        )


def _show_person(console: Console, workshop: Workshop, fix: PathFix, sentence: str, style: str = "") -> None:
    label = text(f"{fix.outcome.value:<12}", _STYLES.get(fix.outcome, style))
    console.print(label, f"{workshop.called[fix.person.folder]}{sentence}", hang=12)


def _show_done(console: Console, workshop: Workshop, fixes: list[PathFix]) -> None:
    delivered = [(fix, fix.delivered) for fix in fixes if fix.commit and fix.delivered]
    ready = [(fix, delivery) for fix, delivery in delivered if delivery.is_theirs]
    console.print()
    if ready:
        console.ok(f"Applied the fix for {len(ready)} of {counted(len(fixes), 'person', 'people')}.")
        if any(not delivery.source and not workshop.waits_for(fix.person) for fix, delivery in ready):
            show_pull(console)
    elif not delivered:
        console.print("New participants start with the fixed learning path.")
    for fix in fixes:
        if fix.outcome is FixOutcome.FAILED:
            _show_person(console, workshop, fix, f": {fix.why}")
    _show_typed(console, workshop, fixes)


def _show_typed(console: Console, workshop: Workshop, fixes: list[PathFix]) -> None:
    for fix in fixes:
        if fix.delivered is not None and needs_command(fix.delivered):
            _show_person(console, workshop, fix, " types:")
            console.verbatim(pull_command(fix.delivered), "bold", indent=12)


def _details(fix: PathFix) -> str:
    if not fix.files:
        return fix.why
    files = few([f"{path}{_lines(fix.lines.get(path, ()))}" for path in fix.files], _MOST_FILES)
    return f"{files}{f' ({fix.why})' if fix.why else ''}"


def _lines(conflicts: Sequence[tuple[int, int]]) -> str:
    """Return the lines of a file's conflicts: ` line 7` or ` lines 3-5 and 9`."""
    ranges = [str(first) if first == last else f"{first}-{last}" for first, last in conflicts]
    if not ranges:
        return ""
    is_single = len(ranges) == 1 and "-" not in ranges[0]
    return f" {'line' if is_single else 'lines'} {' and '.join(ranges)}"


def _as_json(fix: PathFix) -> dict[str, Any]:
    return {
        **pick(fix.person, "folder", "name"),
        "outcome": fix.outcome.value,
        "files": fix.files,
        "lines": dict(fix.lines),
        **pick(fix, "replaced", "base", "why"),
        **delivered_as_json(fix.delivered),
    }
