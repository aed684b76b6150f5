"""`workshop catch-up`: bring latecomers to a step. What they did stays theirs, what is missing is the reference's.

For each missing step the solution is merged into their code; where that conflicts, the files of the step are taken
whole, as `solve` does it. Every filled step is a commit of its own that says so, and is noted in the results.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from starterkit.errors import StarterkitError
from starterkit.project.carry import settle, take_all
from starterkit.project.history import adopted, is_their_own, without_new_history
from starterkit.project.path import LearningPath
from starterkit.project.state import State
from starterkit.repository.bare import BareRepository
from starterkit.repository.merge import Settle
from starterkit.repository.objects import Entry, NewCommit
from starterkit.template import BASE
from starterkit.workshop import results
from starterkit.workshop.carrying import Change, Desk, Standing
from starterkit.workshop.folder import Person, Workshop
from starterkit.workshop.submissions import Submission, latest_in

FILLED = "filled"


@dataclass(frozen=True)
class CaughtUp:
    """What became of one person. `own` are the steps that stay theirs, `filled` those that came from the reference,
    `whole` those of them whose files were taken whole. `why` says why nothing was done ("" when something was)."""

    person: Person
    step: str = ""
    own: tuple[str, ...] = ()
    filled: tuple[str, ...] = ()
    whole: tuple[str, ...] = ()
    branch: str = ""
    is_theirs: bool = True
    why: str = ""
    failed: bool = False


@dataclass
class _Way:
    """The way of one person to the goal: where they are by now, and the commits on it."""

    desk: Desk
    path: LearningPath
    state: State
    tree: dict[str, Entry]
    commits: list[NewCommit]
    parent: str
    filled: list[str] = field(default_factory=list)
    whole: list[str] = field(default_factory=list)

    def add(self, message: str, tree: dict[str, Entry], state: State) -> None:
        parent: str | int = len(self.commits) - 1 if self.commits else self.parent
        self.commits.append(self.desk.commit(message, parent, tree, state))
        self.tree, self.state = tree, state


def catch_up(
    workshop: Workshop, people: Sequence[Person], step: str, say: Callable[[str], None], *, take_whole: bool = False
) -> list[CaughtUp]:
    """Bring each of these people to the given of `step` (a full name). With `take_whole`, every file of the path
    becomes the reference's."""
    found = []
    for number, person in enumerate(people, 1):
        say(f"Bringing people to {step}: {number} of {len(people)}")
        try:
            with BareRepository(workshop.repository(person)) as repository:
                found.append(_one(Desk(workshop, person, repository), step, take_whole))
        except StarterkitError as wrong:
            found.append(CaughtUp(person, why=wrong.message, failed=True))
    return found


def _one(desk: Desk, goal: str, take_whole: bool) -> CaughtUp:
    person = desk.person
    submission = latest_in(desk.repository, person)
    if submission is None:
        return CaughtUp(person, why="There is no commit of theirs yet.", failed=True)
    standing = desk.standing(submission)
    path = desk.path(standing.state)
    if path is None:
        return CaughtUp(person, why="Their path is none that this workshop has had.", failed=True)
    names = (BASE, *path.template.step_names)
    if standing.state.step not in names or goal not in names:
        return CaughtUp(person, why="Their path has no such step.", failed=True)
    here = names.index(standing.state.step)
    if here >= names.index(goal):
        return CaughtUp(person, standing.state.step, why="They are there already.")
    done = here == 0 or standing.state.solved or _is_green(desk.workshop, submission)
    way = _Way(desk, path, standing.state, dict(standing.tree), [], submission.commit)
    for number in range(here, names.index(goal)):
        if number > here or not done:
            _fill(way, names[number], take_whole)
        _begin(way, names[number], names[number + 1])
    commit = desk.write(way.commits)
    delivered = desk.deliver(submission, commit, way.state)
    own = tuple(name for name in names[1 : here + 1] if name not in way.filled)
    _note(desk, standing, way, commit)
    return CaughtUp(
        person, goal, own, tuple(way.filled), tuple(way.whole), delivered.branch, is_theirs=delivered.is_theirs
    )


def _note(desk: Desk, standing: Standing, way: _Way, commit: str) -> None:
    event = {"kind": FILLED, "at": results.moment(), "from": standing.submission.commit, "commit": commit}
    results.append(desk.workshop, desk.person, {**event, "step": way.state.step, "steps": way.filled})


def _is_green(workshop: Workshop, submission: Submission) -> bool:
    """Tell whether this very commit was graded green at the step where it stands."""
    graded = results.last(workshop, submission.person, results.GRADED) or {}
    found = (graded.get("commit"), graded.get("step"), graded.get("verdict"))
    return found == (submission.commit, submission.step, "green")


def _fill(way: _Way, step: str, take_whole: bool) -> None:
    """Carry the reference solution of a step in, from kind to certain."""
    template = way.path.template
    before, reference = way.path.layer(step, solved=False), way.path.layer(step, solved=True)
    state = replace(way.state, step=step, solved=True)
    message = f"Solve {template.step(step).label}\n\nFilled in from the reference by the workshop."
    way.filled.append(step)
    if take_whole:
        way.whole.append(step)
        way.add(message, take_all(before, reference, way.tree, template).tree, state)
        return
    change, migrations = Change(before, reference), {}
    if is_their_own(template, before, reference, way.tree):
        merger = way.desk.merger
        migrations = adopted(template, (before, reference, way.tree), merger.content, merger.add) or {}
        change = Change(before, without_new_history(template, before, reference))
    carried = way.desk.carry(template, change, way.tree)
    if not carried.is_clean:
        way.whole.append(step)
        carried = way.desk.take_changed(template, change, way.tree)
    way.add(message, {**carried.tree, **migrations}, state)


def _begin(way: _Way, step: str, coming: str) -> None:
    """Carry the given of the next step in; in a conflict their own lines stay."""
    template = way.path.template
    change = Change(way.path.layer(step, solved=True), way.path.layer(coming, solved=False))
    carried = way.desk.carry(template, change, way.tree)
    if not carried.is_clean:
        carried = settle(way.desk.merger, carried, Settle.MINE, "yours", "the path's")
    state = replace(way.state, step=coming, solved=False)
    way.add(f"Start {template.step(coming).label}", carried.tree, state)
