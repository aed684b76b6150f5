"""Find the real cause in the learner's files if a failure has a misleading message."""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import PurePosixPath

from starterkit.testing.results import SourceLine
from starterkit.testing.source_tree import JAVASCRIPT, Explanation, SourceTree, lines_of
from starterkit.textfile import CONFLICT_MARKER

_CODE = (".py", *JAVASCRIPT)
_TEXTS = (*_CODE, ".html", ".css", ".json", ".toml", ".md", ".sql", ".txt", ".jinja", ".j2", ".yml", ".yaml", ".ini")
_INPUT = re.compile(rb"(?<![\w.])(?:input|breakpoint)\(|\b(?:sys|process)\.stdin\b|\bpdb\.set_trace\(")
_BYTE_ORDER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
# Node prints this line above the source of a file that it can't load. It has a path and a line number.
SOURCE_LINE = re.compile(r"^(?:file://)?(?:/|[A-Za-z]:)[^\n]*:\d+$", re.MULTILINE)
_AT_LINE = re.compile(r"line (\d+)")
_SIMILAR = 0.8  # the least ratio of difflib at which two names count as similar
_IMPORTED = re.compile(rb"(?:from|import)\s*\(?\s*['\"](\.[^'\"\n]+)['\"]")


@dataclass(frozen=True)
class _Failure:
    match: re.Match[str]
    text: str
    project: SourceTree


def explained(failure: Explanation, text: str, project: SourceTree) -> Explanation:
    """Return the real cause of a failure if the learner's files show it. Otherwise return `failure` itself.

    `text` is the full text of the failure, for example a stack trace.
    """
    for pattern, find in _CAUSES:
        match = re.search(pattern, failure.message or text)
        if match and (cause := find(_Failure(match, text, project))):
            return cause
    return failure


def files_in_wrong_encoding(project: SourceTree) -> list[Explanation]:
    """Return an explanation for each of the learner's files that isn't saved as UTF-8."""
    failures = (_wrong_encoding(name, data) for name, data in project.own_files(*_TEXTS))
    return [failure for failure in failures if failure]


def _wrong_encoding(name: str, data: bytes) -> Explanation | None:
    line, message = 1, ""
    kind = _BYTE_ORDER_MARKS.get(data[:2]) or ("UTF-16" if data[:200].count(b"\0") > len(data[:200]) // 4 else "")
    if kind:
        message = f"{name} is saved as {kind}. Save it as UTF-8 in your editor."
    elif b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        message = f"{name} has a null byte in line {line}. Delete it, or restore the file."
    else:
        try:
            data.decode()
        except UnicodeDecodeError as error:
            line = data.count(b"\n", 0, error.start) + 1
            message = f"{name} isn't saved as UTF-8 (line {line}). Save it as UTF-8 in your editor."
    return Explanation(message, SourceLine(name, line)) if message else None


def _conflict_markers(failure: _Failure) -> Explanation | None:
    line = next(
        (line for name, data in failure.project.own_files(*_CODE) for line in lines_of(CONFLICT_MARKER, name, data)),
        None,
    )
    message = f"{line} has conflict markers. Keep the right lines, and delete the markers."
    return Explanation(message, line) if line else None


def _encoding(failure: _Failure) -> Explanation | None:
    return next(iter(files_in_wrong_encoding(failure.project)), None)


def _input(failure: _Failure) -> Explanation | None:
    calls = [line for name, data in failure.project.own_files(*_CODE) for line in lines_of(_INPUT, name, data)]
    line = failure.project.own_place(failure.text)
    line = line if line in calls else next(iter(calls), None)
    message = f"{line} waits for input from the keyboard. A site gets its input from requests."
    return Explanation(message, line) if line else None


def _hidden_module(failure: _Failure) -> Explanation | None:
    for name, _ in failure.project.own_files(".py"):
        path = PurePosixPath(name)
        module = path.parts[0].removesuffix(".py")
        is_module = len(path.parts) == 1 or path.parts[1:] == ("__init__.py",)
        is_named = re.search(rf"['\"/\\]{re.escape(module)}(?:\.|['\"/\\])", failure.text)
        if not (is_module and is_named):
            continue
        if module in sys.stdlib_module_names:
            return Explanation(
                f"{name} hides Python's own module {module}. Rename {path.parts[0]}.", SourceLine(name, 1)
            )
        if failure.project.is_package(module):
            return Explanation(f"{name} hides the package {module}. Rename {path.parts[0]}.", SourceLine(name, 1))
    return None


def _missing_package(failure: _Failure) -> Explanation | None:
    """Explain how to add a package, if a missing module isn't similar to a module of the site."""
    module, line = failure.match["module"].partition(".")[0], failure.project.own_place(failure.text)
    own = failure.project.module_names()
    is_known = module in sys.stdlib_module_names or failure.project.is_package(module)
    if line is None or is_known or module in own or get_close_matches(module, own, 1, _SIMILAR):
        return None
    similar = get_close_matches(module, failure.project.package_names(), 1, _SIMILAR)
    meant = f" Did you mean {similar[0]}?" if similar else ""
    # The name on PyPI can differ from the import, so the command has no name to copy.
    return Explanation(f"{failure.match[0]}.{meant} If it is a package, add it: `starterkit add PACKAGE`.", line)


def _javascript(failure: _Failure) -> Explanation | None:
    """Name the file of a JavaScript syntax error, which Node's message about an import leaves out."""
    error = re.search(r"^\w*Error: .*", failure.project.syntax_error, re.MULTILINE)
    line = next(iter(failure.project.places(failure.project.syntax_error)), None)
    return Explanation(error[0], line) if error and line and not SOURCE_LINE.search(failure.text) else None


def _node_import(failure: _Failure) -> Explanation | None:
    importing = failure.project.relative(failure.match["file"])
    module = failure.project.shown(failure.match["name"])
    data = dict(failure.project.own_files(*_CODE)).get(importing)
    if data is None:  # a file of the path imports the module
        is_missing = importing and failure.match["kind"] == "module"
        return Explanation(f"{importing} imports {module}, but this module does not exist.") if is_missing else None
    pattern = re.compile(rb"['\"][^'\"\n]*" + re.escape(PurePosixPath(module).name.encode()) + rb"['\"]")
    line = next(lines_of(pattern, importing, data), SourceLine(importing, 1))
    meant = next((suffix for suffix in JAVASCRIPT if failure.project.relative(failure.match["name"] + suffix)), "")
    more = f" Did you mean {module}{meant}?" if meant else ""
    if failure.match["kind"] == "package" and "\\" not in module and not module.startswith("/"):
        more = _package_advice(failure.project, importing, module)
    return Explanation(f"{importing} imports {module}, but this {failure.match['kind']} does not exist.{more}", line)


def _package_advice(project: SourceTree, importing: str, package: str) -> str:
    if project.relative(str(PurePosixPath(importing).parent / package)):
        return f" Did you mean ./{package}?"
    similar = get_close_matches(package, project.npm_packages(), 1, _SIMILAR)
    return f" Did you mean {similar[0]}?" if similar else f" To add it: `starterkit add {package}`."


def _template(failure: _Failure) -> Explanation | None:
    """Name the file of a mistake in a Django template, because Django's message names at most the line."""
    line_of_code = failure.project.own_place(failure.text)
    if line_of_code and not line_of_code.file.endswith(".py"):  # this is a Jinja error, which names the file
        return None
    message = failure.match["message"]
    at = _AT_LINE.search(message)
    tokens = [token.encode() for token in re.findall(r"'([^'\n]+)'", message) or [message]]
    for name, data in failure.project.own_files(".html", ".txt", ".xml"):
        for number, line in enumerate(data.split(b"\n"), 1):
            is_line = not at or number == int(at[1])
            if is_line and any(mark in line for mark in (b"{%", b"{{")) and any(token in line for token in tokens):
                return Explanation(failure.match[0], SourceLine(name, number))
    return None


def _circle(failure: _Failure) -> Explanation | None:
    files = dict(failure.project.own_files(*JAVASCRIPT))
    line = failure.project.own_place(failure.text)
    queue: list[tuple[str, ...]] = [(line.file,)] if line and line.file in files else []
    seen = set()
    while line and queue:
        chain = queue.pop(0)
        for target in _IMPORTED.findall(files[chain[-1]]):
            file = os.path.normpath(PurePosixPath(chain[-1]).parent / target.decode()).replace(os.sep, "/")
            if file == line.file:
                circle = " imports ".join((*chain, file))
                return Explanation(f"{failure.match[0]}. The imports form a circle: {circle}.", line)
            if file in files and file not in seen:
                seen.add(file)
                queue.append((*chain, file))
    return None


def _data_file(failure: _Failure) -> Explanation | None:
    for name, data in failure.project.own_files(".json", ".toml"):
        kind = "JSON" if name.endswith(".json") else "TOML"
        try:
            (json.loads if kind == "JSON" else tomllib.loads)(data.decode())
        except (ValueError, RecursionError) as wrong:
            at = _AT_LINE.search(str(wrong))
            return Explanation(f"{name} isn't valid {kind}: {wrong}", SourceLine(name, int(at[1]) if at else 1))
    return None


# Patterns of misleading messages, and the functions that find the cause or return None.
_CAUSES: tuple[tuple[str, Callable[[_Failure], Explanation | None]], ...] = (
    (r"(?:Syntax|Indentation|Tab)Error: ", _conflict_markers),
    (r"null bytes?|codec can't decode|\(unicode error\)|Non-UTF-8 code|Invalid or unexpected token", _encoding),
    (r"reading from stdin while output is captured|EOF when reading a line|^Aborted!|BdbQuit", _input),
    (r"No module named|cannot import name|has no attribute|is not a package|is not callable", _hidden_module),
    (r"ModuleNotFoundError: No module named '(?P<module>[^']+)'", _missing_package),
    (r"Cannot find (?P<kind>module|package) '(?P<name>[^']+)' imported from (?P<file>\S.*)", _node_import),
    (r"Template(?:SyntaxError|DoesNotExist): (?P<message>.*)", _template),
    (r"Cannot access '[^']+' before initialization", _circle),
    (r"nothing happened", _input),
    (r"in JSON at position|JSON input|valid JSON|JSONDecodeError|TOMLDecodeError", _data_file),
    (r"^SyntaxError: ", _javascript),
)
