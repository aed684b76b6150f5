"""Run a program in the project's environment, with the packages and the Node or Python that the tests use."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from pathlib import Path

from starterkit.errors import UsageError
from starterkit.process import run_in_terminal
from starterkit.progress import Progress
from starterkit.project.check import prepared
from starterkit.project.project import Project
from starterkit.runtime.environment import Environment


def execute(project: Project, command: Sequence[str], say: Progress) -> int:
    """Run a command in the project's folder, and return its exit code. Raises `UsageError` for an unknown program."""
    environment = prepared(project, say)
    return run_in_terminal(_whole_command(environment, command), cwd=project.folder, env=environment.variables)


def _whole_command(environment: Environment, command: Sequence[str]) -> list[str]:
    name, *arguments = command
    if name in ("npm", "npx") and "npm" in environment.programs:
        # The npm next to Node can be missing or broken, so Node runs npm's script itself.
        script = Path(environment.programs["npm"]).with_name(f"{name}-cli.js")
        return [environment.programs["node"], str(script), *arguments]
    program = environment.programs.get(name) or shutil.which(name, path=environment.variables["PATH"])
    if program is None:
        raise UsageError(
            f"Unknown program `{name}`.", "Use a program of your project, for example `python`, `node` or `npm`."
        )
    return [program, *arguments]
