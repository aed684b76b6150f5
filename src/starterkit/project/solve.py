"""`solve`: carry a step's reference solution in, from kind to certain.

A clean merge proves nothing: code that merges can still be wrong. So each try is made and checked in a copy, and the
project is written once, with the outcome. First the merge; then the files of the step, taken whole; and only when
asked (`--replace`) every file of the path, which always ends green.
"""

from __future__ import annotations

import difflib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING

from starterkit.errors import ConflictError, UsageError
from starterkit.git.merge import Merger, Resolution
from starterkit.git.objects import Entry
from starterkit.git.repository import Head
from starterkit.git.worktree import read_file
from starterkit.process import run
from starterkit.progress import Progress, no_progress
from starterkit.project.carry import Carried, carry, changed_paths, take_all, take_files
from starterkit.project.commit import CommitRequest, CommitResult, check_questions, commit_outcome, with_state
from starterkit.project.migrations import has_diverged, rebased_migrations, without_new_history
from starterkit.project.next import (
    Choices,
    merger_for,
    mine_without_state,
    save_message,
    settle_conflicts,
    solve_message,
)
from starterkit.project.pins import pins_rule
from starterkit.project.project import Project, WorkingTree
from starterkit.template.model import Step
from starterkit.yamlfile import did_you_mean

if TYPE_CHECKING:
    from starterkit.runtime.environment import Environment
    from starterkit.testing.results import CheckResult

_HISTORY_SECONDS = 120.0


class SolveMethod(Enum):
    """How a solution came in."""

    ALREADY = "already solved"
    MERGED = "merged into your code"
    FILES = "the files of the step taken whole"
    ALL = "every file of the path taken whole"
    CHOSEN = "merged, with the conflicts settled as you chose"
    NAMED = "the files that you named taken whole"


@dataclass(frozen=True)
class SolveResult:
    """The outcome of `solve`; `result` is None where nothing was checked.

    `why` says, where the files were taken whole, what became of merging them, as the rest of "it was not merged: …".
    """

    step: Step
    way: SolveMethod
    result: CheckResult | None = None
    written: CommitResult | None = None
    carried: Carried | None = None
    in_conflict: tuple[str, ...] = ()
    why: str = ""


@dataclass(frozen=True)
class FileDiff:
    """One file of a solution against the learner's: a unified diff, and whether the file is new."""

    path: str
    diff: str


@dataclass(frozen=True)
class Attempt:
    """One try at a solution: the outcome, how its check went (None: not checked), and whether migrations were made."""

    carried: Carried
    result: CheckResult | None = None
    history_made: bool = True

    @property
    def is_good(self) -> bool:
        return self.result is not None and self.result.green and self.history_made


class SolveSession:
    """One run of `solve`: the trees, the merger, and the tries."""

    def __init__(self, project: Project, work: WorkingTree, say: Progress) -> None:
        step = project.step
        if step is None:
            raise UsageError("There is no step to solve yet.", "Begin the first one: `starterkit next`.")
        self.project, self.work, self.say, self.step = project, work, say, step
        self.before = project.path.layer(step.name, solved=False)
        self.reference = project.path.layer(step.name, solved=True)
        self.mine = mine_without_state(work)
        self.merger: Merger = merger_for(project, work)
        template = project.template
        self.makes_history = has_diverged(template, self.before, self.reference, self.mine)
        self.after = (
            without_new_history(template, self.before, self.reference) if self.makes_history else self.reference
        )
        self.changed = changed_paths(self.before, self.after)

    def merged(self, *, lenient: bool = False) -> Carried:
        rule = pins_rule(self.project.template.environment, self.say, bundle=self.project.bundle)
        template = self.project.template
        return carry(self.merger, template, self.before, self.after, self.mine, pins_rule=rule, lenient=lenient)

    def files_of_the_step(self) -> Carried:
        return take_files(self.project.template, self.before, self.after, self.mine, self.changed)

    def named_files(self, names: Sequence[str]) -> Carried:
        for name in names:
            if name not in self.changed:
                raise UsageError(
                    f'The solution of {self.step.label} does not change "{name}".',
                    did_you_mean(name, sorted(self.changed)),
                )
        return take_files(self.project.template, self.before, self.after, self.mine, set(names))

    def try_out(self, carried: Carried, what: str, *, check: bool = True) -> Attempt:
        """Make the migrations that are missing and run the tests so far, in a copy of the project with this outcome.

        Where the history is the learner's own, the solution's migrations are tried first, following the learner's last
        ones: they may do more than what can be made from the models. Then without them.
        """
        if not self.makes_history:
            return self._tried(carried, what, check=check)
        for migrations in self._histories():
            tried = self._tried(replace(carried, tree={**carried.tree, **migrations}), what, check=check)
            if tried.is_good or (tried.history_made and not check):
                break
        return tried

    def _histories(self) -> list[dict[str, Entry]]:
        trees = (self.before, self.reference, self.mine)
        found = rebased_migrations(self.project.template, trees, self.merger.content, self.merger.add)
        return [{}] if found is None else [found, {}]

    def _tried(self, carried: Carried, what: str, *, check: bool) -> Attempt:
        if not check and not self.makes_history:
            return Attempt(carried)
        self.say(f"{'Checking' if check else 'Making the migrations for'} {what} …")
        from starterkit.project import check as project_check

        environment = project_check.prepared(self.project, self.say)
        expected = self.project.expected_tests(self.step.name)
        with project_check.copied(self.project, carried.tree, self.merger.content) as folder:
            made = not self.makes_history or self._make_history(folder, environment)
            if made and self.makes_history:
                carried = self._with_history(carried, folder)
            result = None
            if check:
                result = project_check.run(self.project, folder, environment, expected, self.step.name, say=self.say)
            return Attempt(carried, result, made)

    def _make_history(self, folder: Path, environment: Environment) -> bool:
        environment.lend_to(folder)
        command = environment.command(self.project.template.commands.make_history)
        finished = run(command, cwd=folder, env=environment.variables, timeout=_HISTORY_SECONDS)
        if finished.code != 0:
            self.say(f"The migrations could not be made: {finished.text_err.strip().splitlines()[-1:]}")
        return finished.code == 0

    def _with_history(self, carried: Carried, folder: Path) -> Carried:
        """Take the migrations that were made in a copy into the outcome."""
        tree = {path: entry for path, entry in carried.tree.items() if not self.project.template.is_history(path)}
        for file in sorted(folder.rglob("*")):
            path = file.relative_to(folder).as_posix()
            made = read_file(folder, path) if self.project.template.is_history(path) else None
            if made is not None:
                self.merger.add(made.data)
                tree[path] = made.entry
        return replace(carried, tree=tree)


def solve(
    project: Project, choices: Choices, say: Progress, *, replace_all: bool = False, files: Sequence[str] = ()
) -> SolveResult:
    """Carry the solution of the present step in.

    Raises `ConflictError` (nothing changed) when merging conflicts or stays red and nothing further was chosen.
    """
    with project.writing("solve"):
        head = project.repository.check_ready()
        if project.step is not None and project.state.solved and not replace_all and not files:
            return SolveResult(project.step, SolveMethod.ALREADY)
        listing = project.listing()
        check_questions(listing, save_large=choices.save_large, leave_out=choices.leave_out)
        also = tuple(project.path.layer(project.step.name, solved=True)) if project.step else ()
        work = project.read_work(listing, with_large=choices.save_large, also=also)
        solving = SolveSession(project, work, say)
        if files:
            return _write(solving, head, SolveMethod.NAMED, Attempt(solving.named_files(files)))
        if replace_all:
            return _replace(solving, head, choices)
        return _by_tries(solving, head, choices)


def _by_tries(solving: SolveSession, head: Head, choices: Choices) -> SolveResult:
    carried = solving.merged()
    if carried.conflicts and choices.settle is not None:
        return _settled(solving, head, choices, carried)
    if carried.conflicts:
        carried = solving.merged(lenient=True)
    if not choices.check and carried.conflicts:
        settle_conflicts(solving.merger, carried, None, f"The solution of {solving.step.label}", "solve")
    if carried.is_clean:
        tried = solving.try_out(carried, "the solution merged into your code", check=choices.check)
        if tried.is_good or not choices.check:
            return _write(solving, head, SolveMethod.MERGED, tried)
        red = tried.result.red if tried.result else ()
        why = f"merged, it left {len(red)} tests red" if red else "its migrations could not be made"
    else:
        paths = ", ".join(conflict.path for conflict in carried.conflicts)
        why = f"you and the solution changed the same lines of {paths}"
    tried = solving.try_out(solving.files_of_the_step(), "with the files of this step taken whole")
    if tried.is_good:
        return _write(solving, head, SolveMethod.FILES, tried, why=why)
    raise NotSolved(solving.step, tried.result)


def _settled(solving: SolveSession, head: Head, choices: Choices, carried: Carried) -> SolveResult:
    paths = tuple(conflict.path for conflict in carried.conflicts)
    label = f"The solution of {solving.step.label}"
    settled = settle_conflicts(solving.merger, carried, choices.settle, label, "solve")
    if choices.settle is Resolution.MARKERS:
        return _write(solving, head, SolveMethod.CHOSEN, Attempt(settled), in_conflict=paths)
    return _write(solving, head, SolveMethod.CHOSEN, solving.try_out(settled, "the outcome", check=choices.check))


def _replace(solving: SolveSession, head: Head, choices: Choices) -> SolveResult:
    solving.makes_history = False  # the migrations become exactly the reference's
    carried = take_all(solving.before, solving.reference, solving.mine, solving.project.template)
    tried = solving.try_out(carried, "every file of the path taken whole", check=choices.check)
    if choices.check and not tried.is_good:
        raise NotSolved(solving.step, tried.result)
    return _write(solving, head, SolveMethod.ALL, tried)


def _write(
    solving: SolveSession,
    head: Head,
    way: SolveMethod,
    tried: Attempt,
    in_conflict: tuple[str, ...] = (),
    why: str = "",
) -> SolveResult:
    project, step = solving.project, solving.step
    carried, result = tried.carried, tried.result
    stays_given = way is SolveMethod.NAMED or bool(in_conflict)
    wish = CommitRequest(
        command="solve",
        save=save_message(project, finished=False),
        message=""
        if in_conflict
        else f"Take files of {step.label}"
        if way is SolveMethod.NAMED
        else solve_message(step),
        state=None if stays_given else with_state(project.state, step.name, solved=True),
        step=step.name,
        merger=solving.merger,
        carried=carried,
    )
    written = commit_outcome(project, head, solving.work, wish)
    if result is not None:
        from starterkit.project import check

        check.remember(project, project.read_work().id, result)
    return SolveResult(step, way, result, written, carried, in_conflict, why)


class NotSolved(ConflictError):
    """The solution does not fit the learner's code; `result` says what stayed red. Nothing was changed."""

    def __init__(self, step: Step, result: CheckResult | None) -> None:
        red = result.red if result else ()
        reasons = [f"  ✗ {one.test.sentence} {one.message.splitlines()[0] if one.message else ''}" for one in red[:3]]
        more = f"\n  … and {len(red) - 3} more" if len(red) > 3 else ""
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
    solving = SolveSession(project, project.read_work(also=also), no_progress)
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
