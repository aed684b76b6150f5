"""The learner's files as they lie on disk: listed by git's own rules, read and written byte for byte.

No line-end conversion or other filter ever stands between the disk and what is kept here.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import ConflictError
from starterkit.git.command import Git
from starterkit.git.objects import EXECUTABLE, FILE, LINK, Entry, File, blob_id
from starterkit.paths import is_editor_file

LARGE_BYTES = 10_000_000


@dataclass(frozen=True)
class Listing:
    """What git sees in a work tree: tracked paths, untracked ones that are not ignored, and what needs a question.

    `nested` are folders with a git repository of their own (paths end in a slash), `large` untracked files above
    10 MB; neither is among `untracked`. `unmerged` are paths in conflict. `staged` is the index's version of the
    tracked ones. Of `left_out`, which are tracked, a sparse checkout keeps no file on disk.
    """

    tracked: tuple[str, ...]
    untracked: tuple[str, ...]
    nested: tuple[str, ...]
    large: tuple[str, ...]
    unmerged: tuple[str, ...]
    left_out: tuple[str, ...]
    staged: dict[str, Entry]


@dataclass(frozen=True)
class WorkFiles:
    """The bytes of the learner's files, tracked and untracked, and the listing that they come from."""

    listing: Listing
    files: dict[str, File]

    @property
    def tree(self) -> dict[str, Entry]:
        return {path: file.entry for path, file in self.files.items()}


def list_files(git: Git) -> Listing:
    """Ask git which files there are. What editors leave behind counts as ignored, also without a line in .gitignore."""
    # status.showUntrackedFiles and the like do not touch ls-files; --exclude-standard reads every ignore file.
    out = git.run("ls-files", "-z", "-t", "--stage", "--cached", "--others", "--exclude-standard")
    names = ("tracked", "untracked", "nested", "large", "unmerged", "left_out")
    groups: dict[str, dict[str, None]] = {name: {} for name in names}  # in order, each path once
    staged: dict[str, Entry] = {}
    for record in filter(None, out.split(b"\0")):
        tag, rest = record[:1], os.fsdecode(record[2:])
        if tag == b"?" and is_editor_file(rest):
            continue
        if tag == b"?":
            groups[_group(git.folder, rest)][rest] = None
            continue
        about, _, path = rest.partition("\t")
        mode, id, stage = about.split(" ")
        groups["unmerged" if stage != "0" else "tracked"][path] = None
        if stage == "0":
            staged[path] = Entry(mode, id)
        if tag == b"S":
            groups["left_out"][path] = None
    return Listing(**{name: tuple(paths) for name, paths in groups.items()}, staged=staged)


def _group(folder: Path, path: str) -> str:
    if path.endswith("/"):
        return "nested"
    return "large" if _size(folder / path) > LARGE_BYTES else "untracked"


def read_files(
    git: Git, listing: Listing, *, also: Sequence[str] = (), with_large: bool = False, trust_modes: bool = True
) -> WorkFiles:
    """Read all files of a listing, and `also` these; those that are not on the disk or lie behind a link are left out.

    Where the executable bit on disk means nothing (`trust_modes`), a file's mode is the one that git has for it.
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
    return WorkFiles(listing, files)


def _is_behind_link(folder: Path, path: str, known: dict[str, bool]) -> bool:
    """Tell whether a folder on the way to `path` is a link; `known` has the answers so far."""
    parent = path.rpartition("/")[0]
    if not parent:
        return False
    if parent not in known:
        known[parent] = _is_behind_link(folder, parent, known) or (folder / parent).is_symlink()
    return known[parent]


def read_file(folder: Path, path: str) -> File | None:
    """Return a file with its mode; None where there is no file (nothing, a folder, a submodule)."""
    full = folder / path
    try:
        mode = full.lstat().st_mode
        if stat.S_ISLNK(mode):
            return File(LINK, os.fsencode(os.readlink(full)))  # noqa: PTH115  # the bytes, not a Path
        if not stat.S_ISREG(mode):
            return None
        return File(EXECUTABLE if mode & stat.S_IXUSR and os.name == "posix" else FILE, full.read_bytes())
    except (FileNotFoundError, NotADirectoryError):
        return None
    except PermissionError as denied:
        raise ConflictError(
            f"The file {path} cannot be read.", "Make it readable, then type the same again."
        ) from denied


def id_on_disk(folder: Path, path: str) -> Entry | None:
    """Return mode and id of what lies at a path, or None where there is no file."""
    file = read_file(folder, path)
    return None if file is None else Entry(file.mode, blob_id(file.data))


def is_same(found: Entry | None, wanted: Entry | None, *, trust_modes: bool) -> bool:
    """Tell whether two files are the same; where modes mean nothing on disk, their bytes alone count."""
    if found is None or wanted is None:
        return found is wanted
    if not trust_modes and LINK not in (found.mode, wanted.mode):
        return found.id == wanted.id
    return found == wanted


def write_file(folder: Path, path: str, file: File, *, scratch: Path | None = None) -> None:
    """Put a file in place in one step: its bytes are complete before its name points to them.

    It is completed in the folder `scratch`, so that being killed leaves nothing half-made among the learner's files;
    beside its place where there is no such folder, or where that is on another disk.
    """
    full = folder / path
    full.parent.mkdir(parents=True, exist_ok=True)
    if scratch is not None:
        scratch.mkdir(exist_ok=True)
        try:
            return _put(full, file, scratch)
        except OSError as elsewhere:
            if elsewhere.errno != errno.EXDEV:
                raise
    return _put(full, file, full.parent)


def _put(full: Path, file: File, by_way_of: Path) -> None:
    temporary = by_way_of / f".starterkit-{secrets.token_hex(8)}"
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
    """Tell whether files can be made in a folder."""
    return os.access(folder, os.W_OK | os.X_OK, effective_ids=os.access in os.supports_effective_ids)


def remove_file(folder: Path, path: str) -> None:
    """Remove a file, and the folders that are empty after it."""
    full = folder / path
    full.unlink(missing_ok=True)
    for parent in full.parents:
        if parent == folder:
            break
        try:
            parent.rmdir()
        except OSError:
            break  # not empty, or not ours to remove


def _permissions(full: Path, mode: str) -> int:
    """The permissions for a file: those that it has, with the executable bits as `mode` says."""
    umask = os.umask(0)
    os.umask(umask)
    try:
        old = stat.S_IMODE(full.lstat().st_mode) if not full.is_symlink() else 0o666 & ~umask
    except (FileNotFoundError, NotADirectoryError):
        old = 0o666 & ~umask
    if mode == EXECUTABLE:
        return old | ((old & 0o444) >> 2)
    return old & ~0o111


def _size(full: Path) -> int:
    try:
        return full.lstat().st_size
    except OSError:
        return 0
