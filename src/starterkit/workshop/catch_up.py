"""`workshop catch-up`: bring latecomers to a step. What they did stays theirs, what is missing is the reference's.

For each missing step the solution is merged into their code; where that conflicts, the files of the step are taken
whole, as `solve` does it. Every filled step is a commit of its own that says so, and is noted in the results.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from starterkit.crash_report import error_of
from starterkit.git.bare import BareRepository
from starterkit.git.merge import Resolution
from starterkit.git.objects import Entry, NewCommit
from starterkit.progress import Progress
from starterkit.project.carry import Carried, resolve, take_all
from starterkit.project.commit import solve_message
from starterkit.project.learning_path import LearningPath
from starterkit.project.migrations import has_diverged, rebased_migrations, without_new_history
from starterkit.project.state import State
from starterkit.template.model import BASE
from starterkit.workshop import events
from starterkit.workshop.collect import collect_remotes
from starterkit.workshop.delivery import Delivery, LayerChange, PersonRepository, ProjectAtCommit
from starterkit.workshop.model import Person, Workshop
from starterkit.workshop.submissions import FILLED_IN, Submission

# Tells whether a commit of somebody's is green, with the tests of a step and those before it.
Judge = Callable[[Person, str, str], bool]


@dataclass(frozen=True)
class CatchUpResult:
    """What became of one person. `own` are the steps that stay theirs, `filled` those that came from the reference,
    `whole` those of them whose files were taken whole. `replaced` are lessons and tests in which they had written;
    their versions are in the commit `before`. `is_green` tells how the filled steps ended (None: not run).
    `delivered` says where it lies, `why` why nothing was done ("" when something was)."""

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
    """The way of one person to the goal: where they are by now, and the commits on it."""

    desk: PersonRepository
    path: LearningPath
    state: State
    tree: dict[str, Entry]
    parent: str
    commits: list[NewCommit] = field(default_factory=list)
    filled: list[str] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)
    replaced: set[str] = field(default_factory=set)

    def add(self, message: str, carried: Carried, state: State, more: Mapping[str, Entry] | None = None) -> None:
        owns = self.path.template.owns
        self.replaced.update(path for path in carried.backups if owns(path))
        tree = {**carried.tree, **(more or {})}
        parent: str | int = len(self.commits) - 1 if self.commits else self.parent
        self.commits.append(self.desk.commit(message, parent, tree, state))
        self.tree, self.state = tree, state


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
    """Bring each of these people to the given of `step` (a full name), onto their latest work.

    `judge` says whether the step they stand at is done, and whether what was filled in is green; where it merged and is
    not, every file of the path is taken. Without it, `counts_as_green` says how the step they stand at counts (None:
    nothing is done for somebody of whom that is not known). With `take_whole`, every file of the path becomes the
    reference's at once.
    """
    collect_remotes(workshop, people, say)
    found = []
    for number, person in enumerate(people, 1):
        say(f"Bringing people to {step}: {number} of {len(people)}")
        try:
            with BareRepository(workshop.repository(person)) as repository:
                one = _CatchingUp(
                    PersonRepository(workshop, person, repository), step, judge, counts_as_green, take_whole
                )
                found.append(one.run())
        except Exception as wrong:
            found.append(CatchUpResult(person, why=error_of(wrong).message, failed=True))
    return found


@dataclass(frozen=True)
class _CatchingUp:
    """The catching up of one person."""

    desk: PersonRepository
    goal: str
    judge: Judge | None
    counts_as_green: bool | None
    take_whole: bool

    def run(self) -> CatchUpResult:
        person = self.desk.person
        submission = self.desk.latest()
        if submission is None:
            return CatchUpResult(person, why="There is no commit of theirs yet.", failed=True)
        standing = self.desk.standing(submission)
        path = self.desk.path(standing.state)
        if path is None:
            return CatchUpResult(person, why="Their path is none that this workshop has had.", failed=True)
        names = (BASE, *path.template.step_names)
        if standing.state.step not in names or self.goal not in names:
            return CatchUpResult(person, why="Their path has no such step.", failed=True)
        here, there = names.index(standing.state.step), names.index(self.goal)
        if here >= there:
            _note_what_was_cut_off(self.desk, submission)
            label = path.template.step(standing.state.step).label if here else ""
            why = "They are there already." if here == there else f"They are further already: at {label}."
            return CatchUpResult(person, standing.state.step, why=why)
        done = self._is_done(standing, path)
        if done is None:
            why = "It is not known whether the step they stand at is done: nothing can be graded here."
            return CatchUpResult(
                person, standing.state.step, why=f"{why} Say `--count-as green` or `red`.", failed=True
            )
        steps = names[here + done : there]  # base is always done
        way, is_green = self._walked(standing, path, names[here], steps)
        commit = self.desk.write(way.commits)
        event = {"from": submission.commit, "commit": commit, "step": way.state.step, "steps": way.filled}
        _note(self.desk, events.FILLING, {**event, "branch": submission.branch, "theirs": True})
        delivered = self.desk.deliver(submission, commit, way.state)
        _note(self.desk, events.FILLED, {**event, "branch": delivered.branch, "theirs": delivered.is_theirs})
        noted = [one for one in events.read(self.desk.workshop, person) if one.get("kind") == events.FILLED]
        filled = {step for one in noted for step in one.get("steps", ())}
        return CatchUpResult(
            person,
            self.goal,
            own=tuple(name for name in names[1 : here + 1] if name not in filled),
            filled=tuple(way.filled),
            whole=tuple(way.whole),
            replaced=tuple(sorted(way.replaced)),
            before=submission.commit,
            is_green=is_green,
            delivered=delivered,
        )

    def _is_done(self, standing: ProjectAtCommit, path: LearningPath) -> bool | None:
        """Tell whether the step where somebody stands is done; None where that cannot be known."""
        state, submission = standing.state, standing.submission
        if state.step == BASE or state.solved:
            return True
        given = path.layer(state.step, solved=False)
        if all(standing.tree.get(name) == entry for name, entry in given.items()):
            return False  # nothing was written since it began
        if self.judge is None:
            return self.counts_as_green
        return self.judge(submission.person, submission.commit, state.step)

    def _walked(
        self, standing: ProjectAtCommit, path: LearningPath, here: str, steps: Sequence[str]
    ) -> tuple[CatchUp, bool | None]:
        """Return the way to the goal, and whether it was green where the last step was filled in."""
        way, is_green = self._way(standing, path, here, steps, self.take_whole)
        if is_green is False and not self.take_whole:
            return self._way(standing, path, here, steps, True)
        return way, is_green

    def _way(
        self, standing: ProjectAtCommit, path: LearningPath, here: str, steps: Sequence[str], take_whole: bool
    ) -> tuple[CatchUp, bool | None]:
        way = CatchUp(self.desk, path, standing.state, dict(standing.tree), standing.submission.commit)
        names = (BASE, *path.template.step_names)
        at, is_green = here, None
        for step in steps:
            if step != at:
                _begin(way, at, step)
            _fill(way, step, take_whole)
            at = step
        if steps and self.judge is not None:
            is_green = self.judge(self.desk.person, self.desk.write(way.commits), at)
        _begin(way, at, names[names.index(at) + 1])
        return way, is_green


def _note(desk: PersonRepository, kind: str, event: Mapping[str, object]) -> None:
    events.append(desk.workshop, desk.person, {"kind": kind, "at": events.moment(), **event})


def _note_what_was_cut_off(desk: PersonRepository, submission: Submission) -> None:
    """Note what was filled in by a command that was killed after that, and before it was noted."""
    begun, noted = (events.last(desk.workshop, desk.person, kind) for kind in (events.FILLING, events.FILLED))
    commit = begun and begun.get("commit")
    if not begun or not isinstance(commit, str) or commit == (noted or {}).get("commit"):
        return
    finished = desk.repository.git.try_run("merge-base", "--is-ancestor", commit, submission.commit)
    if finished.code == 0:
        _note(desk, events.FILLED, {name: one for name, one in begun.items() if name not in ("kind", "at")})


def _fill(way: CatchUp, step: str, take_whole: bool) -> None:
    """Carry the reference solution of a step in, from kind to certain."""
    template = way.path.template
    before, reference = way.path.layer(step, solved=False), way.path.layer(step, solved=True)
    state = replace(way.state, step=step, solved=True)
    message = f"{solve_message(template.step(step))}\n\n{FILLED_IN}"
    way.filled.append(step)
    if take_whole:
        way.whole.append(step)
        way.add(message, take_all(before, reference, way.tree, template), state)
        return
    change, migrations = LayerChange(before, reference), {}
    if has_diverged(template, before, reference, way.tree):
        merger = way.desk.merger
        migrations = rebased_migrations(template, (before, reference, way.tree), merger.content, merger.add) or {}
        change = LayerChange(before, without_new_history(template, before, reference))
    carried = way.desk.carry(template, change, way.tree)
    if not carried.is_clean:
        way.whole.append(step)
        carried = way.desk.take_changed(template, change, way.tree)
    way.add(message, carried, state, migrations)


def _begin(way: CatchUp, step: str, coming: str) -> None:
    """Carry the given of the next step in; in a conflict their own lines stay."""
    template = way.path.template
    change = LayerChange(way.path.layer(step, solved=True), way.path.layer(coming, solved=False))
    carried = way.desk.carry(template, change, way.tree)
    if not carried.is_clean:
        carried = resolve(way.desk.merger, carried, Resolution.MINE, "yours", "the path's")
    state = replace(way.state, step=coming, solved=False)
    way.add(f"Start {template.step(coming).label}", carried, state)
