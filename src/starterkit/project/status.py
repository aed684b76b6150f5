"""Where a project stands, in one picture: the whole path, what was checked last, and the one next thing to do."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from starterkit.project.project import Project
from starterkit.project.state import RememberedCheck
from starterkit.project.undo import UndoHistory, read_history, undo_help
from starterkit.template.model import Step, Template


class StepState(StrEnum):
    """How a step stands."""

    DONE = "done"
    HERE = "here"
    TO_COME = "to come"


@dataclass(frozen=True)
class StepRow:
    """One step on the map."""

    step: Step
    standing: StepState


@dataclass(frozen=True)
class ProjectStatus:
    """A project's place on its path.

    `at` is None before the first step. `last` is the last check when it was of exactly these files, else None (and
    then `stale` is the last check of other files, if there was one). `next_command` is what to type next, without
    the program's name.
    """

    template: Template
    steps: tuple[StepRow, ...]
    at: Step | None
    solved: bool
    last: RememberedCheck | None
    stale: RememberedCheck | None
    is_finished: bool
    undoable: str
    next_command: str


def project_status(project: Project) -> ProjectStatus:
    """Return where a project stands; nothing is run and nothing is written."""
    template, state = project.template, project.state
    names = template.step_names
    position = names.index(state.step) if project.step else -1
    last = project.remembered_check()
    is_green = last is not None and last.is_green
    is_last = position == len(names) - 1
    line = read_history(project)
    return ProjectStatus(
        template=template,
        steps=tuple(
            StepRow(step, _standing(number, position, solved=is_green or state.solved))
            for number, step in enumerate(template.steps)
        ),
        at=project.step,
        solved=state.solved,
        last=last,
        stale=None if last else project.memory.last_check(),
        is_finished=is_green and is_last,
        undoable=undo_help(line),
        next_command=_next_command(project, last, line, is_last=is_last),
    )


def is_at_end(project: Project) -> bool:
    """Tell whether nothing is left to do: the last step has come, and all work is saved."""
    return is_last_step(project) and not project.repository.has_changes()


def is_last_step(project: Project) -> bool:
    """Tell whether the path has no step after the present one."""
    return project.template.step_names[-1:] == (project.state.step,)


def _standing(number: int, position: int, *, solved: bool) -> StepState:
    if number < position or (number == position and solved):
        return StepState.DONE
    return StepState.HERE if number == position else StepState.TO_COME


def _next_command(project: Project, last: RememberedCheck | None, line: UndoHistory, *, is_last: bool) -> str:
    if last is None:
        return "check"
    if last.is_green:
        return "run" if is_last and not project.repository.has_changes() else "next"
    if _is_as_solve_left_it(project, line):
        return "undo"
    return "check" if last.blocker else "hint"


def _is_as_solve_left_it(project: Project, line: UndoHistory) -> bool:
    """Tell whether nothing was done since a `solve` that solved the step: then hints have no more to say."""
    return (
        project.state.solved
        and undo_help(line) == "solve"
        and line.done[-1].commit == project.repository.head().commit
        and not project.repository.has_changes()
    )
