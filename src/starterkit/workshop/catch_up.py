"""`workshop catch-up`: brings latecomers to a step and keeps the steps that they solved.

For each unsolved step before it, the path's solution is merged into the person's code. Such a step is called filled. If
the merge conflicts, the step's files are replaced, as in `solve`. Each filled step becomes a separate commit. The
results get one event with all filled steps.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial

from starterkit.git.merge import Resolution
from starterkit.git.objects import Entry, NewCommit
from starterkit.progress import Progress
from starterkit.project.carry import Carried, changed_paths, resolve, take_all, take_files
from starterkit.project.commit import solve_message
from starterkit.project.learning_path import LearningPath
from starterkit.project.migrations import has_diverged, rebased_migrations, without_new_history
from starterkit.project.state import State
from starterkit.template.model import BASE
from starterkit.workshop import events
from starterkit.workshop.delivery import Delivery, PersonRepository, ProjectAtCommit, in_each_repository
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.submissions import FILLED_IN, Submission

# Gets a person, a commit and a step. Returns True if the commit passes the tests of all steps up to this step.
Judge = Callable[[Person, str, str], bool]


@dataclass(frozen=True)
class CatchUpResult:
    """The result of `catch-up` for one person.

    `own` are the steps that the person solved. `filled` are the steps that got the path's solution. `whole` are the
    filled steps whose files were replaced instead of merged. `replaced` are lessons and tests that the person had
    changed: the commit `before` keeps them. `is_green` says if the tests of the filled steps pass (None: not run).
    `failed` says that nothing could be done, and `why` gives the reason.
    """

    person: Person
    step: str = ""
    own: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    replaced: tuple[str, ...] = ()
    before: str = ""
    is_green: bool | None = None
    delivered: Delivery | None = None
    why: str = ""
    failed: bool = False


@dataclass
class CatchUp:
    """A person's project during `catch-up`, with the new commits so far.

    The commits stay in memory until the caller writes them.
    """

    repo: PersonRepository
    path: LearningPath
    state: State
    tree: dict[str, Entry]
    parent: str
    commits: list[NewCommit] = field(default_factory=list)
    filled: list[str] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    replaced: set[str] = field(default_factory=set)
    is_green: bool | None = None

    def walk(self, steps: Sequence[str], goal: str, judge: Judge | None, take_whole: bool) -> CatchUp:
        """Add the solutions of `steps`, test them with `judge`, and start the step `goal`. Return this object.

        With `take_whole`, the path's files replace the person's files, and nothing is merged.
        """
        for step in steps:
            if step != self.state.step:
                self._begin(step)
            self._fill(step, take_whole)
        if steps and judge is not None:
            self.is_green = judge(self.repo.person, self.repo.write(self.commits), self.state.step)
        self._begin(goal)
        return self

    def _fill(self, step: str, take_whole: bool) -> None:
        template = self.path.template
        before, after = self.path.layer(step, solved=False), self.path.layer(step, solved=True)
        migrations: Mapping[str, Entry] = {}
        self.filled.append(step)
        if take_whole:
            carried = take_all(before, after, self.tree, template)
        else:
            if has_diverged(template, before, after, self.tree):
                merger = self.repo.merger
                layers = (before, after, self.tree)
                migrations = rebased_migrations(template, layers, merger.content, merger.add) or {}
                after = without_new_history(template, before, after)
            carried = self.repo.carry(template, before, after, self.tree)
            if take_whole := not carried.is_clean:
                carried = take_files(template, before, after, self.tree, changed_paths(before, after))
        if take_whole:
            self.whole.append(step)
        state = replace(self.state, step=step, solved=True)
        self._add(f"{solve_message(template.step(step))}\n\n{FILLED_IN}", carried, state, migrations)

    def _begin(self, coming: str) -> None:
        """Add the new files of the next step. If lines conflict, keep the person's lines."""
        template = self.path.template
        before, after = self.path.layer(self.state.step, solved=True), self.path.layer(coming, solved=False)
        carried = self.repo.carry(template, before, after, self.tree)
        if not carried.is_clean:
            carried = resolve(self.repo.merger, carried, Resolution.MINE, "yours", "the path's")
        state = replace(self.state, step=coming, solved=False)
        self._add(f"Start {template.step(coming).label}", carried, state, {})

    def _add(self, message: str, carried: Carried, state: State, migrations: Mapping[str, Entry]) -> None:
        self.replaced.update(filter(self.path.template.owns, carried.backups))
        parent: str | int = len(self.commits) - 1 if self.commits else self.parent
        self.tree, self.state = {**carried.tree, **migrations}, state
        self.commits.append(self.repo.commit(message, parent, self.tree, state))


def catch_up(
    workshop: Workshop,
    people: Sequence[Person],
    step: str,
    say: Progress,
    *,
    judge: Judge | None = None,
    counts_as_green: bool | None = None,
    take_whole: bool = False,
) -> list[CatchUpResult]:
    """Bring people from their latest work to the start of `step` (a full name). Return a result for each person.

    `judge` tests the person's current step and the filled steps. If tests fail after a merge, the path's files replace
    the person's files. Without `judge`, `counts_as_green` says whether the current step is solved (None: unknown, so
    the person stays where they are). `take_whole` always replaces the files.
    """
    return in_each_repository(
        workshop,
        people,
        f"Bringing people to {step}",
        say,
        lambda repo: _catch_up(repo, step, judge, counts_as_green, take_whole),
        lambda person, message: CatchUpResult(person, why=message, failed=True),
    )


def _catch_up(
    repo: PersonRepository, goal: str, judge: Judge | None, counts_as_green: bool | None, take_whole: bool
) -> CatchUpResult:
    person = repo.person
    submission = repo.latest()
    if submission is None:
        return CatchUpResult(person, why="No commit of this person yet.", failed=True)
    project = repo.project_at(submission)
    step, path = project.state.step, repo.path(project.state)
    if path is None:
        return CatchUpResult(person, why="Their project has a path from another workshop.", failed=True)
    names = (BASE, *path.template.step_names)
    if step not in names or goal not in names:
        missing = step if step not in names else goal
        return CatchUpResult(person, why=f'Their path has no step "{missing}".', failed=True)
    at, goal_at = names.index(step), names.index(goal)
    if at >= goal_at:
        _finish_killed_command(repo, submission)
        label = path.template.step(step).label if at else ""
        why = "Already at this step." if at == goal_at else f"Already past this step: at {label}."
        return CatchUpResult(person, step, why=why)
    done = _is_done(project, path, judge, counts_as_green)
    if done is None:
        why = "starterkit can't grade here, so it doesn't know whether their current step is done."
        fix = "If it is done, add `--count-as green`. If not, add `--count-as red`."
        return CatchUpResult(person, step, why=f"{why} {fix}", failed=True)
    steps = names[at + done : goal_at]  # never contains the base, because it always counts as done
    start = partial(CatchUp, repo, path, project.state, project.tree, submission.commit)
    attempt = start().walk(steps, goal, judge, take_whole)
    if attempt.is_green is False and not take_whole:
        attempt = start().walk(steps, goal, judge, True)
    commit = repo.write(attempt.commits)
    event = {"from": submission.commit, "commit": commit, "step": goal, "steps": attempt.filled}
    _append(repo, events.FILLING, {**event, "branch": submission.branch, "theirs": True})
    delivered = repo.deliver(submission, commit, attempt.state)
    _append(repo, events.FILLED, {**event, "branch": delivered.branch, "theirs": delivered.is_theirs})
    filled_events = [event for event in events.read(repo.workshop, person) if event.get("kind") == events.FILLED]
    filled = {name for event in filled_events for name in event.get("steps", ())}
    return CatchUpResult(
        person,
        goal,
        own=tuple(name for name in names[1 : at + 1] if name not in filled),
        filled=tuple(attempt.filled),
        whole=tuple(attempt.whole),
        replaced=tuple(sorted(attempt.replaced)),
        before=submission.commit,
        is_green=attempt.is_green,
        delivered=delivered,
    )


def _is_done(
    project: ProjectAtCommit, path: LearningPath, judge: Judge | None, counts_as_green: bool | None
) -> bool | None:
    """True if the person solved their current step, False if not, and None if nothing can tell."""
    state, submission = project.state, project.submission
    if state.step == BASE or state.solved:
        return True
    if all(project.tree.get(name) == entry for name, entry in path.layer(state.step, solved=False).items()):
        return False  # the person has changed nothing in this step
    return judge(submission.person, submission.commit, state.step) if judge else counts_as_green


def _append(repo: PersonRepository, kind: str, event: Mapping[str, object]) -> None:
    events.append(repo.workshop, repo.person, {"kind": kind, "at": events.moment(), **event})


def _finish_killed_command(repo: PersonRepository, submission: Submission) -> None:
    begun, finished = (events.last(repo.workshop, repo.person, kind) for kind in (events.FILLING, events.FILLED))
    commit = begun and begun.get("commit")
    if not begun or not isinstance(commit, str) or commit == (finished or {}).get("commit"):
        return
    if repo.is_after(submission.commit, commit):
        _append(repo, events.FILLED, {name: value for name, value in begun.items() if name not in ("kind", "at")})
