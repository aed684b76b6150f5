"""The command `starterkit template validate`: its options and its output."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from starterkit.cli.commands.template.shared import Templates
from starterkit.cli.commands.template.validate_formats import (
    as_annotations,
    as_json,
    as_junit,
    finding_lines,
    located,
)
from starterkit.cli.console.console import Console
from starterkit.cli.console.text import Text, joined, text
from starterkit.cli.options import console_of, flag, folder_of, option, part_of, whole_number
from starterkit.errors import EnvironmentProblem, UsageError
from starterkit.git.worktree import changed_since as files_changed_since
from starterkit.paths import cache_folder
from starterkit.validation.external_solutions import FOLDER_NAME, LEGACY_FOLDER_NAME
from starterkit.validation.model import Report, Rule, RuleResult, Severity, Status
from starterkit.validation.plan import RuleRun, changed_steps, chosen_rules, chosen_steps, rule_runs, shard_of
from starterkit.validation.record import FILE_NAME as RECORD_FILE
from starterkit.validation.record import write_record
from starterkit.validation.runner import RunSettings, ValidationObserver
from starterkit.validation.runner import validate as run_validation
from starterkit.validation.target import TemplateUnderTest, UnreadableTemplate, templates_under_test

_STYLES = {Status.FAILED: "bold red", Status.OK: "bold green", Status.SKIPPED: "magenta"}  # in order on screen
_STEP_HELP = "Step to validate, for example 02, 02..04 or `base`, the starter project (repeatable)."
_ONLY_HELP = "Rule to run, for example hints (default: all rules, repeatable)."
_SKIP_HELP = "Rule to leave out, for example hints (repeatable)."
_SINCE_HELP = "Validate only steps that changed since this git revision, and later steps."
_REPEAT_HELP = "Run each solution's tests N times, to find flaky tests (default: once)."
_CACHED = " (cached)"

_MOST_NOTES = 1  # how many warnings and notes to show for one rule and step, if there are several rules


def validate(
    context: typer.Context,
    names: Templates = None,
    step: Annotated[list[str] | None, option("--step", "STEP", _STEP_HELP)] = None,
    only: Annotated[list[str] | None, option("--only", "RULE", _ONLY_HELP)] = None,
    skip: Annotated[list[str] | None, option("--skip", "RULE", _SKIP_HELP)] = None,
    jobs: Annotated[str, option("--jobs", "N", "Number of programs to run at once (default: one per core).")] = "",
    shard: Annotated[str, option("--shard", "I/N", "Do only a part of the work (1/4: the first of four parts).")] = "",
    changed_since: Annotated[str, option("--changed-since", "REV", _SINCE_HELP)] = "",
    junit: Annotated[str, option("--junit", "FILE", "File to write a JUnit report to.")] = "",
    github: Annotated[bool, flag("--github", "Print annotations that GitHub shows next to the code.")] = False,
    no_cache: Annotated[bool, flag("--no-cache", "Run every rule again, even if nothing changed.")] = False,
    repeat: Annotated[str, option("--repeat", "N", _REPEAT_HELP)] = "",
    record: Annotated[bool, flag("--record", "Save in the template which lines each test depends on.")] = False,
    trust: Annotated[bool, flag("--trust", "Run the code of an external template without asking.")] = False,
) -> int:
    """Test that every step of a template works.

    starterkit installs the template's packages and runs its code. Unchanged parts don't run again.
    """
    console = console_of(context)
    repetitions = whole_number(repeat, "--repeat") or 1
    settings = RunSettings(cache_folder(), whole_number(jobs, "--jobs"), use_cache=not no_cache, repeat=repetitions)
    subjects, unreadable = _read_templates(console, names or [], folder_of(context), settings, trusted=trust)
    selected = shard_of(_selected(subjects, step or [], only or [], skip or [], changed_since), *part_of(shard))
    if record and subjects and not any(unit.rule is Rule.EARNED for unit in selected):
        raise UsageError("`--record` needs the rule earned, but you left it out.", "Add `--only earned`.")
    report = run_validation(selected, settings, _observer(console), unreadable)
    if record:
        _record(console, subjects, report)
    return show(console, report, junit=junit, github=github)


def _record(console: Console, subjects: list[TemplateUnderTest], report: Report) -> None:
    for subject in subjects:
        steps = write_record(subject, report.results)
        console.info(f"{subject.name}: recorded {', '.join(steps) or 'no step'} in {RECORD_FILE}.")


def validate_copy(console: Console, folder: Path, *, skip: list[str]) -> Report:
    """Validate the template in a folder without the rules in `skip`. Return the report."""
    settings = RunSettings(cache_folder())
    subjects, unreadable = _read_templates(console, [str(folder)], folder, settings, trusted=True)
    return run_validation(_selected(subjects, [], [], skip, ""), settings, _observer(console), unreadable)


def _read_templates(
    console: Console, names: list[str], current: Path, settings: RunSettings, *, trusted: bool
) -> tuple[list[TemplateUnderTest], list[UnreadableTemplate]]:
    subjects, unreadable = templates_under_test(names, current, settings.templates, trusted=trusted)
    for subject in subjects:
        if subject.external_solutions and subject.external_solutions.is_legacy:
            console.info(f"Warning: {subject.name}: the folder {LEGACY_FOLDER_NAME}/ is deprecated.")
            console.info(f"Rename the folder to {FOLDER_NAME}/. See docs/validation.md.")
    return subjects, unreadable


def _selected(
    subjects: list[TemplateUnderTest], steps: list[str], only: list[str], skip: list[str], changed_since: str
) -> list[RuleRun]:
    rules = chosen_rules(only, skip)
    selected: list[RuleRun] = []
    for subject in subjects:
        chosen = chosen_steps(subject.template, steps)
        if changed_since:
            changed = changed_steps(subject.template, files_changed_since(subject.folder, changed_since))
            chosen = [step for step in chosen if step in changed]
        selected += rule_runs(subject, chosen, rules)
    return selected


def _observer(console: Console) -> ValidationObserver:
    class Reporter(ValidationObserver):
        count = ""

        def began(self, unit: RuleRun) -> None:
            rule = unit.rule.value.replace("-", " ")
            console.show_progress(f"{self.count}{unit.subject.template.name} {unit.step}: {rule}")

        def ended(self, result: RuleResult, done: int, of: int) -> None:
            self.count = f"{done} of {of} · "
            if result.status is Status.FAILED and not result.cached:
                console.info(f"{result.template} {result.step}: {result.rule.value.replace('-', ' ')} FAILED")

    return Reporter()


def show(console: Console, report: Report, *, junit: str, github: bool) -> int:
    """Show a report as text or JSON. Return the exit code.

    `junit` is the file for a JUnit report ("": none). `github` adds annotations for GitHub.
    """
    if junit:
        _write(Path(junit), as_junit(report))
    annotations = as_annotations(report) if github else []
    code = report.exit_code
    if console.json("template validate", as_json(report)):
        for line in annotations:  # GitHub also reads annotations from stderr, and stdout must be pure JSON
            console.info_verbatim(line)
        return code
    _show_steps(console, report)
    _show_notes(console, report)
    for finding in report.errors:
        console.print()
        first, *others = finding_lines(report, finding)
        console.verbatim(first, "bold")
        for line in others:
            console.verbatim(line)
    console.print()
    for line in annotations:
        console.verbatim(line)
    console.print(text(closing_line(report), "bold green" if report.is_clean else "bold red"))
    return code


def _show_steps(console: Console, report: Report) -> None:
    steps: dict[tuple[str, str], dict[Status, list[str]]] = {}
    for result in report.results:
        groups = steps.setdefault((result.template, result.step), {status: [] for status in _STYLES})
        score = f" {result.score:.0%}" if result.score is not None else ""
        groups[result.status].append(f"{result.rule.value.replace('-', ' ')}{score}{_CACHED if result.cached else ''}")
    width = max(16, *(len(step) + 2 for _, step in steps))
    before = ""
    for (template, step), groups in steps.items():
        if template != before:
            console.print(text(template, "bold"))
            before = template
        line = text("")
        for status, rules in groups.items():
            if rules:
                line = joined(line, "; " if line.plain else "", _group(status, rules))
        console.print(f"{step:<{width}}", line, indent=2, hang=width)


def _group(status: Status, rules: list[str]) -> Text:
    names = ", ".join(rules)
    if len(rules) > 1 and all(rule.endswith(_CACHED) for rule in rules):
        names = ", ".join(rule.removesuffix(_CACHED) for rule in rules) + " (all cached)"
    return joined(text(status.value, _STYLES[status]), f" {names}")


def _show_notes(console: Console, report: Report) -> None:
    is_one_rule = len({result.rule for result in report.results}) == 1
    notes: dict[tuple[str, str, Severity, str], list[str]] = {}
    for result in report.results:
        every = [(finding.severity, located(report, finding)) for finding in result.remarks]
        every += [(Severity.NOTE, note) for note in result.notes]
        shown = every if is_one_rule else every[:_MOST_NOTES]
        if result.skipped:
            shown = [(Severity.NOTE, f"skipped, {result.skipped}"), *shown]
        if not is_one_rule and len(every) > _MOST_NOTES:
            pointer = f"to see all {len(every)} messages, add `--only {result.rule.value}`"
            shown = [*shown, (Severity.NOTE, pointer)]
        for severity, message in shown:
            notes.setdefault((result.template, result.rule.value, severity, message), []).append(result.step)
    if notes:
        console.print()
    for (template, rule, severity, message), steps in notes.items():
        where = f"{template} {steps[0]}" if len(steps) == 1 else template
        style = "magenta" if severity is Severity.WARNING else "dim"
        console.print(text(f"{severity} · {where} · {rule.replace('-', ' ')}: {message}", style), hang=7)


def closing_line(report: Report) -> str:
    """Return the last line of a report: the number of findings and rules, the time, and cached results."""
    rules = len(report.results)
    counts = {severity: report.count(severity) for severity in Severity}
    found = [f"{count} {severity}{'s' if count != 1 else ''}" for severity, count in counts.items() if count]
    cached = "all" if report.from_cache == rules else report.from_cache
    from_cache = f" ({cached} from the cache)" if report.from_cache else ""
    if not found and not rules:
        return "Checked nothing, because no selected rule applies to the selected steps."
    if found and report.is_clean:
        found.insert(0, "No errors")
    summary = ", ".join(found) if found else "No problems found"
    return f"{summary}. Checked {rules} rule{'s' if rules != 1 else ''} in {report.seconds:.1f} s{from_cache}."


def _write(file: Path, report: str) -> None:
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(report, "utf-8")
    except OSError as error:
        raise EnvironmentProblem(
            f"starterkit can't write the report to {file}: {error.strerror}.",
            "Choose another file, for example `--junit report.xml`.",
        ) from error
