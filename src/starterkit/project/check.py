"""`starterkit check`: run the path's tests against a project, and remember the result."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import replace
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from starterkit.errors import EnvironmentProblem, UsageError
from starterkit.git.objects import Entry, File
from starterkit.git.worktree import read_file, write_file
from starterkit.process import ProgramMissing, quoted, run_in_background
from starterkit.progress import Progress, no_progress
from starterkit.project.learner_work import merger_for
from starterkit.project.project import Project, WorkingTree
from starterkit.runtime.causes import NoNetworkError, NoSuchPackagesError
from starterkit.runtime.environment import Environment
from starterkit.runtime.inventory import NOEXEC, forbids_programs
from starterkit.runtime.prepare import environment_problem, prepare
from starterkit.template.model import BASE, OWN_TESTS
from starterkit.testing.causes import files_in_wrong_encoding
from starterkit.testing.groups import PROCESSES
from starterkit.testing.launch import COLD, Launcher
from starterkit.testing.own_tests import run_own_tests
from starterkit.testing.results import STOPPED_BEFORE, CheckResult, ExpectedTest, Outcome
from starterkit.testing.runner import run_tests
from starterkit.testing.source_tree import SourceTree

# Linux and Node print these errors if the disk is mounted without the right to run programs.
_NOT_LOADED = re.compile(r"failed to map segment|ERR_DLOPEN_FAILED")


def prepared(project: Project, say: Progress = no_progress, *, fresh: bool = False) -> Environment:
    """Return the project's environment, and create or update it if needed. `fresh` always creates it again.

    Raises `EnvironmentProblem` or `NoSuchPackagesError` if packages can't be installed. The fix fits the project.
    """
    try:
        with naming_bundles(project):
            return prepare(project.folder, project.template.environment, bundle=project.bundle, say=say, fresh=fresh)
    except NoSuchPackagesError as failed:
        if _has_unchanged_packages(project):
            raise failed.with_unchanged_list() from failed
        raise


@contextmanager
def naming_bundles(project: Project) -> Iterator[None]:
    """If packages can't be fetched in the block, let the error explain how to use a bundle."""
    try:
        yield
    except NoNetworkError as failed:
        if project.bundle is None:  # in a workshop, the instructor may have a bundle
            name = '$env:STARTERKIT_BUNDLE = "FOLDER"' if os.name == "nt" else "export STARTERKIT_BUNDLE=FOLDER"
            failed.fix += f"\nIf you can get a bundle with the packages, set its folder first: `{name}`"
        raise


def repaired(project: Project, say: Progress) -> bool:
    """If the project's environment is damaged, create it again and return True. Otherwise return False."""
    problem = environment_problem(project.folder, project.template.environment)
    if problem:
        say(f"The environment of this project is damaged: {problem}")
        prepared(project, say, fresh=True)
    return bool(problem)


def _has_unchanged_packages(project: Project) -> bool:
    environment, state = project.template.environment, project.state
    layer = project.path.layer(state.step, solved=state.solved)
    files = ((path, read_file(project.folder, path)) for path in (environment.declaration, environment.pins))
    return all(file is not None and file.entry == layer.get(path) for path, file in files)


def check(
    project: Project,
    *,
    pristine: bool = False,
    fresh: bool = False,
    selected: Sequence[str] = (),
    with_own: bool = False,
    environment: Environment | None = None,
    say: Progress = no_progress,
) -> CheckResult:
    """Run the tests for all steps so far. Remember the result if all tests ran.

    `fresh` creates the environment again. `pristine` runs the path's tests in a copy of the project. `selected` names
    tests, test files or steps. `with_own` then runs the learner's own tests. They don't run after a run that was
    stopped, or with `pristine` or `selected`. Without an `environment`, it prepares the project's environment.
    Raises `UsageError` for an unknown name in `selected`.
    """
    expected, step = project.expected_tests(), project.state.step
    tests = _selected(project, selected, expected)
    environment = environment or prepared(project, say, fresh=fresh)
    with run_in_background(environment.ahead, environment.variables):
        if pristine:
            work = project.read_work()
            with copied(project, _with_path_tests(project, work), merger_for(project, work).content) as folder:
                result = run(project, folder, environment, expected, step, selected=tests, say=say)
            return replace(result, pristine=True)
        tree = "" if tests else project.read_work().id
        result = run(project, project.folder, environment, expected, step, selected=tests, say=say)
        result = with_missing_support(project, result)
        if tests:
            return result
        if project.read_work().id == tree:
            project.remember_check(tree, result)
        own = own_test_files(project, result) if with_own and not result.problem else []
        return replace(result, own=run_own_tests(project.folder, environment, project.template, own, say))


def run(
    project: Project,
    folder: Path,
    environment: Environment,
    expected: Sequence[ExpectedTest],
    step: str,
    *,
    selected: Sequence[str] = (),
    say: Progress = no_progress,
) -> CheckResult:
    """Run tests in `folder`, which has the project or a copy of the project. Return the result.

    If tests fail because the environment is damaged, the environment is created again and the tests run again. Raises
    `EnvironmentProblem` if the project's disk is mounted without the right to run programs.
    """
    run_again = partial(run_once, project, folder, environment, expected, step, selected=selected, say=say)
    try:
        result = run_again()
    except ProgramMissing:  # the project's Python or Node can't be started
        prepared(project, say, fresh=True)
        return run_again()
    if result.red and repaired(project, say):
        return run_again()
    output = "\n".join((result.log, *(failed.details for failed in result.red)))
    if result.red and _NOT_LOADED.search(output) and forbids_programs(project.folder):
        raise EnvironmentProblem(
            f"The packages in {project.folder} can't run, because the disk {NOEXEC}.",
            "Move the project to another disk, for example into your home folder.",
        )
    return result


def run_once(
    project: Project,
    folder: Path,
    environment: Environment,
    expected: Sequence[ExpectedTest],
    step: str,
    *,
    selected: Sequence[str] = (),
    launcher: Launcher = COLD,
    cancelled: Callable[[], bool] = lambda: False,
    say: Progress = no_progress,
) -> CheckResult:
    """Run tests in two processes, with the outcomes and durations of the last check. See `run_tests`.

    If a stretch test may have stopped the run, the core tests run again without the stretch tests.
    """
    last = project.memory.last_check()
    run_again = partial(
        run_tests,
        folder,
        environment,
        project.template,
        expected,
        remembered_green=last.passing if last else (),
        remembered_seconds=last.test_seconds if last else {},
        step=step,
        launcher=launcher,
        processes=PROCESSES,
        cancelled=cancelled,
        say=say,
    )
    result = run_again(selected=selected)
    core = [each.test.id for each in result.results if each.test.is_core]
    stopping = (
        each for each in result.results if each.outcome is Outcome.DID_NOT_RUN and each.message != STOPPED_BEFORE
    )
    if not (core and result.problem and any(each.test.is_stretch for each in stopping)):
        return result
    again = run_again(selected=core)
    results = {each.test: each for each in (*result.results, *again.results)}
    return replace(again, results=tuple(results.values()), seconds=result.seconds + again.seconds)


@contextmanager
def copied(project: Project, tree: Mapping[str, Entry], content: Callable[[str], bytes]) -> Iterator[Path]:
    """Yield a temporary copy of the project with the files of `tree`. `content` returns a blob's bytes by its id."""
    with tempfile.TemporaryDirectory(prefix="starterkit-") as parent:
        folder = Path(parent) / project.folder.name
        folder.mkdir()
        for path, entry in tree.items():
            write_file(folder, path, File(entry.mode, content(entry.id)))
        yield folder


def own_test_files(project: Project, whole: CheckResult) -> list[str]:
    """Return the learner's own test files, which the path doesn't know.

    `whole` is the result of a check of all tests. Files in `own_tests/` are left out, because the tests of a step run
    them.
    """
    known = {result.test.file for result in whole.results}
    patterns = project.template.test_files
    files = {file.relative_to(project.folder).as_posix() for each in patterns for file in project.folder.glob(each)}
    return sorted(file for file in files - known if not file.startswith(f"{OWN_TESTS}/"))


def notes(project: Project, result: CheckResult) -> list[str]:
    """Return a warning for each of the learner's files that isn't saved as UTF-8.

    Warnings that `result` already shows as the reason of a failing test are left out.
    """
    causes = files_in_wrong_encoding(SourceTree(project.folder, project.template.owns))
    shown = {failed.message for failed in result.red}
    return [cause.message for cause in causes if cause.message not in shown]


def _with_path_tests(project: Project, work: WorkingTree) -> dict[str, Entry]:
    owns = project.template.owns
    layer = project.path.layer(project.state.step, solved=project.state.solved)
    mine = {path: entry for path, entry in work.tree.items() if not owns(path)}
    return {**mine, **{path: entry for path, entry in layer.items() if owns(path)}}


def with_missing_support(project: Project, result: CheckResult) -> CheckResult:
    """Return a result in which tests that did not run name a missing support file, and how to restore it."""
    if all(each.outcome is not Outcome.DID_NOT_RUN for each in result.results):
        return result
    template, commit = project.template, project.path.layer_commit(project.state.step, solved=False)
    layer = project.path.layer(project.state.step, solved=False)
    support = (path for path in sorted(layer) if template.owns(path) and not path.endswith(".md"))
    gone = [path for path in support if not (project.folder / path).exists() and not template.is_test_file(path)]
    if not gone:
        return result
    message = f"{gone[0]} is missing. Restore it: `git checkout {commit[:12]} -- {' '.join(map(quoted, gone))}`"
    results = (
        replace(each, message=message, place=None) if each.outcome is Outcome.DID_NOT_RUN else each
        for each in result.results
    )
    return replace(result, results=tuple(results), problem="")


def _selected(project: Project, names: Sequence[str], expected: Sequence[ExpectedTest]) -> list[str]:
    ids: list[str] = []
    for name in names:
        chosen = [test.id for test in expected if name in (test.id, test.file)]
        if not chosen:
            with suppress(UsageError):
                step = BASE if name == BASE else project.template.find_step(name)
                chosen = [test.id for test in expected if test.step == step]
        if not chosen:
            close = get_close_matches(name, [test.id for test in expected], n=1)
            fix = f'Did you mean "{close[0]}"?' if close else f"For example: `starterkit check {expected[-1].step}`."
            raise UsageError(f'The steps so far have no test, test file or step "{name}".', fix)
        ids += chosen
    return list(dict.fromkeys(ids))
