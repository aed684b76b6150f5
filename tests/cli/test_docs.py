"""docs/commands.md names every command, every option, every exit code, and every key of every JSON answer."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from starterkit.errors import ExitCode
from tests.support.candidates import TAKE_PART
from tests.support.commands import loaded_command_line, starterkit

pytestmark = pytest.mark.slow

DOCS = (Path(__file__).parents[2] / "docs" / "commands.md").read_text(encoding="utf-8")


def commands(group: Any, before: str = "") -> Iterator[tuple[str, Any]]:
    """All commands by what is typed for them, also those in a group."""
    for name, command in group.commands.items():
        if hasattr(command, "commands"):
            yield from commands(command, f"{before}{name} ")
        else:
            yield f"{before}{name}", command


CHOSEN = ((), ("know=some", "style=wires", "handle=editors"))
COMMANDS = dict(commands(loaded_command_line()))
LEARNERS = {name for name in COMMANDS if " " not in name}


def section(title: str) -> str:
    """The text under a heading, with the parts that it links to."""
    own = re.split(rf"^##+ {re.escape(title)}$", DOCS, maxsplit=1, flags=re.MULTILINE | re.IGNORECASE)[1]
    own = re.split(r"^##", own, maxsplit=1, flags=re.MULTILINE)[0]
    linked = [name.replace("-", " ") for name in re.findall(r"\]\(#([a-z-]+)\)", own)]
    return "\n".join([own, *(section(name) for name in linked if name != title.lower())])


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_command_is_described_with_every_option(name: str) -> None:
    described = section(name)

    for param in COMMANDS[name].params:
        if param.param_type_name == "option":
            for option in param.opts:
                assert f"`{option}`" in described or f"`{option} " in described, option
        else:
            assert param.metavar.strip("[].") in described


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_help_has_a_sentence_and_an_example(name: str, tmp_path: Path) -> None:
    shown = starterkit(*name.split(), "--help", cwd=tmp_path).out

    assert re.search(rf"Examples?:\s+.*starterkit {name}", shown)
    assert COMMANDS[name].help.split("\n")[0].endswith(".")


def test_what_stands_before_a_command_is_described() -> None:
    for param in loaded_command_line().params:
        for option in param.opts:
            assert f"`{option}" in section("Everywhere"), option


def test_every_exit_code_is_described() -> None:
    codes = {int(code) for code in re.findall(r"^\| (\d+) \|", section("Everywhere"), flags=re.MULTILINE)}

    assert codes == {int(code) for code in ExitCode}


def test_nothing_is_described_that_is_not_there() -> None:
    headings = set(re.findall(r"^##+ (.+)$", DOCS, flags=re.MULTILINE))
    params = [param for command in (loaded_command_line(), *COMMANDS.values()) for param in command.params]
    others = {"Everywhere", "starterkit", "template", "workshop", "Step objects", "Check results", "Changed files"}

    assert headings - others - {"Shared JSON objects"} == set(COMMANDS)
    assert set(re.findall(r"`(--[a-z-]+)", DOCS)) - {option for param in params for option in param.opts} == {"--help"}


def test_the_help_of_all_has_one_line_for_each_command(tmp_path: Path) -> None:
    shown = starterkit("--help", cwd=tmp_path).out

    for name in LEARNERS:
        assert re.search(rf"│ {name} +{re.escape(COMMANDS[name].help.split(chr(10))[0])}", shown), name


def keys(answer: Any) -> Iterator[str]:
    """All keys of an object and of those in it; what stands under a name that the path gives is left out."""
    if isinstance(answer, list):
        for entry in answer:
            yield from keys(entry)
    if isinstance(answer, dict):
        for key, value in answer.items():
            yield key
            yield from keys(list(value.values()) if key == "traits" else value)


def answers(command: str, site: Path, begun_site: Path) -> list[Any]:
    """The answers of a command, in the states in which they differ."""

    def ask(*args: str, cwd: Path = begun_site, code: int | None = 0) -> Any:
        return starterkit(*args, "--json", cwd=cwd, code=code).json

    asked: dict[str, list[tuple[tuple[str, ...], Path]]] = {
        "choose": [(("choose", *TAKE_PART, *(f"--answer={one}" for one in given)), site) for given in CHOSEN],
        "list": [(("list",), site)],
        "new": [(("new", "../other", "-f", "flask", "--defaults", "--no-install"), site.parent)],
        "lesson": [(("lesson",), begun_site)],
        "check": [(("check", "test_about_page_has_a_heading"), begun_site)],
        "hint": [(("hint",), begun_site), (("hint",), site)],
        "next": [(("next",), site), (("next",), begun_site), (("next", "--no-check"), begun_site)],
        "solve": [(("solve", "--show"), begun_site), (("solve", "--no-check"), begun_site), (("solve",), begun_site)],
        "compare": [(("compare", "--yes"), begun_site)],
        "add": [(("add", "flask"), begun_site)],
        "pull": [(("pull", "HEAD"), begun_site), (("pull", "HEAD"), site)],
        "undo": [(("undo",), begun_site), (("undo", "--redo"), begun_site)],
        "status": [(("status",), site), (("status",), begun_site)],
        "doctor": [(("doctor",), site)],
    }
    return [ask(*args, cwd=cwd, code=None) for args, cwd in asked[command]]


@pytest.mark.parametrize("command", sorted(LEARNERS - {"exec", "guide", "run", "watch"}))
def test_every_key_of_every_answer_is_described(command: str, site: Path, begun_site: Path) -> None:
    described = section(command) + section("Everywhere") + section("Shared JSON objects")
    for answer in answers(command, site, begun_site):
        assert (answer["format"], answer["command"]) == (1, command)
        assert answer.get("next") or "error" in answer or "files" in answer or command in ("list", "lesson")
        for key in keys(answer):
            assert f"`{key}`" in described or f'"{key}"' in described, key
