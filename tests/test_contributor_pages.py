"""CONTRIBUTING.md, SECURITY.md and docs/architecture.md name only commands and files that exist."""

from __future__ import annotations

import importlib.util
import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from starterkit.template.bundled import bundled_names
from tests.support.commands import loaded_command_line

ROOT = Path(__file__).parents[1]
SOURCE = ROOT / "src" / "starterkit"
PAGES = {name: (ROOT / name).read_text("utf-8") for name in ("CONTRIBUTING.md", "SECURITY.md", "docs/architecture.md")}
CONTRIBUTING, ARCHITECTURE = PAGES["CONTRIBUTING.md"], PAGES["docs/architecture.md"]
BIN = ".venv/bin/"
# Files of the repository, named from its root. NAME and NN stand for something else.
FILE = re.compile(r"(?:src|tests|docs|templates|skeletons|benchmarks|\.ci|\.github)/[\w./-]*|[\w.-]+\.(?:md|toml|yaml)")


def typed_commands() -> list[str]:
    """Every line of the code blocks of CONTRIBUTING.md."""
    blocks = re.findall(r"```sh\n(.*?)```", CONTRIBUTING, re.DOTALL)
    return [line for block in blocks for line in block.splitlines()]


def problems(line: str) -> Iterator[str]:
    """What in a command line doesn't exist."""
    program, *words = shlex.split(line)
    if line == "python3 -m venv .venv":
        return
    name = program.removeprefix(BIN)
    if name == program:
        yield f"{program} isn't in {BIN}"
    elif name == "pip":
        extras = re.findall(r"\.\[(\w+)\]", line)
        pyproject = (ROOT / "pyproject.toml").read_text("utf-8")
        yield from (f"no extra {extra}" for extra in extras if f"\n{extra} = [" not in pyproject)
    elif name == "starterkit":
        yield from starterkit_problems(words)
    elif name == "python" and words[0] == "-m" and importlib.util.find_spec(words[1]):
        yield from (nox_problems if words[1] == "nox" else pytest_problems)(words[2:])
    else:
        yield f"{line} isn't known here: extend this test"


def starterkit_problems(words: list[str]) -> Iterator[str]:
    """What in the words behind `starterkit` doesn't exist."""
    command: Any = loaded_command_line()
    while words and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]
    if hasattr(command, "commands") and words and not words[0].startswith("-"):
        yield f"no command {words[0]}"
    options = {option for param in command.params for option in param.opts} | {"--help"}
    yield from (f"no option {word}" for word in words if word.startswith("-") and word not in options)
    yield from missing_files(words)


def nox_problems(words: list[str]) -> Iterator[str]:
    """What in the words behind `nox` doesn't exist."""
    sessions = re.findall(r"@nox\.session\ndef (\w+)", (ROOT / "noxfile.py").read_text("utf-8"))
    own, rest = (words[: words.index("--")], words[words.index("--") + 1 :]) if "--" in words else (words, [])
    if own[:1] == ["-s"]:
        yield from (f"no task {word}" for word in own[1:] if word not in sessions)
    elif own != ["-l"]:
        yield f"nox {own} isn't known here"
    if rest and rest[0] not in bundled_names():
        yield f"no template {rest[0]}"


def pytest_problems(words: list[str]) -> Iterator[str]:
    """What in the words behind `pytest` doesn't exist; `-k` must choose a test by its name."""
    yield from missing_files(words)
    if "-k" in words:
        names = [word for word in words if word.startswith("tests/")]
        files = [
            file
            for name in names
            for file in ((ROOT / name).rglob("test_*.py") if (ROOT / name).is_dir() else [ROOT / name])
        ]
        chosen = words[words.index("-k") + 1]
        cases = [case.name for case in (ROOT / "tests" / "templates" / "broken").iterdir()]
        found = "".join(file.read_text("utf-8") for file in files if file.is_file())
        if not re.search(rf"def test_\w*{chosen}", found) and not any(case.startswith(chosen) for case in cases):
            yield f"-k {chosen} chooses nothing"


def missing_files(words: list[str]) -> list[str]:
    return [f"no file {word}" for word in words if FILE.fullmatch(word) and not (ROOT / word).exists()]


@pytest.mark.parametrize("line", typed_commands())
def test_every_command_exists(line: str) -> None:
    assert list(problems(line)) == []


@pytest.mark.parametrize(
    "line",
    [
        "starterkit list",
        ".venv/bin/starterkit lessons",
        ".venv/bin/starterkit template validate --every",
        ".venv/bin/starterkit template validate templates/rails",
        ".venv/bin/python -m nox -s everything",
        ".venv/bin/python -m pytest tests/test_nothing.py",
        ".venv/bin/python -m pytest tests/test_package_name.py -k no_such_name",
        ".venv/bin/pip install -e '.[tests]'",
        ".venv/bin/make lint",
    ],
)
def test_a_wrong_command_is_found(line: str) -> None:
    assert list(problems(line))


def test_nox_reads_the_tasks_that_the_page_lists() -> None:
    listed = subprocess.run([sys.executable, "-m", "nox", "-l"], cwd=ROOT, capture_output=True, text=True, check=True)

    sessions = re.findall(r"^[*-] (\w+)", listed.stdout, re.MULTILINE)
    assert sessions == re.findall(r"^\| `(\w+)` \|", CONTRIBUTING, re.MULTILINE)
    assert len(sessions) == 5


@pytest.mark.parametrize("page", PAGES)
def test_every_named_file_exists(page: str) -> None:
    code = re.findall(r"`([^`\n]+)`", re.sub(r"```.*?```", "", PAGES[page], flags=re.DOTALL))
    named = [word for word in code if FILE.fullmatch(word) and not re.search(r"NAME|NN-", word)]
    of_a_project = {"path.yml", "step.yml", "lesson.md", "copier.yml"}

    assert [word for word in named if word not in of_a_project and not (ROOT / word).exists()] == []


def test_every_module_that_is_named_without_its_folder_exists() -> None:
    modules = {file.name for file in [*SOURCE.rglob("*.py"), *ROOT.glob("*.py")]}
    named = {word for page in PAGES.values() for word in re.findall(r"`([a-z_]+\.py)`", page)}

    assert len(named) > 10
    assert named - modules == set()


def test_every_package_is_in_the_picture_of_the_packages() -> None:
    picture = re.findall(r"```text\n(.*?)```", ARCHITECTURE, re.DOTALL)[0]
    packages = {file.parent.name for file in SOURCE.glob("*/__init__.py")}

    assert {package for package in packages if not re.search(rf"\b{package}\b", picture)} == set()


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    for target in re.findall(r"\]\((?!https?:)([^)#]+)", PAGES[page]):
        assert ((ROOT / page).parent / target).exists(), target


def test_the_style_has_ten_rules() -> None:
    rules = CONTRIBUTING.split("## Style in ten rules")[1].split("\n## ")[0]

    assert len(re.findall(r"^\d+\. ", rules, re.MULTILINE)) == 10
