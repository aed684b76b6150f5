"""The command `starterkit exec`: run a program of the site's environment in this terminal."""

from __future__ import annotations

import shutil
from typing import Annotated

import typer

from starterkit.cli.options import argument, console_of, folder_of
from starterkit.cli.session import project_here
from starterkit.errors import EnvironmentProblem
from starterkit.process import run_in_terminal
from starterkit.project import check


def execute(
    context: typer.Context,
    command: Annotated[list[str], argument("PROGRAM", "The program and its arguments. Type `--` before them.")],
) -> int:
    """Run a program with the Python or Node of your site.

    The program can be python, node, npm, or a program of an installed package. It runs in the current folder.
    """
    console = console_of(context)
    with project_here(context, names_markers=False) as project:
        variables = check.prepared(project, console.show_progress).variables
    program = shutil.which(command[0], path=variables["PATH"])
    if program is None:
        raise EnvironmentProblem(
            f"There is no program {command[0]} in your site's environment.",
            "If it belongs to a package, add the package first: `starterkit add PACKAGE`.",
        )
    console.flush()
    return run_in_terminal([program, *command[1:]], cwd=folder_of(context), env=variables)
