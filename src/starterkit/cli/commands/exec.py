"""The command `starterkit exec`: its arguments."""

from __future__ import annotations

from typing import Annotated

import typer

from starterkit.cli.options import argument, console_of
from starterkit.cli.session import project_here
from starterkit.project.execute import execute

_COMMAND_HELP = "The program and its arguments. Write -- in front, so that starterkit ignores its options."


def exec_command(context: typer.Context, command: Annotated[list[str], argument("COMMAND", _COMMAND_HELP)]) -> int:
    """Run a program with the packages of your site.

    The program also gets the Node or Python of your site. starterkit ends with the exit code of the program.
    """
    console = console_of(context)
    console.progress.stand_still()
    with project_here(context, names_markers=False) as project:
        return execute(project, command, console.show_progress)
