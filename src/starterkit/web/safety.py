"""Protect the guide: its page can start commands that change the learner's files.

Other pages in the same browser, the learner's own site and other machines must not reach it. So the guide listens on
127.0.0.1, checks `Host` (against DNS rebinding) and `Origin`, and each write needs the token that only its page has.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HOST = "127.0.0.1"
TOKEN_HEADER = "x-guide-token"  # noqa: S105 - the name of a header


@dataclass(frozen=True)
class Access:
    """The ports of the guide and of its proxy, and the token of this start."""

    port: int
    site_port: int
    token: str = field(default_factory=lambda: secrets.token_urlsafe(32), repr=False)

    @property
    def url(self) -> str:
        return f"http://{HOST}:{self.port}"

    @property
    def site_url(self) -> str:
        return f"http://{HOST}:{self.site_port}"

    @property
    def headers(self) -> dict[str, str]:
        """The headers of every response of the guide."""
        policy = (
            "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
            f"frame-src {self.site_url}; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
        )
        return {
            "Content-Security-Policy": policy,
            "X-Content-Type-Options": "nosniff",
            "X-Frame-Options": "DENY",
            "Referrer-Policy": "no-referrer",
            "Cross-Origin-Opener-Policy": "same-origin",
            "Cross-Origin-Resource-Policy": "same-origin",
            "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
            "Cache-Control": "no-store",
        }


class Guarded:
    """An ASGI app that rejects requests from anywhere but the guide's own page."""

    def __init__(self, app: ASGIApp, access: Access) -> None:
        self._app, self._access = app, access
        self._headers = [(name.lower().encode(), value.encode()) for name, value in access.headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request, or reject it with 403."""

        async def send_safely(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": [*message["headers"], *self._headers]}
            await send(message)

        reason = self._reason_to_reject(HTTPConnection(scope))
        if reason:
            await respond(send_safely, 403, reason)
        else:
            await self._app(scope, receive, send_safely)

    def _reason_to_reject(self, request: HTTPConnection) -> str:
        headers, access = request.headers, self._access
        if not is_own_host(headers.get("host", ""), access.port):
            return "The guide only answers on 127.0.0.1."
        own = {access.url, f"http://localhost:{access.port}"}
        if headers.get("origin", access.url) not in own:
            return "The request comes from another site."
        is_navigation = headers.get("sec-fetch-mode") == "navigate" and headers.get("sec-fetch-dest") == "document"
        is_own_fetch = headers.get("sec-fetch-site", "none") in ("same-origin", "none")
        if not is_own_fetch and not (is_navigation and request.scope["method"] == "GET"):
            return "The request comes from another site."
        writes = request.scope["method"] not in ("GET", "HEAD") or request.url.path.startswith("/api/")
        if writes and not secrets.compare_digest(headers.get(TOKEN_HEADER, "").encode(), access.token.encode()):
            return "The security token is missing or wrong. Reload the guide."
        return ""


def is_own_host(host: str, port: int) -> bool:
    """True if a request's `Host` names this machine and this port."""
    return host in (f"{HOST}:{port}", f"localhost:{port}")


async def respond(send: Send, status: int, text: str, media_type: str = "text/plain") -> None:
    """Send a short response, and close the connection."""
    body = text.encode()
    headers = [
        (b"content-type", f"{media_type}; charset=utf-8".encode()),
        (b"content-length", str(len(body)).encode()),
        (b"connection", b"close"),
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
