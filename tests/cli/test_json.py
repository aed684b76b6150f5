"""With `--json`, standard output holds exactly one object, with every exit code and wherever the flag is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import PROGRAM, environment, loaded_command_line, starterkit

pytestmark = pytest.mark.slow


def leaves(group: Any, *before: str) -> list[tuple[str, ...]]:
    """The words of every command."""
    found = []
    for name, command in group.commands.items():
        found += leaves(command, *before, name) if hasattr(command, "commands") else [(*before, name)]
    return found


ALL = leaves(loaded_command_line())
MISTAKES = {
    "an unknown command": (["chek", "--json"], "no command `chek`"),
    "an unknown command of a group": (["workshop", "--json", "chek"], "no command `chek`"),
    "no command of a group": (["workshop", "--json"], "Missing command"),
    "an unknown option": (["status", "--json", "--frobnicate"], "no option --frobnicate"),
    "an unknown option in front": (["--frobnicate", "status", "--json"], "no option --frobnicate"),
    "no value for an option": (["choose", "--json", "--answer"], "--answer"),
    "an argument too many": (["status", "more", "--json"], "doesn't accept"),
    "a missing argument": (["template", "add-step", "--json"], "needs a value for TEMPLATE"),
    "a command without JSON": (["run", "--json"], "no option --json"),
    "a command without JSON, in front": (["--json", "run"], "no option --json"),
    "a missing folder": (["-C", "nowhere", "status", "--json"], "The folder nowhere doesn't exist."),
}


@pytest.mark.parametrize("kind", MISTAKES)
def test_a_mistake_in_the_arguments_is_one_object(kind: str, tmp_path: Path) -> None:
    args, says = MISTAKES[kind]

    error = starterkit(*args, cwd=tmp_path, code=2).json["error"]

    assert says in error["message"] and error["exit_code"] == 2


@pytest.mark.parametrize("words", ALL, ids=" ".join)
def test_every_command_answers_a_mistake_with_one_object(words: tuple[str, ...], tmp_path: Path) -> None:
    error = starterkit("--json", *words, "--frobnicate", cwd=tmp_path, code=2).json["error"]

    assert "no option --frobnicate" in error["message"]


@pytest.mark.parametrize(
    "args", [("--json", "list", "flask"), ("list", "--json", "flask"), ("list", "flask", "--json")]
)
def test_the_flag_may_be_anywhere(args: tuple[str, ...], tmp_path: Path) -> None:
    assert starterkit(*args, cwd=tmp_path).json["frameworks"][0]["name"] == "flask"


def test_the_flag_may_be_in_front_of_every_command_that_has_it(begun_site: Path) -> None:
    for command in ("status", "hint", "lesson", "doctor"):
        assert starterkit("--json", command, cwd=begun_site).json["command"] == command
    assert starterkit("--json", cwd=begun_site).json["command"] == "status"


def test_what_is_only_text_is_an_object(tmp_path: Path) -> None:
    for args in (["--help"], ["status", "--help"], ["--version"]):
        answer = starterkit("--json", *args, cwd=tmp_path).json

        assert answer["command"] == "text" and "starterkit" in answer["text"]
    assert starterkit("--json", cwd=tmp_path).json == {
        "format": 1,
        "command": "starterkit",
        "folder": None,
        "next": "new my-site",
    }


BROKEN = """
import sys
from starterkit.cli.commands import list
shown = list._show
def broken(*args, **kwargs):
    {before}
    raise {error}
list._show = broken
from starterkit.__main__ import main
sys.exit(main(["list", "--json"]))
"""


@pytest.mark.parametrize("before", ["pass", "shown(*args, **kwargs)", "print('noise')"])
@pytest.mark.parametrize(("error", "code"), [("LookupError('x')", 70), ("KeyboardInterrupt", 130)])
def test_a_bug_and_an_interruption_are_one_object(before: str, error: str, code: int, tmp_path: Path) -> None:
    source = BROKEN.format(before=before, error=error)

    done = subprocess.run(
        [sys.executable, "-c", source],
        cwd=tmp_path,
        env=environment(TMPDIR=str(tmp_path)),
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == code
    assert json.loads(done.stdout)["error"]["exit_code"] == code


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_check_is_one_object(begun_site: Path, number: signal.Signals) -> None:
    factory = begun_site / "conduit" / "__init__.py"
    factory.write_text("import time\n\n\ndef create_app(settings=None):\n    time.sleep(60)\n")
    process = subprocess.Popen(
        [*PROGRAM, "check", "--json"],
        cwd=begun_site,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stderr is not None
    assert process.stderr.readline().startswith("Running")
    time.sleep(1)
    process.send_signal(number)
    out, _ = process.communicate(timeout=30)

    assert process.returncode == 130
    assert json.loads(out)["error"] == {
        "message": "Interrupted. Your work is safe.",
        "fix": "",
        "exit_code": 130,
    }


_EARLY = """
import os, signal, sys
from starterkit.__main__ import main

class Finder:
    def find_spec(self, name, *_):
        if name == "starterkit.cli.main":
            os.kill(os.getpid(), int(sys.argv[1]))

sys.meta_path.insert(0, Finder())
sys.exit(main(["list", "--json"]))
"""


@pytest.mark.skipif(os.name == "nt", reason="signals of POSIX")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interruption_while_starterkit_starts_is_one_object(number: signal.Signals, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", _EARLY, str(int(number))], cwd=tmp_path, capture_output=True, text=True, check=False
    )

    assert done.returncode == 130
    assert json.loads(done.stdout)["error"]["exit_code"] == 130
    assert "Traceback" not in done.stderr
