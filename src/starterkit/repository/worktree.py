"""The learner's files as they lie on disk: listed by git's own rules, read and written byte for byte.

No line-end conversion or other filter ever stands between the disk and what is kept here.
"""

from __future__ import annotations

import os
import stat
import tempfile
from dataclasses import dataclass
from pathlib import Path

from starterkit.errors import ConflictError
from starterkit.repository.git import Git
from starterkit.repository.objects import EXECUTABLE, FILE, LINK, Entry, File, blob_id

LARGE_BYTES = 10_000_000


@dataclass(frozen=True)
class Listing:
    """What git sees in a work tree: tracked paths, untracked ones that are not ignored, and what needs a question.

    `nested` are folders with a git repository of their own (paths end in a slash), `large` untracked files above
    10 MB; neither is among `untracked`. `unmerged` are paths in conflict.
    """

    tracked: tuple[str, ...]
    untracked: tuple[str, ...]
    nested: tuple[str, ...]
    large: tuple[str, ...]
    unmerged: tuple[str, ...]


@dataclass(frozen=True)
class WorkFiles:
    """The bytes of the learner's files, tracked and untracked, and the listing that they come from."""

    listing: Listing
    files: dict[str, File]

    @property
    def tree(self) -> dict[str, Entry]:
        return {path: file.entry for path, file in self.files.items()}


def list_files(git: Git) -> Listing:
    """Ask git which files there are."""
    # status.showUntrackedFiles and the like do not touch ls-files; --exclude-standard reads every ignore file.
    out = git.run("ls-files", "-z", "-t", "--cached", "--others", "--exclude-standard")
    groups: dict[str, list[str]] = {"tracked": [], "untracked": [], "nested": [], "large": [], "unmerged": []}
    for record in out.split(b"\0"):
        if not record:
            continue
        tag, path = record[:1], os.fsdecode(record[2:])
        groups[_group(git.folder, tag, path)].append(path)
    return Listing(**{name: tuple(dict.fromkeys(paths)) for name, paths in groups.items()})


def _group(folder: Path, tag: bytes, path: str) -> str:
    if tag == b"M":
        return "unmerged"
    if tag != b"?":
        return "tracked"
    if path.endswith("/"):
        return "nested"
    return "large" if _size(folder / path) > LARGE_BYTES else "untracked"


def read_files(git: Git, listing: Listing, *, with_large: bool = False) -> WorkFiles:
    """Read all files of a listing; those that are gone from the disk are left out."""
    files: dict[str, File] = {}
    for path in (*listing.tracked, *listing.unmerged, *listing.untracked, *(listing.large if with_large else ())):
        file = read_file(git.folder, path)
        if file is not None:
            files[path] = file
    return WorkFiles(listing, files)


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


def write_file(folder: Path, path: str, file: File) -> None:
    """Put a file in place in one step: its bytes are complete before its name points to them."""
    full = folder / path
    full.parent.mkdir(parents=True, exist_ok=True)
    if file.mode == LINK:
        _put_link(full, file.data)
        return
    permissions = _permissions(full, file.mode)
    handle, temporary = tempfile.mkstemp(prefix=".starterkit-", dir=full.parent)
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(file.data)
        os.chmod(temporary, permissions)  # noqa: PTH101
        os.replace(temporary, full)  # noqa: PTH105
    except BaseException:
        Path(temporary).unlink(missing_ok=True)
        raise


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


def link_above(folder: Path, path: str) -> str | None:
    """Return the first folder on the way to `path` that is a link: writing there would write somewhere else."""
    parts = path.split("/")[:-1]
    for depth in range(1, len(parts) + 1):
        parent = "/".join(parts[:depth])
        if (folder / parent).is_symlink():
            return parent
    return None


def _put_link(full: Path, target: bytes) -> None:
    temporary = full.with_name(f".starterkit-{os.getpid()}-{full.name}")
    temporary.unlink(missing_ok=True)
    temporary.symlink_to(os.fsdecode(target))
    os.replace(temporary, full)  # noqa: PTH105


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
