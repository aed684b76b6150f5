"""`starterkit template matrix`."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Annotated

import typer

from starterkit.cli.commands.template.shared import Names
from starterkit.cli.options import whole_number
from starterkit.cli.session import console_of, folder_of
from starterkit.paths import cache_folder
from starterkit.validation.plan import matrix as jobs_of
from starterkit.validation.runner import RunSettings
from starterkit.validation.target import templates_under_test


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
    console = console_of(context)
    subjects = templates_under_test(
        names or [], folder_of(context), RunSettings(cache_folder()).templates, trusted=True
    )  # reading runs nothing
    templates = [(subject.name, subject.template) for subject in subjects]
    jobs = jobs_of(templates, steps_per_job=whole_number(steps_per_job, "--steps-per-job") or 2, versions=version or [])
    # One line, and nothing around it: `matrix=$(starterkit template matrix)` is how it is used.
    console.verbatim(json.dumps({"include": [asdict(job) for job in jobs]}))
    return 0
