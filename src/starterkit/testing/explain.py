"""Explain failures in plain words, and find the line of the learner's code."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path, PurePosixPath

from starterkit.sanitize import truncate
from starterkit.testing.causes import SOURCE_LINE, explained
from starterkit.testing.junit import JUnitCase
from starterkit.testing.results import TestResult
from starterkit.testing.source_tree import JAVASCRIPT, Explanation, SourceTree

_MESSAGE_LINES, _MESSAGE_CHARACTERS = 8, 700

_WRAPPER = re.compile(r'^failed on (?:setup|teardown) with "(.*)"$', re.DOTALL)
_TYPE = re.compile(r"^(?:\w+\.)*(?P<type>[A-Z]\w*)(?: \[[\w ]+\])?(?:: |:?$)(?P<message>.*)", re.DOTALL)
_TIMEOUT = re.compile(r"Timeout \(>(\d+(?:\.\d+)?)s\) from pytest-timeout|test timed out after (\d+)ms")
_ERROR_LINES = re.compile(r"(?:^E(?:   .*| *)$\n?)+", re.MULTILINE)
_NODE_CAUSE = re.compile(r"^  cause: (.*?)(?=^ +at |^\}|\Z)", re.DOTALL | re.MULTILINE)
# If pytest hides the whole traceback of a syntax error, only the first line has an E.
_HIDDEN_TRACEBACK = re.compile(r'^E +(?P<error>File "[^\n]*(?:\n {4}[^\n]*)+)', re.MULTILINE)
# Otherwise pytest prints an E in front of each line.
_CARET = re.compile(r"^(?:E   )?(?P<code>.*\S.*)\n(?:E   )?(?P<marks> *\^)[\^~ ]*$", re.MULTILINE)
_NODE_STACK = re.compile(r"(?P<error>\w*Error(?: \[\w+\])?: .*?)\n {4}at ", re.DOTALL)
_NODE_ERROR = re.compile(r"^\w*Error: ", re.MULTILINE)


def explain(case: JUnitCase, project: SourceTree) -> Explanation:
    """Return the explanation of a test case that failed, had an error or was skipped."""
    if case.kind == "skipped":
        reason = case.message if case.message not in ("", "true") else "no reason given"
        kind = "Marked as expected to fail" if case.type == "pytest.xfail" else "Skipped"
        return Explanation(f"{kind} ({reason}), but the path needs it to pass.")
    error = _error_of(case)
    line = next(iter(project.places(error.partition("\n")[0])), None) if SOURCE_LINE.match(error) else None
    found = explained(Explanation(_message_of(error), line or project.own_place(case.text)), case.text, project)
    return replace(found, message=project.with_short_files(found.message))


def explain_output(output: str, project: SourceTree) -> Explanation:
    """Return the explanation of the last error in a program's output. If there is none, its message is empty."""
    message = _last_error(output)
    last_line = "".join(output.strip().splitlines()[-1:])
    failure = explained(Explanation(message or last_line, project.own_place(output)), output, project)
    is_known = message or failure.message != last_line
    return replace(failure, message=project.with_short_files(failure.message) if is_known else "")


def _last_error(output: str) -> str:
    error_lines = list(_ERROR_LINES.finditer(output))
    if error_lines:
        return _message_of(_without_mark(error_lines[-1][0]))
    if crash := re.search(r"Fatal Python error: .*", output):
        return crash[0]
    lines = [line.strip() for line in output.splitlines() if line.strip()]
    errors = [line for line in lines if re.match(r"(?:\w+\.)*(?:[A-Z]\w*)?(?:Error|Exception|Exit|Interrupt)\b", line)]
    if "Traceback (most recent call last):" in output:  # Flask prints its own `Error: …` after a traceback
        errors = [line for line in errors if not line.startswith("Error: ")] or errors
    errors = errors or [line for line in lines if line.lower().startswith(("error", "fatal")) or "No module" in line]
    return _message_of(errors[-1]) if errors else ""


def with_source(result: TestResult, log: str, project: SourceTree) -> TestResult:
    """Return a result with the text of its line, and with the column that Python or Node points at."""
    source = project.text_of(result.place) if result.place else ""
    if not source:
        return result
    texts = [result.details, log]
    if result.place and result.place.file.endswith(JAVASCRIPT) and "SyntaxError" in result.message:
        texts.append(project.syntax_error)
    return replace(result, source=source, caret=_caret(source, "\n".join(texts)))


def _caret(source: str, text: str) -> int | None:
    """Return the column of the caret that Python or Node prints below a line of code."""
    for match in _CARET.finditer(text):
        code, marks = match["code"], match["marks"]
        if code.strip() == source.strip():
            return len(marks) - 1 - _indentation(code) + _indentation(source)
    return None


def _indentation(line: str) -> int:
    return len(line) - len(line.lstrip())


def output_of_file(output: str, file: str) -> str:
    """Return the part of Node's output about one test file. If it can't be found, return all."""
    end = re.search(rf"^✖ .*{re.escape(file)} \(", output, re.MULTILINE)
    if not end:
        return output
    start = output.rfind("\n✖ ", 0, end.start())
    return output[start + 1 : end.start()]


def _error_of(case: JUnitCase) -> str:
    cause = _NODE_CAUSE.search(case.text)
    if cause and "failureType" in case.text:
        error = cause[1].strip().rstrip(" {")
        if error[:1] == error[-1:] and error[:1] in ("'", '"', "`"):  # the code threw a string instead of an error
            error = error[1:-1]
        return "\n".join(line.strip() for line in error.splitlines() if line.strip())
    stack = _NODE_STACK.match(case.text.strip())
    if stack and case.message and case.message in stack["error"]:  # the message of Node's report has no type
        return stack["error"]
    wrapped = _WRAPPER.match(case.message)
    message = wrapped[1] if wrapped else case.message
    is_silent = message in ("collection failure", "internal error", "")
    if hidden := _HIDDEN_TRACEBACK.search(message):
        return hidden["error"]
    errors = list(_ERROR_LINES.finditer(case.text if is_silent else message))
    if errors:  # the message is a whole traceback, so use its last error
        return _without_mark(errors[-1][0])
    return "".join(case.text.strip().splitlines()[-1:]) if is_silent else message


def _without_mark(error_lines: str) -> str:
    return "\n".join(line[4:] for line in error_lines.rstrip("\n").split("\n"))


def _message_of(error: str) -> str:
    text = error.strip()
    if text.startswith("File "):  # in a syntax error, the file, the source and a caret come before the message
        text = text.splitlines()[-1].strip()
    elif SOURCE_LINE.match(text) and (start := _NODE_ERROR.search(text)):  # Node also prints the file and source first
        text = text[start.start() :]
    slow = _TIMEOUT.search(text)
    if slow:
        seconds = float(slow[1]) if slow[1] else int(slow[2]) / 1000
        return f"Stopped: still running after {seconds:g} s. Is there an endless loop?"
    match = _TYPE.match(text)
    if not match:
        return _short(text)
    name, message = match["type"], match["message"]
    if name == "AssertionError":
        return _short(_assertion_message(message)) or "An assertion without a message failed."
    if name == "Failed":
        return _short(message)
    if name in ("SystemExit", "Exit"):
        return f"The code ended the whole program ({name}{f': {message.strip()}' if message.strip() else ''})."
    return _short(f"{name}: {message}" if message else name)


def _assertion_message(text: str) -> str:
    lines = text.split("\n")
    analysis = next((at for at, line in enumerate(lines) if line.startswith("assert ")), len(lines))
    return "\n".join(lines[:analysis] if analysis else lines)


def _short(text: str) -> str:
    lines = [line.removeprefix("  ").rstrip() for line in text.split("\n")]
    kept = [line for line in lines if line.strip() and not line.lstrip().startswith("Use -v to get")]
    return truncate("\n".join(kept).strip(), _MESSAGE_LINES, _MESSAGE_CHARACTERS)


def with_first_exit(cases: Iterable[JUnitCase]) -> Iterator[JUnitCase]:
    """Yield the cases of a report. Errors that a program's exit caused later get the message of the exit.

    pytest 9 forgets a SystemExit in a shared fixture. The next test that uses the fixture then fails with a bare
    assertion inside pytest, which doesn't help a learner.
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


def case_file(case: JUnitCase, files: tuple[str, ...], folder: Path) -> str:
    """Return the path of the test file if a report's case is about a whole file. For a single test, return ""."""
    for file in files:
        dotted = PurePosixPath(file).with_suffix("").as_posix().replace("/", ".")
        if case.name in (file, dotted, str(folder / file), str(folder.resolve() / file)):
            return file
    return ""
