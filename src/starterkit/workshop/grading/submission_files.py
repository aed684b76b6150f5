"""Reads a submission's files from git's objects, and checks them before use.

Nothing is checked out, so hooks, filters, attributes and submodules have no effect. Files that could reach outside the
project or replace parts of the tests are left out with a reason. A submission is rejected if its paths are invalid or
if it has too much data.
"""

from __future__ import annotations

import io
import os
import posixpath
import re
import tarfile
from collections.abc import Callable, Collection, Iterator, Mapping

from starterkit.errors import StarterkitError
from starterkit.git.objects import EXECUTABLE, FILE, FOLDER, LINK, SUBMODULE, File, ObjectReader
from starterkit.template.model import OWN_TESTS

MOST_FILES = 10_000
MOST_BYTES = 64 * 1024 * 1024
_LARGEST_FOLDER = 2 * 1024 * 1024  # maximum bytes of a git tree object
_DEEPEST = 40
_LONGEST_NAME = 255
_LONGEST_LINK = 1024
_MOST_LISTED, _LONGEST_LISTED = 10, 100
_MODES = {"100644": FILE, "100664": FILE, "100755": EXECUTABLE, LINK: LINK}
# These files of a submission are left out, because they could change how pytest or Python works.
_PYTEST_FILES = ("conftest.py", "pytest.ini", ".pytest.ini", "pytest.toml", ".pytest.toml", "tox.ini", "setup.cfg")
_CONFIGURATION = frozenset((*_PYTEST_FILES, "sitecustomize.py", "usercustomize.py"))
# Folders with these endings are left out, because metadata of packages could register plugins for pytest.
_INSTALLED = (".dist-info", ".egg-info")
# Python imports files with these endings, so they could replace a module that the tests need.
_IMPORTED = (".py", ".pyc", ".so", ".pyd")
_FOREIGN = frozenset(("__pycache__", ".venv", "venv", "node_modules", "site-packages", ".pytest_cache"))
_TIME = 1767225600  # a fixed time for all files, so that equal submissions give equal archives
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ud800-\udfff]")


class Unreadable(StarterkitError):
    """Raised if a submission can't be graded because of its files.

    The submission has invalid paths, missing data or too much data.
    """


def submission_files(
    reader: ObjectReader, commit: str, *, is_ours: Callable[[str], bool], taken: Collection[str]
) -> tuple[dict[str, File], list[str]]:
    """Return the files of a submission's commit, and a list of left-out files with reasons. Raises `Unreadable`.

    `is_ours` says if the learning path provides the file at a path. Such files are left out without a reason. `taken`
    has the names of modules that the tests need, which no Python file of the submission may have.
    """
    files: dict[str, File] = {}
    left_out: list[str] = []
    total = 0
    for path, mode, id in _entries(reader, commit):
        if is_ours(path) or _FOREIGN & set(path.split("/")):
            continue
        if reason := _reason(path, mode, taken):
            left_out.append(f"{_short(path)}: {reason}")
            continue
        about = reader.about(id)
        if about is None or about[1] != "blob":
            raise Unreadable(f"The repository doesn't have the content of the file {_short(path)}.")
        total += about[2]
        if total > MOST_BYTES:
            raise Unreadable(f"The submission has more than {MOST_BYTES // 1024 // 1024} MiB of files.")
        file = File(_MODES[mode], reader.blob(id))
        if mode == LINK and (reason := _link_problem(path, file.data)):
            left_out.append(f"{_short(path)}: {reason}")
        else:
            files[path] = file
    more = len(left_out) - _MOST_LISTED
    return files, [*left_out[:_MOST_LISTED], *([f"{more:,} more"] if more > 0 else [])]


def shown(path: str) -> str:
    """Return a text with each unprintable character replaced by its number, such as `\\x1b`."""
    return _UNPRINTABLE.sub(lambda match: f"\\x{ord(match[0]):02x}", path)


def _short(path: str) -> str:
    text = shown(path)
    return text if len(text) <= _LONGEST_LISTED else f"{text[:_LONGEST_LISTED]}…"


def _entries(reader: ObjectReader, commit: str) -> Iterator[tuple[str, str, str]]:
    """Yield the path, mode and id of each file, link and submodule in a commit."""
    waiting = [("", f"{commit}^{{tree}}", 0)]
    seen = 0
    while waiting:
        prefix, tree, depth = waiting.pop()
        if depth > _DEEPEST:
            raise Unreadable(f"The submission has more than {_DEEPEST} levels of folders.")
        names: set[str] = set()
        for mode, name, id in _tree(reader, tree, prefix):
            _check_name(name, prefix, names)
            seen += 1
            if seen > MOST_FILES:
                raise Unreadable(f"The submission has more than {MOST_FILES:,} files.")
            if mode == FOLDER:
                waiting.append((f"{prefix}{name}/", id, depth + 1))
            else:
                yield f"{prefix}{name}", mode, id


def _tree(reader: ObjectReader, tree: str, prefix: str) -> Iterator[tuple[str, str, str]]:
    """Yield the mode, name and id of each entry in a tree object."""
    about = reader.about(tree)
    if about is None or about[1] != "tree":
        raise Unreadable(f"The folder {_short(prefix) or '/'} of the submission is missing in the repository.")
    if about[2] > _LARGEST_FOLDER:
        raise Unreadable(f"The folder {_short(prefix) or '/'} of the submission has too many files.")
    data, at = reader.read(about[0])[2], 0
    while at < len(data):
        space, zero = data.find(b" ", at), data.find(b"\0", at)
        if not at < space < zero or zero + 21 > len(data):
            raise Unreadable(f"The folder {_short(prefix) or '/'} of the submission is damaged.")
        mode = data[at:space].decode("ascii", "replace").lstrip("0")
        yield mode, os.fsdecode(data[space + 1 : zero]), data[zero + 1 : zero + 21].hex()
        at = zero + 21


def _check_name(name: str, prefix: str, names: set[str]) -> None:
    whole = f'"{_short(prefix + name)}"'
    if name in ("", ".", "..") or "/" in name or "\\" in name or name.lower().rstrip(". ") == ".git":
        raise Unreadable(f"The submission contains an invalid path: {whole}.")
    if len(os.fsencode(name)) > _LONGEST_NAME:
        raise Unreadable(f"The submission contains a file name that is too long: {whole}.")
    if name in names:
        raise Unreadable(f"The submission contains the path {whole} twice.")
    names.add(name)


def _reason(path: str, mode: str, taken: Collection[str]) -> str:
    top, _, rest = path.partition("/")
    name = path.rpartition("/")[2]
    if mode == SUBMODULE:
        return "grading doesn't fetch submodules"
    if mode not in _MODES:
        return "it isn't a file, folder or link"
    if _UNPRINTABLE.search(path):
        return "its name has characters that can't be shown"
    # The process that reports the results doesn't load the fixtures of the learner's tests.
    is_configuration = name in _CONFIGURATION and path != f"{OWN_TESTS}/conftest.py"
    if is_configuration or name.endswith(".pth") or top.lower().endswith(_INSTALLED):
        return "grading uses the path's test settings"
    is_imported = name.endswith(_IMPORTED) or (mode == LINK and "." not in name)
    if is_imported and (top if rest else top.partition(".")[0]) in taken:
        return "the tests need another module with this name"
    return ""


def _link_problem(path: str, target: bytes) -> str:
    to = os.fsdecode(target)
    if len(target) > _LONGEST_LINK or "\0" in to:
        return "an invalid link"
    whole = posixpath.normpath(posixpath.join(posixpath.dirname(path), to))
    if to.startswith("/") or whole == ".." or whole.startswith("../"):
        return f"a link to a file outside the project ({shown(to)[:80]})"
    return ""


def archived(*trees: Mapping[str, File]) -> bytes:
    """Return an uncompressed tar archive of the files in all trees. If trees share a path, the last one wins."""
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
