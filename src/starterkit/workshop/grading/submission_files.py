"""The files of a submission, read from git's objects and looked through before anything is done with them.

Nothing is checked out: no hook, filter, attribute or submodule of the submission ever counts. What could reach beyond
its own folder, or take the place of what the tests are made of, is left out and told; what cannot be laid out at all
is refused.
"""

from __future__ import annotations

import io
import os
import posixpath
import re
import tarfile
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from starterkit.errors import StarterkitError
from starterkit.git.objects import EXECUTABLE, FILE, FOLDER, LINK, SUBMODULE, File, ObjectReader

MOST_FILES = 10_000
MOST_BYTES = 64 * 1024 * 1024
_LARGEST_FOLDER = 2 * 1024 * 1024  # of a tree object
_DEEPEST = 40
_LONGEST_NAME = 255
_LONGEST_LINK = 1024
_MOST_TOLD, _LONGEST_TOLD = 10, 100
_MODES = {"100644": FILE, "100664": FILE, "100755": EXECUTABLE, LINK: LINK}
# What would tell pytest or Python other things than the path tells them.
_CONFIGURATION = frozenset(
    (
        *("conftest.py", "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg"),
        *("sitecustomize.py", "usercustomize.py"),
    )
)
# What says of itself that it is an installed package, and could name plugins for pytest.
_INSTALLED = (".dist-info", ".egg-info")
# What Python imports; and a link of any name could be a folder that holds such.
_IMPORTED = (".py", ".pyc", ".so", ".pyd")
_FOREIGN = frozenset(("__pycache__", ".venv", "venv", "node_modules", "site-packages", ".pytest_cache"))
_TIME = 1767225600  # one time for all, so that Python's bytecode of the tests stays valid
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Unreadable(StarterkitError):
    """A submission that cannot be laid out, or is meant to do harm where it is."""


@dataclass(frozen=True)
class SubmissionFiles:
    """What a submission holds, and what was left out, in words: the first of it, and how much there is besides."""

    files: dict[str, File]
    left_out: tuple[str, ...] = ()


def submission_files(
    reader: ObjectReader, commit: str, *, is_ours: Callable[[str], bool], is_taken: Callable[[str], bool]
) -> SubmissionFiles:
    """Return the files of a commit. Raises `Unreadable`.

    `is_ours` tells which paths the path delivers: they come from there, whatever lies here. `is_taken` tells which
    names at the top are those of modules that the tests need; data under such a name stays.
    """
    files: dict[str, File] = {}
    left_out: list[str] = []
    total = 0
    for path, mode, id in _entries(reader, commit):
        if is_ours(path) or _FOREIGN & set(path.split("/")):
            continue
        reason = _reason(path, mode, is_taken)
        if reason:
            left_out.append(f"{_told(path)}: {reason}")
            continue
        size = _size(reader, id, path)
        total += size
        if total > MOST_BYTES:
            raise Unreadable(f"It holds more than {MOST_BYTES // 1024 // 1024} MiB of files.")
        file = File(_MODES[mode], reader.blob(id))
        if mode == LINK and (away := _leads_away(path, file.data)):
            left_out.append(f"{_told(path)}: {away}")
        else:
            files[path] = file
    more = len(left_out) - _MOST_TOLD
    return SubmissionFiles(files, (*left_out[:_MOST_TOLD], *([f"{more:,} more"] if more > 0 else [])))


def shown(path: str) -> str:
    """Return a path as it can be shown: what cannot be printed as its number, the rest as it is."""
    return _UNPRINTABLE.sub(lambda sign: f"\\x{ord(sign[0]):02x}", path)


def _told(path: str) -> str:
    """A path in a sentence, cut where it is long."""
    words = shown(path)
    return words if len(words) <= _LONGEST_TOLD else f"{words[:_LONGEST_TOLD]}…"


def _entries(reader: ObjectReader, commit: str) -> Iterator[tuple[str, str, str]]:
    """All files, links and submodules of a commit: path, mode and id."""
    waiting = [("", f"{commit}^{{tree}}", 0)]
    seen = 0
    while waiting:
        prefix, name, depth = waiting.pop()
        if depth > _DEEPEST:
            raise Unreadable(f"Its folders lie more than {_DEEPEST} deep in one another.")
        names: set[str] = set()
        for mode, part, id in _tree(reader, name, prefix):
            _check_name(part, prefix, names)
            seen += 1
            if seen > MOST_FILES:
                raise Unreadable(f"It holds more than {MOST_FILES:,} files.")
            if mode == FOLDER:
                waiting.append((f"{prefix}{part}/", id, depth + 1))
            else:
                yield f"{prefix}{part}", mode, id


def _tree(reader: ObjectReader, name: str, prefix: str) -> Iterable[tuple[str, str, str]]:
    about = reader.about(name)
    if about is None or about[1] != "tree":
        raise Unreadable(f"The folder {_told(prefix) or 'at its top'} is missing in its repository.")
    if about[2] > _LARGEST_FOLDER:
        raise Unreadable(f"The folder {_told(prefix) or 'at its top'} is too large.")
    data, at = reader.read(about[0])[2], 0
    while at < len(data):
        space, zero = data.find(b" ", at), data.find(b"\0", at)
        if not at < space < zero or zero + 21 > len(data):
            raise Unreadable(f"The folder {_told(prefix) or 'at its top'} is damaged.")
        mode = data[at:space].decode("ascii", "replace").lstrip("0")
        yield mode, os.fsdecode(data[space + 1 : zero]), data[zero + 1 : zero + 21].hex()
        at = zero + 21


def _check_name(name: str, prefix: str, names: set[str]) -> None:
    """Raise `Unreadable` for a name that is no name of a file: git never writes such, so somebody did by hand."""
    whole = f'"{_told(prefix + name)}"'
    if name in ("", ".", "..") or "/" in name or "\\" in name or name.lower().rstrip(". ") == ".git":
        raise Unreadable(f"It holds a path that no file can have: {whole}.")
    if len(os.fsencode(name)) > _LONGEST_NAME:
        raise Unreadable(f"It holds a name that is too long: {whole}.")
    if name in names:
        raise Unreadable(f"It holds the path {whole} twice.")
    names.add(name)


def _reason(path: str, mode: str, is_taken: Callable[[str], bool]) -> str:
    """Why a file is left out, or nothing."""
    top, _, rest = path.partition("/")
    name = path.rpartition("/")[2]
    if mode == SUBMODULE:
        return "another repository (a submodule), which grading does not fetch"
    if mode not in _MODES:
        return "no file, folder or link"
    if _UNPRINTABLE.search(path):
        return "a name with signs that cannot be shown"
    if name in _CONFIGURATION or name.endswith(".pth") or top.lower().endswith(_INSTALLED):
        return "grading uses the path's own test settings"
    if _is_imported(name, mode) and is_taken(top if rest else top.partition(".")[0]):
        return "it has the name of a module that the tests need"
    return ""


def _is_imported(name: str, mode: str) -> bool:
    return name.endswith(_IMPORTED) or (mode == LINK and "." not in name)


def _leads_away(path: str, target: bytes) -> str:
    to = os.fsdecode(target)
    if len(target) > _LONGEST_LINK or "\0" in to:
        return "a link that is no link"
    whole = posixpath.normpath(posixpath.join(posixpath.dirname(path), to))
    if to.startswith("/") or whole == ".." or whole.startswith("../"):
        return f"a link that leads out of the project ({shown(to)[:80]})"
    return ""


def _size(reader: ObjectReader, id: str, path: str) -> int:
    about = reader.about(id)
    if about is None or about[1] != "blob":
        raise Unreadable(f"The file {_told(path)} is missing in its repository.")
    return about[2]


def archived(*trees: Mapping[str, File]) -> bytes:
    """Return an archive of files; of those with one path, the last one counts."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w", format=tarfile.GNU_FORMAT, errors="surrogateescape") as archive:
        for path, file in {path: file for tree in trees for path, file in tree.items()}.items():
            entry = tarfile.TarInfo(path)
            entry.mtime = _TIME
            if file.mode == LINK:
                entry.type, entry.linkname = tarfile.SYMTYPE, os.fsdecode(file.data)
                archive.addfile(entry)
            else:
                entry.mode, entry.size = 0o755 if file.mode == EXECUTABLE else 0o644, len(file.data)
                archive.addfile(entry, io.BytesIO(file.data))
    return buffer.getvalue()
