"""Read and write git objects: trees as dictionaries, blobs as bytes.

One `git cat-file --batch-command` reads all objects, and one `git fast-import` writes them. A process for each object
would be slow. Paths are texts from `os.fsdecode`, which keeps bytes that aren't UTF-8.
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
from typing import IO, NamedTuple

from starterkit.errors import StarterkitError, UsageError
from starterkit.git.command import Git, git_failed
from starterkit.process import start, terminate

FILE = "100644"
EXECUTABLE = "100755"
LINK = "120000"
SUBMODULE = "160000"
FOLDER = "40000"

_DEPTH_LIMIT = 100
FULL_ID = re.compile(r"[0-9a-f]{40}")
_HEADER = re.compile(rb"([0-9a-f]+) ([a-z]+) ([0-9]+)\n")  # for a missing object, git prints `NAME missing` instead

# This ref points to the last commit of a running merge, so that `git gc` keeps the merge's objects.
SCRATCH_REF = "refs/starterkit/scratch"


class Entry(NamedTuple):
    """One file of a tree: its mode (git's octal number as text) and its blob id."""

    mode: str
    id: str


Tree = Mapping[str, Entry]


class File(NamedTuple):
    """One file: its mode and its content. The content of a link is the path of its target."""

    mode: str
    data: bytes

    @property
    def entry(self) -> Entry:
        return Entry(self.mode, blob_id(self.data))


@dataclass(frozen=True)
class Identity:
    """The author or committer of a commit."""

    name: str
    email: str


BOT = Identity("starterkit", "starterkit@localhost")  # the author of the commits that starterkit writes itself


@dataclass(frozen=True)
class NewCommit:
    """A commit to write with `write_objects`. `ref` is the ref that moves to it.

    Its tree is `tree` (an id), or `entries` (ids) and `files` (bytes). `parents` are commit ids, or indexes of earlier
    commits in the same call of `write_objects`. `seconds` counts from 1970, in UTC.
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
    """A commit from a repository: the ids of its tree and its parents, and its message."""

    tree: str
    parents: tuple[str, ...]
    message: str


class ObjectMissing(StarterkitError):
    """Raised if the repository has no object with a requested id or name."""


def blob_id(data: bytes) -> str:
    """Return the blob id that git gives a file with this content."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data, usedforsecurity=False).hexdigest()


class ObjectReader:
    """Reads git objects by id or name with one long-running process.

    Use it as a context manager, or call `close` when it isn't needed any more.
    """

    def __init__(self, git: Git) -> None:
        self._git = git
        self._process: subprocess.Popen[bytes] | None = None
        self._trees: dict[str, dict[str, Entry]] = {}

    def __enter__(self) -> ObjectReader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """End the process. The next read starts a new one."""
        if self._process is not None:
            process, self._process = self._process, None
            assert process.stdin is not None and process.stdout is not None
            with suppress(OSError):  # raised if a damaged object has already ended git
                process.stdin.close()
            process.stdout.close()
            try:
                process.wait(2)
            except subprocess.TimeoutExpired:
                terminate(process)

    def try_read(self, name: str) -> tuple[str, str, bytes] | None:
        """Return an object's id, type and bytes, or None if there is no such object."""
        header = self._header(b"contents", name)
        if header is None:
            return None
        id, kind, size, stdout = header
        data = stdout.read(size)
        stdout.read(1)
        return id, kind, data

    def about(self, name: str) -> tuple[str, str, int] | None:
        """Return an object's id, type and size in bytes, or None if there is no such object.

        The object's content isn't read, so a huge object costs no memory.
        """
        header = self._header(b"info", name)
        return header[:3] if header else None

    def _header(self, command: bytes, name: str) -> tuple[str, str, int, IO[bytes]] | None:
        if "\n" in name:
            return None  # git would read two requests, so each later response would belong to the request before
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
            self.close()  # git has exited because of a damaged object
            return None
        line = stdout.readline()
        if not line:
            self.close()
        match = _HEADER.fullmatch(line)
        return (match[1].decode(), match[2].decode(), int(match[3]), stdout) if match else None

    def id_of(self, name: str) -> str | None:
        """Return the id of the object that a ref or name points to, or None if the object is missing."""
        found_object = self.try_read(name)
        return found_object[0] if found_object else None

    def read(self, name: str) -> tuple[str, str, bytes]:
        """Return an object's id, type and bytes. Raises `ObjectMissing` if it doesn't exist."""
        found_object = self.try_read(name)
        if found_object is None:
            raise ObjectMissing(
                f"The git object {name} is missing from this repository.",
                "`starterkit doctor` explains how to repair the repository.",
            )
        return found_object

    def blob(self, id: str) -> bytes:
        """Return the bytes of the file with this blob id. Raises `ObjectMissing`."""
        return self.read(id)[2]

    def commit(self, name: str) -> tuple[str, Commit]:
        """Return the id and the content of the commit with this id or ref name. Raises `ObjectMissing`."""
        id, _kind, data = self.read(f"{name}^{{commit}}")
        head, _, message = data.partition(b"\n\n")
        headers = [line.partition(" ")[::2] for line in head.decode("utf-8", "replace").splitlines()]
        parents = tuple(value for key, value in headers if key == "parent")
        return id, Commit(dict(headers).get("tree", ""), parents, message.decode("utf-8", "replace"))

    def tree(self, id: str, most: int = 0) -> dict[str, Entry]:
        """Return all files of a tree or commit, by path. The result for a full id is cached.

        Raises `UsageError` if there are more than `most` files (0: no limit) or too many levels of folders. A harmful
        repository can list millions of files with a few objects. Raises `ObjectMissing`.
        """
        if id in self._trees:
            return self._trees[id]
        files: dict[str, Entry] = {}
        self._collect(f"{id}^{{tree}}", "", files, most)
        if FULL_ID.fullmatch(id):  # any other name can point to another tree later, so it isn't cached
            self._trees[id] = files
        return files

    def _collect(self, name: str, prefix: str, files: dict[str, Entry], most: int, seen: int = 0) -> int:
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
            if most and (seen > most or prefix.count("/") > _DEPTH_LIMIT):
                raise UsageError(
                    f"The commit has more than {most:,} files, or its folders are nested too deeply.",
                    "Remove files that don't belong to the project, for example installed packages.",
                )
            if mode == FOLDER:
                seen = self._collect(entry_id, path + "/", files, most, seen)
            else:
                files[path] = Entry(mode, entry_id)
        return seen


def write_objects(git: Git, commits: Sequence[NewCommit] = (), blobs: Sequence[bytes] = ()) -> list[str]:
    """Write commits and blobs, and return the commit ids. Each ref moves to the last commit that names it."""
    stream: list[bytes] = [b"feature done\n"]
    for data in blobs:
        stream += (b"blob\n", _data(data))
    for number, commit in enumerate(commits, 1):
        stream += _commit_commands(commit, number)
    stream += [b"get-mark :%d\n" % number for number in range(1, len(commits) + 1)]
    stream.append(b"done\n")
    # On macOS and Windows, git sets core.ignoreCase. Then fast-import would store only one of the files `A` and `a`.
    import_it = ("-c", "core.ignoreCase=false", "fast-import", "--quiet", "--force", "--date-format=raw")
    finished = git.try_run(*import_it, input=b"".join(stream))
    if finished.code != 0:
        raise git_failed(finished)
    return finished.text_out.split()


def _commit_commands(commit: NewCommit, number: int) -> list[bytes]:
    ref = commit.ref.encode()
    date = b"%d +0000" % commit.seconds
    commands = [
        b"reset %s\n\n" % ref,
        b"commit %s\nmark :%d\n" % (ref, number),
        b"author %s %s\ncommitter %s %s\n" % (_signature(commit.author), date, _signature(commit.committer), date),
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


def _signature(identity: Identity) -> bytes:
    # These characters would end the name or the e-mail address too early.
    name, email = (re.sub(r"[<>\n\0]", "", text).strip() for text in (identity.name, identity.email))
    return f"{name} <{email}>".encode("utf-8", "surrogateescape")


def _quoted(path: str) -> bytes:
    """Return a path as a quoted C string, in which fast-import accepts any byte."""
    raw = os.fsencode(path).replace(b"\\", b"\\\\").replace(b'"', b'\\"').replace(b"\n", b"\\n")
    return b'"' + raw + b'"'


def digest(*parts: object) -> str:
    """Return one SHA-256 hash of all parts, as hexadecimal text.

    A part is a text, a number, bytes, a list, or files by path.
    """
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
