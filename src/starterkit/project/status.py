"""Collect the progress on the path, the last check and the next command, for `starterkit status`."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from starterkit.project.project import Project
from starterkit.project.state import RememberedCheck
from starterkit.project.undo import UndoHistory, read_history
from starterkit.template.model import Step, Template
from starterkit.template.resolve import installed_edition


class StepState(StrEnum):
    """The state of a step: done, current or to come."""

    DONE = "done"
    HERE = "here"
    TO_COME = "to come"


@dataclass(frozen=True)
class StepRow:
    """One row of the status: a step of the path, and its state for this project (`standing`)."""

    step: Step
    standing: StepState


@dataclass(frozen=True)
class ProjectStatus:
    """The progress of a project. `at` is the current step (None: no step has started).

    `last` is the last check if the files haven't changed since. Otherwise `stale` is the last check. `undoable` is the
    command that `starterkit undo` would revert, or "". `next_command` is the suggested command without `starterkit`.
    `other_edition` is the edition that is installed, if it isn't the edition of the project.
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
    other_edition: int | None


def project_status(project: Project) -> ProjectStatus:
    """Return the progress of a project. This runs no tests and writes no files."""
    template, state = project.template, project.state
    names = template.step_names
    position = names.index(state.step) if project.step else -1
    last = project.remembered_check()
    is_green = last is not None and last.is_green
    is_last = position == len(names) - 1
    line, installed = read_history(project), installed_edition(state.template)
    return ProjectStatus(
        template=template,
        steps=tuple(
            StepRow(step, _step_state(number, position, solved=is_green or state.solved))
            for number, step in enumerate(template.steps)
        ),
        at=project.step,
        solved=state.solved,
        last=last,
        stale=None if last else project.memory.last_check(),
        is_finished=is_green and is_last,
        undoable=line.next_undo,
        next_command=_next_command(project, last, line, is_last=is_last),
        other_edition=None if installed == template.edition else installed,
    )


def is_at_end(project: Project) -> bool:
    """True if the project is at the last step and all work is saved."""
    return is_last_step(project) and not project.repository.has_changes()


def is_last_step(project: Project) -> bool:
    """True if the current step is the last one."""
    return project.template.step_names[-1:] == (project.state.step,)


def _step_state(number: int, position: int, *, solved: bool) -> StepState:
    if number < position or (number == position and solved):
        return StepState.DONE
    return StepState.HERE if number == position else StepState.TO_COME


def _next_command(project: Project, last: RememberedCheck | None, line: UndoHistory, *, is_last: bool) -> str:
    if last is None:
        # After `next`, the lesson is suggested until the user has opened it or changed a file.
        is_new = _is_unchanged_since(project, line, "next") and not project.memory.is_lesson_opened(project.state.step)
        return "lesson" if is_new else "check"
    if last.is_green:
        return "run" if is_last and not project.repository.has_changes() else "next"
    if project.state.solved and _is_unchanged_since(project, line, "solve"):  # hints can't help with the path's code
        return "undo"
    return "check" if last.blocker else "hint"


def _is_unchanged_since(project: Project, line: UndoHistory, command: str) -> bool:
    return (
        line.next_undo == command
        and line.done[-1].commit == project.repository.head().commit
        and not project.repository.has_changes()
    )
