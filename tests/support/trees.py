"""Trees of files in tests: written from literals, read back byte for byte, compared exactly.

A tree is a dictionary from path to `Leaf`. In literals a text or bytes stand for a plain file. A path is text; bytes
that are not UTF-8 are kept by `os.fsdecode`.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

NOT_OURS = frozenset({".git"})


@dataclass(frozen=True)
class Leaf:
    """One file: its bytes (of a link: its target) and its kind, `file`, `program` or `link`."""

    data: bytes
    kind: str = "file"

    def __repr__(self) -> str:
        shown = repr(self.data if len(self.data) < 200 else self.data[:200] + b"...")
        return shown if self.kind == "file" else f"{self.kind} {shown}"


Content = str | bytes | Leaf
Tree = dict[str, Leaf]


def program(text: str) -> Leaf:
    return Leaf(text.encode(), "program")


def link(target: str) -> Leaf:
    return Leaf(os.fsencode(target), "link")


def leaf(content: Content) -> Leaf:
    if isinstance(content, Leaf):
        return content
    return Leaf(content.encode() if isinstance(content, str) else content)


def write_tree(folder: Path, files: Mapping[str, Content | None]) -> Path:
    """Write files below a folder (None: remove it) and return the folder."""
    for path, content in files.items():
        file = folder / path
        if content is None:
            file.unlink()
            continue
        found = leaf(content)
        file.parent.mkdir(parents=True, exist_ok=True)
        if found.kind == "link":
            file.unlink(missing_ok=True)
            file.symlink_to(os.fsdecode(found.data))
            continue
        file.write_bytes(found.data)
        if found.kind == "program":
            file.chmod(file.stat().st_mode | 0o111)
    return folder


def read_tree(folder: Path) -> Tree:
    """Return all files below a folder, except what git keeps for itself."""
    found: Tree = {}
    for parent, folders, names in os.walk(folder):
        links = [name for name in folders if (Path(parent) / name).is_symlink()]
        folders[:] = [name for name in folders if name not in NOT_OURS and name not in links]
        for name in (*names, *links):
            file = Path(parent) / name
            path = file.relative_to(folder).as_posix()
            if path.split("/")[0] not in NOT_OURS:
                found[path] = _read(file)
    return found


def _read(file: Path) -> Leaf:
    mode = file.lstat().st_mode
    if stat.S_ISLNK(mode):
        return Leaf(os.fsencode(file.readlink()), "link")
    return Leaf(file.read_bytes(), "program" if mode & stat.S_IXUSR else "file")


def assert_tree(found: Mapping[str, Leaf], expected: Mapping[str, Content | None]) -> None:
    """Compare two trees exactly: missing files, extra files, and other content."""
    wanted = {path: leaf(content) for path, content in expected.items() if content is not None}
    missing = sorted(set(wanted) - set(found))
    extra = sorted(set(found) - set(wanted))
    other = [
        f"{path}: {found[path]!r} instead of {wanted[path]!r}"
        for path in wanted
        if found.get(path, wanted[path]) != wanted[path]
    ]
    assert not (missing or extra or other), f"missing: {missing}\nextra: {extra}\nother: " + "\n".join(other)


def changes(before: Mapping[str, Leaf], after: Mapping[str, Leaf]) -> dict[str, Leaf | None]:
    """Return what changed from one tree to another: new content by path, None for what is gone."""
    return {path: after.get(path) for path in {*before, *after} if before.get(path) != after.get(path)}
