"""Show the learner's site in a frame of the guide: an ASGI app that passes requests on to the site.

The sites forbid frames. So the proxy removes `X-Frame-Options`, and `frame-ancestors` from `Content-Security-Policy`.
It lets only the guide frame the site. All other headers stay. `Host` and `Origin` are the browser's, so that the site's
CSRF check sees a single origin.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import suppress

import h11
from starlette.types import Receive, Scope, Send

from starterkit.web.safety import HOST, Access, is_own_host, respond

_CHUNK = 64 * 1024
_PATIENCE_SECONDS = 10.0  # a development server that restarts doesn't answer for a moment
_RETRY_SECONDS = 0.1
# These headers belong to one connection (RFC 9110, 7.6.1). `Keep-Alive` and `Proxy-Connection` are old names.
_OF_CONNECTION = {b"connection", b"keep-alive", b"proxy-connection", b"te", b"transfer-encoding", b"upgrade"}
_NOT_RUNNING = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>No site</title>
<style>body{font:1rem/1.5 system-ui,sans-serif;margin:3rem auto;max-width:32rem;padding:0 1rem;color-scheme:light dark}
</style><h1>The site isn't answering</h1><p>The guide shows why. Save a file to start the site again.</p></html>"""


class SiteProxy:
    """Passes requests on to the port of the site. `port` is None while there is no site.

    `is_starting` lets requests wait for the site.

    `on_page` gets the path of each page that the frame loads with GET.
    """

    def __init__(self, access: Access, on_page: Callable[[str], None]) -> None:
        self._access, self._on_page = access, on_page
        self.port: int | None = None
        self.is_starting = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and stream the response."""
        headers = dict(scope["headers"])
        if not is_own_host(headers.get(b"host", b"").decode("latin-1"), self._access.site_port):
            await respond(send, 403, "The site only answers on 127.0.0.1.")
        elif b"upgrade" in headers:
            await respond(send, 501, "The guide doesn't support WebSockets. To use them, type `starterkit run`.")
        else:
            if headers.get(b"sec-fetch-dest") == b"iframe" and scope["method"] == "GET":
                self._on_page(_target(scope).decode("latin-1"))
            await self._pass_on(scope, receive, send)

    async def _pass_on(self, scope: Scope, receive: Receive, send: Send) -> None:
        streams = await self._connected()
        if streams is None:
            await respond(send, 502, _NOT_RUNNING, "text/html")
            return
        exchange = _Exchange(*streams, self._access.url)
        try:
            relay = asyncio.create_task(exchange.relay(scope, receive, send))
            gone = asyncio.create_task(exchange.visitor_has_left(receive))
            await asyncio.wait((relay, gone), return_when=asyncio.FIRST_COMPLETED)
            for task in (relay, gone):
                task.cancel()
            with suppress(asyncio.CancelledError):
                await relay
        except (OSError, h11.RemoteProtocolError, asyncio.IncompleteReadError):
            if not exchange.has_begun:
                await respond(send, 502, _NOT_RUNNING, "text/html")
        finally:
            exchange.writer.close()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter] | None:
        deadline = time.monotonic() + _PATIENCE_SECONDS
        while (self.port is not None or self.is_starting) and time.monotonic() < deadline:
            if self.port is not None:
                with suppress(OSError):
                    return await asyncio.open_connection(HOST, self.port)
            await asyncio.sleep(_RETRY_SECONDS)
        return None

    async def wait_for_restart(self, seconds: float) -> bool:
        """Wait until the site's process ends, as it does before a restart. False if it still runs after `seconds`.

        The function holds an open connection. The operating system closes it when the process ends.
        """
        streams = await self._connected()
        if streams is None:
            return True
        reader, writer = streams
        try:
            await asyncio.wait_for(reader.read(1), seconds)
        except TimeoutError:
            return False
        except OSError:
            return True
        finally:
            writer.close()
        return True

    async def wait_until_answering(self) -> None:
        """Wait until the site accepts connections, or until it is clear that it won't."""
        streams = await self._connected()
        if streams is not None:
            streams[1].close()


class _Exchange:
    """One request and its response on one connection to the site."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, framed_by: str) -> None:
        self.reader, self.writer, self.has_begun = reader, writer, False
        self._framed_by = framed_by
        self._connection = h11.Connection(h11.CLIENT)
        self._is_sent = asyncio.Event()

    async def relay(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._send_request(scope, receive)
        while True:
            event = self._connection.next_event()
            if event is h11.NEED_DATA:
                self._connection.receive_data(await self.reader.read(_CHUNK))
            elif isinstance(event, h11.Response):
                self.has_begun = True
                await send(
                    {"type": "http.response.start", "status": event.status_code, "headers": self._headers(event)}
                )
            elif isinstance(event, h11.Data):
                await send({"type": "http.response.body", "body": bytes(event.data), "more_body": True})
            elif isinstance(event, h11.EndOfMessage | h11.ConnectionClosed):
                await send({"type": "http.response.body", "body": b""})
                return

    async def _send_request(self, scope: Scope, receive: Receive) -> None:
        headers = [(name, value) for name, value in scope["headers"] if name not in _OF_CONNECTION]
        has_body = any(name == b"transfer-encoding" for name, _ in scope["headers"])
        headers += [(b"transfer-encoding", b"chunked")] if has_body else []
        request = h11.Request(
            method=scope["method"], target=_target(scope), headers=[*headers, (b"connection", b"close")]
        )
        self._write(request)
        try:
            more = True
            while more:
                message = await receive()
                if message["type"] == "http.disconnect":
                    raise ConnectionAbortedError
                if message.get("body"):
                    self._write(h11.Data(data=message["body"]))
                    await self.writer.drain()
                more = message.get("more_body", False)
            self._write(h11.EndOfMessage())
            await self.writer.drain()
        except ConnectionResetError:  # the site has rejected a large body, so its response may be there already
            pass
        finally:
            self._is_sent.set()

    def _headers(self, response: h11.Response) -> list[tuple[bytes, bytes]]:
        """Return the headers of a response, without those that forbid frames."""
        headers = [(b"content-security-policy", f"frame-ancestors {self._framed_by}".encode())]
        for name, value in response.headers:
            if name == b"content-security-policy":
                policy = _without_frame_ancestors(value)
                headers += [(name, policy)] if policy else []
            elif name not in _OF_CONNECTION and name != b"x-frame-options":
                headers.append((name, value))
        return headers

    async def visitor_has_left(self, receive: Receive) -> None:
        """Wait until the browser closes its connection. Before the whole body is read, `relay` reads the messages."""
        await self._is_sent.wait()
        while (await receive())["type"] != "http.disconnect":
            pass

    def _write(self, event: h11.Event) -> None:
        data = self._connection.send(event)
        if data:
            self.writer.write(data)


def _target(scope: Scope) -> bytes:
    query = scope["query_string"]
    raw: bytes = scope.get("raw_path") or scope["path"].encode()
    return raw + (b"?" + query if query else b"")


def _without_frame_ancestors(policies: bytes) -> bytes:
    """Return the value of `Content-Security-Policy` without this directive. A value can hold several policies."""
    kept = []
    for policy in policies.split(b","):
        directives = (part for part in policy.split(b";") if not part.strip().lower().startswith(b"frame-ancestors"))
        kept.append(b";".join(directives).strip())
    return b", ".join(filter(None, kept))
