"""Writing a template's folder: all or nothing, and every folder that stays is the same folder as before.

A shell, an editor or a disk of its own may be in any of these folders, so none of them is swapped for another. The new
files and copies of the old ones are complete in a hidden folder first. Renaming that folder is the decision. If a
command is killed after it, the next command that reads the template finishes the work.
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
    """Let `build` fill a new folder, and move it or its entries to the destination. An empty folder there stays.

    Raises what `build` raises, and `OSError`. Then the destination is as it was.
    """
    is_there = destination.exists()
    moved: list[Path] = []
    place = destination if is_there else destination.parent
    with tempfile.TemporaryDirectory(prefix=f".{destination.name[:40]}-", dir=place) as name:
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


def replace_files(folder: Path, before: Mapping[str, File], wanted: Mapping[str, File]) -> None:
    """Make `wanted` of the template's files `before`; unchanged files and all others in the folder aren't touched.

    Raises `EnvironmentProblem` if the folder can't be written. Then nothing was changed.
    """
    finish_replacing(folder)
    draft, decided = folder / _DRAFT, folder / _DECIDED
    changed = {name: file for name, file in wanted.items() if before.get(name) != file}
    removed = [name for name in before if name not in wanted]
    try:
        shutil.rmtree(draft, ignore_errors=True)
        for part in ("new", "old"):
            (draft / part).mkdir(parents=True)
        for name, file in changed.items():
            write_file(draft / "new", name, file)
        for name in (*removed, *(name for name in changed if name in before)):
            (draft / "old" / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(folder / name, draft / "old" / name)
        _write_plan(draft / _PLAN, "new", removed, wanted)
        _write_plan(draft / _UNDO, "old", [name for name in changed if name not in before], before)
        draft.rename(decided)
        try:
            _apply(folder)
        except OSError:
            (decided / _UNDO).replace(decided / _PLAN)
            _apply(folder)
            raise
    except OSError as wrong:
        raise _not_written(folder, wrong) from wrong
    finally:
        shutil.rmtree(draft, ignore_errors=True)


def finish_replacing(folder: Path) -> None:
    """Finish what a killed command had decided. Raises `EnvironmentProblem` if the folder can't be written."""
    if not (folder / _DECIDED).is_dir():
        return
    try:
        _apply(folder)
    except OSError as wrong:
        raise _not_written(folder, wrong) from wrong


def _not_written(folder: Path, wrong: OSError) -> EnvironmentProblem:
    fix = "Make room or make the folder writable, then type the same again."
    was = "A change to it was begun and isn't finished." if (folder / _DECIDED).exists() else "Nothing was changed."
    return EnvironmentProblem(f"{folder} can't be written: {wrong.strerror or wrong}. {was}", fix)


def _write_plan(file: Path, files: str, removed: list[str], kept: Iterable[str]) -> None:
    """Write what is to be done: which files are removed, and which folders then hold no file of the template."""
    kept_folders = _folders(kept)
    folders = sorted((name for name in _folders(removed) if name not in kept_folders), reverse=True)
    file.write_text(json.dumps({"files": files, "removed": removed, "folders": folders}))


def _folders(names: Iterable[str]) -> set[str]:
    parents = {str(parent) for name in names for parent in PurePosixPath(name).parents}
    return parents - {".", "project", "steps"}


def _apply(folder: Path) -> None:
    """Do what the plan says; it can be interrupted and repeated."""
    decided = folder / _DECIDED
    if (decided / _PLAN).exists():
        plan = json.loads((decided / _PLAN).read_text())
        for name in (*plan["removed"], *plan["folders"]):  # a folder may hold caches, which go with it
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
