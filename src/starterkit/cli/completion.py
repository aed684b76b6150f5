"""Return the words that a shell suggests for options and arguments."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from starterkit.choosing.questions import questions
from starterkit.errors import StarterkitError
from starterkit.git.repository import METADATA_REF, PATH_REF, open_repository
from starterkit.project.project import Project, find_project
from starterkit.template.bundled import bundled_folder, bundled_names, bundled_template, templates_in


def answers(_folder: Path, _framework: str) -> list[str]:
    """Return the possible answers for `starterkit choose` as KEY=VALUE."""
    return [
        f"{question.name}={choice.name}"
        for question in questions(templates_in(bundled_folder()))
        for choice in question.choices
    ]


def frameworks(_folder: Path, _framework: str) -> list[str]:
    """Return the names of the bundled frameworks."""
    return bundled_names()


def start_steps(_folder: Path, framework: str) -> list[str]:
    """Return the steps of the framework with this name, or nothing for an unknown name."""
    try:
        return list(bundled_template(framework)[1].step_names)
    except StarterkitError:
        return []


def steps(folder: Path, _framework: str) -> list[str]:
    """Return the steps of the project in the folder."""
    with _project(folder) as project:
        return list(project.template.step_names) if project else []


def tests(folder: Path, _framework: str) -> list[str]:
    """Return the steps so far and their tests, for the project in the folder."""
    with _project(folder) as project:
        if project is None:
            return []
        template = project.template
        names = project.path.steps_so_far(project.state.step)
        return [*names, *template.tests, *(test for name in names for test in template.step(name).tests)]


@contextmanager
def _project(start: Path) -> Iterator[Project | None]:
    """Yield the project in the folder. Yield None if there is none or if its path must be fetched first."""
    try:
        folder = find_project(start)
        project = Project(folder, open_repository(folder))
        ids = {PATH_REF: project.state.path, METADATA_REF: project.state.texts}
        is_whole = project.repository.git.refs(*ids) == ids
    except StarterkitError:
        yield None
        return
    with project:
        yield project if is_whole else None
