"""The files that tests ran against: which places of the learner's own code a text names, and what is in them."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path, PurePosixPath

from starterkit.testing.results import SourceLine

_FOREIGN = ("site-packages", "node_modules", ".venv")
_LARGEST_BYTES = 512 * 1024
JAVASCRIPT = (".js", ".mjs", ".cjs")

_CHAINED = re.compile(
    r"\n(?:During handling of the above exception, another exception occurred"
    r"|The above exception was the direct cause of the following exception):\n"
)
# Frames in the three shapes that pytest, Python and Node print them in.
_FRAME = re.compile(
    r'^(?:E\s+|INTERNALERROR>\s+)?\s*File "(?P<python>[^"\n]+)", line (?P<python_line>\d+)'
    r"|^(?P<pytest>(?:[A-Za-z]:)?[^\s:<>][^:\n]*):(?P<pytest_line>\d+): "
    r"|^(?:\s+at (?:.*\()?)?(?:file://)?(?P<node>(?:/|[A-Za-z]:)[^()\n:]*):(?P<node_line>\d+)(?::\d+\)?)?$",
    re.MULTILINE,
)
_NODE_EXIT = re.compile(rb"\bprocess\.(?:exit|abort)\(")
_EXIT_CALLS = {
    ".py": re.compile(rb"\bos\._exit\(|\bos\.abort\("),
    **dict.fromkeys(JAVASCRIPT, _NODE_EXIT),
}


@dataclass(frozen=True)
class Explanation:
    """A failure in words: the message, and the deepest place in the learner's own code where there is one."""

    message: str
    place: SourceLine | None = None


@dataclass(frozen=True)
class SourceTree:
    """Where the tests ran, and which of its files are the path's and so not the learner's code.

    `programs` are those of the environment, by name (`python`, `node`), if there is one.
    """

    folder: Path
    is_path_owned: Callable[[str], bool]
    programs: Mapping[str, str] = field(default_factory=dict)

    def own_place(self, text: str) -> SourceLine | None:
        """Return the deepest place in the learner's own code that a failure's text names."""
        for part in reversed(_CHAINED.split(text)):
            own = [place for place in self.places(part) if not self.is_path_owned(place.file)]
            if own:
                return own[-1]
        return None

    def place_in(self, file: str, text: str) -> SourceLine | None:
        """Return the last place in that file that a failure's text names."""
        return next((place for place in reversed(list(self.places(text))) if place.file == file), None)

    def places(self, text: str) -> Iterator[SourceLine]:
        """Yield the places inside the project that a text names, from the outermost to the deepest."""
        python: list[SourceLine] = []
        node: list[SourceLine] = []
        for frame in _FRAME.finditer(text):
            path = frame["python"] or frame["pytest"] or frame["node"]
            line = frame["python_line"] or frame["pytest_line"] or frame["node_line"]
            file = self.relative(path)
            if file:
                (node if frame["node"] else python).append(SourceLine(file, int(line)))
        crashed = "(most recent call first)" in text  # Python's own report of a crash, the other way round
        yield from reversed(python) if crashed else python
        yield from reversed(node)

    def own_files(self, *suffixes: str) -> Iterator[tuple[str, bytes]]:
        """Yield the learner's own files with such a suffix: the path and the content. Large files are left out."""
        for parent, folders, files in os.walk(self.folder):
            folders[:] = sorted(name for name in folders if name not in _FOREIGN and not name.startswith("."))
            for path in (Path(parent, name) for name in sorted(files)):
                name = self.relative(str(path)) if path.suffix in suffixes else ""
                if name and not self.is_path_owned(name) and path.stat().st_size <= _LARGEST_BYTES:
                    yield name, path.read_bytes()

    def exit_call(self) -> SourceLine | None:
        """Return a line of the learner's own code that ends the program without a trace, if there is one."""
        calls = ((name, data, _EXIT_CALLS[PurePosixPath(name).suffix]) for name, data in self.own_files(*_EXIT_CALLS))
        return next((place for name, data, call in calls if (place := line_of(call, name, data))), None)

    @cached_property
    def syntax_error(self) -> str:
        """What Node prints about the first JavaScript file of the learner's with a syntax error, or ""."""
        from starterkit.process import run

        for name, _ in self.own_files(*JAVASCRIPT) if "node" in self.programs else ():
            checked = run([self.programs["node"], "--check", name], cwd=self.folder)
            if checked.code != 0:
                return checked.text_err
        return ""

    def is_package(self, module: str) -> bool:
        """True if a Python package of this name is installed in the environment."""
        root = Path(self.programs.get("python", "/absent/bin/python")).parent.parent
        folders = [*root.glob("lib/python*/site-packages"), root / "Lib" / "site-packages"]
        return any((folder / module).is_dir() or (folder / f"{module}.py").is_file() for folder in folders)

    def shown(self, path: str) -> str:
        """Return a path as it is called in the project, if it leads into the project."""
        for folder in (self.folder, self.folder.resolve()):
            path = path.removeprefix(f"{folder}{os.sep}")
        return path

    def relative(self, path: str) -> str:
        """Return the path of a file inside the project, or "" for every other path."""
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


def line_of(pattern: re.Pattern[bytes], name: str, data: bytes) -> SourceLine | None:
    """Return the first line of a file that a pattern matches."""
    return next(lines_of(pattern, name, data), None)


def lines_of(pattern: re.Pattern[bytes], name: str, data: bytes) -> Iterator[SourceLine]:
    """Yield the lines of a file that a pattern matches."""
    return (SourceLine(name, data.count(b"\n", 0, found.start()) + 1) for found in pattern.finditer(data))


def _unescaped(path: str) -> str:
    """A path without the escapes in which Node (%C3%AF) and Python's report of a crash (\\xef) print other letters."""
    if "%" in path:
        from urllib.parse import unquote

        path = unquote(path)
    return re.sub(r"\\(?:x(..)|u(....)|U(.{8}))", _letter, path)


def _letter(escape: re.Match[str]) -> str:
    try:
        return chr(int(escape[1] or escape[2] or escape[3], 16))
    except ValueError:
        return escape[0]
