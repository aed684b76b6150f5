"""Save the learner's work and start the next step, for `starterkit next`."""

from __future__ import annotations

from dataclasses import dataclass, replace

from starterkit.errors import FailingTestsError
from starterkit.git.merge import Resolution
from starterkit.git.repository import Head
from starterkit.progress import Progress
from starterkit.project.carry import Carried, carry
from starterkit.project.check import check
from starterkit.project.commit import CommitRequest, CommitResult, commit_outcome, save_message
from starterkit.project.learner_work import Choices, list_work, merger_for, resolve_as_chosen
from starterkit.project.pins import pins_rule
from starterkit.project.project import Project
from starterkit.project.state import RememberedCheck
from starterkit.template.model import Step
from starterkit.testing.results import CheckResult


class TestsRed(FailingTestsError):
    """Tests fail, so the next step can't start. `result` has the failing tests."""

    __test__ = False  # without this, pytest would collect the class as tests, because its name starts with "Tests"

    def __init__(self, result: CheckResult) -> None:
        count = len(result.red)
        super().__init__(
            f"{count} test{'s fail' if count != 1 else ' fails'}, so this step is not finished. Nothing was changed.",
            "`starterkit hint` gives a hint. `starterkit next --solve` applies the solution first.",
        )
        self.result = result


@dataclass(frozen=True)
class NextResult:
    """The result of `starterkit next`. `step` is the started step (None: the path is finished).

    `carried` is the merge of the step's given. `written` are the files that changed (None: there was nothing to save).
    `in_conflict` are the files that have conflict markers now.
    """

    step: Step | None
    carried: Carried | None = None
    written: CommitResult | None = None
    in_conflict: tuple[str, ...] = ()


def next_step(project: Project, choices: Choices, say: Progress, *, continues: str = "") -> NextResult:
    """Save the learner's work and start the next step. After the last step, only save the work.

    `continues` is the snapshot before the solution if the same command has just applied a solution, or "". Raises
    `TestsRed` if tests fail. Raises `ConflictError` (nothing changed) if the step's given conflicts with the learner's
    files and the learner chose nothing.
    """
    with project.writing("next"):
        state, head = project.state, project.repository.check_ready()
        template, coming = project.template, project.path.next_step(state.step)
        listing = list_work(project, choices)
        last = project.remembered_check(listing)
        if choices.check and not (last and last.is_green):
            say("Running the tests first …")
            result = check(project, say=say)
            if result.red:
                raise TestsRed(result)
            last, listing = RememberedCheck.of("", result), project.listing()
        passed = {*state.stretch_passed, *(last.stretch_green if last else ())}
        save = save_message(project, finished=choices.check)
        if coming is None:
            return NextResult(None, written=_save_at_end(project, head, choices, save))
        before = project.path.layer(state.step, solved=True)
        after = project.path.layer(coming, solved=False)
        work = project.read_work(listing, with_large=choices.save_large, also=tuple(after))
        merger = merger_for(project, work)
        step = template.step(coming)
        rule = pins_rule(template.environment, say, bundle=project.bundle)
        carried = carry(merger, template, before, after, work.without_state, pins_rule=rule)
        conflicts = tuple(conflict.path for conflict in carried.conflicts)
        if conflicts:
            carried = resolve_as_chosen(merger, carried, choices, step.label, "next")
        has_markers = bool(conflicts) and choices.settle is Resolution.MARKERS
        request = CommitRequest(
            command="next --solve" if continues else "next",
            save=save,
            message="" if has_markers else f"Start {step.label}",
            state=replace(state, step=coming, solved=False, stretch_passed=tuple(sorted(passed))),
            step=coming,
            merger=merger,
            carried=carried,
            continues=continues,
            markers=conflicts if has_markers else (),
        )
        written = commit_outcome(project, head, work, request)
        return NextResult(step, carried, written, conflicts if has_markers else ())


def _save_at_end(project: Project, head: Head, choices: Choices, save: str) -> CommitResult | None:
    if not project.repository.has_changes():
        return None
    work = project.read_work(with_large=choices.save_large)
    merger, carried = merger_for(project, work), Carried(work.without_state)
    request = CommitRequest("next", save, "", state=None, step=project.state.step, merger=merger, carried=carried)
    return commit_outcome(project, head, work, request)
