"""Write a template's files completely or not at all, without moving existing folders.

An existing folder is never replaced as a whole, because it may be mounted or open in an editor. First, the new files
and copies of the old files are written to a hidden folder. Then this folder is renamed. If a command is killed before
the rename, nothing has changed. If it is killed later, the next command that reads the template finishes the change.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path, PurePosixPath
from typing import TypeVar

from starterkit.errors import EnvironmentProblem
from starterkit.git.objects import File
from starterkit.git.worktree import write_file

_DRAFT, _DECIDED = ".starterkit-draft", ".starterkit-replacing"
_PLAN, _UNDO = "plan.json", "undo.json"
Built = TypeVar("Built")


def build_in_place(destination: Path, build: Callable[[Path], Built]) -> Built:
    """Call `build` with a temporary folder, then move its content to `destination`. Return the result of `build`.

    `destination` must be missing or empty. After an error, it is as before.
    """
    is_there = destination.exists()
    moved: list[Path] = []
    parent = destination if is_there else destination.parent
    with tempfile.TemporaryDirectory(prefix=f".{destination.name[:40]}-", dir=parent) as name:
        folder = Path(name) / "new"
        folder.mkdir()
        built = build(folder)
        if not is_there:
            folder.rename(destination)
            return built
        try:
            for entry in list(folder.iterdir()):
                moved.append(destination / entry.name)
                entry.rename(moved[-1])
        except BaseException:
            for entry in moved:
                _remove(entry)
            raise
    return built


def replace_files(folder: Path, before: Mapping[str, File], after: Mapping[str, File]) -> None:
    """Replace the files `before` in the folder with the files `after`. All other files stay.

    Raises `EnvironmentProblem` if the folder can't be written. The old files are restored first. If that fails too, the
    message says that the change is incomplete.
    """
    finish_replacing(folder)
    draft, decided = folder / _DRAFT, folder / _DECIDED
    changed = {name: file for name, file in after.items() if before.get(name) != file}
    removed = [name for name in before if name not in after]
    try:
        shutil.rmtree(draft, ignore_errors=True)
        for part in ("new", "old"):
            (draft / part).mkdir(parents=True)
        for name, file in changed.items():
            write_file(draft / "new", name, file)
        for name in (*removed, *(name for name in changed if name in before)):
            (draft / "old" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder / name, draft / "old" / name)
        _write_plan(draft / _PLAN, "new", removed, after)
        _write_plan(draft / _UNDO, "old", [name for name in changed if name not in before], before)
        draft.rename(decided)
        try:
            _apply(folder)
        except OSError:
            (decided / _UNDO).replace(decided / _PLAN)
            _apply(folder)
            raise
    except OSError as error:
        raise _not_written(folder, error) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def finish_replacing(folder: Path) -> None:
    """Finish the change of a command that was killed in `replace_files`. Without such a change, do nothing.

    Raises `EnvironmentProblem` if the folder can't be written.
    """
    if not (folder / _DECIDED).is_dir():
        return
    try:
        _apply(folder)
    except OSError as error:
        raise _not_written(folder, error) from error


def _not_written(folder: Path, error: OSError) -> EnvironmentProblem:
    fix = "Free some space or make the folder writable, then run the command again."
    state = "The change is incomplete." if (folder / _DECIDED).exists() else "Nothing was changed."
    return EnvironmentProblem(f"starterkit can't write to {folder}: {error.strerror or error}. {state}", fix)


def _write_plan(file: Path, files: str, removed: list[str], kept: Iterable[str]) -> None:
    kept_folders = _folders(kept)
    folders = sorted((name for name in _folders(removed) if name not in kept_folders), reverse=True)
    file.write_text(json.dumps({"files": files, "removed": removed, "folders": folders}))


def _folders(names: Iterable[str]) -> set[str]:
    parents = {str(parent) for name in names for parent in PurePosixPath(name).parents}
    return parents - {".", "project", "steps"}


def _apply(folder: Path) -> None:
    """Carry out the plan in the hidden folder. A second call finishes an interrupted first call."""
    decided = folder / _DECIDED
    if (decided / _PLAN).exists():
        plan = json.loads((decided / _PLAN).read_text())
        for name in (*plan["removed"], *plan["folders"]):  # remove caches in these folders too
            _remove(folder / name)
        source = decided / plan["files"]
        for file in sorted(path for path in source.rglob("*") if path.is_file()):
            target = folder / file.relative_to(source)
            if target.is_dir():
                _remove(target)
            target.parent.mkdir(parents=True, exist_ok=True)
            file.replace(target)
        (decided / _PLAN).unlink()
    shutil.rmtree(decided)


def _remove(entry: Path) -> None:
    if entry.is_dir() and not entry.is_symlink():
        shutil.rmtree(entry)
    elif entry.exists() or entry.is_symlink():
        entry.unlink()
