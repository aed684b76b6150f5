"""A failure in words: what was expected and what came, and the line of the learner's code that it passed through."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from starterkit.sanitize import truncate
from starterkit.testing.causes import SOURCE_LINE, explained
from starterkit.testing.junit import JUnitCase
from starterkit.testing.source_tree import Explanation, SourceTree

_MESSAGE_LINES, _MESSAGE_LETTERS = 8, 700

_WRAPPER = re.compile(r'^failed on (?:setup|teardown) with "(.*)"$', re.DOTALL)
_TYPE = re.compile(r"^(?:\w+\.)*(?P<type>[A-Z]\w*)(?: \[[\w ]+\])?(?:: |:?$)(?P<words>.*)", re.DOTALL)
_TIMEOUT = re.compile(r"Timeout \(>(\d+(?:\.\d+)?)s\) from pytest-timeout|test timed out after (\d+)ms")
_ERROR_LINES = re.compile(r"(?:^E(?:   .*| *)$\n?)+", re.MULTILINE)
_NODE_CAUSE = re.compile(r"^  cause: (.*?)(?=^ +at |^\}|\Z)", re.DOTALL | re.MULTILINE)
_NODE_ERROR = re.compile(r"^\w*Error: ", re.MULTILINE)


def explain(case: JUnitCase, project: SourceTree) -> Explanation:
    """Return what a failed, broken or skipped case says, in words for people."""
    if case.kind == "skipped":
        return Explanation(_skipped(case))
    told = _told(case)
    place = next(iter(project.places(told.partition("\n")[0])), None) if SOURCE_LINE.match(told) else None
    return explained(Explanation(_in_words(told), place or project.own_place(case.text)), case.text, project)


def explain_output(output: str, project: SourceTree) -> Explanation:
    """Return what the output of a program that failed says: its last error, and where."""
    message = _last_error(output)
    last_line = "".join(output.strip().splitlines()[-1:])
    found = explained(Explanation(message or last_line, project.own_place(output)), output, project)
    return found if message or found.message != last_line else replace(found, message="")


def _last_error(output: str) -> str:
    error_lines = list(_ERROR_LINES.finditer(output))
    if error_lines:
        return _in_words(_without_mark(error_lines[-1][0]))
    if crash := re.search(r"Fatal Python error: .*", output):
        return crash[0]
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(?:\w+\.)*(?:[A-Z]\w*)?(?:Error|Exception|Exit|Interrupt)\b", line)]
    errors = errors or [line for line in lines if line.lower().startswith(("error", "fatal")) or "No module" in line]
    return _in_words(errors[-1]) if errors else ""


def output_of_file(output: str, file: str) -> str:
    """Return what Node's runner printed about one test file that could not be run; the whole output if in doubt."""
    end = re.search(rf"^✖ .*{re.escape(file)} \(", output, re.MULTILINE)
    if not end:
        return output
    start = output.rfind("\n✖ ", 0, end.start())
    return output[start + 1 : end.start()]


def _told(case: JUnitCase) -> str:
    """The words of the failure as the test program tells them, type first."""
    cause = _NODE_CAUSE.search(case.text)
    if cause and "failureType" in case.text:
        words = cause[1].strip().rstrip(" {")
        if words[:1] == words[-1:] and words[:1] in ("'", '"', "`"):  # a thrown string, and not an error
            words = words[1:-1]
        return "\n".join(line.strip() for line in words.splitlines() if line.strip())
    wrapped = _WRAPPER.match(case.message)
    message = wrapped[1] if wrapped else case.message
    is_silent = message in ("collection failure", "internal error", "")
    errors = list(_ERROR_LINES.finditer(case.text if is_silent else message))
    if errors:  # a whole traceback, whose last error counts
        return _without_mark(errors[-1][0])
    return "".join(case.text.strip().splitlines()[-1:]) if is_silent else message


def _without_mark(error_lines: str) -> str:
    return "\n".join(line[4:] for line in error_lines.rstrip("\n").split("\n"))


def _in_words(told: str) -> str:
    text = told.strip()
    if text.startswith("File "):  # a syntax error: place, source and caret come before the words
        text = text.splitlines()[-1].strip()
    elif SOURCE_LINE.match(text) and (error := _NODE_ERROR.search(text)):  # the same in Node
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
    return truncate("\n".join(kept).strip(), _MESSAGE_LINES, _MESSAGE_LETTERS)


def with_first_exit(cases: Iterable[JUnitCase]) -> Iterator[JUnitCase]:
    """Yield the cases; those that fell over pytest itself, after the code ended the program, say that instead.

    pytest 9 does not keep a SystemExit of a shared fixture: the next test to ask for it meets a bare assertion inside
    pytest, which says nothing to a learner.
    """
    exit_case: JUnitCase | None = None
    for case in cases:
        if "SystemExit" in case.message and case.kind == "error":
            exit_case = exit_case or case
        inside_pytest = case.message == 'failed on setup with "AssertionError"' and "_pytest" in case.text
        if exit_case and inside_pytest:
            yield replace(case, message=exit_case.message, text=exit_case.text)
        else:
            yield case


def _skipped(case: JUnitCase) -> str:
    reason = case.message if case.message not in ("", "true") else "no reason given"
    if case.type == "pytest.xfail":
        return f"Marked as expected to fail ({reason}), but the path needs it to pass."
    return f"Skipped ({reason}), but the path needs it to pass."


def case_file(case: JUnitCase, files: tuple[str, ...], folder: Path) -> str:
    """Return which of the test files a case stands for as a whole ("" when it stands for a test)."""
    for file in files:
        dotted = PurePosixPath(file).with_suffix("").as_posix().replace("/", ".")
        if case.name in (file, dotted, str(folder / file), str(folder.resolve() / file)):
            return file
    return ""


def case_test(case: JUnitCase) -> str:
    """Return the id of the test that a case is a run of: its name without parameters."""
    return re.sub(r"\[.*\]$", "", case.name, flags=re.DOTALL)
