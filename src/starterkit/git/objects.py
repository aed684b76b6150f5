"""git's objects: trees as dictionaries, blobs as bytes, commits written in one go.

Reading goes through one `git cat-file --batch-command`, writing through one `git fast-import`: a process start costs
more than all the objects of a project. A path is text; bytes that are not UTF-8 are kept by `os.fsdecode`.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from types import TracebackType
from typing import IO, NamedTuple

from starterkit.errors import StarterkitError, UsageError
from starterkit.git.command import Git, git_failed
from starterkit.process import start, terminate

FILE = "100644"
EXECUTABLE = "100755"
LINK = "120000"
SUBMODULE = "160000"
FOLDER = "40000"

_DEEPEST = 100
FULL_ID = re.compile(r"[0-9a-f]{40}")
_ANSWER = re.compile(rb"([0-9a-f]+) ([a-z]+) ([0-9]+)\n")  # else it repeats the name, and says that it is missing

# The last commit made here; it keeps what a merge in progress needs from being collected as garbage.
SCRATCH_REF = "refs/starterkit/scratch"


class Entry(NamedTuple):
    """One file of a tree: its mode (git's octal words) and the id of its blob."""

    mode: str
    id: str


Tree = Mapping[str, Entry]


class File(NamedTuple):
    """One file with its bytes (for a link: the bytes of its target)."""

    mode: str
    data: bytes

    @property
    def entry(self) -> Entry:
        return Entry(self.mode, blob_id(self.data))


@dataclass(frozen=True)
class Identity:
    """Who made a commit."""

    name: str
    email: str


BOT = Identity("starterkit", "starterkit@localhost")  # the author of commits that are no person's work


@dataclass(frozen=True)
class NewCommit:
    """A commit to write. Its tree is `tree` (an id), or else made of `entries` (ids) and `files` (bytes).

    `parents` are ids, or numbers of commits earlier in the same call. `seconds` since 1970, in UTC.
    """

    ref: str
    message: str
    author: Identity
    committer: Identity
    seconds: int
    parents: tuple[str | int, ...] = ()
    tree: str = ""
    entries: Tree = field(default_factory=dict)
    files: Mapping[str, File] = field(default_factory=dict)


class Commit(NamedTuple):
    """A commit as read: ids of its tree and parents, and its message."""

    tree: str
    parents: tuple[str, ...]
    message: str


class ObjectMissing(StarterkitError):
    """An object that should be in the repository is not there."""


def blob_id(data: bytes) -> str:
    """Return the id that git gives to these bytes as a file."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class ObjectReader:
    """Reads objects by id (or any name that git understands) through one long-running process."""

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process: subprocess.Popen[bytes] | None = None
        self._trees: dict[str, dict[str, Entry]] = {}

    def __enter__(self) -> ObjectReader:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """End the process; the next read starts it again."""
        if self._process is not None:
            process, self._process = self._process, None
            assert process.stdin is not None and process.stdout is not None
            with suppress(OSError):  # git gives up at objects that are damaged
                process.stdin.close()
            process.stdout.close()
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:
                terminate(process)

    def try_read(self, name: str) -> tuple[str, str, bytes] | None:
        """Return an object's id, type and bytes; None where there is no such object."""
        found = self._asked(b"contents", name)
        if found is None:
            return None
        id, kind, size, stdout = found
        data = stdout.read(size)
        stdout.read(1)
        return id, kind, data

    def about(self, name: str) -> tuple[str, str, int] | None:
        """Return an object's id, type and size in bytes, without reading it; None where there is no such object."""
        found = self._asked(b"info", name)
        return found[:3] if found else None

    def _asked(self, command: bytes, name: str) -> tuple[str, str, int, IO[bytes]] | None:
        if "\n" in name:
            return None  # it would be two questions, and every later answer that of the one before
        if self._process is None:
            self._process = start(
                self._git.command("cat-file", "--batch-command"),
                cwd=self._git.folder,
                env=self._git.environment(),
                stdin=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None and stdout is not None
        try:
            stdin.write(command + b" " + os.fsencode(name) + b"\n")
            stdin.flush()
        except BrokenPipeError:
            self.close()  # git has given up at a damaged object; the next question starts it again
            return None
        line = stdout.readline()
        if not line:
            self.close()
        found = _ANSWER.fullmatch(line)
        return (found[1].decode(), found[2].decode(), int(found[3]), stdout) if found else None

    def id_of(self, name: str) -> str | None:
        """Return the id that a ref stands for now, or None."""
        found = self.try_read(name)
        return found[0] if found else None

    def read(self, name: str) -> tuple[str, str, bytes]:
        """Like `try_read`, but raises `ObjectMissing`."""
        found = self.try_read(name)
        if found is None:
            raise ObjectMissing(
                f"The git object {name} is missing from this repository.", "`starterkit doctor` says how to repair it."
            )
        return found

    def blob(self, id: str) -> bytes:
        """Return the bytes of a file."""
        return self.read(id)[2]

    def commit(self, name: str) -> tuple[str, Commit]:
        """Return a commit's id and content."""
        id, _kind, data = self.read(f"{name}^{{commit}}")
        head, _, message = data.partition(b"\n\n")
        tree, parents = "", []
        for line in head.decode("utf-8", "replace").splitlines():
            key, _, value = line.partition(" ")
            if key == "tree":
                tree = value
            elif key == "parent":
                parents.append(value)
        return id, Commit(tree, tuple(parents), message.decode("utf-8", "replace"))

    def tree(self, id: str, most: int = 0) -> dict[str, Entry]:
        """Return all files of a tree (or of a commit's tree) by path. A full id is read once.

        With `most`, raises `UsageError` where there are more: a few objects can stand for any number of files.
        """
        if id not in self._trees:
            found: dict[str, Entry] = {}
            self._collect(f"{id}^{{tree}}", "", found, most)
            if not FULL_ID.fullmatch(id):
                return found  # a name can stand for something else the next time
            self._trees[id] = found
        return self._trees[id]

    def _collect(self, name: str, prefix: str, found: dict[str, Entry], most: int, seen: int = 0) -> int:
        """Put the files below a tree into `found`; return how many entries were seen by then."""
        id, _kind, data = self.read(name)
        width, position = len(id) // 2, 0
        while position < len(data):
            space = data.index(b" ", position)
            zero = data.index(b"\0", space)
            mode = data[position:space].decode()
            path = prefix + os.fsdecode(data[space + 1 : zero])
            entry_id = data[zero + 1 : zero + 1 + width].hex()
            position = zero + 1 + width
            seen += 1
            if most and (seen > most or prefix.count("/") > _DEEPEST):
                raise UsageError(f"There are more than {most:,} files, or folders too deep in one another.")
            if mode == FOLDER:
                seen = self._collect(entry_id, path + "/", found, most, seen)
            else:
                found[path] = Entry(mode, entry_id)
        return seen


def write_objects(git: Git, commits: Sequence[NewCommit] = (), blobs: Sequence[bytes] = ()) -> list[str]:
    """Write commits (their refs move to the last commit that names them) and loose blobs; return the commits' ids."""
    stream: list[bytes] = [b"feature done\n"]
    for data in blobs:
        stream += (b"blob\n", _data(data))
    for number, commit in enumerate(commits, 1):
        stream += _commit_commands(commit, number)
    stream += [b"get-mark :%d\n" % number for number in range(1, len(commits) + 1)]
    stream.append(b"done\n")
    # With core.ignoreCase (git sets it where the file system folds names) fast-import takes `A` and `a` for one.
    import_it = ("-c", "core.ignoreCase=false", "fast-import", "--quiet", "--force", "--date-format=raw")
    finished = git.try_run(*import_it, input=b"".join(stream))
    if finished.code != 0:
        raise git_failed(finished)
    return finished.text_out.split()


def _commit_commands(commit: NewCommit, number: int) -> list[bytes]:
    ref = commit.ref.encode()
    when = b"%d +0000" % commit.seconds
    commands = [
        b"reset %s\n\n" % ref,
        b"commit %s\nmark :%d\n" % (ref, number),
        b"author %s %s\ncommitter %s %s\n" % (_who(commit.author), when, _who(commit.committer), when),
        _data(commit.message.encode()),
    ]
    for position, parent in enumerate(commit.parents):
        name = f":{parent + 1}" if isinstance(parent, int) else parent
        commands.append(b"%s %s\n" % (b"merge" if position else b"from", name.encode()))
    commands.append(b"deleteall\n")
    if commit.tree:
        commands.append(b"M 040000 %s \n" % commit.tree.encode())
    commands += [
        b"M %s %s %s\n" % (e.mode.encode(), e.id.encode(), _quoted(path)) for path, e in commit.entries.items()
    ]
    for path, file in commit.files.items():
        commands += (b"M %s inline %s\n" % (file.mode.encode(), _quoted(path)), _data(file.data))
    return commands


def _data(data: bytes) -> bytes:
    return b"data %d\n%s\n" % (len(data), data)


def _who(identity: Identity) -> bytes:
    # The characters that would end the name or the address early.
    name, email = (
        "".join(sign for sign in text if sign not in "<>\n\0").strip() for text in (identity.name, identity.email)
    )
    return f"{name} <{email}>".encode("utf-8", "surrogateescape")


def _quoted(path: str) -> bytes:
    """A path as fast-import reads it: in C's quotes, so that any byte may stand in it."""
    raw = os.fsencode(path).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"' + raw + b'"'


def digest(*parts: object) -> str:
    """Return a digest of texts, bytes, files by path, and lists of them."""
    total = hashlib.sha256()
    for part in parts:
        total.update(_bytes_of(part))
        total.update(b"\0")
    return total.hexdigest()


def _bytes_of(part: object) -> bytes:
    if isinstance(part, bytes):
        return hashlib.sha256(part).digest()
    if isinstance(part, Mapping) and all(isinstance(value, File) for value in part.values()):
        ids = {path: [file.mode, file.entry.id] for path, file in sorted(part.items())}
        return json.dumps(ids).encode()
    return json.dumps(part, sort_keys=True, default=str).encode("utf-8", "surrogateescape")
