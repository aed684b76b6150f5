"""Compare the learner's changes in a step with the solution's, for `starterkit compare`."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace

from starterkit.errors import UsageError
from starterkit.git.diff import FilePatch, diff_commits, diff_work_tree
from starterkit.project.commit import KEPT_FOLDER
from starterkit.project.project import Project
from starterkit.project.state import ANSWERS_FILE, STATE_FILE, RememberedCheck
from starterkit.template.model import ReviewNote, Step
from starterkit.testing.results import CheckResult


@dataclass(frozen=True)
class FileComparison:
    """One file of a step, with the learner's changes and the solution's as unified diffs. A diff can be empty.

    `path` is the name at the start of the step. `new_path` is the learner's name for the file.
    """

    path: str
    new_path: str
    yours: str
    solution: str


@dataclass(frozen=True)
class Comparison:
    """The files of a step: those that the solution changes, then those that only the learner changed.

    `is_exact` is false if the history doesn't show the learner's work on the step, for example after a squash. Then
    there are only the solution's files, and the learner's side can include changes from other steps.
    """

    step: Step
    files: tuple[FileComparison, ...]
    is_exact: bool

    @property
    def general_notes(self) -> tuple[ReviewNote, ...]:
        """The review notes that belong to none of the files."""
        paths = {file.path for file in self.files}
        return tuple(note for note in self.step.review if note.file not in paths)

    def without_solution(self) -> Comparison:
        """Return only the files that the learner changed, without the solution and the review notes."""
        mine = tuple(replace(file, solution="") for file in self.files if file.yours)
        return replace(self, step=replace(self.step, review=()), files=mine)

    def notes_for(self, file: FileComparison) -> tuple[ReviewNote, ...]:
        """Return the review notes that belong to a file."""
        return tuple(note for note in self.step.review if note.file == file.path)


@dataclass(frozen=True)
class _Period:
    """The time in which the learner worked on a step. `end` is a commit, or "" for the work tree."""

    start: str
    end: str
    is_exact: bool = True


def has_review(project: Project, result: CheckResult | RememberedCheck) -> bool:
    """True if all tests of the current step that count passed. Then the learner can compare code with the solution."""
    if isinstance(result, RememberedCheck):
        green = set(result.green)
    else:
        green = {each.test.id for each in result.core if each.is_green}
    new = {test.id for test in project.expected_tests() if test.step == project.state.step and test.is_core}
    return project.step is not None and new <= green


def hides_solution(project: Project, step: str) -> bool:
    """True if a learner still works on a step, so that the solution would be a surprise.

    This is the current step, unless its solution was merged or its tests pass with exactly the present files.
    """
    if step != project.state.step or project.state.solved:
        return False
    last = project.remembered_check()
    return last is None or not has_review(project, last)


def step_to_compare(project: Project, name: str = "") -> str:
    """Return the full name of the step to compare.

    The default is the current step. If the learner hasn't changed anything in it yet, it is the step before it. Raises
    `UsageError` for a step that hasn't started yet.
    """
    if project.step is None and not name:
        raise UsageError("You haven't started a step yet.", "Start the first step: `starterkit next`.")
    so_far = project.path.steps_so_far(project.state.step)
    if name:
        step = project.template.find_step(name)
        if step not in so_far:
            label = project.template.step(step).label
            raise UsageError(f"You have not started {label} yet.", "Start the next step: `starterkit next`.")
        return step
    current, history = so_far[-1], _history(project)
    if len(so_far) > 1 and not project.state.solved and _period(project, so_far[-2], history).is_exact:
        period = _period(project, current, history)
        if period.is_exact and not _learner_patches(project, period):
            return so_far[-2]
    return current


def compare(project: Project, name: str) -> Comparison:
    """Return the learner's changes in a step (by its full name) next to the solution's."""
    given, solved = (project.path.layer_commit(name, solved=is_solved) for is_solved in (False, True))
    period = _period(project, name, _history(project))
    solution = {patch.old_path: patch for patch in diff_commits(project.repository.git, given, solved)}
    yours = {patch.old_path: patch for patch in _learner_patches(project, period)}
    others = sorted(set(yours) - set(solution)) if period.is_exact else []
    files = (_file(path, yours.get(path), solution.get(path)) for path in (*sorted(solution), *others))
    shown = tuple(file for file in files if _is_learners(project, file.path))
    return Comparison(project.template.step(name), shown, period.is_exact)


def _file(path: str, yours: FilePatch | None, solution: FilePatch | None) -> FileComparison:
    new_path = yours.path if yours else path
    return FileComparison(path, new_path, yours.patch if yours else "", solution.patch if solution else "")


def _is_learners(project: Project, path: str) -> bool:
    is_own = path in (STATE_FILE, ANSWERS_FILE) or path.startswith(f"{KEPT_FOLDER}/")
    return not (is_own or project.template.owns(path) or project.template.is_pins(path))


def _learner_patches(project: Project, period: _Period) -> list[FilePatch]:
    repository = project.repository
    if period.end:
        patches = diff_commits(repository.git, period.start, period.end)
    else:
        listing = project.listing()
        there = [
            path
            for path in (*listing.tracked, *listing.unmerged, *listing.untracked)
            if os.path.lexists(project.folder / path)
        ]
        patches = diff_work_tree(repository, period.start, there)
        patches = [patch for patch in patches if patch.path not in listing.left_out]
    return [patch for patch in patches if _is_learners(project, patch.old_path)]


def _history(project: Project) -> dict[str, tuple[str, str]]:
    """Return the newest commit of starterkit with each subject: its id and its first parent's ("" for none)."""
    commits: dict[str, tuple[str, str]] = {}
    subjects = ("--grep=^Begin at ", "--grep=^Start ", "--grep=^Finish ")
    # HEAD is invalid before the first commit. Then there is no history.
    log = project.repository.git.try_run("log", "-z", "--format=%H %P%n%s", *subjects, "HEAD", "--")
    for record in filter(None, log.text_out.split("\0")):
        ids, _, subject = record.partition("\n")
        id, *parents = ids.split()
        commits.setdefault(subject, (id, parents[0] if parents else ""))
    return commits


def _period(project: Project, step: str, history: dict[str, tuple[str, str]]) -> _Period:
    """Return the time of a step. Without its first commit, it starts with the path's files for the step."""
    label = project.template.step(step).label
    start = (history.get(f"Start {label}") or history.get(f"Begin at {label}") or ("",))[0]
    is_over, end = step != project.state.step, ""
    if is_over and (coming := project.path.next_step(step)):
        after = history.get(f"Start {project.template.step(coming).label}", ("", ""))[1]
        end = after or history.get(f"Finish {label}", ("",))[0]
    is_exact = bool(start) and bool(end) == is_over
    return _Period(start or project.path.layer_commit(step, solved=False), end, is_exact)
