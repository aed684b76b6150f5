"""A correction of the path: whom it reaches cleanly, where it meets somebody's code, and what was put in."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from starterkit.cli.console.text import text
from starterkit.cli.screens import delivered
from starterkit.errors import ExitCode
from starterkit.plain import few
from starterkit.workshop.fixing import Outcome

if TYPE_CHECKING:
    from collections.abc import Sequence

    from starterkit.cli.console.console import Console
    from starterkit.workshop.fixing import Fix
    from starterkit.workshop.folder import Workshop

_STYLES = {
    Outcome.CLEAN: "bold green",
    Outcome.CONFLICT: "bold yellow",
    Outcome.FAILED: "bold red",
    Outcome.OTHER: "bold red",
}
_MOST_FILES = 4


_WORDS = {
    Outcome.CLEAN: ("clean", "clean"),
    Outcome.CONFLICT: ("conflict", "conflicts"),
    Outcome.HAS_IT: ("has it already", "have it already"),
    Outcome.NOTHING: ("without any work", "without any work"),
    Outcome.OTHER: ("on another path", "on another path"),
    Outcome.FAILED: ("failed", "failed"),
}


def show_report(console: Console, workshop: Workshop, fixes: list[Fix], taken_back: Sequence[tuple[str, str]]) -> None:
    """Show what the correction does, before anything is put in.

    `taken_back` are corrected files, each with a later step at which it is as before.
    """
    counts = Counter(fix.outcome for fix in fixes)
    said = [f"{counts[one]} {_WORDS[one][counts[one] > 1]}" for one in Outcome if counts[one]]
    console.line(text(", ".join(said) or "nobody is in this workshop", "bold"), ".")
    for fix in fixes:
        if fix.outcome in (Outcome.HAS_IT,) or (fix.outcome is Outcome.CLEAN and not fix.files):
            continue
        console.line(
            text(f"{fix.outcome.value:<12}", _STYLES.get(fix.outcome, "dim")),
            f"{workshop.called[fix.person.folder]}: {_about(fix)}",
            hang=12,
        )
        if fix.replaced:
            # All of them: they wrote in these.
            words = f"replaces their {', '.join(fix.replaced)}; their version stays in the history"
            console.line(f"{words} (commit {fix.base[:8]})", indent=12)
    for file, step in taken_back:
        console.line(
            text("careful", "bold yellow"),
            f"     {file} is corrected, and step {step} brings the whole file as it was before: fix it there, too.",
            hang=12,
        )


def show(
    console: Console,
    workshop: Workshop,
    fixes: list[Fix],
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
    failed = [fix for fix in fixes if fix.outcome in (Outcome.FAILED, Outcome.OTHER)]
    code = ExitCode.RED if failed else ExitCode.DONE
    if console.as_json:
        console.json("workshop push-fix", _answer(fixes, taken_back, done))
        return code
    if not waiting:
        console.line("There is nothing to put in.")
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


def _show_done(console: Console, workshop: Workshop, fixes: list[Fix]) -> None:
    put_in = [(fix, fix.delivered) for fix in fixes if fix.commit and fix.delivered]
    ready = [(fix, one) for fix, one in put_in if one.is_theirs]
    console.line()
    if ready:
        console.line(text("ok", "bold green"), f"  Put in for {len(ready)} of {len(fixes)}.")
        if any(not one.source and not workshop.waits_for(fix.person) for fix, one in ready):
            delivered.show_pull(console)
    elif not put_in:
        console.line("Who comes later begins with the corrected path.")
    for fix in fixes:
        if fix.outcome is Outcome.FAILED:
            console.line(
                text(f"{fix.outcome.value:<12}", "bold red"),
                f"{workshop.called[fix.person.folder]}: {fix.why}",
                hang=12,
            )
    _show_typed(console, workshop, fixes)


def _show_typed(console: Console, workshop: Workshop, fixes: list[Fix]) -> None:
    """Show what those type for whom a plain pull is not enough."""
    for fix in fixes:
        one = fix.delivered
        if one is not None and (one.source or not one.is_theirs):
            style = _STYLES.get(fix.outcome, "")
            console.line(
                text(f"{fix.outcome.value:<12}", style), f"{workshop.called[fix.person.folder]} types:", hang=12
            )
            console.exact(delivered.typed(one), "bold", indent=12)


def _about(fix: Fix) -> str:
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


def _answer(fixes: list[Fix], taken_back: Sequence[tuple[str, str]], done: bool) -> dict[str, Any]:
    back = [{"file": file, "step": step} for file, step in taken_back]
    return {"done": done, "people": [_as_json(fix) for fix in fixes], "taken_back": back}


def _as_json(fix: Fix) -> dict[str, Any]:
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
        "type": delivered.typed(fix.delivered) if fix.delivered else "",
    }
