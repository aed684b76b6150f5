"""Variations of Python files. A function returns the original bytes if its result isn't valid Python."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from itertools import pairwise

from starterkit.errors import StarterkitError
from starterkit.process import PYTHON_VARIABLES, run, scrubbed_environment
from starterkit.textfile import parse_python
from starterkit.validation.source_change import PythonSource, SourceChange
from starterkit.validation.variations.web import MARKER_LINE

_OPTIONS = ("--isolated", "--line-length", "60", "--config", "format.quote-style='single'", "--stdin-filename", "a.py")
_URL_PATH = re.compile(r"[\w/<>{}:.-]*")
_Function = ast.FunctionDef | ast.AsyncFunctionDef


def reformatted(data: bytes) -> bytes:
    """Return the file with 60 characters per line and single quotes. Without ruff, only indent by two spaces."""
    command = [sys.executable, "-m", "ruff", "format", *_OPTIONS, "-"]
    try:
        finished = run(command, input=data, env=scrubbed_environment(PYTHON_VARIABLES), timeout=30)
    except StarterkitError:
        return _indented_by_two(data)
    return finished.out if finished.code == 0 else _indented_by_two(data)


def reordered_imports(data: bytes) -> bytes:
    """Return the file with the imports of each group at its top in reverse order."""
    tree = parse_python(data)
    if tree is None:
        return data
    lines = data.split(b"\n")
    for group in _import_groups(tree):
        texts = [lines[node.lineno - 1 : node.end_lineno] for node in group]
        first, last = group[0].lineno - 1, group[-1].end_lineno or group[-1].lineno
        lines[first:last] = [line for text in reversed(texts) for line in text]
    return _checked(b"\n".join(lines), data)


def renamed_locals(data: bytes) -> bytes:
    """Return the file with `my_` in front of its local variables, if this can't change how the code works."""
    tree = parse_python(data)
    if tree is None:
        return data
    source = PythonSource(data)
    # Only functions of the module and of its classes, because walking a function includes its nested functions.
    outer = [*tree.body, *(inner for node in tree.body if isinstance(node, ast.ClassDef) for inner in node.body)]
    changes = {
        SourceChange(*source.span(node), f"my_{node.id}".encode())
        for function in outer
        if isinstance(function, _Function)
        for names in [_safe_locals(function)]
        for node in ast.walk(function)
        if isinstance(node, ast.Name) and node.id in names
    }
    changed = data
    for change in sorted(changes, key=lambda change: -change.start):
        changed = change.applied_to(changed)
    return _checked(changed, data)


def with_own_code(data: bytes) -> bytes:
    """Return the file with code added as a learner might add it.

    The code is below each marker line and at the end of the file. If a function handles a URL, its copy comes at the
    end, with another URL and name.
    """
    tree = parse_python(data)
    if tree is None:
        return data
    text = data.decode("utf-8")
    added = text
    for marker in reversed(list(MARKER_LINE.finditer(text))):
        line = text[: marker.start()].count("\n") + 1
        # A marker in the first column may be inside a list or string that spans lines.
        is_in_statement = any(node.lineno < line <= (node.end_lineno or node.lineno) for node in tree.body)
        if marker["indent"] or not is_in_statement:
            added = added[: marker.end()] + _own_lines(tree, line, marker["indent"]) + added[marker.end() :]
    own_function = _own_route(tree, text) or "def my_own_function():\n    return 'mine'"
    return _checked(f"{added.rstrip()}\n\n\n{own_function}\n".encode(), data)


def _own_lines(tree: ast.Module, line: int, indent: str) -> str:
    """Return lines to insert below a marker line: a variable, or a method inside a class."""
    blocks = [
        node
        for node in ast.walk(tree)
        if isinstance(node, _Function | ast.ClassDef)
        and node.lineno < line
        and node.body[0].col_offset == len(indent.encode())
    ]
    if blocks and isinstance(max(blocks, key=lambda node: node.lineno), ast.ClassDef):
        return f"\n\n{indent}def my_own_word(self):\n{indent}    return 'mine'"
    return f"\n{indent}my_own_word = 'mine'"


def _own_route(tree: ast.Module, text: str) -> str:
    """Return a copy of the last function whose only decorator sets its URL, or ""."""
    for node in reversed(tree.body):
        if not isinstance(node, _Function):
            continue
        match node.decorator_list:
            case [
                ast.Call(func=ast.Attribute(), args=[ast.Constant(value=str(path)) as argument, *_]) as decorator
            ] if _URL_PATH.fullmatch(path) and not _has_name(decorator):
                source = "\n".join(text.split("\n")[decorator.lineno - 1 : node.end_lineno])
                old = ast.get_source_segment(text, argument) or ""
                renamed = re.sub(rf"\bdef {node.name}\b", f"def my_own_{node.name}", source, count=1)
                return renamed.replace(old, f"{old[-1:]}/my-own{path}{old[-1:]}", 1)
    return ""


def _has_name(decorator: ast.Call) -> bool:
    return any(keyword.arg in ("endpoint", "name", "operation_id") for keyword in decorator.keywords)


def _import_groups(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    imports: list[ast.stmt] = [
        node
        for node in tree.body
        if isinstance(node, ast.Import) or (isinstance(node, ast.ImportFrom) and node.module != "__future__")
    ]
    group = imports[:1]
    for before, node in pairwise(imports):
        if node.lineno != (before.end_lineno or before.lineno) + 1:
            yield group
            group = []
        group.append(node)
    if group:
        yield group


def _safe_locals(function: _Function) -> set[str]:
    stored: set[str] = set()
    refused: set[str] = set()
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            stored.add(node.id)
        elif isinstance(node, ast.Name) and node.id in ("locals", "vars", "eval", "exec"):
            return set()
        elif isinstance(node, ast.arg):
            refused.add(node.arg)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            refused.update(node.names)
        elif isinstance(node, ast.alias):
            refused.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar | _Function):
            refused.update([node.name] if node.name else [])
        elif isinstance(node, ast.ClassDef):  # a class's names are attributes, not local variables
            refused.update([node.name, *(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))])
        elif isinstance(node, ast.JoinedStr):  # before Python 3.12, positions inside f-strings are wrong
            refused.update(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))
    return stored - refused


def _indented_by_two(data: bytes) -> bytes:
    """Return the file with half the indentation. Strings on several lines stay unchanged."""
    tree = parse_python(data)
    if tree is None:
        return data
    in_strings = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant | ast.JoinedStr)
        for line in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)
    }
    lines = [
        line if number in in_strings else line[(len(line) - len(line.lstrip(b" "))) // 2 :]
        for number, line in enumerate(data.split(b"\n"), 1)
    ]
    return _checked(b"\n".join(lines), data)


def _checked(changed: bytes, before: bytes) -> bytes:
    return before if parse_python(changed) is None else changed
