"""Finds changes in Python code: statements, conditions, calls, comparisons, status codes, URLs, texts and SQL."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import TypeGuard

from starterkit.textfile import parse_python
from starterkit.validation.mutation import markup, sql
from starterkit.validation.mutation.texts import OTHER_TEXT, Promised
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
# Calls whose result looks like their argument. The mutant is the argument itself.
_UNWRAPPED = re.compile(
    r"abs|int|reversed|round|set|sorted|(?:.*\.)?\w*(?:escape|quote|saniti[sz]e|clean|urlencode)\w*"
)
# Methods whose result looks like their object. The mutant is the object itself.
_LEFT_OUT = re.compile(
    r"[lr]?strip|lower|upper|casefold|title|capitalize|removeprefix|removesuffix"
    r"|where|filter|filter_by|exclude|order_by|limit|offset|distinct"
)
# Arguments that only describe an API for its documentation.
_DOCUMENTATION = ("examples", "responses", "openapi_extra", "response_description")
# In files that import one of these, the type of a field decides which values the field accepts.
_CHECKED_TYPES = re.compile(rb"^(?:from|import) (?:pydantic|fastapi|sqlmodel|msgspec)\b", re.MULTILINE)
_SMALL = 20
_URL_PATH = re.compile(r"/[\w/<>{}:.?=&%-]*")
_QUOTES = re.compile(rb"\w*[\"']+")
_FIELD = re.compile(rb"(?<!\{)\{(?P<code>[^{}]+)\}(?!\})")


def changes(data: bytes, promised: Promised) -> list[SourceChange]:
    """Return all possible mutants of a Python file as changes, sorted by position. An invalid file has none.

    `promised` are the texts that the lesson names. Only these texts are changed, apart from default values.
    """
    tree = parse_python(data)
    if tree is None:
        return []
    source = PythonSource(data)
    skipped = _never_changed(tree)
    found: list[SourceChange] = []
    for node in ast.walk(tree):
        if node not in skipped:
            found += [change for find in _FINDERS for change in find(node, source)]
            found += _strings(node, source, promised)
    valid = [change for change in found if parse_python(change.applied_to(data))]
    return sorted(valid, key=lambda change: (change.start, change.end, change.text))


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
        if keyword.arg is None or keyword.arg in _DOCUMENTATION:
            continue
        start, end = source.span(keyword)
        after = re.match(rb"\s*,\s*", source.data[end:])
        before = re.search(rb",\s*$", source.data[:start])
        if after:
            end += after.end()
        elif before:
            start = before.start()
        yield SourceChange(start, end, b"", "left out", f"`{one_line(source.text(keyword))}`")


def _unwrapped(node: ast.AST, source: PythonSource) -> Iterator[SourceChange]:
    if not isinstance(node, ast.Call):
        return
    if node.args and _UNWRAPPED.fullmatch(source.text(node.func)):
        yield _replace(source, node, source.text(node.args[0]), "unwrapped")
    elif isinstance(node.func, ast.Attribute) and _LEFT_OUT.fullmatch(node.func.attr):
        yield _replace(source, node, source.text(node.func.value), "unwrapped")


def _defaults(node: ast.AST, source: PythonSource) -> Iterator[SourceChange]:
    defaults: list[ast.expr | None] = []
    match node:
        case ast.arguments():
            defaults = [*node.defaults, *node.kw_defaults]
        case ast.BoolOp(op=ast.Or()):
            defaults = [node.values[-1]]
        case ast.Call(func=ast.Attribute(attr="get"), args=[_, default]):
            defaults = [default]
    for each in defaults:
        if isinstance(each, ast.Constant) and isinstance(each.value, str):
            quote = source.text(each)[-1]
            yield _replace(source, each, f"{quote}{OTHER_TEXT.decode()}{quote}", "changed the default")


def _fields(node: ast.AST, source: PythonSource) -> Iterator[SourceChange]:
    """Yield changes after which a field of a model accepts more values."""
    if not isinstance(node, ast.ClassDef) or not _CHECKED_TYPES.search(source.data):
        return
    for field in node.body:
        if not isinstance(field, ast.AnnAssign):
            continue
        field_type = field.annotation
        match field_type:
            case ast.Subscript(value=ast.Name("Annotated"), slice=ast.Tuple(elts=[inner, *_])):
                yield _replace(source, field_type, source.text(inner), "unwrapped")
                field_type = inner
        if isinstance(field_type, ast.Name) and field_type.id[:1].isupper():
            yield _replace(source, field_type, "str", "changed the type")


def _strings(node: ast.AST, source: PythonSource, promised: Promised) -> Iterator[SourceChange]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        start, end = source.span(node)
        yield from sql.changes_in_string(source.data, start, end)
        yield from markup.changes_in_string(source.data, start, end, promised)
        yield from promised.text_changes(source.data, start, end)
    elif isinstance(node, ast.JoinedStr):
        yield from _format_string(node, source, promised)


def _format_string(node: ast.JoinedStr, source: PythonSource, promised: Promised) -> Iterator[SourceChange]:
    """Yield changes of an f-string. Before Python 3.12, its inner nodes have wrong positions, so its text is read."""
    start, end = source.span(node)
    yield from sql.changes_in_string(source.data, start, end)
    yield from markup.changes_in_string(source.data, start, end, promised)
    fields = list(_FIELD.finditer(source.data, start, end))
    quotes = _QUOTES.match(source.data, start)
    ends = [quotes.end() if quotes else start, *(position for field in fields for position in field.span()), end]
    texts = [
        change
        for opening, closing in zip(ends[::2], ends[1::2], strict=True)
        for change in promised.text_changes(source.data, opening, closing)
    ]
    yield from texts
    text = source.data[start:end]
    is_visible = bool(texts) or re.search(rb"<[a-z/]|^\w*[\"']+/", text)
    for field in fields:
        if is_visible:
            yield SourceChange(*field.span(), b"", "shown no more", f"`{one_line(field[0])}` of `{one_line(text)}`")
        inner = parse_python(field["code"])
        if inner is not None:
            code, offset = PythonSource(field["code"]), field.start("code")
            for each in ast.walk(inner):
                for change in (*_unwrapped(each, code), *_defaults(each, code), *_conditions(each, code)):
                    yield replace(change, start=change.start + offset, end=change.end + offset)


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
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "").startswith(
            "__"
        ):  # for example __tablename__
            hidden.append(node.value)
        if isinstance(node, ast.keyword) and node.arg in _DOCUMENTATION:
            hidden.append(node.value)
        if isinstance(node, ast.Return) and _is_redirect(node.value):  # `_returns` changes these URLs
            hidden.append(node.value.args[0])
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):  # a docstring
            hidden.append(node.value)
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
    _unwrapped,
    _defaults,
    _fields,
)
