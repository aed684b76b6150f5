"""The cause behind a failure whose own words mislead, named only if a file of the learner's shows it."""

from __future__ import annotations

import json
import os
import re
import sys
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import PurePosixPath

from starterkit.testing.results import SourceLine
from starterkit.testing.source_tree import JAVASCRIPT, Explanation, SourceTree, line_of, lines_of

_CODE = (".py", *JAVASCRIPT)
_TEXTS = (*_CODE, ".html", ".css", ".json", ".toml", ".md", ".sql", ".txt", ".jinja", ".j2", ".yml", ".yaml", ".ini")
_INPUT = re.compile(rb"(?<![\w.])(?:input|breakpoint)\(|\b(?:sys|process)\.stdin\b|\bpdb\.set_trace\(")
_BYTE_ORDER_MARKS = {b"\xff\xfe": "UTF-16", b"\xfe\xff": "UTF-16"}
# What Node prints above the source of a file that it can't load: its path and the line.
SOURCE_LINE = re.compile(r"^(?:file://)?(?:/|[A-Za-z]:)[^\n]*:\d+$", re.MULTILINE)
_AT_LINE = re.compile(r"line (\d+)")
_IMPORTED = re.compile(rb"(?:from|import)\s*\(?\s*['\"](\.[^'\"\n]+)['\"]")


@dataclass(frozen=True)
class _Failure:
    """The match in the words of a failure, the whole failure, and the files."""

    match: re.Match[str]
    text: str
    project: SourceTree


def explained(found: Explanation, text: str, project: SourceTree) -> Explanation:
    """Return a failure with its cause, if its words fit a known one and a file of the learner's shows it."""
    for words, find in _CAUSES:
        match = re.search(words, found.message or text)
        if match and (better := find(_Failure(match, text, project))):
            return better
    return found


def wrong_encoding(name: str, data: bytes) -> Explanation | None:
    """Return what is wrong with a text file that isn't saved as UTF-8, and the line."""
    kind = _BYTE_ORDER_MARKS.get(data[:2]) or ("UTF-16" if data[:200].count(b"\0") > len(data[:200]) // 4 else "")
    if kind:
        return Explanation(f"{name} is saved as {kind}. Save it as UTF-8 in your editor.", SourceLine(name, 1))
    if b"\0" in data:
        line = data.count(b"\n", 0, data.index(b"\0")) + 1
        return Explanation(
            f"{name} has a null byte in line {line}. Delete it, or restore the file.", SourceLine(name, line)
        )
    try:
        data.decode()
    except UnicodeDecodeError as wrong:
        line = data.count(b"\n", 0, wrong.start) + 1
        return Explanation(
            f"{name} isn't saved as UTF-8 (line {line}). Save it as UTF-8 in your editor.", SourceLine(name, line)
        )
    return None


def files_in_wrong_encoding(project: SourceTree) -> list[Explanation]:
    """Return what is wrong with each text file of the learner's that isn't saved as UTF-8."""
    found = (wrong_encoding(name, data) for name, data in project.own_files(*_TEXTS))
    return [one for one in found if one]


def _encoding(failure: _Failure) -> Explanation | None:
    return next(iter(files_in_wrong_encoding(failure.project)), None)


def _input(failure: _Failure) -> Explanation | None:
    calls = [place for name, data in failure.project.own_files(*_CODE) for place in lines_of(_INPUT, name, data)]
    at = failure.project.own_place(failure.text)
    place = at if at in calls else next(iter(calls), None)
    return (
        Explanation(f"{place} waits for somebody to type. A site gets its input from requests.", place)
        if place
        else None
    )


def _hidden_module(failure: _Failure) -> Explanation | None:
    """A file in the project's root that has the name of a module that somebody else needs."""
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


def _javascript(failure: _Failure) -> Explanation | None:
    """Node doesn't name the file of a syntax error in a module that another one imports."""
    error = re.search(r"^\w*Error: .*", failure.project.syntax_error, re.MULTILINE)
    place = next(iter(failure.project.places(failure.project.syntax_error)), None)
    return Explanation(error[0], place) if error and place and not SOURCE_LINE.search(failure.text) else None


def _node_import(failure: _Failure) -> Explanation | None:
    importing = failure.project.relative(failure.match["file"])
    what = failure.project.shown(failure.match["name"])
    data = dict(failure.project.own_files(*_CODE)).get(importing)
    if data is None:
        return None
    words = re.compile(rb"['\"][^'\"\n]*" + re.escape(PurePosixPath(what).name.encode()) + rb"['\"]")
    place = line_of(words, importing, data) or SourceLine(importing, 1)
    meant = next((suffix for suffix in JAVASCRIPT if failure.project.relative(failure.match["name"] + suffix)), "")
    more = f" Did you mean {what}{meant}?" if meant else ""
    return Explanation(f"{importing} imports {what}, but there is no such {failure.match['kind']}.{more}", place)


def _template(failure: _Failure) -> Explanation | None:
    """Django names the line of a template's mistake, but not the file."""
    place = failure.project.own_place(failure.text)
    if place and not place.file.endswith(".py"):  # Jinja names the file
        return None
    words = failure.match["words"]
    at = _AT_LINE.search(words)
    tokens = [token.encode() for token in re.findall(r"'([^'\n]+)'", words) or [words]]
    for name, data in failure.project.own_files(".html", ".txt", ".xml"):
        for number, line in enumerate(data.split(b"\n"), 1):
            is_line = not at or number == int(at[1])
            if is_line and any(mark in line for mark in (b"{%", b"{{")) and any(token in line for token in tokens):
                return Explanation(failure.match[0], SourceLine(name, number))
    return None


def _circle(failure: _Failure) -> Explanation | None:
    """Modules of JavaScript that import each other: one of them finds a name without a value."""
    files = dict(failure.project.own_files(*JAVASCRIPT))
    place = failure.project.own_place(failure.text)
    queue: list[tuple[str, ...]] = [(place.file,)] if place and place.file in files else []
    seen = set()
    while place and queue:
        way = queue.pop(0)
        for target in _IMPORTED.findall(files[way[-1]]):
            file = os.path.normpath(PurePosixPath(way[-1]).parent / target.decode()).replace(os.sep, "/")
            if file == place.file:
                circle = " imports ".join((*way, file))
                return Explanation(f"{failure.match[0]}. The imports form a circle: {circle}.", place)
            if file in files and file not in seen:
                seen.add(file)
                queue.append((*way, file))
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


# What a failure says, and the function that looks for the cause. It returns None if no file shows it.
_CAUSES: tuple[tuple[str, Callable[[_Failure], Explanation | None]], ...] = (
    (r"null bytes?|codec can't decode|\(unicode error\)|Non-UTF-8 code|Invalid or unexpected token", _encoding),
    (r"reading from stdin while output is captured|EOF when reading a line|^Aborted!|BdbQuit", _input),
    (r"No module named|cannot import name|has no attribute|is not a package|is not callable", _hidden_module),
    (r"Cannot find (?P<kind>module|package) '(?P<name>[^']+)' imported from (?P<file>\S.*)", _node_import),
    (r"Template(?:SyntaxError|DoesNotExist): (?P<words>.*)", _template),
    (r"Cannot access '[^']+' before initialization", _circle),
    (r"nothing happened", _input),
    (r"in JSON at position|JSON input|valid JSON|JSONDecodeError|TOMLDecodeError", _data_file),
    (r"^SyntaxError: ", _javascript),
)
