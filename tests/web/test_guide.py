"""The guide as a process: its ports, its events, its actions, and its end."""

from __future__ import annotations

import os
import socket
import sys
import time
from pathlib import Path

import pytest

from starterkit.project.project import open_project
from tests.support.commands import starterkit
from tests.support.guides import ask, running_guide
from tests.support.sites import lay_solution

pytestmark = pytest.mark.slow


def processes_in(folder: Path) -> list[str]:
    """The processes that run in a folder. Only Linux shows them."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").resolve().is_relative_to(folder) and process.name != str(os.getpid()):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:
            continue
    return found


def test_the_guide_serves_page_and_site_and_ends_with_both(begun_site: Path) -> None:
    with running_guide(cwd=begun_site) as guide, running_guide(cwd=begun_site) as other:
        assert len({guide.url, guide.site_url, other.url, other.site_url}) == 4
        assert guide.token != other.token
        state = guide.until(lambda state: state["phase"] == "done" and state["site"]["name"] == "running")
        assert state["step"]["name"] == "01-first-page"
        assert [test["outcome"] for test in state["tests"] if test["step"] == "base"].count("passed") > 5
        site_port = int(guide.site_url.rsplit(":", 1)[1])
        page = ask(site_port)
        assert (page.status, b"article-preview" in page.body) == (200, True)
        taken = starterkit("guide", "--no-open", "--port", str(guide.port), cwd=begun_site, code=2)
        assert f"Port {guide.port} is in use." in taken.err and "starterkit guide --port" in taken.err

    for port in (guide.port, site_port, other.port):
        with socket.socket() as caller:
            assert caller.connect_ex(("127.0.0.1", port)) != 0
    if sys.platform == "linux":
        assert processes_in(begun_site) == []


def test_actions_do_what_the_commands_do(begun_site: Path) -> None:
    with running_guide(cwd=begun_site) as guide:
        guide.until(lambda state: state["phase"] == "done")

        assert guide.act("hint").json == {"text": "Hint 1 of 3."}
        assert guide.act("hint").json == {"text": "Hint 2 of 3."}
        assert len(guide.until(lambda state: state["hints"])["hints"]["shown"]) == 2

        stopped = guide.act("next")
        assert stopped.status == 409
        assert "so this step is not finished. Nothing was changed." in stopped.json["error"]["message"]

        solution = guide.act("solution").json
        assert "conduit/__init__.py" in [file["path"] for file in solution["files"]]
        assert guide.act("diff").json["files"] == []

        with open_project(begun_site) as project:
            lay_solution(project, "01-first-page")
        guide.until(lambda state: state["phase"] == "done" and {t["outcome"] for t in state["tests"]} == {"passed"})
        compared = guide.act("compare").json["files"]
        assert {file["yours"] == file["solution"] for file in compared} == {True}
        assert guide.act("diff").json["files"] != []

        assert guide.act("next").json == {"text": "Started 02 · Comments.", "started": True}
        assert guide.until(lambda state: state["phase"] == "done")["step"]["name"] == "02-comments"
        assert guide.act("undo").json == {"text": "Undid `starterkit next`."}
        assert guide.until(lambda state: state["step"])["step"]["name"] == "01-first-page"
    assert starterkit("status", "--json", cwd=begun_site).json["step"] == "01-first-page"


def test_commands_in_the_terminal_and_conflict_markers_are_noticed(begun_site: Path) -> None:
    with running_guide(cwd=begun_site) as guide:
        guide.until(lambda state: state["phase"] == "done")
        starterkit("solve", "--no-check", cwd=begun_site)
        solved = guide.until(lambda state: state["phase"] == "done" and state.get("solved"))
        assert {test["outcome"] for test in solved["tests"]} == {"passed"}

        (begun_site / "conduit" / "__init__.py").write_text("<<<<<<< yours\nx = 1\n=======\nx = 2\n>>>>>>> solution\n")
        broken = guide.until(lambda state: state["phase"] == "done" and state["tests"][0]["outcome"] != "passed")
        assert broken["blocker"]


def test_the_guide_is_ready_within_its_limits(site: Path) -> None:
    """Far above the limits that benchmarks measure, because this machine may be busy."""
    started = time.monotonic()
    with running_guide(cwd=site) as guide:
        assert time.monotonic() - started < 20
        state = guide.until(lambda state: state["phase"] == "done")
        assert (state["step"], state["lesson"]) == (None, "")
        if sys.platform == "linux":
            status = Path(f"/proc/{guide.process.pid}/status").read_text()
            peak = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("VmHWM"))
            assert peak < 80_000
