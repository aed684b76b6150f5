"""Projects made of external solutions, at a moment of a step.

A moment is `untouched` (the step has begun, nothing is done), `half-done` (every second file of the solution is there),
`wrong` (the whole solution, with a mistake in it) or `finished`.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from starterkit.git.objects import File
from starterkit.git.worktree import remove_file, write_file
from starterkit.progress import no_progress
from starterkit.project.learner_work import Choices
from starterkit.project.next import next_step
from starterkit.project.project import Project, open_project
from starterkit.validation.external_solutions import ExternalSolutions

FOLDER = Path(__file__).parents[1] / "external_solutions"
MOMENTS = ("untouched", "half-done", "wrong")
# To solve every step of every template takes too long for each run. `template validate` carries onto all of them.
EVERY_RUN = "flask"


@dataclass(frozen=True)
class ExternalSolution:
    """One person's solution of one step of a template."""

    template: str
    person: str
    step: str

    def __str__(self) -> str:
        return f"{self.template}-{self.person}-{self.step}"


def external_solutions(template: str = "*") -> list[ExternalSolution]:
    """All external solutions, in order."""
    folders = sorted(folder for folder in FOLDER.glob(f"{template}/*/*") if folder.is_dir())
    return [ExternalSolution(*folder.parts[-3:]) for folder in folders]


def last_solutions() -> list[ExternalSolution]:
    """Each person's solution of their last step. A project at its end has gone through all steps before."""
    return list({(one.template, one.person): one for one in external_solutions(EVERY_RUN)}.values())


def at_moment(start: Path, folder: Path, solution: ExternalSolution, moment: str) -> Path:
    """Copy the untouched project `start` (at base) to `folder`, and bring it to this moment of the solution's step."""
    shutil.copytree(start, folder, symlinks=True)
    with open_project(folder) as project:
        names = project.template.step_names
    for name in names[: names.index(solution.step)]:
        _begin_next(folder)
        with open_project(folder) as project:
            _write(project, ExternalSolution(solution.template, solution.person, name), "finished")
    _begin_next(folder)
    with open_project(folder) as project:
        _write(project, solution, moment)
    return folder


def _begin_next(folder: Path) -> None:
    with open_project(folder) as project:
        next_step(project, Choices(check=False), no_progress)


def _write(project: Project, solution: ExternalSolution, moment: str) -> None:
    """Bring the project's files to this moment of a solution."""
    layer = _layers(project)
    solutions = ExternalSolutions(FOLDER / solution.template)
    goal = solutions.project_after(solution.person, solution.step, project.template, layer)
    now = project.read_work().files
    changed = [path for path in sorted({*goal, *layer(f"given {solution.step}")}) if goal.get(path) != now.get(path)]
    if moment == "untouched":
        changed = []
    if moment == "half-done":
        changed = changed[::2]
    for path in changed:
        if path in goal:
            file = goal[path] if moment != "wrong" else File(goal[path].mode, with_mistake(path, goal[path].data))
            write_file(project.folder, path, file)
        else:
            remove_file(project.folder, path)


def _layers(project: Project) -> Callable[[str], dict[str, File]]:
    """Return a function that reads the files of a layer of the project's path by its label."""

    @cache
    def layer(label: str) -> dict[str, File]:
        kind, _, step = label.partition(" ")
        entries = project.path.layer(step, solved=kind == "solution")
        return {path: File(entry.mode, project.repository.reader.blob(entry.id)) for path, entry in entries.items()}

    return layer


def with_mistake(path: str, data: bytes) -> bytes:
    """A program's text in which every redirect leads to the wrong place and every 422 is a 200."""
    if not path.endswith((".py", ".js")):
        return data
    text = data.decode()
    return re.sub(r"\b422\b", "200", re.sub(r"(return redirect\()", r'\1"/wrong" or ', text)).encode()


def cases() -> Iterator[tuple[ExternalSolution, str]]:
    """Every step of a template once: each person in turn, each moment in turn.

    All solutions at all moments take half an hour. benchmarks/external_solutions.py runs them.
    """
    by_step: dict[tuple[str, str], list[ExternalSolution]] = {}
    for solution in external_solutions(EVERY_RUN):
        by_step.setdefault((solution.template, solution.step), []).append(solution)
    for turn, solutions in enumerate(by_step.values()):
        yield solutions[turn // len(MOMENTS) % len(solutions)], MOMENTS[turn % len(MOMENTS)]
