"""Bare repositories that we write and read ourselves: no work tree, no hook, no filter, no submodule ever counts.

The git directory is always named in full, so that no setting about bare or foreign folders stands in the way.
"""

from __future__ import annotations

import hashlib
import re
import stat
from collections.abc import Iterable, Mapping
from pathlib import Path
from types import TracebackType

from starterkit.errors import UsageError
from starterkit.git.command import Git
from starterkit.git.objects import ObjectReader

HEADS = "refs/heads/"
_LINE = re.compile(rb"([0-9a-f]{40}) (refs/\S[^\0\r\n]*)")
_LOOSE = re.compile(rb"([0-9a-f]{40})\s*")
_LARGEST = 4_000_000  # a file of refs larger than this is left to git
_LARGEST_LOOSE = 10_000
_MOST = 5_000
_DIRECTORY = "objects/info"


class BareRepository:
    """A bare repository, read by plumbing alone. Close it (or use it as a context manager) to end its processes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        # What lies in such a repository was made by others: no ref of theirs may stand in for an object.
        self.git = Git(folder, {"GIT_DIR": str(folder.absolute()), "GIT_NO_REPLACE_OBJECTS": "1"})
        self.reader = ObjectReader(self.git)

    def __enter__(self) -> BareRepository:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.reader.close()

    def refs(self, prefix: str = HEADS) -> dict[str, str]:
        """Return the ids of all refs whose full names begin with `prefix`, read without starting git where possible."""
        found = refs_on_disk(self.folder, prefix)
        return self._refs_by_git(prefix) if found is None else found

    def sizes(self, names: Iterable[str]) -> dict[str, int]:
        """Return the sizes in bytes of those of the named objects that exist; nothing of them is read."""
        asked = list(names)
        said = self.git.run(
            "cat-file", "--batch-check=%(objectsize)", input="".join(f"{one}\n" for one in asked).encode()
        )
        return {name: int(line) for name, line in zip(asked, said.splitlines(), strict=True) if line.isdigit()}

    def _refs_by_git(self, prefix: str) -> dict[str, str]:
        lines = self.git.run("for-each-ref", "--format=%(objectname) %(refname)", prefix.rstrip("/")).decode()
        pairs = (line.split(" ", 1) for line in lines.splitlines())
        return {name: id for id, name in pairs if name.startswith(prefix)}


def refs_on_disk(git_dir: Path, prefix: str = HEADS) -> dict[str, str] | None:
    """Return the refs whose names begin with `prefix` (it ends in a slash), as the files of a git directory have them.

    None where only git can tell: no such directory, another format of refs, links, or something that is no plain file.
    Raises `UsageError` for a file that is far too long for a ref.
    """
    try:
        if not stat.S_ISDIR((git_dir / "objects").lstat().st_mode) or (git_dir / "reftable").exists():
            return None
        found = _packed(git_dir / "packed-refs", prefix.encode())
        loose = _loose(git_dir, prefix)
    except (OSError, ValueError):
        return None
    if found is None or loose is None:
        return None
    return dict(sorted({**found, **loose}.items()))


def fingerprint(refs: Mapping[str, str]) -> str:
    """Return one short id for refs and what they stand for."""
    lines = "".join(f"{id} {name}\n" for name, id in sorted(refs.items()))
    return hashlib.sha1(lines.encode("utf-8", "surrogateescape"), usedforsecurity=False).hexdigest()[:16]


def write_bare(folder: Path, refs: Mapping[str, str], *, alternates: Iterable[str] = (), settings: str = "") -> None:
    """Write a bare repository as a handful of small files: no object of its own, its refs packed.

    `alternates` are the object folders that it borrows from, relative to its own; `settings` are further lines of its
    configuration.
    """
    (folder / _DIRECTORY).mkdir(parents=True)
    (folder / "refs").mkdir()
    (folder / "refs" / ".keep").touch()  # in a folder that is itself under git, an empty one would be lost
    if borrowed := "".join(f"{one}\n" for one in alternates):
        (folder / _DIRECTORY / "alternates").write_text(borrowed, encoding="utf-8")
    (folder / "config").write_text(_CONFIGURATION + settings, encoding="utf-8")
    packed = "".join(f"{id} {name}\n" for name, id in sorted(refs.items()))
    (folder / "packed-refs").write_text(f"# pack-refs with: peeled fully-peeled sorted \n{packed}", encoding="utf-8")
    # Without HEAD it is no repository yet: whoever looks at one that was begun sees none.
    (folder / "HEAD").write_text("ref: refs/heads/main\n", encoding="utf-8")


_CONFIGURATION = """[core]
\trepositoryformatversion = 0
\tbare = true
\tlogAllRefUpdates = always
[gc]
\tauto = 0
\tpruneExpire = never
"""


def _packed(file: Path, prefix: bytes) -> dict[str, str] | None:
    try:
        status = file.lstat()
    except FileNotFoundError:
        return {}
    if not stat.S_ISREG(status.st_mode) or status.st_size > _LARGEST:
        return None
    found: dict[str, str] = {}
    for line in file.read_bytes().splitlines():
        match = _LINE.fullmatch(line)
        if match and match[2].startswith(prefix):
            found[match[2].decode("utf-8", "surrogateescape")] = match[1].decode()
    return found


def _loose(git_dir: Path, prefix: str) -> dict[str, str] | None:
    found: dict[str, str] = {}
    folders = [git_dir / prefix]
    while folders:
        try:
            entries = list(folders.pop().iterdir())
        except FileNotFoundError:
            continue
        for entry in entries:
            if entry.name.startswith("."):
                continue  # no ref is called so
            status = entry.lstat()
            if stat.S_ISDIR(status.st_mode):
                folders.append(entry)
                continue
            if status.st_size > _LARGEST_LOOSE:  # git would read all of it
                raise UsageError(f"{entry.relative_to(git_dir).as_posix()} is no branch: its file is far too long.")
            match = _LOOSE.fullmatch(entry.read_bytes()) if stat.S_ISREG(status.st_mode) else None
            if entry.name.endswith(".lock"):
                continue
            if match is None or len(found) > _MOST:
                return None
            found[entry.relative_to(git_dir).as_posix()] = match[1].decode()
    return found
