"""A command that is printed can be copied: a shell makes of it what was meant."""

from __future__ import annotations

import shlex

import pytest

from starterkit.cli.commands import hint
from starterkit.cli.console.console import Console
from starterkit.process import quoted
from starterkit.project.hint import HintShown
from starterkit.template.bundled import bundled_names, bundled_template
from starterkit.testing.discovery import expected_tests

TITLES = ["$HOME `id` !", 'It\'s "here"', "a b", "what? (a|b)*", "~", "a;b & c > d", "\\", "#1", "%PATH%"]


@pytest.mark.parametrize("name", bundled_names())
def test_the_command_for_every_test_title_names_that_test(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    _, template = bundled_template(name)
    files = {}
    titles = [test.id for test in expected_tests(template, template.step_names[-1], files)]
    console = Console()

    for title in [*titles, *TITLES]:
        hint._show(console, HintShown(title, title, "", 0, 0, None))
        *program, command, test = shlex.split(capsys.readouterr().out.rstrip().splitlines()[-1])
        assert program
        assert (command, test) == ("check", title)


@pytest.mark.parametrize(
    ("word", "typed"),
    [
        ("tests/test_a.py", "tests/test_a.py"),
        ("my site", '"my site"'),
        ("It's", '"It\'s"'),
        ("$HOME", "'$HOME'"),
        ("a `b` It's", "'a `b` It''s'"),
    ],
)
def test_on_windows_commands_are_for_powershell(word: str, typed: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("starterkit.process.os.name", "nt")

    assert quoted(word) == typed
