"""The guide for tests: an ASGI app on a port of this machine, a site to frame, and the whole guide as a process."""

from __future__ import annotations

import asyncio
import http.client
import json
import os
import re
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any

from starlette.types import ASGIApp

from starterkit.web.server import serving
from tests.support.commands import PROGRAM, environment


@dataclass(frozen=True)
class Answered:
    """A response over HTTP."""

    status: int
    headers: http.client.HTTPMessage
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def ask(
    port: int, method: str = "GET", path: str = "/", *, body: bytes | Any = None, **headers: str | None
) -> Answered:
    """Send a request to a port of this machine. In the names of headers, `_` stands for `-`. None leaves one out."""
    named = {"Host": f"127.0.0.1:{port}"} | {name.replace("_", "-"): value for name, value in headers.items()}
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    try:
        connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
        for name, value in named.items():
            if value is not None:
                connection.putheader(name, value)
        if isinstance(body, bytes):
            connection.putheader("Content-Length", str(len(body)))
        elif body is not None:
            connection.putheader("Transfer-Encoding", "chunked")
        connection.endheaders(body, encode_chunked=body is not None and not isinstance(body, bytes))
        response = connection.getresponse()
        return Answered(response.status, response.headers, response.read())
    finally:
        connection.close()


@contextmanager
def served_app(make: Callable[[int, asyncio.AbstractEventLoop], ASGIApp]) -> Iterator[int]:
    """Serve an app in a thread, and give its port. `make` gets the port and the loop."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
        loop, ready = asyncio.new_event_loop(), threading.Event()
        stop = asyncio.Event()

        async def run() -> None:
            async with serving(make(port, loop), listener):
                ready.set()
                await stop.wait()

        thread = threading.Thread(target=loop.run_until_complete, args=(run(),))
        thread.start()
        try:
            assert ready.wait(20)
            yield port
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join(20)
            loop.close()


@dataclass
class FramedSite:
    """A site of a few lines. `answer` gives status, headers and body for a request; `seen` has the requests."""

    answer: Callable[[BaseHTTPRequestHandler, bytes], tuple[int, list[tuple[str, str]], bytes]]
    seen: list[tuple[str, str, Mapping[str, str], bytes]] = field(default_factory=list)

    @contextmanager
    def served(self, port: int = 0) -> Iterator[int]:
        """Serve it, and give its port."""
        site = self

        class Handler(BaseHTTPRequestHandler):
            def _reply(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                body = self.rfile.read(length)
                if self.headers.get("Transfer-Encoding") == "chunked":
                    while size := int(self.rfile.readline(), 16):
                        body += self.rfile.read(size)
                        self.rfile.readline()
                site.seen.append((self.command, self.path, dict(self.headers.items()), body))
                status, headers, content = site.answer(self, body)
                self.send_response_only(status)
                for name, value in headers:
                    self.send_header(name, value)
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            do_GET = do_POST = do_HEAD = _reply  # noqa: N815 - the names that the library calls

            def log_message(self, *_: object) -> None:
                pass

        with ThreadingHTTPServer(("127.0.0.1", port), Handler) as server:
            threading.Thread(target=server.serve_forever, daemon=True).start()
            try:
                yield server.server_address[1]
            finally:
                server.shutdown()


@dataclass(frozen=True)
class RunningGuide:
    """A guide that runs as a process."""

    url: str
    token: str
    site_url: str
    process: subprocess.Popen[str]

    @property
    def port(self) -> int:
        return int(self.url.rstrip("/").rsplit(":", 1)[1])

    def act(self, name: str, **options: Any) -> Answered:
        """Do what a button of the page does."""
        return ask(self.port, "POST", f"/api/{name}", body=json.dumps(options).encode(), X_Guide_Token=self.token)

    def events(self) -> Iterator[tuple[str, Any]]:
        """Give the events of the page, from the state on."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        try:
            connection.request("GET", "/events")
            response = connection.getresponse()
            name = ""
            for line in iter(response.readline, b""):
                if line.startswith(b"event: "):
                    name = line[7:].strip().decode()
                elif line.startswith(b"data: "):
                    yield name, json.loads(line[6:])
                elif line.startswith(b":"):  # a sign of life
                    yield "", None
        finally:
            connection.close()

    def until(self, is_reached: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """Follow the events until the state of the page is as it should be; give this state."""
        state: dict[str, Any] = {}
        deadline = time.monotonic() + 150
        for name, data in self.events():
            if name == "verdict":
                state["tests"] = [data if test["id"] == data["id"] else test for test in state["tests"]]
            elif name in ("state", "patch"):
                state |= data
            if is_reached(state):
                return state
            if time.monotonic() > deadline:
                break
        raise AssertionError(f"the guide has ended or never came to this: {state}")


@contextmanager
def running_guide(*args: str, cwd: Path) -> Iterator[RunningGuide]:
    """Run the guide of a project. It is ended as from outside."""
    errors = tempfile.TemporaryFile("w+")  # noqa: SIM115 - closed below
    process = subprocess.Popen(
        [*PROGRAM, "guide", "--no-open", *args],
        cwd=cwd,
        env=environment(PYTHONFAULTHANDLER="1"),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=errors,
        text=True,
    )
    assert process.stdout is not None
    reader = threading.Thread(target=process.stdout.read, daemon=True)
    try:
        url = next(line.split()[4] for line in process.stdout if line.startswith("Your guide is at "))
        # What the site prints comes through the same pipe, which must not become full.
        reader.start()
        page = ask(int(url.rstrip("/").rsplit(":", 1)[1])).body.decode()
        token, site = (re.search(f'name="{name}" content="([^"]+)"', page) for name in ("guide-token", "site-origin"))
        assert token and site
        yield RunningGuide(url, token[1], site[1], process)
        process.send_signal(signal.SIGTERM if os.name == "posix" else signal.CTRL_BREAK_EVENT)
        _wait_for_end(process, errors)
    finally:
        process.kill()
        process.wait()
        if reader.is_alive():
            reader.join(20)
        process.stdout.close()
        errors.close()


def _wait_for_end(process: subprocess.Popen[str], errors: IO[str]) -> None:
    """A guide that doesn't end says where each of its threads is."""
    try:
        code = process.wait(30)
    except subprocess.TimeoutExpired:
        process.send_signal(signal.SIGABRT if os.name == "posix" else signal.SIGTERM)
        process.wait(30)
        code = None
    errors.seek(0)
    assert code == 130, errors.read()
