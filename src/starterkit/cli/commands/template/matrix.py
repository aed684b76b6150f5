"""The command `starterkit template matrix`: its options and its output."""

from __future__ import annotations

import json
from typing import Annotated

import typer

from starterkit.cli.commands.template.shared import Templates
from starterkit.cli.options import console_of, folder_of, option, whole_number
from starterkit.paths import cache_folder
from starterkit.validation.plan import matrix as jobs_of
from starterkit.validation.runner import RunSettings
from starterkit.validation.target import templates_under_test

_VERSION_HELP = "Python or Node version to test (default: the oldest and the newest)."


def matrix(
    context: typer.Context,
    names: Templates = None,
    steps_per_job: Annotated[str, option("--steps-per-job", "N", "Number of steps in each job (default: 2).")] = "",
    version: Annotated[list[str] | None, option("--with", "VERSION", _VERSION_HELP)] = None,
) -> None:
    """Print a JSON matrix of CI jobs that validate templates."""
    store = RunSettings(cache_folder()).templates
    subjects, unreadable = templates_under_test(names or [], folder_of(context), store, trusted=True)  # runs no code
    if unreadable:
        raise unreadable[0].errors[0]
    templates = [(subject.name, subject.template) for subject in subjects]
    jobs = jobs_of(templates, steps_per_job=whole_number(steps_per_job, "--steps-per-job") or 2, versions=version or [])
    # Print only one line, because workflows use `matrix=$(starterkit template matrix)`.
    console_of(context).verbatim(json.dumps({"include": [vars(job) for job in jobs]}))
