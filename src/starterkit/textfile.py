"""Parse text, JSON, TOML and Python files that users edit."""

from __future__ import annotations

import ast
import json
import re
import threading
import tomllib
from pathlib import Path
from string import Template

from starterkit.errors import FileError

# CPython 3.11 counts the depth of syntax trees globally, so parsing in two threads at once raises `SystemError`.
_PARSING = threading.Lock()
# git's lines above and below the two versions of a conflict. The line between them (=======) isn't matched, because it
# may also underline a heading.
CONFLICT_MARKER = re.compile(rb"^(?:<{7}|>{7}) ", re.MULTILINE)


HAS_MARKERS = "the file has conflict markers"
MARKERS_FIX = "Keep the right lines, and delete the lines with `<<<<<<<`, `=======` and `>>>>>>>`."


class ConflictMarkersError(FileError):
    """A file contains the conflict markers of a merge."""


def decode_utf8(data: bytes, file: str) -> str:
    """Decode UTF-8 text, and drop a byte order mark. Raises `FileError` with the line of the first invalid byte."""
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as wrong:
        line = data[: wrong.start].count(b"\n") + 1
        raise FileError(file, line, "this file is not UTF-8 text", "In your editor, save the file as UTF-8.") from wrong


def decode_text(data: bytes, file: str) -> str:
    """Decode UTF-8 text. Raises `ConflictMarkersError` for conflict markers, and `FileError` for another encoding."""
    text = decode_utf8(data, file)
    for number, line_text in enumerate(text.splitlines(), 1):
        if line_text.startswith(("<<<<<<< ", ">>>>>>> ")) or line_text == "=======":
            raise ConflictMarkersError(file, number, HAS_MARKERS, MARKERS_FIX)
    return text


def parse_json(data: bytes, file: str) -> dict[str, object]:
    """Parse a JSON object. Raises `FileError` with file and line."""
    text = decode_text(data, file)
    try:
        top = json.loads(text)
    except json.JSONDecodeError as wrong:
        raise FileError(file, wrong.lineno, f"the file is not valid JSON: {wrong.msg}", "Fix this line.") from wrong
    except RecursionError as wrong:
        raise FileError(file, None, "the values in this file are nested too deeply", "Use fewer levels.") from wrong
    if not isinstance(top, dict):
        raise FileError(file, 1, "the file must contain a JSON object", "Begin the file with { and end it with }.")
    return top


def parse_toml(data: bytes, file: str) -> dict[str, object]:
    """Parse TOML. Raises `FileError` with file and line."""
    text = decode_text(data, file)
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as wrong:
        message = str(getattr(wrong, "msg", wrong))  # Python 3.14 has these parts as attributes of the error
        position = re.search(r" \(at .*?(\d+).*\)$", message)
        line = getattr(wrong, "lineno", None) or (int(position[1]) if position else text.count("\n") + 1)
        message = message[: position.start()] if position else message.removesuffix(" (at end of document)")
        raise FileError(file, line, f"the file is not valid TOML: {message}", "Fix this line.") from wrong
    except RecursionError as wrong:
        raise FileError(file, None, "the values in this file are nested too deeply", "Use fewer levels.") from wrong


def parse_python(source: str | bytes) -> ast.Module | None:
    """Return the syntax tree of a Python file, or None if it isn't valid Python."""
    try:
        with _PARSING:
            return ast.parse(source)
    except (SyntaxError, ValueError):
        return None


def syntax_error(source: bytes) -> SyntaxError | None:
    """Return the error in a Python file, or None if the file is valid."""
    try:
        with _PARSING:
            ast.parse(source)
    except SyntaxError as error:
        return error
    except ValueError as error:  # a null byte
        return SyntaxError(str(error))
    return None


def fill_template(file: Path, **values: object) -> str:
    """Return the text of one of starterkit's files, with each `$name` replaced by a value."""
    return Template(file.read_text("utf-8")).substitute(values)
