"""The commands for template authors: prove a template, and fan its proof out over many machines."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated

import typer

from starterkit.cli.options import complete_frameworks, flag, part_of, whole_number
from starterkit.cli.session import console_of, folder_of
from starterkit.paths import cache_folder

if TYPE_CHECKING:
    from pathlib import Path

    from starterkit.cli.console.console import Console
    from starterkit.validation.model import Report, RuleResult
    from starterkit.validation.planning import Unit
    from starterkit.validation.running import Observer, Place
    from starterkit.validation.subject import Subject

Names = Annotated[
    list[str] | None,
    typer.Argument(
        metavar="[TEMPLATE]...",
        help="A bundled name, a folder, or a git address; else all bundled ones.",
        show_default=False,
        autocompletion=complete_frameworks,
    ),
]


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
    from starterkit.cli.screens import validated
    from starterkit.validation.running import validate as run_validation
    from starterkit.validation.subject import subjects_of

    console = console_of(context)
    place = _place(whole_number(jobs, "--jobs"), use_cache=not no_cache)
    subjects = subjects_of(names or [], folder_of(context), place.templates, trusted=trust)
    wanted = _wanted(subjects, step or [], only or [], skip or [], shard, changed_since)
    report = run_validation(wanted, place, _observer(console))
    return validated.show(console, report, junit=junit, github=github)


def report_of(console: Console, folder: Path, *, skip: list[str]) -> Report:
    """Validate the template in a folder, all of it but the rules in `skip`, and return the report."""
    from starterkit.validation.running import validate as run_validation
    from starterkit.validation.subject import subjects_of

    place = _place(0, use_cache=True)
    subjects = subjects_of([str(folder)], folder, place.templates, trusted=True)
    return run_validation(_wanted(subjects, [], [], skip, "", ""), place, _observer(console))


def matrix(
    context: typer.Context,
    names: Names = None,
    steps_per_job: Annotated[
        str, typer.Option("--steps-per-job", metavar="N", help="So many steps in a job; else two.")
    ] = "",
    version: Annotated[
        list[str] | None,
        typer.Option("--with", metavar="VERSION", help="This version of Python or Node; else the oldest and newest."),
    ] = None,
) -> int:
    """Print the jobs into which a CI provider fans a validation out, as a JSON matrix."""
    from starterkit.validation.matrix import matrix as jobs_of
    from starterkit.validation.subject import subjects_of

    console = console_of(context)
    place = _place(0, use_cache=True)
    subjects = subjects_of(names or [], folder_of(context), place.templates, trusted=True)  # reading runs nothing
    templates = [(subject.name, subject.template) for subject in subjects]
    jobs = jobs_of(templates, steps_per_job=whole_number(steps_per_job, "--steps-per-job") or 2, versions=version or [])
    # One line, and nothing around it: `matrix=$(starterkit template matrix)` is how it is used.
    console.exact(json.dumps({"include": [asdict(job) for job in jobs]}))
    return 0


def _wanted(
    subjects: list[Subject], steps: list[str], only: list[str], skip: list[str], shard: str, changed_since: str
) -> list[Unit]:
    """Return the units that the options leave. Raises `UsageError` for options that name nothing."""
    from starterkit.repository.changes import changed_since as files_changed_since
    from starterkit.validation.planning import changed_steps, chosen_rules, chosen_steps, shard_of, units

    rules = chosen_rules(only, skip)
    found: list[Unit] = []
    for subject in subjects:
        chosen = chosen_steps(subject.template, steps)
        if changed_since:
            changed = changed_steps(subject.template, files_changed_since(subject.folder, changed_since))
            chosen = [step for step in chosen if step in changed]
        found += units(subject, chosen, rules)
    return shard_of(found, *part_of(shard))


def _place(jobs: int, *, use_cache: bool) -> Place:

    from starterkit.validation.running import Place

    return Place(cache_folder(), jobs, use_cache)


def _observer(console: Console) -> Observer:
    """Return what reports on standard error which unit is being validated."""
    from starterkit.validation.running import Observer

    class Reporter(Observer):
        count = ""

        def began(self, unit: Unit) -> None:
            rule = unit.rule.value.replace("-", " ")
            console.say(f"{self.count}{unit.subject.template.name} {unit.step}: {rule}")

        def ended(self, result: RuleResult, done: int, of: int) -> None:
            """Report a failure at once, so that nobody has to wait for the end."""
            self.count = f"{done} of {of} · "
            if result.findings and not result.cached:
                console.note(f"{result.template} {result.step}: {result.rule.value.replace('-', ' ')} FAILED")

    return Reporter()
