"""List, read and write the files of a work tree.

The list follows git's ignore rules. Files are read and written byte for byte, without git's filters.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import ConflictError, UsageError
from starterkit.git.command import Git
from starterkit.git.objects import EXECUTABLE, FILE, LINK, Entry, File
from starterkit.paths import is_editor_file

LARGE_BYTES = 10_000_000


@dataclass(frozen=True)
class Listing:
    """The files that git sees in a work tree, without ignored files.

    Untracked files above 10 MB are in `large`, and all others in `untracked`. `nested` has folders with their own git
    repository. Their paths end with a slash. `unmerged` are files in conflict. `staged` has the tracked files as they
    are in the index. `left_out` are tracked files that a sparse checkout leaves out.
    """

    tracked: tuple[str, ...]
    untracked: tuple[str, ...]
    nested: tuple[str, ...]
    large: tuple[str, ...]
    unmerged: tuple[str, ...]
    left_out: tuple[str, ...]
    staged: dict[str, Entry]


def list_files(git: Git) -> Listing:
    """Return git's listing of a work tree. Swap and backup files of editors are ignored."""
    # Unlike `git status`, ls-files ignores settings such as status.showUntrackedFiles.
    out = git.run("ls-files", "-z", "-t", "--stage", "--cached", "--others", "--exclude-standard")
    names = ("tracked", "untracked", "nested", "large", "unmerged", "left_out")
    groups: dict[str, dict[str, None]] = {name: {} for name in names}  # dictionaries keep the order and drop duplicates
    staged: dict[str, Entry] = {}
    for record in filter(None, out.split(b"\0")):
        tag, rest = record[:1], os.fsdecode(record[2:])
        if tag == b"?" and is_editor_file(rest):
            continue
        if tag == b"?":
            group = "nested" if rest.endswith("/") else "large" if _is_large(git.folder / rest) else "untracked"
            groups[group][rest] = None
            continue
        entry, _, path = rest.partition("\t")
        mode, id, stage = entry.split(" ")
        groups["unmerged" if stage != "0" else "tracked"][path] = None
        if stage == "0":
            staged[path] = Entry(mode, id)
        if tag == b"S":
            groups["left_out"][path] = None
    return Listing(**{name: tuple(paths) for name, paths in groups.items()}, staged=staged)


def _is_large(file: Path) -> bool:
    try:
        return file.lstat().st_size > LARGE_BYTES
    except OSError:
        return False


def unignored_files(folder: Path, git_dir: Path) -> list[str]:
    """Return the files in a folder that its .gitignore files don't ignore. `git_dir` is an empty folder for git."""
    git = Git(folder).with_index(git_dir / "index", folder, git_dir)
    git.run("init", "-q", "--template=")
    no_user_rules = ("-c", f"core.excludesFile={os.devnull}")
    out = git.run(*no_user_rules, "ls-files", "-z", "--others", "--exclude-standard", "--", ".")
    return [os.fsdecode(path) for path in out.split(b"\0") if path]


def changed_since(folder: Path, revision: str) -> list[str]:
    """Return the paths in a folder that are untracked or differ from a revision.

    The paths are relative to the folder. Raises `UsageError` if there is no repository or the revision is unknown.
    """
    git = Git(folder)
    if revision.startswith("-") or git.try_run("rev-parse", "-q", "--verify", f"{revision}^{{commit}}").code != 0:
        if git.try_run("rev-parse", "--git-dir").code != 0:
            raise UsageError(
                f"{folder} is not in a git repository, so starterkit can't list its changes.",
                "Use the command without `--changed-since`.",
            )
        raise UsageError(
            f'Unknown git revision "{revision}" in {folder}.',
            "To list the commits, type `git log`. If this is a shallow clone, type `git fetch --unshallow` first.",
        )
    changed = git.run("diff", "--name-only", "-z", "--relative", "--no-renames", revision, "--", ".")
    untracked = git.run("ls-files", "-z", "--others", "--exclude-standard", "--", ".")
    return sorted({os.fsdecode(name) for name in (changed + untracked).split(b"\0") if name})


def read_files(
    git: Git, listing: Listing, *, also: Sequence[str] = (), with_large: bool = False, trust_modes: bool = True
) -> dict[str, File]:
    """Read the files of a listing and the paths `also`, without files that don't exist on disk.

    The `large` files are read only with `with_large`. Files below a symbolic link are left out. Without `trust_modes`,
    a file's mode comes from the index and not from disk.
    """
    files: dict[str, File] = {}
    links: dict[str, bool] = {}
    large = listing.large if with_large else ()
    for path in (*listing.tracked, *listing.unmerged, *listing.untracked, *large, *also):
        file = None if _is_behind_link(git.folder, path, links) else read_file(git.folder, path)
        if file is not None:
            known = listing.staged.get(path)
            keep_mode = trust_modes or file.mode == LINK
            files[path] = file if keep_mode else File(known.mode if known else FILE, file.data)
    return files


def _is_behind_link(folder: Path, path: str, known: dict[str, bool]) -> bool:
    parent = path.rpartition("/")[0]
    if not parent:
        return False
    if parent not in known:
        known[parent] = _is_behind_link(folder, parent, known) or (folder / parent).is_symlink()
    return known[parent]


def read_file(folder: Path, path: str) -> File | None:
    """Return a file, or None if the path is missing or a folder. Raises `ConflictError` if it can't be read."""
    full = folder / path
    try:
        mode = full.lstat().st_mode
        if stat.S_ISLNK(mode):
            return File(LINK, os.fsencode(os.readlink(full)))  # noqa: PTH115  # Path.readlink changes the target's text
        if not stat.S_ISREG(mode):
            return None
        return File(EXECUTABLE if mode & stat.S_IXUSR and os.name == "posix" else FILE, full.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as denied:
        raise ConflictError(
            f"You have no permission to read {path}.", "Make the file readable, then run the command again."
        ) from denied


def id_on_disk(folder: Path, path: str) -> Entry | None:
    """Return the mode and blob id of a file, or None if there is no file at this path."""
    file = read_file(folder, path)
    return None if file is None else file.entry


def is_same(first: Entry | None, second: Entry | None, *, trust_modes: bool) -> bool:
    """True if two files have equal content and modes, or if both are missing.

    Modes only count with `trust_modes`.
    """
    if first is None or second is None:
        return first is second
    if not trust_modes and LINK not in (first.mode, second.mode):
        return first.id == second.id
    return first == second


def write_file(folder: Path, path: str, file: File, *, scratch: Path | None = None) -> None:
    """Write a file in one step: write a temporary file, then rename it.

    The temporary file is in the folder `scratch`. So a killed command leaves no temporary files in the learner's
    folders. Without `scratch`, or if it is on another disk, the temporary file is next to the target.
    """
    full = folder / path
    full.parent.mkdir(parents=True, exist_ok=True)
    if scratch is not None:
        scratch.mkdir(exist_ok=True)
        try:
            return _write_by_rename(full, file, scratch)
        except OSError as failed:
            if failed.errno != errno.EXDEV:
                raise
    return _write_by_rename(full, file, full.parent)


def write_files(folder: Path, files: Mapping[str, File]) -> None:
    """Write several files into a folder. Each file is replaced in one step."""
    for path, file in files.items():
        write_file(folder, path, file)


def _write_by_rename(full: Path, file: File, scratch: Path) -> None:
    temporary = scratch / f".starterkit-{secrets.token_hex(8)}"
    try:
        if file.mode == LINK:
            temporary.symlink_to(os.fsdecode(file.data))
        else:
            with temporary.open("xb") as stream:
                stream.write(file.data)
            temporary.chmod(_permissions(full, file.mode))
        temporary.replace(full)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


def is_writable(folder: Path) -> bool:
    """True if this process can create files in a folder."""
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)


def remove_file(folder: Path, path: str) -> None:
    """Remove a file, and then its parent folders if they are empty."""
    full = folder / path
    full.unlink(missing_ok=True)
    for parent in full.parents:
        if parent == folder:
            break
        try:
            parent.rmdir()
        except OSError:
            break  # the folder isn't empty, or removing it isn't permitted


def _permissions(full: Path, mode: str) -> int:
    umask = os.umask(0)
    os.umask(umask)
    try:
        old = stat.S_IMODE(full.lstat().st_mode) if not full.is_symlink() else 0o666 & ~umask
    except (FileNotFoundError, NotADirectoryError):
        old = 0o666 & ~umask
    if mode == EXECUTABLE:
        return old | ((old & 0o444) >> 2)
    return old & ~0o111
