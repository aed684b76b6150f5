"""Variations of Python files. Each gives back the bytes it was given where it cannot be sure."""

from __future__ import annotations

import ast
import re
import sys
from collections.abc import Iterator
from itertools import pairwise

from starterkit.errors import StarterkitError
from starterkit.process import PYTHON_VARIABLES, run, scrubbed_environment
from starterkit.textfile import parse_python

_FORMATTER = (
    "--isolated",
    "--line-length",
    "60",
    "--config",
    "format.quote-style='single'",
    "--stdin-filename",
    "a.py",
)
_FIXED = re.compile(r"^(?P<indent>[ \t]*)#\s*Your own lines go below this one\.[ \t]*$", re.MULTILINE)
_ADDRESS = re.compile(r"[\w/<>{}:.-]*")
_Function = ast.FunctionDef | ast.AsyncFunctionDef
_Edit = tuple[int, int, bytes]  # from, to, what stands there then


def reformatted(data: bytes) -> bytes:
    """Return the file as another formatter's settings write it: lines of 60, single quotes.

    Where ruff is not at hand, the indentation alone changes, to two spaces.
    """
    command = [sys.executable, "-m", "ruff", "format", *_FORMATTER, "-"]
    try:
        finished = run(command, input=data, env=scrubbed_environment(PYTHON_VARIABLES), timeout=30)
    except StarterkitError:
        return _indented_by_two(data)
    return finished.out if finished.code == 0 else _indented_by_two(data)


def reordered_imports(data: bytes) -> bytes:
    """Return the file with each group of its imports at the top in the opposite order."""
    tree = _parsed(data)
    if tree is None:
        return data
    lines = data.split(b"\n")
    for group in _import_groups(tree):
        texts = [lines[node.lineno - 1 : node.end_lineno] for node in group]
        first, last = group[0].lineno - 1, group[-1].end_lineno or group[-1].lineno
        lines[first:last] = [line for text in reversed(texts) for line in text]
    return _checked(b"\n".join(lines), data)


def renamed_locals(data: bytes) -> bytes:
    """Return the file with the local names of its functions renamed."""
    tree = _parsed(data)
    if tree is None:
        return data
    starts = _line_starts(data)
    edits: list[_Edit] = []
    for function in _outer_functions(tree):
        names = _safe_locals(function)
        for node in ast.walk(function):
            if isinstance(node, ast.Name) and node.id in names:
                at = starts[node.lineno - 1] + node.col_offset
                edits.append((at, at + len(node.id.encode()), f"my_{node.id}".encode()))
    return _checked(_edited(data, edits), data)


def with_own_code(data: bytes) -> bytes:
    """Return the file with code of the learner's own: below the fixed line, and at its end.

    At the end stands a second one of a function that answers an address, at another address and under another name.
    """
    tree = _parsed(data)
    if tree is None:
        return data
    text = data.decode("utf-8")
    added = text
    for fixed in reversed(list(_FIXED.finditer(text))):
        line = text[: fixed.start()].count("\n") + 1
        own = _own_lines(tree, line, fixed["indent"])
        if fixed["indent"] or _stands_in_code(tree, line):
            added = added[: fixed.end()] + own + added[fixed.end() :]
    route = _own_route(tree, text)
    own_function = route or "def my_own_function():\n    return 'mine'"
    return _checked(f"{added.rstrip()}\n\n\n{own_function}\n".encode(), data)


def _own_lines(tree: ast.Module, line: int, indent: str) -> str:
    """What a learner writes below the fixed line: a variable, or in a class a method, which any kind of class takes."""
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
    for node in reversed(tree.body):
        if not isinstance(node, _Function) or len(node.decorator_list) != 1:
            continue
        decorator = node.decorator_list[0]
        if not isinstance(decorator, ast.Call) or not isinstance(decorator.func, ast.Attribute) or not decorator.args:
            continue
        address = decorator.args[0]
        is_text = isinstance(address, ast.Constant) and isinstance(address.value, str)
        if not is_text or not _ADDRESS.fullmatch(address.value) or _names_itself(decorator):  # type: ignore[attr-defined]
            continue
        source = "\n".join(text.split("\n")[decorator.lineno - 1 : node.end_lineno])
        old_address = ast.get_source_segment(text, address) or ""
        quote = old_address[-1:]
        new_address = f"{quote}/my-own{address.value}{quote}"  # type: ignore[attr-defined]
        renamed = re.sub(rf"\bdef {node.name}\b", f"def my_own_{node.name}", source, count=1)
        return renamed.replace(old_address, new_address, 1)
    return ""


def _names_itself(decorator: ast.Call) -> bool:
    return any(keyword.arg in ("endpoint", "name", "operation_id") for keyword in decorator.keywords)


def _stands_in_code(tree: ast.Module, line: int) -> bool:
    """Whether a line in the first column lies outside every statement that spans lines (a list, a text)."""
    return not any(node.lineno < line <= (node.end_lineno or node.lineno) for node in tree.body)


def _import_groups(tree: ast.Module) -> Iterator[list[ast.stmt]]:
    imports = [node for node in tree.body if _is_movable_import(node)]
    group: list[ast.stmt] = imports[:1]
    for before, node in pairwise(imports):
        if node.lineno == (before.end_lineno or before.lineno) + 1:
            group.append(node)
        else:
            yield group
            group = [node]
    if group:
        yield group


def _is_movable_import(node: ast.stmt) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module != "__future__"
    return isinstance(node, ast.Import)


def _outer_functions(tree: ast.Module) -> Iterator[_Function]:
    """Functions of the module and of its classes; those inside functions are walked with them."""
    for node in tree.body:
        if isinstance(node, _Function):
            yield node
        elif isinstance(node, ast.ClassDef):
            yield from (inner for inner in node.body if isinstance(inner, _Function))


def _safe_locals(function: _Function) -> set[str]:
    """The names that are assigned in a function, are nothing else there, and stand where the text can be edited."""
    stored: set[str] = set()
    refused = {
        argument.arg for node in ast.walk(function) if isinstance(node, ast.arguments) for argument in _all(node)
    }
    for node in ast.walk(function):
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            stored.add(node.id)
        elif isinstance(node, ast.Global | ast.Nonlocal):
            refused.update(node.names)
        elif isinstance(node, ast.alias):
            refused.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.ExceptHandler | ast.MatchAs | ast.MatchStar | _Function | ast.ClassDef):
            refused.update([node.name] if node.name else [])
        elif isinstance(node, ast.JoinedStr):  # before 3.12, the places of what stands inside are wrong
            refused.update(inner.id for inner in ast.walk(node) if isinstance(inner, ast.Name))
        elif isinstance(node, ast.Name) and node.id in ("locals", "vars", "eval", "exec"):
            return set()
    for inner in ast.walk(function):  # a class's own names are not local, they are its attributes
        if isinstance(inner, ast.ClassDef):
            refused.update(node.id for node in ast.walk(inner) if isinstance(node, ast.Name))
    return stored - refused


def _all(arguments: ast.arguments) -> list[ast.arg]:
    more = [one for one in (arguments.vararg, arguments.kwarg) if one]
    return [*arguments.posonlyargs, *arguments.args, *arguments.kwonlyargs, *more]


def _indented_by_two(data: bytes) -> bytes:
    """Halve the indentation, except inside texts that span lines."""
    tree = _parsed(data)
    if tree is None:
        return data
    texts = {
        line
        for node in ast.walk(tree)
        if isinstance(node, ast.Constant | ast.JoinedStr)
        for line in range(node.lineno + 1, (node.end_lineno or node.lineno) + 1)
    }
    lines = [
        line if number in texts else line[(len(line) - len(line.lstrip(b" "))) // 2 :]
        for number, line in enumerate(data.split(b"\n"), 1)
    ]
    return _checked(b"\n".join(lines), data)


def _edited(data: bytes, edits: list[_Edit]) -> bytes:
    for start, end, text in sorted(set(edits), reverse=True):
        data = data[:start] + text + data[end:]
    return data


def _line_starts(data: bytes) -> list[int]:
    starts = [0]
    for line in data.split(b"\n"):
        starts.append(starts[-1] + len(line) + 1)
    return starts


def _parsed(data: bytes) -> ast.Module | None:
    try:
        return parse_python(data)
    except (SyntaxError, ValueError):
        return None


def _checked(changed: bytes, before: bytes) -> bytes:
    """What was changed, unless it is no program any more."""
    return changed if _parsed(changed) is not None else before
