"""Restarting a production server without losing a request."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.notes import NOTES, notes_site
from tests.support.projects import node_alone, write_tree

pytestmark = [pytest.mark.slow, pytest.mark.skipif(sys.platform != "linux", reason="only tested on Linux")]

SERVERS = {
    "flask": ["{python}", "-m", "gunicorn", "--threads", "4", "--bind", "127.0.0.1:{port}", "conduit:create_app()"],
    "django": ["{python}", "-m", "gunicorn", "--threads", "4", "--bind", "127.0.0.1:{port}", "conduit.wsgi"],
    "fastapi": ["{python}", "-m", "uvicorn", "--port", "{port}", "--log-level", "warning", "conduit.main:app"],
    "express": ["{node}", "conduit/server.js", "--port", "{port}"],
}
REHEARSE = {"express": ("{node}", "tools/rehearse.mjs")}
TOOL = NOTES / "flask" / "project" / "tools" / "rehearse.py"


@pytest.mark.parametrize(
    "framework", [name if name == "express" else pytest.param(name, marks=pytest.mark.nightly) for name in SERVERS]
)
def test_no_request_fails_during_ten_restarts(framework: str, tmp_path: Path) -> None:
    site = notes_site(framework, tmp_path / "site", step=False)
    tool = REHEARSE.get(framework, ("{python}", "tools/rehearse.py"))
    if framework == "django":
        site.run("{python}", "manage.py", "migrate")

    options = ("--port", "0", "--path", "/health", "--restarts", "10", "--requests", "1000")
    ran = site.run(*tool, *options, "--", *SERVERS[framework])

    result = re.search(r"^(\d+) requests during 10 restarts: none failed\.", ran.text_out, re.MULTILINE)
    assert result and int(result[1]) >= 1000, ran.text_out + ran.text_err[-3000:]
    assert ran.code == 0


def rehearse(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(TOOL), "--port", "0", *args], cwd=folder, capture_output=True, text=True, timeout=60
    )


SERVER = """
    import http.server, os, sys

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        def do_GET(self):
            good = self.path == "/health" or os.environ.get("GOOD")
            self.send_response(200 if good else 500)
            self.send_header("Content-Length", "0")
            self.end_headers()
        def log_message(self, *_): pass

    http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Handler).serve_forever()
    """


def test_a_failed_request_is_reported(tmp_path: Path) -> None:
    write_tree(tmp_path, {"server.py": SERVER})

    ran = rehearse(tmp_path, "--restarts", "1", "--requests", "8", "--", sys.executable, "server.py", "{port}")

    assert ran.returncode == 1
    assert re.search(r"^\d+ requests during 1 restarts: \d+ failed: status 500", ran.stdout, re.MULTILINE)


@pytest.mark.parametrize(
    ("command", "message"),
    [
        ([sys.executable, "-c", "raise SystemExit(7)"], "The server ended with exit code 7."),
        (["no-such-server"], "The server can't be started:"),
    ],
)
def test_a_server_that_does_not_start_is_reported(command: list[str], message: str, tmp_path: Path) -> None:
    ran = rehearse(tmp_path, "--restarts", "1", "--", *command)

    assert ran.returncode == 1
    assert message in ran.stdout
    assert "Traceback" not in ran.stderr


@pytest.mark.parametrize("language", ["python", "node"])
def test_enter_restarts_the_server_and_ctrl_c_stops_it(language: str, tmp_path: Path) -> None:
    write_tree(tmp_path, {"server.py": SERVER})
    tool = [sys.executable, "-u", str(TOOL)]
    if language == "node":
        node = node_alone(NOTES / "express" / "project").command(["{node}"])[0]
        tool = [node, str(NOTES / "express" / "project" / "tools" / "rehearse.mjs")]
    program = [*tool, "--port", "0", "--", sys.executable, "server.py", "{port}"]
    with subprocess.Popen(
        program, cwd=tmp_path, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, process_group=0
    ) as process:
        assert process.stdin and process.stdout
        assert "Press Enter to restart it" in process.stdout.readline()
        process.stdin.write("\n")
        process.stdin.flush()
        assert process.stdout.readline() == "The new server is running. The old server has stopped.\n"
        process.send_signal(signal.SIGINT)
        assert process.wait(30) == 130


def test_the_python_frameworks_share_the_program() -> None:
    assert (
        len(
            {(NOTES / name / "project" / "tools" / "rehearse.py").read_bytes() for name in SERVERS if name != "express"}
        )
        == 1
    )
