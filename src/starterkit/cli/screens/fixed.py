"""A correction of the path: whom it reaches cleanly, where it meets somebody's code, and what was put in."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from starterkit.cli.text import prose, text
from starterkit.errors import ExitCode
from starterkit.workshop.fixing import Outcome

if TYPE_CHECKING:
    from starterkit.cli.console import Console
    from starterkit.workshop.fixing import Fix

_STYLES = {
    Outcome.CLEAN: "bold green",
    Outcome.CONFLICT: "bold yellow",
    Outcome.FAILED: "bold red",
    Outcome.OTHER: "bold red",
}
_MOST_FILES = 4


def show_report(console: Console, fixes: list[Fix]) -> None:
    """Show what the correction does, before anything is put in."""
    counts = Counter(fix.outcome for fix in fixes)
    said = [f"{counts[outcome]} {outcome.value}" for outcome in Outcome if counts[outcome]]
    console.line(text(", ".join(said) or "nobody is in this workshop", "bold"), ".")
    for fix in fixes:
        if fix.outcome in (Outcome.HAS_IT,) or (fix.outcome is Outcome.CLEAN and not fix.files):
            continue
        console.line(
            text(f"{fix.outcome.value:<12}", _STYLES.get(fix.outcome, "dim")),
            f"{fix.person.name}: {_about(fix)}",
            hang=12,
        )


def show(console: Console, fixes: list[Fix], *, waiting: bool, done: bool, again: str) -> int:
    """Show what was done; everything where JSON is wanted. `again` is what to type to put it in."""
    failed = [fix for fix in fixes if fix.outcome in (Outcome.FAILED, Outcome.OTHER)]
    code = ExitCode.RED if failed else ExitCode.DONE
    if console.as_json:
        console.json("workshop push-fix", {"done": done, "people": [_as_json(fix) for fix in fixes]})
        return code
    if not waiting:
        console.say_prose("The template is what everybody has already: there is nothing to put in.")
    elif not done:
        console.type_next("Nothing was changed. To put it in", again)
    else:
        _show_done(console, fixes)
    return code


def _show_done(console: Console, fixes: list[Fix]) -> None:
    clean = sum(fix.outcome is Outcome.CLEAN for fix in fixes)
    console.line()
    console.line(text("ok", "bold green"), prose(f"  Put in for {clean} of {len(fixes)}; they get it with `git pull`."))
    aside = [fix for fix in fixes if fix.put_in and fix.outcome is Outcome.CONFLICT]
    for fix in aside:
        console.line(
            text(f"{fix.outcome.value:<12}", "bold yellow"),
            prose(f"{fix.person.name} types: `git fetch && git merge origin/{fix.put_in}`"),
            hang=12,
        )
    for fix in fixes:
        if fix.outcome is Outcome.FAILED:
            console.line(text(f"{fix.outcome.value:<12}", "bold red"), f"{fix.person.name}: {fix.why}", hang=12)


def _about(fix: Fix) -> str:
    if not fix.files:
        return fix.why
    files = ", ".join(fix.files[:_MOST_FILES])
    more = f" and {len(fix.files) - _MOST_FILES} more" if len(fix.files) > _MOST_FILES else ""
    return f"{files}{more}{f' ({fix.why})' if fix.why else ''}"


def _as_json(fix: Fix) -> dict[str, Any]:
    return {
        "folder": fix.person.folder,
        "name": fix.person.name,
        "outcome": fix.outcome.value,
        "files": list(fix.files),
        "why": fix.why,
        "branch": fix.put_in,
    }
