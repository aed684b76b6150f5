"""How the code hangs together: dependencies point one way, git has one caller, and pages fit a screen."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

SOURCE = Path(__file__).parents[1] / "src" / "starterkit"
FILES = sorted(SOURCE.rglob("*.py"))

# Each part may use those in the lines above its own, and nothing else.
LAYERS = (
    ("errors", "progress", "sanitize"),
    ("paths", "process", "textfile"),
    ("yamlfile",),
    ("git",),
    ("template",),
    ("render", "runtime"),
    ("merge_dependencies", "testing"),
    ("project",),
    ("crash_report",),
    ("authoring", "validation", "workshop", "choosing", "web"),
    ("cli",),
    ("__main__",),
)
RANKS = {part: rank for rank, parts in enumerate(LAYERS) for part in parts}
LONGEST_MODULE = 400
LONGEST_FUNCTION = 60


def part_of(file: Path) -> str:
    return file.relative_to(SOURCE).parts[0].removesuffix(".py")


def imported_parts(file: Path) -> Iterator[str]:
    """The parts of starterkit that a file uses, also within functions."""
    for node in ast.walk(ast.parse(file.read_bytes())):
        if isinstance(node, ast.Import):
            yield from (alias.name.split(".")[1] for alias in node.names if alias.name.startswith("starterkit."))
        elif isinstance(node, ast.ImportFrom) and node.module == "starterkit":
            yield from (alias.name for alias in node.names if alias.name in RANKS)
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("starterkit."):
            yield str(node.module).split(".")[1]


@pytest.mark.parametrize("part", sorted({part_of(file) for file in FILES} - {"__init__"}))
def test_dependencies_point_one_way(part: str) -> None:
    assert part in RANKS, "a new part of starterkit: say in LAYERS where it stands"
    for file in FILES:
        if part_of(file) == part:
            wrong = {other for other in imported_parts(file) if other != part and RANKS[other] >= RANKS[part]}
            assert not wrong, f"{file.relative_to(SOURCE)} uses {sorted(wrong)}"


def test_only_one_package_calls_git() -> None:
    """Elsewhere git is reached through Repository and Git, whose environment is scrubbed; asking for its version is
    all that anybody else does."""
    for file in FILES:
        if part_of(file) == "git":
            continue
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.List | ast.Tuple) and node.elts:
                words = [element.value for element in node.elts if isinstance(element, ast.Constant)]
                assert words[:1] != ["git"] or words[:2] == ["git", "--version"], f"{file}:{node.lineno}"


def test_modules_fit_a_page() -> None:
    long = {str(file.relative_to(SOURCE)): len(file.read_bytes().splitlines()) for file in FILES}
    assert {name: lines for name, lines in long.items() if lines > LONGEST_MODULE} == {}


def test_functions_fit_a_screen() -> None:
    """Counted without the declaration of the arguments: the options of a command are a table, not a program."""
    long = {}
    for file in FILES:
        for node in ast.walk(ast.parse(file.read_bytes())):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or 0) - node.body[0].lineno + 1
                if lines > LONGEST_FUNCTION:
                    long[f"{file.relative_to(SOURCE)}: {node.name}"] = lines
    assert long == {}
