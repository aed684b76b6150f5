"""What makes the command line quick, and what keeps its layers apart: who imports what."""

from __future__ import annotations

import ast
import importlib
import json
import subprocess
import sys
from pathlib import Path

import pytest

from starterkit.cli.app import COMMANDS, CommandEntry
from tests.support.commands import environment

pytestmark = pytest.mark.slow

SOURCE = Path(__file__).parents[2] / "src" / "starterkit"
IMPORTED = """
import json, sys
from starterkit.__main__ import main
code = main(sys.argv[1:])
sys.stdout.flush()
print(json.dumps(sorted(sys.modules)), file=sys.stderr)
"""
SLOW = ("copier", "pydantic", "jinja2", "tomlkit", "questionary", "prompt_toolkit", "asyncio", "urllib.request", "xml")


def imported(*args: str, cwd: Path) -> set[str]:
    """The modules that a command has imported when it is done."""
    done = subprocess.run(
        [sys.executable, "-c", IMPORTED, *args], cwd=cwd, env=environment(), capture_output=True, text=True, timeout=60
    )
    return set(json.loads(done.stderr.splitlines()[-1]))


@pytest.mark.parametrize(
    "args",
    [
        (),
        ("--help",),
        ("--version",),
        ("status",),
        ("status", "--json"),
        ("lesson",),
        ("hint",),
        ("solve", "--show"),
        ("compare", "--yes"),
    ],
    ids=" ".join,
)
def test_what_only_looks_imports_nothing_slow(begun_site: Path, args: tuple[str, ...]) -> None:
    found = imported(*args, cwd=begun_site)

    assert {name for name in found if name.split(".")[0] in SLOW or name in SLOW} == set()
    if args != ("--help",):
        assert not [name for name in found if name.split(".")[0] == "rich"]


def test_what_writes_imports_neither_the_renderer_nor_rich(begun_site: Path) -> None:
    for args in (("solve", "--no-check"), ("undo",), ("undo", "--redo"), ("next", "--no-check")):
        found = imported(*args, cwd=begun_site)
        assert {name.split(".")[0] for name in found}.isdisjoint({"copier", "pydantic", "rich"}), args


def test_a_command_imports_no_other_command(begun_site: Path) -> None:
    modules = {entry.name: f"starterkit.cli.{entry.target.split(':')[0]}" for entry in COMMANDS if entry.target}

    assert imported("--help", cwd=begun_site) & set(modules.values()) == set()
    assert imported("undo", "--help", cwd=begun_site) & set(modules.values()) == {modules["undo"]}


@pytest.mark.parametrize("entry", [entry for entry in COMMANDS if entry.target], ids=lambda entry: entry.name)
def test_a_summary_is_the_first_line_of_the_docstring(entry: CommandEntry) -> None:
    module, function = entry.target.split(":")
    call = getattr(importlib.import_module(f"starterkit.cli.{module}"), function)

    assert call.__doc__.splitlines()[0] == entry.summary


def _imports(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {
        name
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [f"{node.module}.{alias.name}" for alias in node.names] + [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }


def test_nothing_below_the_command_line_imports_it_or_what_it_is_made_with() -> None:
    for file in SOURCE.rglob("*.py"):
        if "cli" in file.relative_to(SOURCE).parts or file.name == "__main__.py":
            continue
        packages = {".".join(name.split(".")[:2]) for name in _imports(file)} | {
            name.split(".")[0] for name in _imports(file)
        }
        assert packages.isdisjoint({"starterkit.cli", "typer", "rich"}), file


def test_each_outside_world_has_one_door() -> None:
    doors = {
        "copier": {"render.py"},
        "rich": {"cli/console/rich_markdown.py"},
    }
    for module, allowed in doors.items():
        users = {
            file.relative_to(SOURCE).as_posix()
            for file in SOURCE.rglob("*.py")
            if module in {name.split(".")[0] for name in _imports(file)}
        }
        assert users == allowed, module


def test_programs_are_started_in_one_place() -> None:
    starting = {"subprocess.run", "subprocess.Popen", "Popen", "os.system", "os.execv", "os.execvp", "os.spawnv"}
    for file in SOURCE.rglob("*.py"):
        if file.name != "process.py":
            assert _calls(file).isdisjoint(starting), file


def test_only_the_console_writes_to_the_streams() -> None:
    writers = ("cli/console/console.py", "cli/console/progress.py", "testing/preload/starterkit_worker.py")
    for file in SOURCE.rglob("*.py"):
        if file.relative_to(SOURCE).as_posix() in writers:  # the worker runs in the project's Python
            continue
        names = {"print", "input", "sys.stdout.write", "sys.stderr.write", "typer.echo"}
        assert _calls(file).isdisjoint(names), file


def _calls(file: Path) -> set[str]:
    tree = ast.parse(file.read_text(encoding="utf-8"))
    return {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
