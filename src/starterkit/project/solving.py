"""`solve`: carry a step's reference solution in, from kind to certain.

A clean merge proves nothing: code that merges can still be wrong. So each try is made and checked in a copy, and the
project is written once, with the outcome. First the merge; then the files of the step, taken whole; and only when
asked (`--replace`) every file of the path, which always ends green.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum

from starterkit.checking import CheckResult
from starterkit.errors import ConflictError, UsageError
from starterkit.project import checks
from starterkit.project.advance import Choices, merger_for, mine_without_state, save_message, settle_conflicts
from starterkit.project.carry import Carried, carry, changed_paths, take_all, take_files
from starterkit.project.opened import Project, Work
from starterkit.project.pins import pins_rule
from starterkit.project.writing import Wish, Written, check_questions, with_state, write_outcome
from starterkit.repository import Head
from starterkit.repository.merge import Merger, Settle
from starterkit.repository.objects import Entry
from starterkit.template import Step
from starterkit.yamlfile import nearest

Say = Callable[[str], None]


class Way(Enum):
    """How a solution came in."""

    ALREADY = "already solved"
    MERGED = "merged into your code"
    FILES = "the files of the step taken whole"
    ALL = "every file of the path taken whole"
    CHOSEN = "merged, with the conflicts settled as you chose"
    NAMED = "the files that you named taken whole"


@dataclass(frozen=True)
class Solved:
    """The outcome of `solve`; `result` is None where nothing was checked."""

    step: Step
    way: Way
    result: CheckResult | None = None
    written: Written | None = None
    carried: Carried | None = None
    in_conflict: tuple[str, ...] = ()


@dataclass(frozen=True)
class FileDiff:
    """One file of a solution against the learner's: a unified diff, and whether the file is new."""

    path: str
    diff: str


class _Solving:
    """One run of `solve`: the trees, the merger, and the tries."""

    def __init__(self, project: Project, work: Work, say: Say) -> None:
        step = project.step
        if step is None:
            raise UsageError("There is no step to solve yet.", "Begin the first one: `starterkit next`.")
        self.project, self.work, self.say, self.step = project, work, say, step
        self.before = project.path.layer(step.name, solved=False)
        self.after = project.path.layer(step.name, solved=True)
        self.mine = mine_without_state(work)
        self.merger: Merger = merger_for(project, work)
        self.changed = changed_paths(self.before, self.after)

    def merged(self, *, lenient: bool = False) -> Carried:
        rule = pins_rule(self.project, self.say)
        template = self.project.template
        return carry(self.merger, template, self.before, self.after, self.mine, pins_rule=rule, lenient=lenient)

    def files_of_the_step(self) -> Carried:
        return take_files(self.project.template, self.before, self.after, self.mine, self.changed)

    def named_files(self, names: Sequence[str]) -> Carried:
        for name in names:
            if name not in self.changed:
                raise UsageError(
                    f'The solution of {self.step.label} does not change "{name}".', nearest(name, sorted(self.changed))
                )
        return take_files(self.project.template, self.before, self.after, self.mine, set(names))

    def check(self, carried: Carried, what: str) -> CheckResult:
        """Run the tests so far on a copy of the project with this outcome."""
        self.say(f"Checking {what} …")
        environment = checks.prepared(self.project, self.say)
        expected = checks.expected_so_far(self.project, self.step.name)
        with checks.copied(self.project, carried.tree, self.merger.content) as folder:
            return checks.run(self.project, folder, environment, expected, self.step.name, say=self.say)


def solve(
    project: Project, choices: Choices, say: Say, *, replace_all: bool = False, files: Sequence[str] = ()
) -> Solved:
    """Carry the solution of the present step in.

    Raises `ConflictError` (nothing changed) when merging conflicts or stays red and nothing further was chosen.
    """
    with project.writing("solve"):
        head = project.repository.check_ready()
        if project.step is not None and project.state.solved and not replace_all and not files:
            return Solved(project.step, Way.ALREADY)
        check_questions(project.listing(), save_large=choices.save_large, leave_out=choices.leave_out)
        also = tuple(project.path.layer(project.step.name, solved=True)) if project.step else ()
        work = project.read_work(with_large=choices.save_large, also=also)
        solving = _Solving(project, work, say)
        if files:
            return _write(solving, head, Way.NAMED, solving.named_files(files), None)
        if replace_all:
            return _replace(solving, head, choices)
        return _by_tries(solving, head, choices)


def _by_tries(solving: _Solving, head: Head, choices: Choices) -> Solved:
    carried = solving.merged()
    if carried.conflicts and choices.settle is not None:
        return _settled(solving, head, choices, carried)
    if carried.conflicts:
        carried = solving.merged(lenient=True)
    if not choices.check:
        if carried.conflicts:
            carried = settle_conflicts(solving.merger, carried, None, f"The solution of {solving.step.label}", "solve")
        return _write(solving, head, Way.MERGED, carried, None)
    if carried.is_clean:
        result = solving.check(carried, "the solution merged into your code")
        if result.green:
            return _write(solving, head, Way.MERGED, carried, result)
    carried = solving.files_of_the_step()
    result = solving.check(carried, "with the files of this step taken whole")
    if result.green:
        return _write(solving, head, Way.FILES, carried, result)
    raise NotSolved(solving.step, result)


def _settled(solving: _Solving, head: Head, choices: Choices, carried: Carried) -> Solved:
    paths = tuple(conflict.path for conflict in carried.conflicts)
    label = f"The solution of {solving.step.label}"
    settled = settle_conflicts(solving.merger, carried, choices.settle, label, "solve")
    if choices.settle is Settle.MARKERS:
        return _write(solving, head, Way.CHOSEN, settled, None, in_conflict=paths)
    result = solving.check(settled, "the outcome") if choices.check else None
    return _write(solving, head, Way.CHOSEN, settled, result)


def _replace(solving: _Solving, head: Head, choices: Choices) -> Solved:
    carried = take_all(solving.after, solving.mine, solving.project.template)
    result = solving.check(carried, "every file of the path taken whole") if choices.check else None
    if result is not None and not result.green:
        raise NotSolved(solving.step, result)
    return _write(solving, head, Way.ALL, carried, result)


def _write(
    solving: _Solving,
    head: Head,
    way: Way,
    carried: Carried,
    result: CheckResult | None,
    in_conflict: tuple[str, ...] = (),
) -> Solved:
    project, step = solving.project, solving.step
    stays_given = way is Way.NAMED or bool(in_conflict)
    wish = Wish(
        command="solve",
        save=save_message(project, finished=False),
        message="" if in_conflict else f"{'Take files of' if way is Way.NAMED else 'Solve'} {step.label}",
        state=None if stays_given else with_state(project.state, step.name, solved=True),
        step=step.name,
        merger=solving.merger,
        carried=carried,
    )
    written = write_outcome(project, head, solving.work, wish)
    if result is not None:
        checks.remember(project, project.read_work().id, result)
    return Solved(step, way, result, written, carried, in_conflict)


class NotSolved(ConflictError):
    """The solution does not fit the learner's code; `result` says what stayed red. Nothing was changed."""

    def __init__(self, step: Step, result: CheckResult) -> None:
        reasons = [
            f"  ✗ {one.test.sentence} {one.message.splitlines()[0] if one.message else ''}" for one in result.red[:3]
        ]
        more = f"\n  … and {len(result.red) - 3} more" if len(result.red) > 3 else ""
        super().__init__(
            f"The solution of {step.label} does not fit your code: with its files in place, these tests stay red.\n"
            + "\n".join(reasons)
            + more
            + "\nNothing was changed.",
            "`starterkit solve --replace` takes every file of the path (yours are kept and named); "
            "`starterkit solve --show` shows the solution against your code.",
        )
        self.result = result


def show_solution(project: Project) -> list[FileDiff]:
    """Return the solution of the present step against the learner's files, file by file.

    Where the solution merges, the diff is what `solve` would change; elsewhere it leads to the reference's file.
    """
    step = project.step
    also = tuple(project.path.layer(step.name, solved=True)) if step else ()
    solving = _Solving(project, project.read_work(also=also), lambda line: None)
    carried = solving.merged()
    in_conflict = {conflict.path for conflict in carried.conflicts}
    found = []
    for path in sorted(solving.changed):
        goal = solving.after.get(path) if path in in_conflict else carried.tree.get(path)
        text = _diff(solving.merger, path, solving.mine.get(path), goal)
        if text:
            found.append(FileDiff(path, text))
    return found


def _diff(merger: Merger, path: str, old: Entry | None, new: Entry | None) -> str:
    def lines(entry: Entry | None) -> list[str]:
        if entry is None:
            return []
        text = merger.content(entry.id).decode("utf-8", "replace").replace("\r\n", "\n")
        return [line + "\n" for line in text.split("\n")][: None if not text.endswith("\n") else -1]

    if old == new:
        return ""
    return "".join(difflib.unified_diff(lines(old), lines(new), f"yours/{path}", f"solution/{path}"))
