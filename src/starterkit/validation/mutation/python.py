"""What can be changed in a Python file: statements, conditions, decorators, comparisons, statuses, addresses."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from typing import TypeGuard

from starterkit.textfile import parse_python
from starterkit.validation.mutation.change import SourceChange, shortened

_COMPARISONS: dict[type[ast.cmpop], tuple[str, str]] = {
    ast.Eq: ("==", "!="),
    ast.NotEq: ("!=", "=="),
    ast.Lt: ("<", "<="),
    ast.LtE: ("<=", "<"),
    ast.Gt: (">", ">="),
    ast.GtE: (">=", ">"),
    ast.In: ("in", "not in"),
    ast.NotIn: ("not in", "in"),
    ast.Is: ("is", "is not"),
    ast.IsNot: ("is not", "is"),
}
_METHODS = {"GET": "POST", "POST": "GET", "PUT": "GET", "PATCH": "GET", "DELETE": "GET"}
# Decorators that say what kind of thing a function is; without them nothing is asked for any more.
_KINDS_OF_FUNCTION = ("staticmethod", "classmethod", "overload", "override", "wraps")
_SMALL = 20
_ADDRESS = re.compile(r"/[\w/<>{}:.?=&%-]*")


def changes(data: bytes) -> list[SourceChange]:
    """Return the changes of a Python file, in the order of its lines; none where it cannot be read."""
    try:
        tree = parse_python(data)
    except (SyntaxError, ValueError):
        return []
    source = _Source(data)
    skipped = _never_changed(tree)
    found: list[SourceChange] = []
    for node in ast.walk(tree):
        for find in _FINDERS:
            if node not in skipped:
                found += [change for change in find(node, source) if _still_parses(change.applied_to(data))]
    return sorted(found, key=lambda change: (change.start, change.end, change.text))


class _Source:
    """The text of a file by the places of its nodes."""

    def __init__(self, data: bytes) -> None:
        self.data = data
        self._starts = [0]
        for line in data.split(b"\n"):
            self._starts.append(self._starts[-1] + len(line) + 1)

    def span(self, node: ast.expr | ast.stmt | ast.keyword) -> tuple[int, int]:
        """Return the first and the last byte of a node."""
        end_line, end_column = node.end_lineno or node.lineno, node.end_col_offset or node.col_offset
        return self._starts[node.lineno - 1] + node.col_offset, self._starts[end_line - 1] + end_column

    def text(self, node: ast.expr | ast.stmt | ast.keyword) -> str:
        """Return the text of a node."""
        start, end = self.span(node)
        return self.data[start:end].decode("utf-8", "replace")

    def replaced(self, node: ast.expr | ast.stmt, by: str, kind: str) -> SourceChange:
        """Return the change that puts a text where a node stands."""
        start, end = self.span(node)
        words = (
            f"`{shortened(self.text(node))}` becomes `{shortened(by)}`"
            if by != "pass"
            else f"`{shortened(self.text(node))}`"
        )
        return SourceChange(start, end, by.encode(), kind, words)


def _statements(node: ast.AST, source: _Source) -> Iterator[SourceChange]:
    """Remove a statement. One that a later line needs is left: without it nothing runs, which any test would see."""
    if isinstance(node, ast.Expr) and isinstance(node.value, ast.Call | ast.Await | ast.Yield):
        yield source.replaced(node, "pass", "removed")
    elif isinstance(node, ast.Assign | ast.AugAssign):
        targets = node.targets if isinstance(node, ast.Assign) else [node.target]
        if all(isinstance(target, ast.Attribute | ast.Subscript) for target in targets):
            yield source.replaced(node, "pass", "removed")
    elif isinstance(node, ast.Raise | ast.Delete):
        yield source.replaced(node, "pass", "removed")
    elif isinstance(node, ast.For | ast.AsyncFor) and not node.orelse:
        yield source.replaced(node, "pass", "removed the loop")


def _conditions(node: ast.AST, source: _Source) -> Iterator[SourceChange]:
    """Turn a condition into its opposite."""
    tests: list[ast.expr] = []
    if isinstance(node, ast.If | ast.While | ast.IfExp):
        tests = [node.test]
    elif isinstance(node, ast.comprehension):
        tests = node.ifs
    for test in tests:
        yield source.replaced(test, f"(not ({source.text(test)}))", "negated")


def _comparisons(node: ast.AST, source: _Source) -> Iterator[SourceChange]:
    """Swap a comparison, `and` and `or`, and the borders of a range."""
    if isinstance(node, ast.BoolOp):
        old, new = ("and", "or") if isinstance(node.op, ast.And) else ("or", "and")
        parts = [f"({source.text(value)})" for value in node.values]
        yield source.replaced(node, f"({f' {new} '.join(parts)})", f"`{old}` became `{new}`")
    if isinstance(node, ast.Compare) and len(node.ops) == 1:
        _, new = _COMPARISONS[type(node.ops[0])]
        by = f"{source.text(node.left)} {new} {source.text(node.comparators[0])}"
        yield source.replaced(node, f"({by})", "compared otherwise")


def _decorators(node: ast.AST, source: _Source) -> Iterator[SourceChange]:
    """Drop a decorator."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        for decorator in node.decorator_list:
            name = source.text(decorator)
            if not name.startswith(_KINDS_OF_FUNCTION):
                start, end = source.span(decorator)
                start = source.data.rindex(b"@", 0, start)
                yield SourceChange(start, end, b"#", "dropped", f"`@{shortened(name)}`")


def _constants(node: ast.AST, source: _Source) -> Iterator[SourceChange]:
    """Change a status, a small number, a yes or no, an address, a method."""
    if not isinstance(node, ast.Constant):
        return
    value = node.value
    if isinstance(value, bool):
        yield source.replaced(node, str(not value), "changed")
    elif isinstance(value, int):
        is_status = 200 <= value < 600
        if is_status:
            yield source.replaced(node, "200" if value != 200 else "500", "changed the status")
        else:  # a large number is a limit, and what counts is that there is one
            yield source.replaced(node, str(value + 1 if abs(value) <= _SMALL else value * 1000), "changed the number")
    elif isinstance(value, str) and value in _METHODS:
        yield source.replaced(node, repr(_METHODS[value]), "changed the method")
    elif isinstance(value, str) and _ADDRESS.fullmatch(value):
        yield source.replaced(node, repr(f"{value.rstrip('/')}/elsewhere"), "changed the address")


def _returns(node: ast.AST, source: _Source) -> Iterator[SourceChange]:
    """Send a redirect to a place that there is not."""
    if isinstance(node, ast.Return) and _is_redirect(node.value):
        yield source.replaced(node.value.args[0], "'/elsewhere'", "redirected elsewhere")


def _is_redirect(node: ast.AST | None) -> TypeGuard[ast.Call]:
    if not isinstance(node, ast.Call) or not node.args:
        return False
    name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
    return "redirect" in name.lower()


def _arguments(node: ast.AST, source: _Source) -> Iterator[SourceChange]:
    """Leave out a named argument of a call: an order, a limit, what goes along with a deletion."""
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
        yield SourceChange(start, end, b"", "left out", f"`{shortened(source.text(keyword))}`")


def _never_changed(tree: ast.Module) -> set[ast.AST]:
    """Nodes that no visitor meets: type hints, docstrings, what only a type checker or a developer's shell sees."""
    found: set[ast.AST] = set()
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
        if isinstance(node, ast.Call) and len(node.args) + len(node.keywords) > 1:  # a yes that is left out is a no
            hidden += [one.value for one in node.keywords if one.arg and isinstance(one.value, ast.Constant)]
        if isinstance(node, ast.Return) and _is_redirect(node.value):  # changed as a whole
            hidden.append(node.value.args[0])
        if isinstance(node, ast.JoinedStr):  # before 3.12, the places of what stands inside are wrong
            hidden += [inner for inner in ast.walk(node) if inner is not node]
        found.update(inner for one in hidden if one is not None for inner in ast.walk(one))
    return found


def _still_parses(data: bytes) -> bool:
    try:
        parse_python(data)
    except (SyntaxError, ValueError):
        return False
    return True


_FINDERS: tuple[Callable[[ast.AST, _Source], Iterator[SourceChange]], ...] = (
    _statements,
    _conditions,
    _comparisons,
    _decorators,
    _constants,
    _returns,
    _arguments,
)
