"""`starterkit doctor`."""

from __future__ import annotations

import typer

from starterkit.cli.console.console import Console
from starterkit.cli.console.text import Text, markup, text
from starterkit.cli.session import console_of, folder_of
from starterkit.errors import ExitCode
from starterkit.project.doctor import SetupFinding, SetupReport, examine


def doctor(context: typer.Context) -> int:
    """Look whether all that is needed is here, and say what is to do."""
    console = console_of(context)
    return _show(console, examine(folder_of(context)))


def _show(console: Console, health: SetupReport) -> int:
    """Show each finding with its fix; return the exit code."""
    code = ExitCode.DONE if health.is_ok else ExitCode.ENVIRONMENT
    if console.as_json:
        console.json("doctor", {**_as_json(health), "next": _what_next(health)[1]})
        return code
    for finding in health.findings:
        console.print(_word(finding), f"  {finding.name}: {finding.found}", hang=9)
        if finding.fix:
            console.print(markup(finding.fix), indent=9)
    console.print()
    console.print("All that is needed is here." if health.is_ok else "Something that is needed is not here yet.")
    console.type_next(*_what_next(health))
    return code


def _what_next(health: SetupReport) -> tuple[str, str]:
    """Return why and what to type next."""
    if not health.is_ok:
        return "When it is mended, look again", "doctor"
    if health.folder is None:
        return "Begin in a new folder", "new my-site"
    return "See where you are", "status"


def _word(finding: SetupFinding) -> Text:
    if finding.is_ok:
        return text("ok     ", "bold green")
    return text("MISSING", "bold red") if finding.is_needed else text("note   ", "yellow")


def _as_json(health: SetupReport) -> dict[str, object]:
    """Return the findings as the object that docs/commands.md describes."""
    findings = [
        {"name": one.name, "ok": one.is_ok, "needed": one.is_needed, "found": one.found, "fix": one.fix}
        for one in health.findings
    ]
    return {"ok": health.is_ok, "folder": str(health.folder) if health.folder else None, "findings": findings}
