"""The small sites in `tests/templates/notes`: one for each framework, with the files of the steps 11 and 12."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starterkit.process import Completed, run
from starterkit.project import check
from starterkit.project.project import open_project
from starterkit.runtime.environment import Environment
from tests.support.commands import starterkit

NOTES = Path(__file__).parents[1] / "templates" / "notes"
STEP = "01-your-own-tests"


@dataclass(frozen=True)
class NotesSite:
    """A project of a framework's notes, and its environment."""

    framework: str
    folder: Path
    environment: Environment

    def use_suite(self, name: str) -> None:
        """Replace the tests in own_tests/ with a suite of the template."""
        source = NOTES / self.framework / (f"steps/{STEP}/solution" if name == "solution" else f"suites/{name}")
        shutil.rmtree(self.folder / "own_tests", ignore_errors=True)
        shutil.copytree(source / "own_tests", self.folder / "own_tests")

    def run(self, *args: str) -> Completed:
        """Run a program of the project. `{python}` and the like are filled in, but not `{port}`."""
        return run(
            self.environment.command(args, port="{port}"), cwd=self.folder, env=self.environment.variables, timeout=240
        )


def notes_site(framework: str, folder: Path, *, step: bool = True) -> NotesSite:
    """Create a project in a folder that doesn't exist yet. With `step`, its step has begun."""
    template = str(NOTES / framework)
    options: Sequence[str] = ("--template", template, "--trust", "--defaults", "--no-install")
    starterkit("new", folder.name, *options, cwd=folder.parent)
    if step:
        starterkit("next", "--no-check", cwd=folder)
    with open_project(folder) as project:
        return NotesSite(framework, folder, check.prepared(project))
