"""Search the learner's own code: the lines that a failure's text names, and lines that match a pattern."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import chain
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from starterkit.process import run
from starterkit.sanitize import strip_control
from starterkit.testing.results import SourceLine

_FOREIGN = ("site-packages", "node_modules", ".venv")
_LARGEST_BYTES = 512 * 1024
JAVASCRIPT = (".js", ".mjs", ".cjs")

_CHAINED = re.compile(
    r"\n(?:During handling of the above exception, another exception occurred"
    r"|The above exception was the direct cause of the following exception):\n"
)
# Match the lines of a stack trace from Python, pytest and Node.
_FRAME = re.compile(
    r'^(?:E\s+|INTERNALERROR>\s+)?\s*File "(?P<python>[^"\n]+)", line (?P<python_line>\d+)'
    r"|^(?P<pytest>(?:[A-Za-z]:)?[^\s:<>][^:\n]*):(?P<pytest_line>\d+): "
    r"|^(?:\s+at (?:.*\()?)?(?:file://)?(?P<node>(?:/|[A-Za-z]:)[^()\n:]*):(?P<node_line>\d+)(?::\d+\)?)?$",
    re.MULTILINE,
)
_EXIT_CALLS = {
    ".py": re.compile(rb"\bos\._exit\(|\bos\.abort\("),
    **dict.fromkeys(JAVASCRIPT, re.compile(rb"\bprocess\.(?:exit|abort)\(")),
}


@dataclass(frozen=True)
class Explanation:
    """The explanation of a failure for the learner. `place` is the innermost line of the learner's code, or None."""

    message: str
    place: SourceLine | None = None

    def __str__(self) -> str:
        is_named = not self.place or str(self.place) in self.message
        return self.message if is_named else f"{self.message} ({self.place})"


@dataclass(frozen=True)
class SourceTree:
    """The folder where the tests ran. It finds the learner's files, and lines in them that explain a failure.

    `is_path_owned` says whether a path belongs to the learning path. `programs` has the environment's programs by name.
    """

    folder: Path
    is_path_owned: Callable[[str], bool]
    programs: Mapping[str, str] = field(default_factory=dict)

    def own_place(self, text: str) -> SourceLine | None:
        """Return the innermost line of the learner's own code in a failure's text, or None."""
        for part in reversed(_CHAINED.split(text)):
            own = [line for line in self.places(part) if not self.is_path_owned(line.file)]
            if own:
                return own[-1]
        return None

    def place_in(self, file: str, text: str) -> SourceLine | None:
        """Return the innermost line of `file` that a failure's text names, or None."""
        return next((line for line in reversed(list(self.places(text))) if line.file == file), None)

    def places(self, text: str) -> Iterator[SourceLine]:
        """Yield the lines of the project's files that stack traces in a text name. The innermost line comes last."""
        python: list[SourceLine] = []
        node: list[SourceLine] = []
        for frame in _FRAME.finditer(text):
            path = frame["python"] or frame["pytest"] or frame["node"]
            line = frame["python_line"] or frame["pytest_line"] or frame["node_line"]
            file = self.relative(path)
            if file:
                (node if frame["node"] else python).append(SourceLine(file, int(line)))
        crashed = "(most recent call first)" in text  # Python's report of a crash starts with the innermost line
        yield from reversed(python) if crashed else python
        yield from reversed(node)

    def text_of(self, line: SourceLine) -> str:
        """Return the text of a line, or "" if the file doesn't have it."""
        try:
            lines = strip_control((self.folder / line.file).read_text("utf-8", "replace")).split("\n")
        except OSError:
            return ""
        return lines[line.line - 1].rstrip() if 0 < line.line <= len(lines) else ""

    def own_files(self, *suffixes: str) -> Iterator[tuple[str, bytes]]:
        """Yield the path and the content of each of the learner's files with one of these suffixes.

        Files that the path owns and files over 512 KiB are left out.
        """
        for parent, folders, files in os.walk(self.folder):
            folders[:] = sorted(name for name in folders if name not in _FOREIGN and not name.startswith("."))
            for path in (Path(parent, name) for name in sorted(files) if name.endswith(suffixes)):
                name = path.relative_to(self.folder).as_posix()
                if not self.is_path_owned(name) and path.is_file() and path.stat().st_size <= _LARGEST_BYTES:
                    yield name, path.read_bytes()

    def exit_call(self) -> SourceLine | None:
        """Return the first line of the learner's code that ends the program silently, such as `os._exit`, or None."""
        files = self.own_files(*_EXIT_CALLS)
        calls = (lines_of(_EXIT_CALLS[PurePosixPath(name).suffix], name, data) for name, data in files)
        return next(chain.from_iterable(calls), None)

    @cached_property
    def syntax_error(self) -> str:
        """Node's message about the first JavaScript file that has a syntax error, or ""."""
        for name, _ in self.own_files(*JAVASCRIPT) if "node" in self.programs else ():
            checked = run([self.programs["node"], "--check", name], cwd=self.folder)
            if checked.code != 0:
                return checked.text_err
        return ""

    def module_names(self) -> set[str]:
        """Return the names of the site's own Python modules and folders."""
        return {part.removesuffix(".py") for name, _ in self.own_files(".py") for part in name.split("/")}

    def is_package(self, module: str) -> bool:
        """True if a Python package of this name is installed in the environment."""
        return any(
            (folder / module).is_dir() or (folder / f"{module}.py").is_file() for folder in self._package_folders()
        )

    def npm_packages(self) -> list[str]:
        """Return the names of the installed npm packages."""
        folder = self.folder / "node_modules"
        files = [*folder.glob("*/package.json"), *folder.glob("@*/*/package.json")]
        return [file.parent.relative_to(folder).as_posix() for file in files]

    def package_names(self) -> list[str]:
        """Return the names of the modules that are installed in the environment."""
        entries = (entry for folder in self._package_folders() if folder.is_dir() for entry in folder.iterdir())
        return sorted({entry.stem for entry in entries if entry.stem.isidentifier()})

    def _package_folders(self) -> list[Path]:
        root = Path(self.programs.get("python", "/absent/bin/python")).parent.parent
        return [*root.glob("lib/python*/site-packages"), root / "Lib" / "site-packages"]

    def shown(self, path: str) -> str:
        """Return a path relative to the project. A path outside the project stays as it is."""
        for folder in (self.folder, self.folder.resolve()):
            path = path.removeprefix(f"{folder}{os.sep}")
        return path

    def with_short_files(self, message: str) -> str:
        """Return a message with files of the project in brackets relative to the project, as in an `ImportError`."""
        for folder in (self.folder, self.folder.resolve()):
            message = message.replace(f"({folder}{os.sep}", "(")
        return message

    def relative(self, path: str) -> str:
        """Return the path of a file in the project relative to the project's folder.

        Return "" for a missing file, a file outside the project, and an installed package.
        """
        if not (self.folder / path).exists():
            path = _unescaped(path)
        for folder in (self.folder, self.folder.resolve()):
            try:
                inside = (folder / path).relative_to(folder)
            except ValueError:
                continue
            is_own = not any(part in _FOREIGN or part == ".." for part in inside.parts)
            return inside.as_posix() if is_own and (folder / inside).is_file() else ""
        return ""


def lines_of(pattern: re.Pattern[bytes], name: str, data: bytes) -> Iterator[SourceLine]:
    """Yield the lines of a file that match a pattern. `name` is the file's path, and `data` is its content."""
    return (SourceLine(name, data.count(b"\n", 0, match.start()) + 1) for match in pattern.finditer(data))


def _unescaped(path: str) -> str:
    """Return a path without the escapes of Node (%C3%AF) and Python (\\xef)."""
    return re.sub(r"\\(?:x(..)|u(....)|U(.{8}))", _letter, unquote(path))


def _letter(escape: re.Match[str]) -> str:
    try:
        return chr(int(escape[1] or escape[2] or escape[3], 16))
    except ValueError:
        return escape[0]
