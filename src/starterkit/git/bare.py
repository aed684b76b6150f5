"""Write and read bare repositories. Hooks, filters and submodules in them are ignored.

Each git command gets the repository's path in GIT_DIR. So git doesn't check `safe.directory` and `safe.bareRepository`,
which would reject another user's repository.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path

from starterkit.errors import UsageError
from starterkit.git.command import Git
from starterkit.git.objects import ObjectReader

HEADS = "refs/heads/"
_LINE = re.compile(rb"([0-9a-f]{40}) (refs/\S[^\0\r\n]*)")
_LOOSE = re.compile(rb"([0-9a-f]{40})\s*")
_PACKED_LIMIT_BYTES = 4_000_000  # git reads a larger file, because reading it here would take too much memory
_LOOSE_LIMIT_BYTES = 10_000
_LOOSE_LIMIT = 5_000
_CONFIGURATION = """[core]
\trepositoryformatversion = 0
\tbare = true
\tlogAllRefUpdates = always
[gc]
\tauto = 0
\tpruneExpire = never
"""


class BareRepository:
    """Reads refs and objects of one bare repository. Use it as a context manager, which ends its git process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # Other people can push to this repository. Their replace refs must not change which objects git reads.
        self.git = Git(folder, {"GIT_DIR": str(folder.absolute()), "GIT_NO_REPLACE_OBJECTS": "1"})
        self.reader = ObjectReader(self.git)

    def __enter__(self) -> BareRepository:
        return self

    def __exit__(self, *_: object) -> None:
        self.reader.close()

    def sizes(self, names: Iterable[str]) -> dict[str, int]:
        """Return the sizes in bytes of objects, by the id or name in `names`. Missing objects are left out."""
        names = list(names)
        input = "".join(f"{name}\n" for name in names).encode()
        output = self.git.run("cat-file", "--batch-check=%(objectsize)", input=input)
        return {name: int(line) for name, line in zip(names, output.splitlines(), strict=True) if line.isdigit()}

    def refs(self, prefix: str = HEADS) -> dict[str, str]:
        """Return the commit ids of all refs that start with `prefix`, by full ref name.

        Reads the files of the repository, and starts git only if they have an unusual format.
        """
        refs = refs_on_disk(self.folder, prefix)
        if refs is not None:
            return refs
        return {name: id for name, id in self.git.refs(prefix.rstrip("/")).items() if name.startswith(prefix)}


def refs_on_disk(git_dir: Path, prefix: str = HEADS) -> dict[str, str] | None:
    """Return the refs below `prefix`, read directly from the files of a git directory.

    `prefix` ends with a slash. Returns None if only git can read the refs: the directory is missing, the refs have
    another format, or a file isn't a regular file. Raises `UsageError` if a file is far too long for a ref.
    """
    try:
        if not stat.S_ISDIR((git_dir / "objects").lstat().st_mode) or (git_dir / "reftable").exists():
            return None
        packed = _packed_refs(git_dir / "packed-refs", prefix.encode())
        loose = _loose_refs(git_dir, prefix)
    except (OSError, ValueError):
        return None
    return None if packed is None or loose is None else dict(sorted({**packed, **loose}.items()))


def fingerprint(refs: Mapping[str, str]) -> str:
    """Return 16 hexadecimal digits that change when a ref is added, deleted or moved."""
    lines = "".join(f"{id} {name}\n" for name, id in sorted(refs.items()))
    return hashlib.sha1(lines.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()[:16]


def write_bare(folder: Path, refs: Mapping[str, str], *, alternates: Iterable[str] = (), settings: str = "") -> None:
    """Write a bare repository without objects, with `refs` (commit ids by full ref name).

    `alternates` are object folders of other repositories, relative to this repository's object folder. `settings` is
    text that is added to the configuration file.
    """
    info = folder / "objects" / "info"
    info.mkdir(parents=True)
    (folder / "refs").mkdir()
    # git doesn't store empty folders. If a workshop is itself in a git repository, a clone of it needs this folder.
    (folder / "refs" / ".keep").touch()
    if borrowed := "".join(f"{alternate}\n" for alternate in alternates):
        (info / "alternates").write_text(borrowed, encoding="utf-8")
    (folder / "config").write_text(_CONFIGURATION + settings, encoding="utf-8")
    packed = "".join(f"{id} {name}\n" for name, id in sorted(refs.items()))
    (folder / "packed-refs").write_text(f"# pack-refs with: peeled fully-peeled sorted \n{packed}", encoding="utf-8")
    # HEAD is written last. Without HEAD, git doesn't recognize the folder, so nobody uses an unfinished repository.
    (folder / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")


def _packed_refs(file: Path, prefix: bytes) -> dict[str, str] | None:
    try:
        status = file.lstat()
    except FileNotFoundError:
        return {}
    if not stat.S_ISREG(status.st_mode) or status.st_size > _PACKED_LIMIT_BYTES:
        return None
    matches = filter(None, map(_LINE.fullmatch, file.read_bytes().splitlines()))
    return {os.fsdecode(match[2]): match[1].decode() for match in matches if match[2].startswith(prefix)}


def _loose_refs(git_dir: Path, prefix: str) -> dict[str, str] | None:
    refs: dict[str, str] = {}
    folders = [git_dir / prefix]
    while folders:
        try:
            entries = list(folders.pop().iterdir())
        except FileNotFoundError:
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue  # a ref's name can't start with a dot
            status = entry.lstat()
            if stat.S_ISDIR(status.st_mode):
                folders.append(entry)
                continue
            if status.st_size > _LOOSE_LIMIT_BYTES:  # don't leave this file to git, which would read it into memory
                name = entry.relative_to(git_dir).as_posix()
                raise UsageError(
                    f"The file {name} is too large for a git branch.", "Delete this file from the repository."
                )
            match = _LOOSE.fullmatch(entry.read_bytes()) if stat.S_ISREG(status.st_mode) else None
            if entry.name.endswith(".lock"):
                continue
            if match is None or len(refs) > _LOOSE_LIMIT:
                return None
            refs[entry.relative_to(git_dir).as_posix()] = match[1].decode()
    return refs
