"""Starts the site as a server does: with its settings in environment variables.

`start_all` starts a new process, and this process starts the site once for each start. So the process of the tests
never imports the site.
"""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from contextlib import redirect_stdout
from dataclasses import asdict, dataclass
from importlib import import_module
from io import StringIO
from pathlib import Path
from runpy import run_module
from typing import Any
from unittest.mock import patch

from fastapi.testclient import TestClient

PROJECT = Path(__file__).parents[2]
SECRET_KEY = "only for tests, and long enough for the site"
# Variables of this run that would change the site
LEFT_OUT = ("CONDUIT_", "FASTAPI_", "UVICORN_", "PYTEST_", "DATABASE_URL", "PORT", "RELEASE", "WEB_CONCURRENCY")
SECONDS = 100.0


@dataclass
class Start:
    """A start of the site: the variables, what the site does then, and what happened.

    `requests` are pairs of a method and a URL. The URL `/broken` raises a `ZeroDivisionError`.
    """

    variables: dict[str, str]
    command: tuple[str, ...] = ()
    requests: tuple[tuple[str, str], ...] = ()
    error: str = ""  # the error that ended the start
    database: str = ""  # the URL of the database that the site uses
    output: str = ""  # what the site wrote to standard output

    def lines(self) -> list[dict[str, Any]]:
        """Return the lines of the output that are JSON objects."""
        return [json.loads(line) for line in self.output.splitlines() if line.startswith("{")]

    def run(self) -> None:
        """Start the site in this process, and fill in what happened."""
        output = StringIO()
        for name in list(sys.modules):  # of the site that was started before
            if name.partition(".")[0] == "conduit":
                del sys.modules[name]
        try:
            with patch.dict(os.environ, self.variables), redirect_stdout(output):
                self._use(import_module("conduit.main").app)
        except Exception as error:
            self.error = f"{type(error).__name__}: {error}"
        self.output = output.getvalue()

    def _use(self, app: Any) -> None:
        self.database = import_module("conduit.database").engine.url.render_as_string(hide_password=False)
        app.add_api_route("/broken", lambda: 1 / 0)
        if self.command:
            self._run_command()
        logging.getLogger("httpx2").setLevel(logging.WARNING)  # the test client has its own lines
        client = TestClient(app, raise_server_exceptions=False)
        for method, url in self.requests:
            client.request(method, url)

    def _run_command(self) -> None:
        try:
            with patch.object(sys, "argv", ["conduit", *self.command]):
                run_module("conduit", run_name="__main__", alter_sys=True)
        except SystemExit as end:
            if end.code:
                raise RuntimeError(f"The command {' '.join(self.command)} ended with {end.code}.") from end


def start_all(starts: dict[str, Start]) -> dict[str, Start]:
    """Return the starts, after a new process has run them."""
    ended = subprocess.run(
        [sys.executable, "-m", "tests.support.production"],
        cwd=PROJECT,
        env=clean_environment(),
        input=json.dumps({name: asdict(start) for name, start in starts.items()}),
        capture_output=True,
        encoding="utf-8",
        timeout=SECONDS,
        check=False,
    )
    last = (ended.stderr.strip().splitlines() or [f"exit code {ended.returncode}"])[-1]
    assert ended.returncode == 0, f"Expected the site to start with settings from the environment. Found: {last}"
    return {name: Start(**start) for name, start in json.loads(ended.stdout.splitlines()[-1]).items()}


def clean_environment() -> dict[str, str]:
    """Return the environment of a new process. The programs of the virtual environment come first."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(LEFT_OUT)}
    return {**kept, "PATH": os.pathsep.join([str(Path(sys.executable).parent), kept.get("PATH", "")])}


def in_production(database: Path) -> dict[str, str]:
    """Return the variables for a start in production."""
    return {"CONDUIT_PRODUCTION": "true", "CONDUIT_SECRET_KEY": SECRET_KEY, "DATABASE_URL": database_at(database)}


def database_at(database: Path) -> str:
    """Return the URL of a SQLite file."""
    return f"sqlite:///{database}"


if __name__ == "__main__":
    starts = {name: Start(**start) for name, start in json.load(sys.stdin).items()}
    for start in starts.values():
        start.run()
    print(json.dumps({name: asdict(start) for name, start in starts.items()}))
