"""`starterkit template validate`."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from starterkit.cli.commands.template.shared import Names
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import Text, joined, text
from starterkit.cli.options import flag, part_of, whole_number
from starterkit.cli.session import console_of, folder_of
from starterkit.errors import EnvironmentProblem, ExitCode
from starterkit.git.worktree import changed_since as files_changed_since
from starterkit.paths import cache_folder
from starterkit.validation.external_solutions import FOLDER_NAME, LEGACY_FOLDER_NAME
from starterkit.validation.model import Report, RuleResult, Status
from starterkit.validation.plan import RuleRun, changed_steps, chosen_rules, chosen_steps, rule_runs, shard_of
from starterkit.validation.runner import RunSettings, ValidationObserver
from starterkit.validation.runner import validate as run_validation
from starterkit.validation.shown import as_annotations, as_json, as_junit, closing_line, finding_lines, step_lines
from starterkit.validation.target import TemplateUnderTest, templates_under_test

_STYLES = {Status.OK: "bold green", Status.FAILED: "bold red", Status.SKIPPED: "yellow"}


def validate(
    context: typer.Context,
    names: Names = None,
    step: Annotated[
        list[str] | None,
        typer.Option("--step", metavar="STEP", help="Only this step, `base`, or a range such as 02..04; repeatable."),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--only", metavar="RULE", help="Only this rule; repeatable.")
    ] = None,
    skip: Annotated[
        list[str] | None, typer.Option("--skip", metavar="RULE", help="Without this rule; repeatable.")
    ] = None,
    jobs: Annotated[
        str, typer.Option("--jobs", metavar="N", help="So many programs at once; else one for each core.")
    ] = "",
    shard: Annotated[str, typer.Option("--shard", metavar="I/N", help="Only part I of N of the work.")] = "",
    changed_since: Annotated[
        str,
        typer.Option("--changed-since", metavar="REV", help="Only steps changed since this revision, and those after."),
    ] = "",
    junit: Annotated[str, typer.Option("--junit", metavar="FILE", help="Write a JUnit report, too.")] = "",
    github: Annotated[bool, flag("--github", help="Add annotations that GitHub shows beside the lines.")] = False,
    no_cache: Annotated[bool, flag("--no-cache", help="Look at everything again.")] = False,
    trust: Annotated[bool, flag("--trust", help="Run the code of a template that comes from elsewhere.")] = False,
) -> int:
    """Prove a template: that each step is red at first and green at the end, and all that a learner relies on.

    Installs the template's packages and runs its code. What has not changed since the last time is not run again.
    """
    console = console_of(context)
    place = RunSettings(cache_folder(), whole_number(jobs, "--jobs"), use_cache=not no_cache)
    subjects = _read_templates(console, names or [], folder_of(context), place, trusted=trust)
    wanted = _wanted(subjects, step or [], only or [], skip or [], shard, changed_since)
    report = run_validation(wanted, place, _observer(console))
    return show(console, report, junit=junit, github=github)


def report_of(console: Console, folder: Path, *, skip: list[str]) -> Report:
    """Validate the template in a folder, all of it but the rules in `skip`, and return the report."""
    place = RunSettings(cache_folder())
    subjects = _read_templates(console, [str(folder)], folder, place, trusted=True)
    return run_validation(_wanted(subjects, [], [], skip, "", ""), place, _observer(console))


def _read_templates(
    console: Console, names: list[str], current: Path, place: RunSettings, *, trusted: bool
) -> list[TemplateUnderTest]:
    """Read the templates to validate, and warn about deprecated folders on standard error."""
    subjects = templates_under_test(names, current, place.templates, trusted=trusted)
    for subject in subjects:
        if subject.external_solutions and subject.external_solutions.is_legacy:
            console.info(f"Warning: {subject.name}: the folder {LEGACY_FOLDER_NAME}/ is deprecated.")
            console.info(f"Rename it to {FOLDER_NAME}/. See docs/validation.md.")
    return subjects


def _wanted(
    subjects: list[TemplateUnderTest],
    steps: list[str],
    only: list[str],
    skip: list[str],
    shard: str,
    changed_since: str,
) -> list[RuleRun]:
    """Return the units that the options leave. Raises `UsageError` for options that name nothing."""
    rules = chosen_rules(only, skip)
    found: list[RuleRun] = []
    for subject in subjects:
        chosen = chosen_steps(subject.template, steps)
        if changed_since:
            changed = changed_steps(subject.template, files_changed_since(subject.folder, changed_since))
            chosen = [step for step in chosen if step in changed]
        found += rule_runs(subject, chosen, rules)
    return shard_of(found, *part_of(shard))


def _observer(console: Console) -> ValidationObserver:
    """Return what reports on standard error which unit is being validated."""

    class Reporter(ValidationObserver):
        count = ""

        def began(self, unit: RuleRun) -> None:
            rule = unit.rule.value.replace("-", " ")
            console.show_progress(f"{self.count}{unit.subject.template.name} {unit.step}: {rule}")

        def ended(self, result: RuleResult, done: int, of: int) -> None:
            """Report a failure at once, so that nobody has to wait for the end."""
            self.count = f"{done} of {of} · "
            if result.findings and not result.cached:
                console.info(f"{result.template} {result.step}: {result.rule.value.replace('-', ' ')} FAILED")

    return Reporter()


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
        console.print()
        first, *others = finding_lines(report, finding)
        console.verbatim(first, "bold")
        for line in others:
            console.verbatim(line)
    console.print()
    _annotate(console, report, github)
    console.print(text(closing_line(report), "bold green" if report.is_clean else "bold red"))
    return code


def _steps(console: Console, report: Report) -> None:
    before = ""
    for template, step, groups in step_lines(report):
        if template != before:
            console.print(text(template, "bold"))
            before = template
        shown = text("")
        for status in (Status.FAILED, Status.OK, Status.SKIPPED):
            if groups[status]:
                shown = joined(shown, "; " if shown.plain else "", _group(status, groups[status]))
        console.print(text(f"{step:<16}"), shown, indent=2, hang=16)


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
        console.print()
    for (template, rule, note), steps in shared.items():
        where = f"{template} {steps[0]}" if len(steps) == 1 else template
        console.print(text(f"note · {where} · {rule.replace('-', ' ')}: {note}", "dim"), hang=7)


def _annotate(console: Console, report: Report, wanted: bool) -> None:
    """GitHub reads both streams of a job; beside a JSON answer, annotations go to the other one."""
    for line in as_annotations(report) if wanted else []:
        if console.as_json:
            console.info(line)
        else:
            console.verbatim(line)


def _write(file: Path, words: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(words, "utf-8")
    except OSError as wrong:
        raise EnvironmentProblem(
            f"The report cannot be written to {file}: {wrong.strerror}.", "Choose another place for --junit."
        ) from wrong
