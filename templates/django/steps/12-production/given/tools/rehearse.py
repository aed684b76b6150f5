"""Restart the site without losing a request, as a deployment does.

Give the command of the production server after `--`. `{port}` stands for the port of the server:

    python tools/rehearse.py -- gunicorn --bind "127.0.0.1:{port}" conduit.wsgi

This program owns the socket that clients connect to, as a load balancer does. For a restart, it starts a new server,
waits until `/health` of the new server responds with status 200, and sends each new connection there. It stops the old
server when all its connections have a response. Press Enter to restart the server. With `--restarts 10`, the program
restarts the server ten times while clients send requests, and reports whether a request failed. Only tested on Linux.

(Both servers could listen on one socket instead. But then uvicorn sometimes accepts a connection just before it stops,
and closes the connection without reading the request.)
"""

from __future__ import annotations

import argparse
import asyncio
import os
import signal
import socket
import sys
import threading
import time
from asyncio.subprocess import Process
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException

HOST = "127.0.0.1"
FROM_LOAD_BALANCER = {"X-Forwarded-Proto": "https"}  # a load balancer says so if the visitor uses https
START_SECONDS = 90.0  # how long a new server may take until it is healthy
DRAIN_SECONDS = 10.0  # how long the old server may take for its first responses
STOP_SECONDS = 60.0  # how long the old server may take to stop
REQUEST_SECONDS = 20.0
PAUSE_SECONDS = 0.02
BLOCK_BYTES = 65_536


class RehearsalError(Exception):
    """The rehearsal can't go on. The message says why."""


@dataclass
class Server:
    """A running server. `unanswered` is the number of connections that have no response yet."""

    process: Process
    port: int
    unanswered: int = 0

    async def wait_until_healthy(self) -> None:
        """Wait until /health responds with status 200. Raises `RehearsalError` if it doesn't."""
        found, deadline = "no response", time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if self.process.returncode is not None:
                raise RehearsalError(f"The server ended with exit code {self.process.returncode}.")
            with suppress(OSError, HTTPException):  # the server doesn't listen yet
                status = await asyncio.to_thread(status_of, HTTPConnection(HOST, self.port, timeout=5), "/health")
                if status == 200:
                    return
                found = f"status {status}"
            await asyncio.sleep(0.05)
        raise RehearsalError(f"Expected status 200 from /health in {START_SECONDS:g} s. Found {found}.")

    async def stop(self) -> None:
        """Let the server finish its responses and stop. Raises `RehearsalError` if it doesn't stop."""
        for _ in range(int(DRAIN_SECONDS / PAUSE_SECONDS)):
            if not self.unanswered:
                break
            await asyncio.sleep(PAUSE_SECONDS)
        if self.process.returncode is not None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            await asyncio.wait_for(self.process.wait(), STOP_SECONDS)
        except TimeoutError:
            os.killpg(self.process.pid, signal.SIGKILL)
            raise RehearsalError(f"The old server was still running {STOP_SECONDS:g} s after SIGTERM.") from None


class Deployment:
    """The socket that clients connect to, and the server that gets the new connections."""

    def __init__(self, command: list[str]) -> None:
        self._command = command
        self._server: Server | None = None
        self.port = 0

    @asynccontextmanager
    async def listening(self, port: int) -> AsyncIterator[None]:
        """Start the first server, and accept connections in this block. At its end, stop the server."""
        self._server = await self._started()
        clients = await asyncio.start_server(self._connect, HOST, port, backlog=512)
        self.port = clients.sockets[0].getsockname()[1]
        try:
            yield
        finally:
            clients.close()
            await self._server.stop()

    async def restart(self) -> None:
        """Start a new server, send new connections there, and stop the old server."""
        old, self._server = self._server, await self._started()
        if old:
            await old.stop()

    async def _started(self) -> Server:
        """Return a new server that is healthy."""
        port = free_port()
        command = [argument.replace("{port}", str(port)) for argument in self._command]
        try:
            # The server has its own session, so that Ctrl+C reaches only this program, which then stops the server.
            process = await asyncio.create_subprocess_exec(
                *command, stdin=asyncio.subprocess.DEVNULL, start_new_session=True
            )
        except OSError as error:
            raise RehearsalError(f"The server can't be started: {error}") from error
        server = Server(process, port)
        try:
            await server.wait_until_healthy()
        except BaseException:
            await server.stop()
            raise
        return server

    async def _connect(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass the bytes of a client on to the server, and the server's bytes to the client."""
        with suppress(ConnectionError):
            request = await reader.read(BLOCK_BYTES)  # a connection belongs to a server from its first request on
            if request and self._server:
                await self._pass_on(self._server, request, reader, writer)
        writer.close()

    async def _pass_on(
        self, server: Server, request: bytes, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        server.unanswered += 1
        try:
            from_server, to_server = await asyncio.open_connection(HOST, server.port)
            to_server.write(request)
            requests = asyncio.create_task(copy(reader, to_server))
            response = await from_server.read(BLOCK_BYTES)
        finally:
            server.unanswered -= 1
        writer.write(response)
        await copy(from_server, writer)
        requests.cancel()
        to_server.close()


async def copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    """Write everything that the reader gets, until its end."""
    with suppress(ConnectionError):
        while data := await reader.read(BLOCK_BYTES):
            writer.write(data)
            await writer.drain()
        writer.write_eof()


def free_port() -> int:
    """Return a port that no program uses."""
    with socket.create_server((HOST, 0)) as free:
        return int(free.getsockname()[1])


def status_of(connection: HTTPConnection, path: str, *, is_last: bool = True) -> int:
    """Send a GET request, and return the status of the response. `is_last` closes the connection."""
    try:
        headers = {**FROM_LOAD_BALANCER, "Connection": "close"} if is_last else FROM_LOAD_BALANCER
        connection.request("GET", path, headers=headers)
        response = connection.getresponse()
        response.read()
        return response.status
    finally:
        if is_last:
            connection.close()


class Clients:
    """Four clients that send requests in a `with` block. Two of them keep their connections open."""

    def __init__(self, port: int, path: str) -> None:
        self._port, self._path = port, path
        self._is_over = threading.Event()
        self._lock = threading.Lock()
        ways: list[Callable[[], None]] = [self._with_new_connections, self._with_one_connection] * 2
        self._threads = [threading.Thread(target=way, daemon=True) for way in ways]
        self.sent = self.sent_again = 0
        self.failures: list[str] = []

    async def __aenter__(self) -> Clients:
        for thread in self._threads:
            thread.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        self._is_over.set()
        for thread in self._threads:
            await asyncio.to_thread(thread.join)

    async def wait_for(self, requests: int) -> None:
        """Wait until this many requests have ended. Raises `RehearsalError` if that takes too long."""
        deadline = time.monotonic() + REQUEST_SECONDS + requests * 0.1
        while self.sent < requests:
            if time.monotonic() > deadline:
                raise RehearsalError(f"Only {self.sent} of {requests} requests have ended.")
            await asyncio.sleep(PAUSE_SECONDS)

    def _with_new_connections(self) -> None:
        while not self._is_over.wait(PAUSE_SECONDS):
            self._request(HTTPConnection(HOST, self._port, timeout=REQUEST_SECONDS), is_last=True)

    def _with_one_connection(self) -> None:
        connection = HTTPConnection(HOST, self._port, timeout=REQUEST_SECONDS)
        while not self._is_over.wait(PAUSE_SECONDS):
            self._request(connection, is_last=False)
        connection.close()

    def _request(self, connection: HTTPConnection, *, is_last: bool) -> None:
        is_used, again, failure = connection.sock is not None, 0, ""
        try:
            try:
                status = status_of(connection, self._path, is_last=is_last)
            except ConnectionError:
                # A server may close an open connection that no request uses. Then clients send their request again, as
                # browsers do (RFC 9112, section 9.3.1). A new connection must not break.
                connection.close()
                if not is_used:
                    raise
                again = 1
                status = status_of(connection, self._path, is_last=is_last)
            if status != 200:
                failure = f"status {status}"
        except (OSError, HTTPException) as error:
            connection.close()
            failure = f"{type(error).__name__}: {error}"
        with self._lock:
            self.sent, self.sent_again = self.sent + 1, self.sent_again + again
            if failure:
                self.failures.append(failure)


async def rehearse(deployment: Deployment, path: str, restarts: int, requests: int) -> bool:
    """Restart the server while clients send requests, and print the result. Return True if no request failed."""
    async with Clients(deployment.port, path) as clients:
        for number in range(1, restarts + 1):
            await deployment.restart()
            await clients.wait_for(requests * number // restarts)
    result = f"{len(clients.failures)} failed: {clients.failures[0]}" if clients.failures else "none failed"
    again = f" {clients.sent_again} were sent again on a new connection." if clients.sent_again else ""
    print(f"{clients.sent} requests during {restarts} restarts: {result}.{again}")
    return not clients.failures


async def restart_on_enter(deployment: Deployment) -> None:
    """Restart the server each time somebody presses Enter, until the input ends."""
    loop, lines = asyncio.get_running_loop(), asyncio.Queue[str]()
    print(f"The site is at http://{HOST}:{deployment.port}/. Press Enter to restart it, or Ctrl+C to stop.")

    def read() -> None:
        for line in sys.stdin:
            loop.call_soon_threadsafe(lines.put_nowait, line)
        loop.call_soon_threadsafe(lines.put_nowait, "")

    threading.Thread(target=read, daemon=True).start()
    while await lines.get():
        await deployment.restart()
        print("The new server is running. The old server has stopped.")


async def run(options: argparse.Namespace) -> bool:
    """Start the site, and do what the options say. Return True if no request failed."""
    main_task = asyncio.current_task()
    if main_task:
        asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, main_task.cancel)
    deployment = Deployment(options.command)
    async with deployment.listening(options.port):
        if options.restarts:
            return await rehearse(deployment, options.path, options.restarts, options.requests)
        await restart_on_enter(deployment)
    return True


def main() -> int:
    """Run the command line. Return the exit code."""
    parser = argparse.ArgumentParser(description="Restart the site without losing a request.")
    parser.add_argument("--port", type=int, default=8000, help="port to serve on (default: 8000)")
    parser.add_argument("--path", default="/", help="path that the clients request (default: /)")
    parser.add_argument("--restarts", type=int, default=0, help="number of restarts, after which the program stops")
    parser.add_argument("--requests", type=int, default=1000, help="least number of requests to send (default: 1000)")
    parser.add_argument("command", nargs="+", metavar="COMMAND", help="command of the server, after --")
    options = parser.parse_args()
    if sys.platform == "win32":
        print("This program needs Linux or macOS. On Windows, it can't ask a server to finish its requests and stop.")
        return 2
    if sys.platform != "linux":
        print("This program is only tested on Linux.")
    try:
        return 0 if asyncio.run(run(options)) else 1
    except (RehearsalError, OSError) as error:
        print(error)
    except (KeyboardInterrupt, asyncio.CancelledError):
        return 130
    return 1


if __name__ == "__main__":
    sys.exit(main())
