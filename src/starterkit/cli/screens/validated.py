"""What a validation found, on the screen, as JSON, as JUnit XML and as annotations."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from starterkit.cli.console.text import Text, joined, text
from starterkit.errors import ExitCode, MissingError
from starterkit.validation.model import Status
from starterkit.validation.shown import (
    as_annotations,
    as_json,
    as_junit,
    closing_line,
    finding_lines,
    step_lines,
)

if TYPE_CHECKING:
    from starterkit.cli.console.console import Console
    from starterkit.validation.model import Report

_STYLES = {Status.OK: "bold green", Status.FAILED: "bold red", Status.SKIPPED: "yellow"}


def show(console: Console, report: Report, *, junit: str, github: bool) -> int:
    """Show a report in the forms that were asked for; return the exit code."""
    if junit:
        _write(Path(junit), as_junit(report))
    code = ExitCode.DONE if report.is_clean else ExitCode.RED
    if console.as_json:
        console.json("template validate", as_json(report))
        _annotate(console, report, github)
        return code
    _steps(console, report)
    _notes(console, report)
    for finding in report.findings:
        console.line()
        first, *others = finding_lines(report, finding)
        console.exact(first, "bold")
        for line in others:
            console.exact(line)
    console.line()
    _annotate(console, report, github)
    console.line(text(closing_line(report), "bold green" if report.is_clean else "bold red"))
    return code


def _steps(console: Console, report: Report) -> None:
    before = ""
    for template, step, groups in step_lines(report):
        if template != before:
            console.line(text(template, "bold"))
            before = template
        shown = text("")
        for status in (Status.FAILED, Status.OK, Status.SKIPPED):
            if groups[status]:
                shown = joined(shown, "; " if shown.plain else "", _group(status, groups[status]))
        console.line(text(f"{step:<16}"), shown, indent=2, hang=16)


def _group(status: Status, rules: list[str]) -> Text:
    cached = " (cached)"
    if len(rules) > 1 and all(rule.endswith(cached) for rule in rules):
        words = ", ".join(rule.removesuffix(cached) for rule in rules) + " (all cached)"
    else:
        words = ", ".join(rules)
    return joined(text(status.value, _STYLES[status]), f" {words}")


def _notes(console: Console, report: Report) -> None:
    """What is worth knowing beside the findings; what holds for several steps is said once."""
    shared: dict[tuple[str, str, str], list[str]] = {}
    for result in report.results:
        skipped = [f"skipped, {result.skipped}"] if result.skipped else []
        for note in (*skipped, *result.notes):
            shared.setdefault((result.template, result.rule.value, note), []).append(result.step)
    if shared:
        console.line()
    for (template, rule, note), steps in shared.items():
        where = f"{template} {steps[0]}" if len(steps) == 1 else template
        console.line(text(f"note · {where} · {rule.replace('-', ' ')}: {note}", "dim"), hang=7)


def _annotate(console: Console, report: Report, wanted: bool) -> None:
    """GitHub reads both streams of a job; beside a JSON answer, annotations go to the other one."""
    for line in as_annotations(report) if wanted else []:
        if console.as_json:
            console.note(line)
        else:
            console.exact(line)


def _write(file: Path, words: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(words, "utf-8")
    except OSError as wrong:
        raise MissingError(
            f"The report cannot be written to {file}: {wrong.strerror}.", "Choose another place for --junit."
        ) from wrong
