"""Another program, which receives messages from the site over HTTP."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from queue import Empty, Queue
from threading import Event, Thread
from typing import Any

SLOW_SECONDS = 20.0


class Receiver:
    """A server on this computer. It keeps each JSON message, and responds with `status`.

    If `is_slow` is true, it responds after `go_on()`.
    """

    def __init__(self) -> None:
        self.status = 200
        self.is_slow = False
        self._messages: Queue[Any] = Queue()
        self._goes_on = Event()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._thread = Thread(target=self._server.serve_forever, args=(0.01,), daemon=True)
        self.url = f"http://127.0.0.1:{self._server.server_port}/comments"

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:  # noqa: N802  # the name that http.server needs
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                receiver._messages.put(json.loads(body))
                if receiver.is_slow:
                    receiver._goes_on.wait(SLOW_SECONDS)
                self.send_response(receiver.status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Log nothing."""

        return Handler

    def __enter__(self) -> Receiver:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def next_message(self, seconds: float) -> Any:
        """Return the oldest message that no test has read. If none arrives in time, the test fails."""
        try:
            return self._messages.get(timeout=seconds)
        except Empty:
            raise AssertionError("Expected a POST request to the URL in webhook_url. Found none.") from None

    def go_on(self) -> None:
        """Respond to the requests that wait."""
        self._goes_on.set()

    def stop(self) -> None:
        """Stop listening."""
        self.go_on()
        if self._thread.is_alive():
            self._server.shutdown()
            self._server.server_close()
            self._thread.join()
