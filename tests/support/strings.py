"""Every text of starterkit that a person reads, with the file and line in which it is written.

`texts(kind)` returns the texts of one kind. The kinds are the keys of `KINDS`.
"""

from __future__ import annotations

import ast
import re
import tokenize
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from starterkit.testing.discovery import found_tests
from starterkit.validation.markdown import paragraphs
from tests.support.commands import loaded_command_line

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src" / "starterkit"
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
    """Messages of errors. What is wrong and what to do are one text."""
    for file, node in _error_calls():
        parts = [_string(value) for value in (*node.args, *(keyword.value for keyword in node.keywords))]
        if any(parts):
            yield _read(file, node.lineno, " / ".join(filter(None, parts)))


def _error_calls() -> Iterator[tuple[Path, ast.Call]]:
    names = _error_names()
    for file, tree in _trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and _called(node) in names:
                yield file, node


@cache
def _error_names() -> frozenset[str]:
    """The names of all classes of errors that users see."""
    names, size = {"StarterkitError"}, 0
    while size != len(names):
        size = len(names)
        for tree in _trees().values():
            for node in ast.walk(tree):
                if isinstance(node, ast.ClassDef) and {getattr(base, "id", "") for base in node.bases} & names:
                    names.add(node.name)
    return frozenset(names)


def _screens() -> Iterator[ReadText]:
    """What commands print: texts of cli/ that are neither help nor errors, and progress and findings of all parts."""
    other = {id(part) for _, call in _error_calls() for part in ast.walk(call)}
    help_texts = {text.text for text in _help()}
    for file, tree in _trees().items():
        for node in ast.walk(tree):
            for part in _not_screens(node):
                other |= {id(piece) for piece in ast.walk(part)}
        shown = tree if "cli" in file.relative_to(SOURCE).parts or "choosing" in file.parts else None
        printed = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and _called(node) in _PRINTING]
        for root in [shown] if shown is not None else printed:
            for node in _strings_in(root, other):
                text = _string(node) or ""
                if text.strip() not in help_texts and not text.lstrip().startswith(("<", "{", "starterkit.")):
                    yield _read(file, node.lineno, text)


_PRINTING = frozenset({"say", "Finding", "SetupFinding", "ToolReport", "SideEffect"})


def _not_screens(node: ast.AST) -> Iterator[ast.AST]:
    if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
        if ast.get_docstring(node) is not None:
            yield node.body[0]
    elif isinstance(node, ast.keyword) and node.arg == "help":
        yield node.value
    elif isinstance(node, ast.Call) and _called(node) in {"compile", "CommandEntry"}:
        yield node
    elif isinstance(node, ast.AnnAssign):
        yield node.annotation


def _strings_in(root: ast.AST, other: set[int]) -> Iterator[ast.expr]:
    """The strings below a node, whole: not the pieces of f-strings."""
    for node in ast.iter_child_nodes(root):
        if id(node) in other:
            continue
        if isinstance(node, ast.Constant | ast.JoinedStr):
            yield node
        else:
            yield from _strings_in(node, other)


def _docs() -> Iterator[ReadText]:
    for file in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").glob("*.md"))):
        yield from _paragraphs(file)


def _lessons() -> Iterator[ReadText]:
    for file in sorted(ROOT.glob("templates/*/steps/*/lesson.md")):
        yield from _paragraphs(file)


def _paragraphs(file: Path) -> Iterator[ReadText]:
    for line, text in paragraphs(file.read_text("utf-8")):
        yield _read(file, line, text)


def _path_texts() -> Iterator[ReadText]:
    """The titles, summaries, goals and traits of path.yml and step.yml."""
    for file in (*sorted(ROOT.glob("templates/*/path.yml")), *sorted(ROOT.glob("templates/*/steps/*/step.yml"))):
        data = yaml.safe_load(file.read_text("utf-8"))
        for code in ("hints", "entry_point", "tests"):  # hints and the titles of tests are kinds of their own
            data.pop(code, None)
        for value in _leaves(data):
            yield _read(file, 1, value)


def _hints() -> Iterator[ReadText]:
    for file in sorted(ROOT.glob("templates/*/steps/*/step.yml")):
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
    for file in sorted(ROOT.glob("templates/*/**/tests/*")):
        if file.is_file():
            for test in found_tests(file.name, file.read_bytes()):
                yield _read(file, test.line, test.sentence)


KINDS: dict[str, Callable[[], Iterator[ReadText]]] = {
    "docstrings": _docstrings,
    "comments": _comments,
    "help": _help,
    "errors": _errors,
    "screens": _screens,
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


def _string(node: ast.expr) -> str | None:
    """The text of a string or an f-string, whose expressions stay in braces. None for other expressions."""
    if isinstance(node, ast.Constant):
        return node.value if isinstance(node.value, str) else None
    if isinstance(node, ast.JoinedStr):
        return "".join(
            str(part.value) if isinstance(part, ast.Constant) else f"{{{ast.unparse(getattr(part, 'value', part))}}}"
            for part in node.values
        )
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add):
        left, right = _string(node.left), _string(node.right)
        return f"{left or '{…}'}{right or '{…}'}" if left or right else None
    return None
