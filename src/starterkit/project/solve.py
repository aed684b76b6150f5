"""Merge a step's solution, or replace files with it, for `starterkit solve`.

Code that merges cleanly can still be wrong. So each attempt is made and tested in a copy, and the project is written
only once. The first attempt merges the solution. The second attempt replaces the files of the step. Only `--replace`
replaces every file of the learning path, and then all tests pass.
"""

from __future__ import annotations

import difflib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from starterkit.errors import ConflictError, UsageError
from starterkit.git.merge import Merger, Resolution
from starterkit.git.objects import Entry
from starterkit.git.repository import Head
from starterkit.git.worktree import read_file
from starterkit.process import run
from starterkit.progress import Progress, no_progress
from starterkit.project.carry import Carried, carry, changed_paths, take_all, take_files
from starterkit.project.commit import CommitRequest, CommitResult, commit_outcome, save_message, solve_message
from starterkit.project.learner_work import Choices, list_work, merger_for, resolve_as_chosen
from starterkit.project.migrations import changed_history, has_diverged, rebased_migrations, without_new_history
from starterkit.project.pins import pins_rule
from starterkit.project.project import Project, WorkingTree
from starterkit.runtime.environment import Environment
from starterkit.template.model import Step
from starterkit.testing.results import CheckResult
from starterkit.yamlfile import did_you_mean

_HISTORY_SECONDS = 120.0
_MOST_REASONS = 3  # shown of a solution that doesn't fit


class SolveMethod(Enum):
    """The method by which a solution was applied. The value is a description."""

    ALREADY = "already solved"
    MERGED = "merged into your code"
    FILES = "the files of the step were replaced"
    ALL = "every file of the learning path was replaced"
    CHOSEN = "merged, with the conflicts resolved as you chose"
    NAMED = "the files that you named were replaced"


@dataclass(frozen=True)
class SolveResult:
    """The result of `starterkit solve`. `result` is None if no tests ran.

    If files were replaced, `why` is the reason why they weren't merged. It completes "it was not merged: …". If
    `resets_data` is true, the project's database doesn't fit the solution.
    """

    step: Step
    method: SolveMethod
    result: CheckResult | None = None
    written: CommitResult | None = None
    carried: Carried | None = None
    in_conflict: tuple[str, ...] = ()
    why: str = ""
    resets_data: bool = False


@dataclass(frozen=True)
class FileDiff:
    """The unified diff between a learner's file and the file of the solution."""

    path: str
    diff: str


@dataclass(frozen=True)
class Attempt:
    """One attempt to apply a solution, with its test result (None: no tests ran).

    `history_made` is false if the project's framework couldn't create the migrations.
    """

    carried: Carried
    result: CheckResult | None = None
    history_made: bool = True

    @property
    def is_good(self) -> bool:
        return self.result is not None and self.result.green and not self.result.unsolved and self.history_made


class SolveSession:
    """One run of `starterkit solve`. It applies the solution to the learner's files and tests the result in a copy.

    The trees are `before` (the step's given), `reference` (the solution) and `mine` (the learner's files). `after` is
    the solution to merge: it lacks new migrations if the project creates its own. Raises `UsageError` before the first
    step.
    """

    def __init__(self, project: Project, work: WorkingTree, say: Progress) -> None:
        step = project.step
        if step is None:
            raise UsageError("You haven't started a step yet.", "Start the first step: `starterkit next`.")
        self.project, self.work, self.say, self.step = project, work, say, step
        self.before = project.path.layer(step.name, solved=False)
        self.reference = project.path.layer(step.name, solved=True)
        self.mine, self.template = work.without_state, project.template
        self.merger = merger_for(project, work)
        self.makes_history = has_diverged(self.template, self.before, self.reference, self.mine)
        self.after = self.reference
        if self.makes_history:
            self.after = without_new_history(self.template, self.before, self.reference)
        self.changed = changed_paths(self.before, self.after)

    def merged(self, *, lenient: bool = False) -> Carried:
        """Return the merge of the solution into the learner's files. With `lenient`, git ignores whitespace."""
        rule = pins_rule(self.template.environment, self.say, bundle=self.project.bundle)
        return carry(self.merger, self.template, self.before, self.after, self.mine, pins_rule=rule, lenient=lenient)

    def with_files(self, names: Collection[str]) -> Carried:
        """Replace the learner's files in `names` with the solution's.

        Raises `UsageError` for a file that the solution doesn't change.
        """
        self.check_names(names)
        return take_files(self.template, self.before, self.after, self.mine, set(names))

    def check_names(self, names: Collection[str]) -> None:
        """Raise `UsageError` for files that the solution doesn't change."""
        for name in names:
            if name not in self.changed:
                raise UsageError(
                    f'The solution of {self.step.label} does not change "{name}".',
                    did_you_mean(name, sorted(self.changed)),
                )

    def attempt(self, carried: Carried, title: str, *, check: bool = True) -> Attempt:
        """Create missing migrations and run the tests for all steps so far in a copy.

        If the learner's migrations differ from the path's, there are two tries. The first try adds the solution's
        migrations after the learner's last one. They can do more than the models show. The second try leaves them out,
        and the project creates its new migrations if its tool can. Without `check`, no tests run.
        """
        if not self.makes_history:
            return self._attempt(carried, title, check=check)
        trees = (self.before, self.reference, self.mine)
        rebased = rebased_migrations(self.template, trees, self.merger.content, self.merger.add)
        skipped = changed_history(self.template, self.before, self.reference)
        for migrations in (rebased, {}) if rebased else ({},):
            tree = {**carried.tree, **migrations}
            complete = replace(carried, tree=tree, skipped_migrations=() if migrations else skipped)
            attempt = self._attempt(complete, title, check=check)
            if attempt.is_good or (attempt.history_made and not check):
                break
        return attempt

    def _attempt(self, carried: Carried, title: str, *, check: bool) -> Attempt:
        if not check and not self.makes_history:
            return Attempt(carried)
        self.say(f"{'Testing' if check else 'Creating the migrations for'} {title} …")
        from starterkit.project import check as project_check  # noqa: PLC0415 - slow, and `solve --show` runs no tests

        environment = project_check.prepared(self.project, self.say)
        expected = self.project.expected_tests(self.step.name)
        with project_check.copied(self.project, carried.tree, self.merger.content) as folder:
            complete = self._with_history(carried, folder, environment) if self.makes_history else carried
            result = None
            if check:
                result = project_check.run(self.project, folder, environment, expected, self.step.name, say=self.say)
            return Attempt(complete or carried, result, complete is not None)

    def _with_history(self, carried: Carried, folder: Path, environment: Environment) -> Carried | None:
        """Let the project create missing migrations in `folder`, and add them. None means that its command failed."""
        if make_history := self.template.commands.make_history:
            environment.lend_to(folder)
            command = environment.command(make_history)
            finished = run(command, cwd=folder, env=environment.variables, timeout=_HISTORY_SECONDS)
            if finished.code != 0:
                self.say(f"Creating the migrations failed: {''.join(finished.text_err.strip().splitlines()[-1:])}")
                return None
        tree = {path: entry for path, entry in carried.tree.items() if not self.template.is_history(path)}
        for file in sorted(folder.rglob("*")):
            path = file.relative_to(folder).as_posix()
            migration = read_file(folder, path) if self.template.is_history(path) else None
            if migration is not None:
                self.merger.add(migration.data)
                tree[path] = migration.entry
        return replace(carried, tree=tree)


def solve(
    project: Project, choices: Choices, say: Progress, *, replace_all: bool = False, files: Sequence[str] = ()
) -> SolveResult:
    """Apply the solution of the current step.

    With `replace_all`, replace every file of the learning path. With `files`, replace only these files, and run no
    tests. Raises `ConflictError` (nothing changed) if the solution conflicts or its tests fail, and the learner chose
    nothing. Raises `UsageError` before the first step, and for files that the solution doesn't change.
    """
    with project.writing("solve"):
        head = project.repository.check_ready()
        if project.step is not None and project.state.solved and not replace_all and not files:
            return SolveResult(project.step, SolveMethod.ALREADY)
        listing = list_work(project, choices)
        also = tuple(project.path.layer(project.step.name, solved=True)) if project.step else ()
        work = project.read_work(listing, with_large=choices.save_large, also=also)
        session = SolveSession(project, work, say)
        if files:
            return _write(session, head, SolveMethod.NAMED, Attempt(session.with_files(files)))
        if replace_all:
            session.makes_history = False  # the solution's migrations replace all others
            carried = take_all(session.before, session.reference, session.mine, session.template)
            attempt = session.attempt(carried, "every file of the learning path", check=choices.check)
            if choices.check and not attempt.is_good:
                raise NotSolved(session.step, attempt.result)
            return _write(session, head, SolveMethod.ALL, attempt)
        return _merge_or_replace(session, head, choices)


def _merge_or_replace(session: SolveSession, head: Head, choices: Choices) -> SolveResult:
    carried, label = session.merged(), f"The solution of {session.step.label}"
    if carried.conflicts and choices.settle is not None:
        paths = tuple(conflict.path for conflict in carried.conflicts)
        carried = resolve_as_chosen(session.merger, carried, choices, label, "solve")
        if choices.settle is Resolution.MARKERS:
            return _write(session, head, SolveMethod.CHOSEN, Attempt(carried), in_conflict=paths)
        attempt = session.attempt(carried, "the outcome", check=choices.check)
        return _write(session, head, SolveMethod.CHOSEN, attempt)
    if carried.conflicts:
        carried = session.merged(lenient=True)
    if not choices.check and carried.conflicts:
        resolve_as_chosen(session.merger, carried, choices, label, "solve")
    if carried.is_clean:
        attempt = session.attempt(carried, "the solution merged into your code", check=choices.check)
        if attempt.is_good or not choices.check:
            return _write(session, head, SolveMethod.MERGED, attempt)
        red = attempt.result.unsolved if attempt.result else ()
        failed = "1 test failed" if len(red) == 1 else f"{len(red)} tests failed"
        why = f"after the merge, {failed}" if red else "its migrations could not be created"
    else:
        why = f"you and the solution changed the same lines of {', '.join(each.path for each in carried.conflicts)}"
    attempt = session.attempt(session.with_files(session.changed), "your code with the step's files replaced")
    if attempt.is_good:
        return _write(session, head, SolveMethod.FILES, attempt, why=why)
    raise NotSolved(session.step, attempt.result)


def _write(
    session: SolveSession,
    head: Head,
    method: SolveMethod,
    attempt: Attempt,
    in_conflict: tuple[str, ...] = (),
    why: str = "",
) -> SolveResult:
    project, step, carried = session.project, session.step, attempt.carried
    is_partial = method is SolveMethod.NAMED
    message = f"Take files of {step.label}" if is_partial else solve_message(step)
    request = CommitRequest(
        command="solve",
        save=save_message(project, finished=False),
        message="" if in_conflict else message,
        state=None if is_partial or in_conflict else replace(project.state, step=step.name, solved=True),
        step=step.name,
        merger=session.merger,
        carried=carried,
        markers=in_conflict,
    )
    written = commit_outcome(project, head, session.work, request)
    if attempt.result is not None:
        project.remember_check(project.read_work().id, attempt.result)
    lost_history = any(project.template.is_history(path) for path, _ in written.kept)
    resets_data = step.resets_data or lost_history
    return SolveResult(step, method, attempt.result, written, carried, in_conflict, why, resets_data)


class NotSolved(ConflictError):
    """The solution doesn't fit the learner's code, and nothing was changed. `result` has the failing tests."""

    def __init__(self, step: Step, result: CheckResult | None) -> None:
        by_message: dict[str, list[str]] = {}
        for each in result.unsolved if result else ():
            by_message.setdefault((each.message.splitlines() or [""])[0], []).append(each.test.sentence)
        reasons = [_reason(message, sentences) for message, sentences in list(by_message.items())[:_MOST_REASONS]]
        rest = sum(len(sentences) for sentences in list(by_message.values())[_MOST_REASONS:])
        super().__init__(
            f"The solution of {step.label} does not fit your code. These tests fail with it:\n"
            + "\n".join(reasons)
            + (f"\n  … and {rest} more" if rest else "")
            + "\nNothing was changed.",
            "`starterkit solve --replace` replaces every file of the learning path, and keeps copies of your files. "
            "`starterkit solve --show` compares the solution with your code.",
        )
        self.result = result


def _reason(message: str, sentences: Sequence[str]) -> str:
    more = len(sentences) - 1
    others = f"\n    {more} more with this message" if more else ""
    return f"  ✗ {sentences[0]} {message}{others}"


def show_solution(project: Project, files: Sequence[str] = ()) -> list[FileDiff]:
    """Return the diffs between the learner's files and the current step's solution.

    With `files`, return only the diffs of these files. If a file merges cleanly, its diff shows what `starterkit solve`
    would change. Otherwise it shows all differences. Raises `UsageError` for files that the solution doesn't change.
    """
    step = project.step
    also = tuple(project.path.layer(step.name, solved=True)) if step else ()
    session = SolveSession(project, project.read_work(also=also), no_progress)
    session.check_names(files)
    carried = session.merged()
    in_conflict = {conflict.path for conflict in carried.conflicts}
    diffs = []
    for path in sorted(files or session.changed):
        goal = session.after.get(path) if path in in_conflict else carried.tree.get(path)
        text = _diff(session.merger, path, session.mine.get(path), goal)
        if text:
            diffs.append(FileDiff(path, text))
    return diffs


def _diff(merger: Merger, path: str, old: Entry | None, new: Entry | None) -> str:
    def lines(entry: Entry | None) -> list[str]:
        if entry is None:
            return []
        text = merger.content(entry.id).decode("utf-8", "replace").replace("\r\n", "\n")
        return [line + "\n" for line in text.split("\n")][: None if not text.endswith("\n") else -1]

    if old == new:
        return ""
    return "".join(difflib.unified_diff(lines(old), lines(new), f"yours/{path}", f"solution/{path}"))
