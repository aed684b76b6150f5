"""Restore the path in a clone that lacks the refs of the path.

The path is fetched from the remote, or rebuilt from the installed template. The commit ids in `.starterkit.yml` prove
that the result is right. No other version of starterkit is ever downloaded or run.
"""

from __future__ import annotations

from pathlib import Path

from starterkit import DISTRIBUTION, IS_ON_PYPI, __version__
from starterkit.errors import EnvironmentProblem, FileError, UsageError
from starterkit.git.repository import METADATA_REF, PATH_REF, Repository
from starterkit.git.worktree import read_file
from starterkit.process import TimeLimitReached
from starterkit.project.layers import metadata_of, path_layers, read_folder, write_path
from starterkit.project.state import ANSWERS_FILE, State
from starterkit.render import read_answers, render
from starterkit.template.resolve import BUNDLED, FOLDER, ResolvedTemplate, installed_edition, recorded_template

_REBUILT = "refs/starterkit/rebuilt/"
_FETCH_SECONDS = 30.0


def require_path(repository: Repository, folder: Path, state: State) -> None:
    """Restore missing refs of the path.

    If that fails, raises `EnvironmentProblem` with the starterkit version that can rebuild the refs.
    """
    path_refs = {PATH_REF: state.path, METADATA_REF: state.texts}
    if (
        _use_local(repository, path_refs)
        or _fetch(repository, path_refs)
        or _rebuild(repository, folder, state, path_refs)
    ):
        return
    push = f"On the machine where the project was created, type `git push origin {PATH_REF} {METADATA_REF}`."
    # Anybody can write a version into `.starterkit.yml`, so starterkit never installs or runs that version itself.
    other = state.version != __version__ and not state.template.startswith(FOLDER)
    get = f" Or install version {state.version} of {DISTRIBUTION} from PyPI."
    if not IS_ON_PYPI:
        get = (
            f" Or install version {state.version}: check out this version in a clone of starterkit, then type "
            "`pip install .`."
        )
    raise EnvironmentProblem(
        f"This clone doesn't have the project's learning path, which starterkit {state.version} created. "
        f"{_reason(state)}",
        f"{push}{get if other else ''}",
    )


def _use_local(repository: Repository, path_refs: dict[str, str]) -> bool:
    if any(repository.reader.try_read(id) is None for id in path_refs.values()):
        return False
    for ref, id in path_refs.items():
        if repository.git.try_run("rev-list", "--objects", "--quiet", id).code != 0:
            return False
        repository.git.run("update-ref", ref, id)
    return True


def _fetch(repository: Repository, path_refs: dict[str, str]) -> bool:
    """Fetch the path's two refs from the first remote that has them. Return True if it worked.

    Refs are fetched by name first. If the remote's refs already point to a newer path, the commits are fetched by id.
    """
    for remote in repository.git.run("remote").decode().split():
        for names in (tuple(path_refs), tuple(path_refs.values())):
            # Older protocol versions can't fetch a commit by its id.
            options = ("-c", "protocol.version=2", "fetch", "-q", "--no-tags", "--no-write-fetch-head")
            try:
                finished = repository.git.try_run(*options, remote, *names, timeout=_FETCH_SECONDS)
            except TimeLimitReached:
                break
            if finished.code != 0:
                break  # this remote doesn't have the path, so try the next remote
            repository.close()
            if _use_local(repository, path_refs):
                return True
    return False


def _rebuild(repository: Repository, folder: Path, state: State, path_refs: dict[str, str]) -> bool:
    try:
        with recorded_template(state.template) as template:
            if template is None or template.template.edition != state.edition:
                return False
            return _rebuild_from(repository, folder, template, path_refs)
    except (EnvironmentProblem, UsageError) as wrong:
        is_own_file = isinstance(wrong, FileError) and wrong.file == ANSWERS_FILE
        if is_own_file or state.template.startswith(BUNDLED):
            raise
        return False  # the template can't be fetched or isn't safe to render, and `_reason` explains this to the user


def _rebuild_from(repository: Repository, folder: Path, template: ResolvedTemplate, path_refs: dict[str, str]) -> bool:
    answers = read_file(folder, ANSWERS_FILE)
    if answers is None:
        raise FileError(
            ANSWERS_FILE,
            None,
            "the file with your answers is missing",
            f"Restore the file: `git checkout HEAD -- {ANSWERS_FILE}`.",
        )
    try:
        rendered = render(template.folder, read_answers(answers.data, ANSWERS_FILE), read_folder)
        layers = path_layers(template.folder, template.template, rendered.files)
    except FileError as wrong:
        if wrong.file != ANSWERS_FILE:
            raise
        fix = f"Restore its last good version: `git checkout HEAD -- {ANSWERS_FILE}`."
        raise FileError(wrong.file, wrong.line, wrong.message.partition(": ")[2], fix) from wrong
    ids = write_path(repository.git, layers, metadata_of(template.folder, template.template), _REBUILT)
    repository.close()
    is_the_same = ids == (path_refs[PATH_REF], path_refs[METADATA_REF]) and _use_local(repository, path_refs)
    for ref, id in repository.git.refs(_REBUILT).items():
        repository.move_ref(ref, id, None, "rebuilt")
    return is_the_same


def _reason(state: State) -> str:
    if state.template.startswith(FOLDER):
        name = state.template.partition(":")[2]
        return f'Its template is the folder "{name}" on the machine where the project was created.'
    installed = installed_edition(state.template)
    if installed not in (None, state.edition):
        return f"The path is edition {state.edition}. This is starterkit {__version__}, which has edition {installed}."
    if state.version != __version__:
        return f"This is starterkit {__version__}."
    if "://" in state.template or "@" in state.template:
        return f"Its template, {state.template}, cannot be fetched or rendered here, or its files have changed."
    return "The template or the answers have changed since the project was created."
