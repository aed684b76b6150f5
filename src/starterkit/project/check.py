"""Checking a project: which tests, in which environment, against which files; and remembering how it ended."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from difflib import get_close_matches
from pathlib import Path

from starterkit.errors import EnvironmentProblem, UsageError
from starterkit.git.objects import Entry, File
from starterkit.git.worktree import read_file, write_file
from starterkit.process import ProgramMissing, quoted, run_in_background
from starterkit.progress import Progress, no_progress
from starterkit.project.project import Project
from starterkit.project.state import RememberedCheck
from starterkit.runtime.causes import NoNetworkError, NoSuchPackagesError
from starterkit.runtime.environment import Environment
from starterkit.runtime.inventory import NOEXEC, forbids_programs
from starterkit.runtime.prepare import environment_problem, prepare
from starterkit.template.model import BASE
from starterkit.testing.causes import files_in_wrong_encoding
from starterkit.testing.results import CheckResult, ExpectedTest, Outcome
from starterkit.testing.runner import run_tests
from starterkit.testing.source_tree import SourceTree as Sources

# How Linux and Node refuse a library on such a disk.
_NOT_LOADED = re.compile(r"failed to map segment|ERR_DLOPEN_FAILED")


def prepared(project: Project, say: Progress = no_progress, *, fresh: bool = False) -> Environment:
    """Return the environment of the project, created or updated if necessary; with `fresh`, created again."""
    try:
        return prepare(project.folder, project.template.environment, bundle=project.bundle, say=say, fresh=fresh)
    except NoNetworkError as failed:
        if project.bundle is None:  # as in a workshop's room, with a repository that was handed out
            name = '$env:STARTERKIT_BUNDLE = "FOLDER"' if os.name == "nt" else "export STARTERKIT_BUNDLE=FOLDER"
            failed.fix += f"\nOr, where somebody has a bundle with the packages, name its folder first: `{name}`"
        raise
    except NoSuchPackagesError as failed:
        if _has_unchanged_packages(project):
            raise failed.with_unchanged_list() from failed
        raise


def repaired(project: Project, say: Progress) -> bool:
    """Create the environment of the project again if anything of it is lost; return whether that was so."""
    problem = environment_problem(project.folder, project.template.environment)
    if problem:
        say(f"The environment is damaged: {problem}")
        prepared(project, say, fresh=True)
    return bool(problem)


def _has_unchanged_packages(project: Project) -> bool:
    """True if the lists of packages are the path's, byte for byte."""
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
    environment: Environment | None = None,
    say: Progress = no_progress,
) -> CheckResult:
    """Run the path's tests so far against the project, and remember the outcome of a whole run.

    `fresh` creates the environment again first. `pristine` takes the tests and their support from the path, in a copy
    of the project. `selected` names tests, their files, or steps. `environment` is the project's if the caller has
    prepared it already. Raises `UsageError` for what is none of these on the path so far, with the nearest names.
    """
    expected = project.expected_tests()
    selected = _selected(project, selected, expected)
    environment = environment or prepared(project, say, fresh=fresh)
    with run_in_background(environment.ahead, environment.variables):
        return _check(project, environment, expected, selected, pristine, say)


def _check(
    project: Project,
    environment: Environment,
    expected: Sequence[ExpectedTest],
    selected: Sequence[str],
    pristine: bool,
    say: Progress,
) -> CheckResult:
    if pristine:
        work = project.read_work()
        layer = project.path.layer(project.state.step, solved=project.state.solved)
        owned = {path: entry for path, entry in layer.items() if project.template.owns(path)}
        tree = {
            **{path: e for path, e in work.tree.items() if not project.template.owns(path) or path in owned},
            **owned,
        }
        with copied(project, tree, work.files.files) as folder:
            return run(
                project, folder, environment, expected, project.state.step, selected=selected, pristine=True, say=say
            )
    before = project.read_work().id
    result = run(project, project.folder, environment, expected, project.state.step, selected=selected, say=say)
    result = _with_what_is_missing(project, result)
    if not selected and project.read_work().id == before:
        remember(project, before, result)
    return result


def run(
    project: Project,
    folder: Path,
    environment: Environment,
    expected: Sequence[ExpectedTest],
    step: str,
    *,
    selected: Sequence[str] = (),
    pristine: bool = False,
    say: Progress = no_progress,
) -> CheckResult:
    """Run tests in a folder that holds the project or a copy of it.

    If tests fail and the environment turns out to be damaged, it is created again and the tests run once more.
    """
    last = project.memory.last_check()

    def run_once() -> CheckResult:
        return run_tests(
            folder,
            environment,
            project.template,
            expected,
            selected=selected,
            remembered_green=last.green if last else (),
            step=step,
            pristine=pristine,
            say=say,
        )

    try:
        result = run_once()
    except ProgramMissing:  # the project's Python or Node can't be started
        prepared(project, say, fresh=True)
        return run_once()
    if result.red and repaired(project, say):
        return run_once()
    if result.red:
        _check_disk(project, result)
    return result


def _check_disk(project: Project, result: CheckResult) -> None:
    """Raise `EnvironmentProblem` if tests fail because the disk lets no library of a package run."""
    said = "\n".join((result.log, *(one.details for one in result.red)))
    if _NOT_LOADED.search(said) and forbids_programs(project.folder):
        raise EnvironmentProblem(
            f"The packages can't run in {project.folder}: its disk {NOEXEC}.",
            "Move the project to another disk, for example into your home folder.",
        )


@contextmanager
def copied(
    project: Project, tree: Mapping[str, Entry], new: Mapping[str, File] | Callable[[str], bytes]
) -> Iterator[Path]:
    """Give the block a copy of the project with these files; it is removed afterwards.

    `new` has the bytes of what is not in the repository: files by path, or a function from id to bytes.
    """
    reader = project.repository.reader
    with tempfile.TemporaryDirectory(prefix="starterkit-") as place:
        folder = Path(place) / project.folder.name
        folder.mkdir()
        for path, entry in tree.items():
            if callable(new):
                data = new(entry.id)
            else:
                file = new.get(path)
                data = file.data if file is not None and file.entry == entry else reader.blob(entry.id)
            write_file(folder, path, File(entry.mode, data))
        yield folder


def remember(project: Project, tree: str, result: CheckResult) -> None:
    """Remember a whole run of the tests so far on exactly this tree."""
    green = tuple(one.test.id for one in result.results if not one.is_red)
    red = tuple(one.test.id for one in result.red)
    project.memory.remember_check(RememberedCheck(tree, result.step, green, red, result.seconds, result.blocker))


def own_test_files(project: Project, whole: CheckResult) -> list[str]:
    """Return the test files in the project that a whole check does not know: the learner's own, which none runs."""
    known = {one.test.file for one in whole.results}
    found = {
        file.relative_to(project.folder).as_posix()
        for pattern in project.template.test_files
        for file in project.folder.glob(pattern)
    }
    return sorted(found - known)


def notes(project: Project, result: CheckResult) -> list[str]:
    """Return what a check should say even if all tests pass: files of the learner's that aren't saved as UTF-8."""
    found = files_in_wrong_encoding(Sources(project.folder, project.template.owns))
    said = {one.message for one in result.red}
    return [one.message for one in found if one.message not in said]


def _with_what_is_missing(project: Project, result: CheckResult) -> CheckResult:
    """Return a check in which tests that did not run say that a file of their support is gone, where one is."""
    if all(one.outcome is not Outcome.DID_NOT_RUN for one in result.results):
        return result
    template, commit = project.template, project.path.layer_commit(project.state.step, solved=False)
    layer = project.path.layer(project.state.step, solved=False)
    support = (path for path in sorted(layer) if template.owns(path) and not path.endswith(".md"))
    gone = [path for path in support if not (project.folder / path).exists() and not template.is_test_file(path)]
    if not gone:
        return result
    message = f"{gone[0]} is missing. Get it back: `git checkout {commit[:12]} -- {' '.join(map(quoted, gone))}`"
    results = (
        replace(one, message=message, place=None) if one.outcome is Outcome.DID_NOT_RUN else one
        for one in result.results
    )
    return replace(result, results=tuple(results), problem="")


def _selected(project: Project, words: Sequence[str], expected: Sequence[ExpectedTest]) -> list[str]:
    """Return the ids of the tests that words mean: a test, a test file, or a step by its number or name."""
    found: list[str] = []
    for word in words:
        meant = [one.id for one in expected if word in (one.id, one.file)] or _of_step(project, word, expected)
        if not meant:
            close = get_close_matches(word, [one.id for one in expected], n=1, cutoff=0.5)
            said = f'Did you mean "{close[0]}"?' if close else f"For example: `starterkit check {expected[-1].step}`."
            raise UsageError(f'There is no test, test file or step "{word}" on the path so far.', said)
        found += meant
    return list(dict.fromkeys(found))


def _of_step(project: Project, word: str, expected: Sequence[ExpectedTest]) -> list[str]:
    try:
        step = BASE if word == BASE else project.template.find_step(word)
    except UsageError:
        return []
    return [one.id for one in expected if one.step == step]
