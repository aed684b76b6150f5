"""Finds changes in Python code: statements, conditions, decorators, comparisons, status codes and URLs."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import TypeGuard

from starterkit.textfile import parse_python
from starterkit.validation.source_change import PythonSource, SourceChange, one_line

_COMPARISONS: dict[type[ast.cmpop], str] = {
    ast.Eq: "!=",
    ast.NotEq: "==",
    ast.Lt: "<=",
    ast.LtE: "<",
    ast.Gt: ">=",
    ast.GtE: ">",
    ast.In: "not in",
    ast.NotIn: "in",
    ast.Is: "is not",
    ast.IsNot: "is",
}
_METHODS = {"GET": "POST", "POST": "GET", "PUT": "GET", "PATCH": "GET", "DELETE": "GET"}
# Decorators that set the kind of a function. They get no mutants: without them nothing works, so any test fails.
_KINDS_OF_FUNCTION = ("staticmethod", "classmethod", "overload", "override", "wraps")
_SMALL = 20
_URL_PATH = re.compile(r"/[\w/<>{}:.?=&%-]*")


def changes(data: bytes) -> list[SourceChange]:
    """Return all possible mutants of a Python file as changes, sorted by position. An invalid file has none."""
    tree = parse_python(data)
    if tree is None:
        return []
    source = PythonSource(data)
    skipped = _never_changed(tree)
    all_changes = [
        change
        for node in ast.walk(tree)
        if node not in skipped
        for find in _FINDERS
        for change in find(node, source)
        if parse_python(change.applied_to(data))
    ]
    return sorted(all_changes, key=lambda change: (change.start, change.end, change.text))


def _replace(source: PythonSource, node: ast.expr | ast.stmt, by: str, kind: str) -> SourceChange:
    description = f"`{one_line(source.text(node))}` becomes `{one_line(by)}`"
    return SourceChange(*source.span(node), by.encode(), kind, description)


def _remove(source: PythonSource, node: ast.stmt, kind: str = "removed") -> SourceChange:
    return SourceChange(*source.span(node), b"pass", kind, f"`{one_line(source.text(node))}`")


def _statements(node: ast.AST, source: PythonSource) -> Iterator[SourceChange]:
    """Yield a change that removes a statement, unless later lines need it. Any test would detect such a change."""
    match node:
        case ast.Expr(value=ast.Call() | ast.Await() | ast.Yield()) | ast.Raise() | ast.Delete():
            yield _remove(source, node)
        case ast.For(orelse=[]) | ast.AsyncFor(orelse=[]):
            yield _remove(source, node, "removed the loop")
        case ast.Assign(targets=targets) if all(isinstance(each, ast.Attribute | ast.Subscript) for each in targets):
            yield _remove(source, node)
        case ast.AugAssign(target=ast.Attribute() | ast.Subscript()):
            yield _remove(source, node)


def _conditions(node: ast.AST, source: PythonSource) -> Iterator[SourceChange]:
    tests = [node.test] if isinstance(node, ast.If | ast.While | ast.IfExp) else []
    for test in node.ifs if isinstance(node, ast.comprehension) else tests:
        yield _replace(source, test, f"(not ({source.text(test)}))", "negated")


def _comparisons(node: ast.AST, source: PythonSource) -> Iterator[SourceChange]:
    if isinstance(node, ast.BoolOp):
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        parts = [f"({source.text(value)})" for value in node.values]
        yield _replace(source, node, f"({f' {new} '.join(parts)})", f"`{old}` became `{new}`")
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        by = f"{source.text(node.left)} {_COMPARISONS[type(node.ops[0])]} {source.text(node.comparators[0])}"
        yield _replace(source, node, f"({by})", "changed the comparison")


def _decorators(node: ast.AST, source: PythonSource) -> Iterator[SourceChange]:
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        for decorator in node.decorator_list:
            name = source.text(decorator)
            if not name.startswith(_KINDS_OF_FUNCTION):
                start, end = source.span(decorator)
                start = source.data.rindex(b"@", 0, start)
                yield SourceChange(start, end, b"#", "dropped", f"`@{one_line(name)}`")


def _constants(node: ast.AST, source: PythonSource) -> Iterator[SourceChange]:
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield _replace(source, node, str(not value), "changed")
    elif isinstance(value, int):
        if 200 <= value < 600:
            yield _replace(source, node, "200" if value != 200 else "500", "changed the status")
        else:  # large numbers are limits, and tests don't check the exact limit
            by = value + 1 if abs(value) <= _SMALL else value * 1000
            yield _replace(source, node, str(by), "changed the number")
    elif isinstance(value, str) and value in _METHODS:
        yield _replace(source, node, repr(_METHODS[value]), "changed the method")
    elif isinstance(value, str) and _URL_PATH.fullmatch(value):
        yield _replace(source, node, repr(f"{value.rstrip('/')}/elsewhere"), "changed the URL")


def _returns(node: ast.AST, source: PythonSource) -> Iterator[SourceChange]:
    if isinstance(node, ast.Return) and _is_redirect(node.value):
        yield _replace(source, node.value.args[0], "'/elsewhere'", "redirected elsewhere")


def _is_redirect(node: ast.AST | None) -> TypeGuard[ast.Call]:
    if not isinstance(node, ast.Call) or not node.args:
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return "redirect" in name.lower()


def _arguments(node: ast.AST, source: PythonSource) -> Iterator[SourceChange]:
    if not isinstance(node, ast.Call) or len(node.args) + len(node.keywords) < 2:
        return
    for keyword in node.keywords:
        if keyword.arg is None:
            continue
        start, end = source.span(keyword)
        after = re.match(rb"\s*,\s*", source.data[end:])
        before = re.search(rb",\s*$", source.data[:start])
        if after:
            end += after.end()
        elif before:
            start = before.start()
        yield SourceChange(start, end, b"", "left out", f"`{one_line(source.text(keyword))}`")


def _never_changed(tree: ast.Module) -> set[ast.AST]:
    """Return nodes that visitors can't notice: type hints, and code for type checkers or debugging."""
    hidden_nodes: set[ast.AST] = set()
    for node in ast.walk(tree):
        hidden: list[ast.AST | None] = []
        if isinstance(node, ast.AnnAssign | ast.arg):
            hidden.append(node.annotation)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            hidden.append(node.returns)
            if node.name in ("__repr__", "__str__"):
                hidden.append(node)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.dump(node.test):
            hidden.append(node)
        if isinstance(node, ast.Call) and len(node.args) + len(node.keywords) > 1:  # `_arguments` removes such values
            hidden += [argument.value for argument in node.keywords if isinstance(argument.value, ast.Constant)]
        if isinstance(node, ast.Return) and _is_redirect(node.value):  # `_returns` changes these URLs
            hidden.append(node.value.args[0])
        if isinstance(node, ast.JoinedStr):  # before Python 3.12, positions inside f-strings are wrong
            hidden += [inner for inner in ast.walk(node) if inner is not node]
        hidden_nodes.update(inner for outer in hidden if outer is not None for inner in ast.walk(outer))
    return hidden_nodes


_FINDERS: tuple[Callable[[ast.AST, PythonSource], Iterator[SourceChange]], ...] = (
    _statements,
    _conditions,
    _comparisons,
    _decorators,
    _constants,
    _returns,
    _arguments,
)
