"""A failure in words: what was expected and what came, and the line of the learner's code that it passed through."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path, PurePosixPath

from starterkit.checking.report import Case
from starterkit.checking.results import Place
from starterkit.plain import shortened

_MESSAGE_LINES, _MESSAGE_LETTERS = 8, 700
_FOREIGN = ("site-packages", "node_modules", ".venv")

_WRAPPER = re.compile(r'^failed on (?:setup|teardown) with "(.*)"$', re.DOTALL)
_TYPE = re.compile(r"^(?:\w+\.)*(?P<type>[A-Z]\w*)(?: \[[\w ]+\])?(?:: |:?$)(?P<words>.*)", re.DOTALL)
_TIMEOUT = re.compile(r"Timeout \(>(\d+(?:\.\d+)?)s\) from pytest-timeout|test timed out after (\d+)ms")
_ERROR_LINES = re.compile(r"(?:^E(?:   .*| *)$\n?)+", re.MULTILINE)
_NODE_CAUSE = re.compile(r"^  cause: (.*?)(?=^ +at |^\}|\Z)", re.DOTALL | re.MULTILINE)
_NODE_SOURCE = re.compile(r"(?:file://)?(?:/|[A-Za-z]:).*:\d+\n")
_NODE_ERROR = re.compile(r"^\w*Error: ", re.MULTILINE)
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
    **dict.fromkeys((".js", ".mjs", ".cjs"), _NODE_EXIT),
}


@dataclass(frozen=True)
class Judged:
    """A failure in words: the message, and the deepest place in the learner's own code where there is one."""

    message: str
    place: Place | None = None


@dataclass(frozen=True)
class Project:
    """Where the tests ran, and which of its files are the path's and so not the learner's code."""

    folder: Path
    is_path_owned: Callable[[str], bool]

    def own_place(self, text: str) -> Place | None:
        """Return the deepest place in the learner's own code that a failure's text names."""
        for part in reversed(_CHAINED.split(text)):
            own = [place for place in self.places(part) if not self.is_path_owned(place.file)]
            if own:
                return own[-1]
        return None

    def place_in(self, file: str, text: str) -> Place | None:
        """Return the last place in that file that a failure's text names."""
        return next((place for place in reversed(list(self.places(text))) if place.file == file), None)

    def places(self, text: str) -> Iterator[Place]:
        """Yield the places inside the project that a text names, from the outermost to the deepest."""
        python: list[Place] = []
        node: list[Place] = []
        for frame in _FRAME.finditer(text):
            path = frame["python"] or frame["pytest"] or frame["node"]
            line = frame["python_line"] or frame["pytest_line"] or frame["node_line"]
            file = self._relative(path)
            if file:
                (node if frame["node"] else python).append(Place(file, int(line)))
        crashed = "(most recent call first)" in text  # Python's own report of a crash, the other way round
        yield from reversed(python) if crashed else python
        yield from reversed(node)

    def exit_call(self) -> Place | None:
        """Return a line of the learner's own code that ends the program without a trace, where there is one."""
        for parent, folders, files in os.walk(self.folder):
            folders[:] = sorted(name for name in folders if name not in _FOREIGN and not name.startswith("."))
            for path in (Path(parent, name) for name in sorted(files)):
                name = self._relative(str(path)) if path.suffix in _EXIT_CALLS else ""
                place = exit_call_in(name, path.read_bytes()) if name and not self.is_path_owned(name) else None
                if place:
                    return place
        return None

    def _relative(self, path: str) -> str:
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


def exit_call_in(name: str, data: bytes) -> Place | None:
    """Return the first line of a file of code that ends the program without a trace, where there is one."""
    calls = _EXIT_CALLS.get(PurePosixPath(name).suffix)
    found = calls.search(data) if calls else None
    return Place(name, data.count(b"\n", 0, found.start()) + 1) if found else None


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


def judged(case: Case, project: Project) -> Judged:
    """Return what a failed, broken or skipped case says, in words for people."""
    if case.kind == "skipped":
        return Judged(_skipped(case))
    return Judged(_in_words(_told(case)), project.own_place(case.text))


def judged_output(output: str, project: Project) -> Judged:
    """Return what the output of a run that left no report says: its last error, and where."""
    error_lines = list(_ERROR_LINES.finditer(output))
    if error_lines:
        return Judged(_in_words(_without_mark(error_lines[-1][0])), project.own_place(output))
    if crash := re.search(r"Fatal Python error: .*", output):
        return Judged(crash[0], project.own_place(output))
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(?:\w+\.)*(?:[A-Z]\w*)?(?:Error|Exception|Exit|Interrupt)\b", line)]
    errors = errors or [line for line in lines if line.lower().startswith(("error", "fatal")) or "No module" in line]
    return Judged(_in_words(errors[-1]) if errors else "", project.own_place(output))


def output_of_file(output: str, file: str) -> str:
    """Return what Node's runner printed about one test file that could not be run; the whole output if in doubt."""
    end = re.search(rf"^✖ .*{re.escape(file)} \(", output, re.MULTILINE)
    if not end:
        return output
    start = output.rfind("\n✖ ", 0, end.start())
    return output[start + 1 : end.start()]


def _told(case: Case) -> str:
    """The words of the failure as the test program tells them, type first."""
    cause = _NODE_CAUSE.search(case.text)
    if cause and "failureType" in case.text:
        words = cause[1].strip().strip("'").rstrip(" {")
        return "\n".join(line.strip() for line in words.splitlines() if line.strip())
    if case.message in ("collection failure", "internal error", ""):
        errors = list(_ERROR_LINES.finditer(case.text))
        last_lines = case.text.strip().splitlines()[-1:]
        return _without_mark(errors[-1][0]) if errors else "".join(last_lines)
    wrapped = _WRAPPER.match(case.message)
    return wrapped[1] if wrapped else case.message


def _without_mark(error_lines: str) -> str:
    return "\n".join(line[4:] for line in error_lines.rstrip("\n").split("\n"))


def _in_words(told: str) -> str:
    text = told.strip()
    if text.startswith("File "):  # a syntax error: place, source and caret come before the words
        text = text.splitlines()[-1].strip()
    elif _NODE_SOURCE.match(text) and (error := _NODE_ERROR.search(text)):  # the same in Node
        text = text[error.start() :]
    slow = _TIMEOUT.search(text)
    if slow:
        seconds = float(slow[1]) if slow[1] else int(slow[2]) / 1000
        return f"Still running after {seconds:g} s, and stopped: is there an endless loop?"
    found = _TYPE.match(text)
    if not found:
        return _short(text)
    name, words = found["type"], found["words"]
    if name == "AssertionError":
        return _short(_own_words(words)) or "An assertion without words failed."
    if name == "Failed":
        return _short(words)
    if name in ("SystemExit", "Exit"):
        return f"The code ended the whole program ({name}{f': {words.strip()}' if words.strip() else ''})."
    return _short(f"{name}: {words}" if words else name)


def _own_words(words: str) -> str:
    """The sentence that the assertion brings; pytest's analysis of the expression only where there is none."""
    lines = words.split("\n")
    analysis = next((at for at, line in enumerate(lines) if line.startswith("assert ")), len(lines))
    return "\n".join(lines[:analysis] if analysis else lines)


def _short(text: str) -> str:
    lines = [line.removeprefix("  ").rstrip() for line in text.split("\n")]
    kept = [line for line in lines if line.strip() and not line.lstrip().startswith("Use -v to get")]
    return shortened("\n".join(kept).strip(), _MESSAGE_LINES, _MESSAGE_LETTERS)


def with_first_exit(cases: Iterable[Case]) -> Iterator[Case]:
    """Yield the cases; those that fell over pytest itself, after the code ended the program, say that instead.

    pytest 9 does not keep a SystemExit of a shared fixture: the next test to ask for it meets a bare assertion inside
    pytest, which says nothing to a learner.
    """
    exit_case: Case | None = None
    for case in cases:
        if "SystemExit" in case.message and case.kind == "error":
            exit_case = exit_case or case
        inside_pytest = case.message == 'failed on setup with "AssertionError"' and "_pytest" in case.text
        if exit_case and inside_pytest:
            yield replace(case, message=exit_case.message, text=exit_case.text)
        else:
            yield case


def _skipped(case: Case) -> str:
    reason = case.message if case.message not in ("", "true") else "no reason given"
    if case.type == "pytest.xfail":
        return f"Marked as expected to fail ({reason}), but the path needs it to pass."
    return f"Skipped ({reason}), but the path needs it to pass."


def case_file(case: Case, files: tuple[str, ...], folder: Path) -> str:
    """Return which of the test files a case stands for as a whole ("" when it stands for a test)."""
    for file in files:
        dotted = PurePosixPath(file).with_suffix("").as_posix().replace("/", ".")
        if case.name in (file, dotted, str(folder / file), str(folder.resolve() / file)):
            return file
    return ""


def case_test(case: Case) -> str:
    """Return the id of the test that a case is a run of: its name without parameters."""
    return re.sub(r"\[.*\]$", "", case.name, flags=re.DOTALL)
