"""The command `starterkit doctor`: its options and its output."""

from __future__ import annotations

from pathlib import Path

import typer

from starterkit.cli.commands.shared.new_site import new_site_command
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import Text, text
from starterkit.cli.options import console_of, folder_of
from starterkit.errors import ExitCode
from starterkit.project.doctor import SetupFinding, SetupReport, examine

_WHY = {
    "doctor": "Then check your setup again",
    "check": "Install the packages and run the tests",
    "status": "See your progress",
}


def doctor(context: typer.Context) -> int:
    """Check your setup and explain how to fix problems."""
    current = folder_of(context)
    return _show(console_of(context), examine(current), current)


def _show(console: Console, health: SetupReport, current: Path) -> int:
    code = ExitCode.DONE if health.is_ok else ExitCode.ENVIRONMENT
    command = _next_command(health, current)
    if console.json("doctor", {**_as_json(health), "next": command}):
        return code
    for finding in health.findings:
        console.print(_label(finding), f"  {finding.name}: {finding.result}", hang=9)
        if finding.fix and not (health.lacks_environment and finding.name == "project environment"):
            console.say_prose(finding.fix, indent=9)
    console.print()
    if not health.is_ok:
        console.print("Your setup isn't ready. Fix each line marked MISSING.")
    elif health.lacks_environment:
        console.say_prose("Your setup is ready. The first `starterkit check` will install the packages of your site.")
    else:
        console.print("Your setup is ready.")
    console.type_next(_WHY.get(command, "Create a site in a new folder"), command)
    return code


def _next_command(health: SetupReport, current: Path) -> str:
    if not health.is_ok:
        return "doctor"
    if health.folder is None:
        return new_site_command(current)
    return "check" if health.lacks_environment else "status"


def _label(finding: SetupFinding) -> Text:
    if finding.is_ok:
        return text("ok     ", "bold green")
    return text("MISSING", "bold red") if finding.is_needed else text("note   ", "magenta")


def _as_json(health: SetupReport) -> dict[str, object]:
    findings = [
        {"name": item.name, "ok": item.is_ok, "needed": item.is_needed, "found": item.result, "fix": item.fix}
        for item in health.findings
    ]
    return {"ok": health.is_ok, "folder": health.folder, "findings": findings}
