"""Every text of starterkit that a person reads, with the file and line in which it is written.

`texts(kind)` returns the texts of one kind. The kinds are the keys of `KINDS`.
"""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from html import unescape
from itertools import islice, product
from pathlib import Path
from typing import Any

import yaml

from starterkit.testing.discovery import found_tests
from starterkit.validation.markdown import paragraphs
from tests.support.commands import loaded_command_line

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "starterkit"
_MOST_VARIANTS = 4  # of one text with choices
_TOOL_COMMENT = re.compile(r"#\s*(?:noqa|type:|fmt:|pragma|!)")


@dataclass(frozen=True)
class ReadText:
    """A text that a person reads. `file` is relative to the project's root."""

    file: str
    line: int
    text: str


def texts(kind: str) -> list[ReadText]:
    """Return all texts of a kind, in the order of files and lines. Raises `KeyError` for an unknown kind."""
    found = [text for text in KINDS[kind]() if re.search(r"[A-Za-z]{2}\S*\s+\S", text.text)]
    return sorted(dict.fromkeys(found), key=lambda text: (text.file, text.line, text.text))


def _docstrings() -> Iterator[ReadText]:
    for file, tree in _trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (ast.get_docstring(node) or "").splitlines()
                text = "\n".join(line for line in lines if not line.startswith("    "))  # without figures and tables
                if text:
                    yield _read(file, node.body[0].lineno, text)


def _comments() -> Iterator[ReadText]:
    """Comments. Lines of comments that follow each other are one text."""
    for file in _trees():
        with file.open("rb") as stream:
            tokens = [
                token
                for token in tokenize.tokenize(stream.readline)
                if token.type == tokenize.COMMENT and not _TOOL_COMMENT.match(token.string)
            ]
        blocks: list[list[tokenize.TokenInfo]] = []
        for token in tokens:
            alone = token.line[: token.start[1]].strip() == ""
            last = blocks[-1][-1] if blocks else None
            follows = last is not None and last.start == (token.start[0] - 1, token.start[1])
            if alone and follows:
                blocks[-1].append(token)
            else:
                blocks.append([token])
        for block in blocks:
            yield _read(file, block[0].start[0], " ".join(token.string.lstrip("# ") for token in block))


def _help() -> Iterator[ReadText]:
    """The help of commands, options and arguments, as `--help` has it."""
    groups: list[tuple[str, Any]] = [("starterkit", loaded_command_line())]
    for name, command in groups:
        yield ReadText(f"{name} --help", 1, (command.help or "").strip())
        for parameter in command.params:
            yield ReadText(f"{name} --help", 1, (getattr(parameter, "help", "") or "").strip())
        groups += [(f"{name} {each}", below) for each, below in getattr(command, "commands", {}).items()]


def _errors() -> Iterator[ReadText]:
    """Messages of errors. What is wrong and what to do are one text, as on the screen."""
    for file, node in _error_calls():
        values = [*node.args, *(keyword.value for keyword in node.keywords)]
        if _called(node) in _error_names("FileError"):
            place = _variants(values[0], file)[0] if len(values) > 2 else "{file}"
            values, place = values[2:], f"{place}: "
        else:
            place = ""
        parts = [_variants(value, file)[0] for value in values]
        if any(map(_has_words, parts)):
            yield _read(file, node.lineno, place + " / ".join(filter(None, parts)))


def _error_calls() -> Iterator[tuple[Path, ast.Call]]:
    names = _error_names()
    for file, tree in _trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) in names:
                yield file, node


@cache
def _error_names(base: str = "StarterkitError") -> frozenset[str]:
    """The names of an error's class and of all classes below it."""
    names, size = {base}, 0
    while size != len(names):
        size = len(names)
        for tree in _trees().values():
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef) and {getattr(base, "id", "") for base in node.bases} & names:
                    names.add(node.name)
    return frozenset(names)


def _screens() -> Iterator[ReadText]:
    """What commands print: texts of cli/ that are neither help nor errors, and progress and findings of all parts.

    A text that is assigned to a name and used in a longer text is left out, because nobody reads it alone.
    """
    other = {id(part) for _, call in _error_calls() for part in ast.walk(call)}
    help_texts = {text.text for text in _help()}
    for file, tree in _trees().items():
        for node in ast.walk(tree):
            for part in _not_screens(node):
                other |= {id(piece) for piece in ast.walk(part)}
        is_shown = "cli" in file.relative_to(SOURCE).parts or "choosing" in file.parts
        printed = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node) in _PRINTING]
        nodes = [node for root in ([tree] if is_shown else printed) for node in _strings_in(root, other)]
        shown = [(node, text) for node in nodes for text in _variants(node, file)]
        assigned = {
            id(part) for node in ast.walk(tree) if isinstance(node, ast.Assign) for part in ast.walk(node.value)
        }
        for node, text in shown:
            is_part = id(node) in assigned and any(text in longer and text != longer for _, longer in shown)
            if not is_part and text.strip() not in help_texts and not _NOT_READ.match(text):
                yield _read(file, node.lineno, text)


_PRINTING = frozenset({"say", "Finding", "SetupFinding", "ToolReport", "SideEffect"})
# Calls that print one paragraph: their arguments are parts of it.
_LINES = frozenset({"print", "paragraph", "joined", "ok", "say_prose", "info", "note_prose", "type_next", "show_files"})
# Names of commands, options and styles, JSON and HTML, git's headers, and texts without words next to their values.
_NOT_READ = re.compile(
    r"\s*(<|starterkit\.|--?\w[\w-]*( -\w)?( {[^{}]*}.*)?$|(bold|dim|cyan)( \w+)?$|(\W|{[^{}]*})*$"
    r"|{[^{}]*}: `starterkit[^`]*`$|(new|old|deleted)( file)? mode |rename to |Binary files "
    r"|(template|workshop|run|new|git|cd|for|uvx|sudo|unzip)\b [-\w{./]+( [-{].*)?$)",
    re.DOTALL,
)


def _not_screens(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        if ast.get_docstring(node) is not None:
            yield node.body[0]
    elif isinstance(node, ast.keyword) and node.arg in ("help", "prefix"):
        yield node.value
    elif isinstance(node, ast.Call) and _called(node) in {"compile", "CommandEntry", "option", "flag", "verbatim"}:
        yield node
    elif isinstance(node, ast.Call) and _called(node) in {"json", "pick"}:
        yield from (argument for argument in node.args if isinstance(argument, ast.Constant))
    elif isinstance(node, ast.AnnAssign):
        yield node.annotation


def _strings_in(node: ast.AST, other: set[int]) -> Iterator[ast.expr]:
    """The texts in a node: whole strings, not the pieces of f-strings, and whole calls that print one paragraph."""
    if id(node) in other:
        return
    if isinstance(node, ast.Constant | ast.JoinedStr) or (isinstance(node, ast.Call) and _called(node) in _LINES):
        yield node
        return
    for child in ast.iter_child_nodes(node):
        yield from _strings_in(child, other)


def _docs() -> Iterator[ReadText]:
    for file in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))):
        yield from _paragraphs(file)


def _lessons() -> Iterator[ReadText]:
    for file in _template_files("*/steps/*/lesson.md"):
        yield from _paragraphs(file)


def _template_files(pattern: str) -> list[Path]:
    """Return files of the templates, and of the skeleton that `starterkit template new` copies."""
    return [*sorted((ROOT / "templates").glob(pattern)), *sorted((ROOT / "skeletons").glob(pattern))]


def _paragraphs(file: Path) -> Iterator[ReadText]:
    for line, text in paragraphs(file.read_text("utf-8")):
        yield _read(file, line, text)


def _path_texts() -> Iterator[ReadText]:
    """The titles, summaries, goals and traits of path.yml and step.yml."""
    for file in (*_template_files("*/path.yml"), *_template_files("*/steps/*/step.yml")):
        data = yaml.safe_load(file.read_text("utf-8"))
        for code in ("hints", "entry_point", "tests"):  # hints and the titles of tests are kinds of their own
            data.pop(code, None)
        for value in _leaves(data):
            yield _read(file, 1, value)


def _hints() -> Iterator[ReadText]:
    for file in _template_files("*/steps/*/step.yml"):
        for value in _leaves(yaml.safe_load(file.read_text("utf-8")).get("hints", {})):
            yield _read(file, 1, value)


def _leaves(data: object) -> Iterator[str]:
    if isinstance(data, str):
        yield data
    elif isinstance(data, dict):
        for value in data.values():
            yield from _leaves(value)
    elif isinstance(data, list):
        for value in data:
            yield from _leaves(value)


def _test_titles() -> Iterator[ReadText]:
    """The titles of the tests that learners see."""
    for file in _template_files("*/**/tests/*"):
        if file.is_file():
            for test in found_tests(file.name, file.read_bytes()):
                yield _read(file, test.line, test.sentence)


def _guide_texts() -> Iterator[ReadText]:
    """The texts of the page of `starterkit guide`: in its HTML, its script, and what its actions return."""
    html, script = (SOURCE / "web" / "static" / name for name in ("guide.html", "guide.js"))
    for number, line in enumerate(html.read_text("utf-8").splitlines(), 1):
        labels = re.findall(r'(?:aria-label|title)="([^"]+)"', line)
        for text in (*labels, re.sub(r"<[^>]+>", "", re.sub(r"</?(code|kbd)>", "`", line))):
            yield _read(html, number, unescape(text))
    for number, line in enumerate(script.read_text("utf-8").splitlines(), 1):
        for text in re.findall(r'"((?:[^"\\]|\\.)*)"|`([^`]*)`', re.sub(r"\\`", "'", line)):
            shown = re.sub(r"\$\{[^}]*\}", "{}", "".join(text))
            if not re.match(r"[(.#]|allow-|use strict", shown):  # for the browser, not for people
                yield _read(script, number, shown)
    for file, tree in _trees("web").items():
        docstrings = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        parts = {id(part) for node in ast.walk(tree) if isinstance(node, ast.JoinedStr) for part in node.values}
        for node in ast.walk(tree):
            is_text = isinstance(node, ast.JoinedStr) or isinstance(getattr(node, "value", None), str)
            if isinstance(node, ast.expr) and is_text and id(node) not in docstrings | parts:
                text = "".join(_variants(node, file)[:1])
                if text.endswith((".", "…")):
                    yield _read(file, node.lineno, text)


KINDS: dict[str, Callable[[], Iterator[ReadText]]] = {
    "docstrings": _docstrings,
    "comments": _comments,
    "help": _help,
    "errors": _errors,
    "screens": _screens,
    "guide": _guide_texts,
    "docs": _docs,
    "path": _path_texts,
    "lessons": _lessons,
    "hints": _hints,
    "titles": _test_titles,
}


@cache
def _trees(part: str = "") -> dict[Path, ast.Module]:
    return {file: ast.parse(file.read_bytes()) for file in sorted((SOURCE / part).rglob("*.py"))}


def _read(file: Path, line: int, text: str) -> ReadText:
    return ReadText(file.relative_to(ROOT).as_posix(), line, text.strip())


def _called(call: ast.Call) -> str:
    """The name of the function that a call names, without what stands before a dot."""
    return getattr(call.func, "attr", "") or getattr(call.func, "id", "")


def _variants(node: ast.expr, file: Path) -> list[str]:
    """Return the texts that an expression can give. Values stay in braces."""
    match node:
        case ast.Constant():
            return [node.value if isinstance(node.value, str) else ""]
        case ast.JoinedStr():
            return _combined(node.values, file)
        case ast.FormattedValue(value=ast.IfExp()):
            return _variants(node.value, file)
        case ast.FormattedValue(value=ast.Name() | ast.Call(func=ast.Name(id="did_you_mean"))):
            return _variants(node.value, file)
        case ast.FormattedValue():
            return [f"{{{_short(node.value)}}}"]
        case ast.BinOp(op=ast.Add()):
            return _combined([node.left, node.right], file)
        case ast.IfExp():
            return [*_variants(node.body, file), *_variants(node.orelse, file)]
        case ast.Name():
            return _assigned_texts(node, file) or [f"{{{_short(node)}}}"]
        case ast.Call():
            return _call_variants(node, file)
    return [f"{{{_short(node)}}}"]


def _call_variants(node: ast.Call, file: Path) -> list[str]:
    name = _called(node)
    if name == "type_next":
        why, command = node.args[0], node.args[1]
        typed = _variants(command, file)[0] if isinstance(command, ast.Constant | ast.JoinedStr) else "{command}"
        typed = typed if typed.startswith("cd ") else f"starterkit {typed}"
        return [f"{each}: `{typed}`" for each in _variants(why, file)]
    if name == "show_files":
        return [f"{title}: {{files}}" for title in _variants(node.args[1], file)]
    if name in _LINES:
        return _combined(node.args, file)
    if name in ("text", "markup") and node.args:
        return _variants(node.args[0], file)
    if name in ("strip", "rstrip", "format") and isinstance(node.func, ast.Attribute):
        return _variants(node.func.value, file)
    if name == "did_you_mean":
        return ['Did you mean "{name}"?']
    return [f"{{{_short(node)}}}"]


def _combined(nodes: Sequence[ast.expr], file: Path) -> list[str]:
    every = product(*(_variants(node, file) for node in nodes if not isinstance(node, ast.Starred)))
    return ["".join(parts) for parts in islice(every, _MOST_VARIANTS)] or [""]


def _short(node: ast.expr) -> str:
    """Return the name of a value, for example `title` for `step.title` and `folder` for `quoted(folder)`."""
    match node:
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return name.strip("_").lower()
        case ast.Call(args=[argument, *_]) if _short(argument) != "…":
            return _short(argument)
        case (
            ast.Call(func=ast.Attribute(value=value))
            | ast.Subscript(value=value)
            | ast.BinOp(left=value)
            | ast.BoolOp(values=[value, *_])
        ):
            return _short(value)
    return "…"


def _assigned_texts(name: ast.Name, file: Path) -> list[str]:
    """Return the texts that were assigned to a name: in its function, its module, or the module that it comes from."""
    place, name_there = _imports(file).get(name.id, (file, name.id))
    line = name.lineno if place == file else 0
    known = [
        (scope, assigned_at, value)
        for scope, assigned_at, value in _assignments(place).get(name_there, [])
        if not scope or (line in scope and assigned_at < line)
    ]
    if not known:
        return []
    _, _, value = max(known, key=lambda each: (each[0].start, each[1]))
    return [text for text in _variants(value, place) if _has_words(text)]


@cache
def _assignments(file: Path) -> dict[str, list[tuple[range, int, ast.expr]]]:
    """The values that a file assigns to names, each with its line and the lines of its function (empty: a constant)."""
    found: dict[str, list[tuple[range, int, ast.expr]]] = {}
    tree = _trees()[file]
    for scope in (tree, *(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))):
        lines = range(scope.lineno, (scope.end_lineno or 0) + 1) if isinstance(scope, ast.FunctionDef) else range(0)
        for node in ast.walk(scope) if lines else tree.body:
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                found.setdefault(node.targets[0].id, []).append((lines, node.lineno, node.value))
    return found


@cache
def _imports(file: Path) -> dict[str, tuple[Path, str]]:
    """The files of starterkit from which a file imports names, and the names there."""
    return {
        each.asname or each.name: (place, each.name)
        for node in _trees()[file].body
        if isinstance(node, ast.ImportFrom)
        for place in [SOURCE.parent / f"{(node.module or '').replace('.', '/')}.py"]
        if place in _trees()
        for each in node.names
    }


def _has_words(text: str) -> bool:
    """True if a text has words next to its values."""
    return re.search(r"[A-Za-z]{2}", re.sub(r"{[^{}]*}", "", text)) is not None
