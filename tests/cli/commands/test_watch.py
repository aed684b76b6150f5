"""`starterkit watch`: a screen with keys on a terminal, and a line of JSON for each event elsewhere."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support.commands import PROGRAM, environment, on_terminal, starterkit

pytestmark = pytest.mark.slow
posix_only = pytest.mark.skipif(os.name != "posix", reason="signals and terminals of POSIX")
DOCS = Path(__file__).parents[3] / "docs/commands.md"
FRAME = re.compile(r"\x1b\[H(.*?)\x1b\[J", re.DOTALL)


class Events:
    """The events that a watch prints."""

    def __init__(self, process: subprocess.Popen[str]) -> None:
        self.process = process

    def until(self, kind: str) -> list[dict[str, Any]]:
        """Read events up to one of this kind."""
        read: list[dict[str, Any]] = []
        assert self.process.stdout is not None
        for line in self.process.stdout:
            read.append(json.loads(line))
            if read[-1].get("event") == kind:
                return read
        raise AssertionError(read)


@contextmanager
def watching(project: Path, *options: str) -> Iterator[Events]:
    process = subprocess.Popen(
        [*PROGRAM, "watch", *options],
        cwd=project,
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        yield Events(process)
    finally:
        process.kill()
        process.communicate()


def save(project: Path, text: str = "# saved\n") -> None:
    with (project / "conduit/__init__.py").open("a") as file:
        file.write(text)


@pytest.mark.parametrize("options", [[], ["--json"], ["--json", "--poll"]])
def test_without_a_terminal_each_event_is_a_line_of_json(begun_site: Path, options: list[str]) -> None:
    with watching(begun_site, *options) as events:
        first = events.until("done")[-1]
        assert first["command"] == "watch"
        save(begun_site)
        saved, running, *verdicts, done = events.until("done")
        assert saved["files"] == ["conduit/__init__.py"]
        assert [verdict["test"]["id"] for verdict in verdicts] == running["tests"]
        assert running["tests"][0] == done["check"]["first_red"] == first["check"]["first_red"]
        assert {event["tree"] for event in (running, *verdicts, done)} == {running["tree"]}
        assert running["tree"] != first["tree"]
        described = DOCS.read_text(encoding="utf-8").partition("## watch\n")[2].partition("\n## ")[0]
        for key in {key for event in (saved, running, *verdicts, done) for key in event} - {"format", "command"}:
            assert f"`{key}`" in described, key


def test_trouble_is_an_event_too(begun_site: Path) -> None:
    with watching(begun_site) as events:
        events.until("done")
        (begun_site / ".starterkit.yml").write_text("step: [\n")
        trouble = events.until("trouble")[-1]
        assert trouble["error"]["exit_code"] == 2
        assert ".starterkit.yml" in trouble["error"]["message"]


@posix_only
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupt_ends_the_watch_and_its_processes(begun_site: Path, number: signal.Signals) -> None:
    with watching(begun_site, "--json") as events:
        events.until("running")
        events.process.send_signal(number)
        out, _ = events.process.communicate(timeout=30)
        assert events.process.returncode == 130
        assert json.loads(out.splitlines()[-1])["error"]["exit_code"] == 130


@posix_only
def test_the_screen_shows_the_first_failing_test_and_keys_run_commands(begun_site: Path) -> None:
    keys = [("tests pass", "h"), ("Press any key", "x"), ("h hint", "l"), ("Press any key", "x"), ("h hint", "q")]
    shown = on_terminal("watch", cwd=begun_site, answers=keys, env={"PAGER": "cat", "LINES": None, "COLUMNS": None})
    first = starterkit("check", "--json", cwd=begun_site, code=1).json["first_red"]
    assert first in shown
    assert "Hint 1 of" in shown
    assert "lessons/01-first-page.md" in shown
    frames = FRAME.findall(shown)
    assert frames
    assert max(frame.count("\n") for frame in frames) <= 23


@posix_only
def test_after_green_one_key_starts_the_next_step(begun_site: Path) -> None:
    starterkit("solve", cwd=begun_site)
    keys = [("Press n", "n"), ("Press any key", "x"), ("02 ·", "q")]
    shown = on_terminal("watch", cwd=begun_site, answers=keys, env={"LINES": None, "COLUMNS": None})
    assert "Press s to compare your code with the solution." in shown
    assert starterkit("status", "--json", cwd=begun_site).json["step"] == "02-comments"


@posix_only
def test_next_is_no_key_while_tests_fail(begun_site: Path) -> None:
    keys = [("tests pass", "n"), ("q quit", "q")]
    shown = on_terminal("watch", cwd=begun_site, answers=keys, env={"LINES": None, "COLUMNS": None})
    assert "n next" not in shown
    assert starterkit("status", "--json", cwd=begun_site).json["step"] == "01-first-page"


@posix_only
def test_a_dumb_terminal_gets_whole_screens_one_after_the_other(begun_site: Path) -> None:
    shown = on_terminal("watch", cwd=begun_site, answers=[("q quit", "q")], env={"TERM": "dumb"})
    assert "tests pass" in shown
    assert "\x1b" not in shown


def test_outside_a_project_it_ends_with_2(tmp_path: Path) -> None:
    assert "no starterkit project" in starterkit("watch", cwd=tmp_path, code=2).err
