"""Compare two commits, or a commit and the work tree, file by file. Nothing in the repository changes."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from starterkit.git.command import Git
from starterkit.git.repository import Repository

# Unlike `git diff`, diff-tree ignores the user's settings. Line endings don't count, because an editor may change them.
_DIFF_TREE = ("diff-tree", "-r", "-z", "--raw", "-p", "--full-index", "--find-renames", "--ignore-cr-at-eol")
_SECTION = re.compile(rb"^(?=diff --git )", re.MULTILINE)
_SPECIAL = re.compile(rb'[\x00-\x1f"\\\x7f]')
_ESCAPES = {7: b"a", 8: b"b", 9: b"t", 10: b"n", 11: b"v", 12: b"f", 13: b"r", 34: b'"', 92: b"\\"}
_TYPE_CHANGE = b"T"  # a file became a link, or a link a file: git's patch deletes the old one and adds the new one


@dataclass(frozen=True)
class FilePatch:
    """The changes to one file as a unified diff in git's format. `old_path` is its path before a rename."""

    old_path: str
    path: str
    patch: str


def diff_commits(git: Git, old: str, new: str) -> list[FilePatch]:
    """Return the changes from one commit to another, by file. Changes of line endings alone are left out."""
    output = git.run(*_DIFF_TREE, old, new)
    return list(_file_patches(output))


def diff_work_tree(repository: Repository, old: str, paths: Iterable[str]) -> list[FilePatch]:
    """Return the changes from a commit to the files at `paths` in the work tree. All other files count as deleted."""
    with tempfile.TemporaryDirectory(prefix="starterkit-") as folder:
        # git writes the content of changed files as objects. A temporary folder for them allows a read-only disk.
        objects = Path(folder) / "objects"
        (objects / "info").mkdir(parents=True)
        (objects / "info" / "alternates").write_bytes(os.fsencode(repository.common_dir / "objects") + b"\n")
        with_index = repository.git.with_index(Path(folder) / "index")
        git = Git(with_index.folder, {**with_index.extra_environment, "GIT_OBJECT_DIRECTORY": str(objects)})
        names = b"".join(os.fsencode(path) + b"\0" for path in paths)
        git.run("update-index", "-z", "--add", "--replace", "--stdin", input=names)
        return diff_commits(git, old, git.line("write-tree"))


def _file_patches(output: bytes) -> Iterator[FilePatch]:
    """Yield the changes in diff-tree's output.

    The output has a list of changed files, and then one patch. A file in the list has no section in the patch if only
    its line endings changed.
    """
    changes: list[tuple[bytes, bytes, bytes]] = []
    while output.startswith(b":"):
        record, old_path, output = output.split(b"\0", 2)
        status, path = record.rsplit(b" ", 1)[1], old_path
        if status.startswith((b"R", b"C")):
            path, output = output.split(b"\0", 1)
        changes.append((status, old_path, path))
    sections = [section for section in _SECTION.split(output.removeprefix(b"\0")) if section]
    for status, old_path, path in changes:
        header = b"diff --git %s %s\n" % (_quoted(b"a/" + old_path), _quoted(b"b/" + path))
        count = 2 if status == _TYPE_CHANGE else 1
        own = [section for section in sections[:count] if section.startswith(header)]
        if own:
            del sections[: len(own)]
            patch = b"".join(own).decode("utf-8", "replace").replace("\r\n", "\n")
            yield FilePatch(os.fsdecode(old_path), os.fsdecode(path), patch)


def _quoted(name: bytes) -> bytes:
    """Return a path as git writes it into a patch's header.

    It is in quotes if it has special characters.
    """
    if not _SPECIAL.search(name):
        return name
    return b'"%s"' % _SPECIAL.sub(lambda match: b"\\" + _ESCAPES.get(match[0][0], b"%03o" % match[0][0]), name)
