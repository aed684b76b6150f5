"""`next`: save the learner's work, and carry the next step's given in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from starterkit.errors import ConflictError, FailingTestsError
from starterkit.git.merge import Merger, Resolution
from starterkit.git.objects import Entry
from starterkit.git.repository import Head
from starterkit.progress import Progress
from starterkit.project.carry import Carried, carry, resolve
from starterkit.project.commit import CommitRequest, CommitResult, check_questions, commit_outcome, with_state
from starterkit.project.pins import pins_rule
from starterkit.project.project import Project, WorkingTree
from starterkit.project.state import STATE_FILE
from starterkit.template.model import Step

if TYPE_CHECKING:
    from starterkit.testing.results import CheckResult


class TestsRed(FailingTestsError):
    """The tests are red, and what was asked for needs them green; `result` says which."""

    __test__ = False  # not a test class, whatever its name suggests to pytest

    def __init__(self, result: CheckResult) -> None:
        count = len(result.red)
        super().__init__(
            f"{count} test{'s are' if count != 1 else ' is'} red, so this step is not finished yet. "
            "Nothing was changed.",
            "`starterkit hint` helps; `starterkit next --solve` takes the solution first.",
        )
        self.result = result


@dataclass(frozen=True)
class NextResult:
    """The outcome of `next`: the step that has begun, with what was written.

    After the last step, `step` is None, and `written` too where there was nothing to save.
    """

    step: Step | None
    carried: Carried | None = None
    written: CommitResult | None = None
    in_conflict: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choices:
    """What the learner chose for a command that writes; every question has one."""

    settle: Resolution | None = None
    check: bool = True
    save_large: bool = False
    leave_out: bool = False


def next_step(project: Project, choices: Choices, say: Progress) -> NextResult:
    """Carry the next given in. Raises `FailingTestsError` when the tests are red, `ConflictError` on a conflict."""
    with project.writing("next"):
        state = project.state
        head = project.repository.check_ready()
        coming = project.path.next_step(state.step)
        listing = project.listing()
        check_questions(listing, save_large=choices.save_large, leave_out=choices.leave_out)
        if choices.check:
            last = project.remembered_check(listing)
            if last is None or not last.is_green:
                _check_now(project, say)
                listing = project.listing()
        if coming is None:
            return NextResult(None, written=_save_the_last(project, head, choices, finished=choices.check))
        before = project.path.layer(state.step, solved=True)
        after = project.path.layer(coming, solved=False)
        work = project.read_work(listing, with_large=choices.save_large, also=tuple(after))
        merger = merger_for(project, work)
        step = project.template.step(coming)
        carried = carry(
            merger,
            project.template,
            before,
            after,
            mine_without_state(work),
            pins_rule=pins_rule(project.template.environment, say, bundle=project.bundle),
        )
        conflicts = tuple(conflict.path for conflict in carried.conflicts)
        if conflicts:
            carried = settle_conflicts(merger, carried, choices.settle, step.label, "next")
        leave_markers = bool(conflicts) and choices.settle is Resolution.MARKERS
        wish = CommitRequest(
            command="next",
            save=save_message(project, finished=choices.check),
            message="" if leave_markers else f"Start {step.label}",
            state=with_state(state, coming, solved=False),
            step=coming,
            merger=merger,
            carried=carried,
        )
        written = commit_outcome(project, head, work, wish)
        return NextResult(step, carried, written, conflicts if leave_markers else ())


def _save_the_last(project: Project, head: Head, choices: Choices, *, finished: bool) -> CommitResult | None:
    """Save the learner's work at the end of the path, where nothing more comes; None when there is nothing to save."""
    if not project.repository.has_changes():
        return None
    work = project.read_work(with_large=choices.save_large)
    wish = CommitRequest(
        command="next",
        save=save_message(project, finished=finished),
        message="",
        state=None,
        step=project.state.step,
        merger=merger_for(project, work),
        carried=Carried(mine_without_state(work)),
    )
    return commit_outcome(project, head, work, wish)


def save_message(project: Project, *, finished: bool) -> str:
    """Return the message of the commit that takes in the learner's work."""
    label = project.step.label if project.step else "the starter project"
    return f"{'Finish' if finished and project.step else 'Save'} {label}"


def solve_message(step: Step) -> str:
    """Return the message of the commit that takes in the reference solution of a step."""
    return f"Solve {step.label}"


def merger_for(project: Project, work: WorkingTree) -> Merger:
    """Return a merger that knows the bytes of the learner's files."""
    merger = Merger(project.repository.git, project.repository.reader)
    for file in work.files.files.values():
        merger.add(file.data)
    return merger


def mine_without_state(work: WorkingTree) -> dict[str, Entry]:
    """Return the learner's files without `.starterkit.yml`, which is not theirs to merge."""
    return {path: entry for path, entry in work.tree.items() if path != STATE_FILE}


def settle_conflicts(merger: Merger, carried: Carried, how: Resolution | None, label: str, command: str) -> Carried:
    """Settle the conflicts as chosen. Raises `ConflictError` (nothing changed) where nothing was chosen."""
    if how is not None:
        return resolve(merger, carried, how, "your code", label)
    files = ", ".join(conflict.path for conflict in carried.conflicts)
    raise ConflictError(
        f"{label} and your code change the same lines of: {files}. Nothing was changed.",
        f"Choose: `starterkit {command} --keep-mine` (your lines win), `--take-theirs` (the path's lines win, yours "
        "are kept aside) or `--markers` (both are written into the file, for you to settle).",
    )


def _check_now(project: Project, say: Progress) -> None:
    """Run the tests so far. Raises `TestsRed` when they are not green."""
    from starterkit.project import check

    say("Checking first …")
    result = check.check(project, say=say)
    if result.red:
        raise TestsRed(result)
