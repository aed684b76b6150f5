"""What protects the site and those who use it, on every answer."""

import json
from collections.abc import Iterator

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conduit.errors import errors, message_for

# A page may load this site's own files; no other site may show it in a frame.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data:",
        "object-src 'none'",
        "base-uri 'none'",
        "form-action 'self'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
}


def protect(app: FastAPI) -> None:
    """Refuse what is too large, tell browsers whose pages may read the answers, send safe headers."""
    app.add_middleware(ReadBody, longest=app.state.settings.max_body_size)
    app.add_middleware(
        CORSMiddleware,
        allow_origins=app.state.settings.cors_origins,
        allow_methods=["*"],
        allow_headers=["Authorization", "Content-Type"],
    )
    app.add_middleware(SafeHeaders)


class SafeHeaders:
    """Tells the browser what this answer may do."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        await self.app(scope, receive, send_with_headers)


class ReadBody:
    """Reads what is sent before anything else does, and refuses what is too large.

    FastAPI takes JSON apart before it solves the first dependency, so a stranger would hear of a slip in the JSON, and
    not that an account is needed. What is called JSON and is none goes on as plain bytes: those, FastAPI looks at last.
    (Its own `max_body_size` answers in plain text where a length is told, so the limit is kept here as well.)
    """

    def __init__(self, app: ASGIApp, longest: int) -> None:
        self.app = app
        self.longest = longest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            if message["type"] == "http.disconnect":
                return
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if len(body) > self.longest:
                refusal = JSONResponse(errors(message_for(413)), 413)
                await refusal(scope, receive, send)
                return
        if "json" in Headers(scope=scope).get("Content-Type", "") and not is_json(body):
            scope = {**scope, "headers": [header for header in scope["headers"] if header[0] != b"content-type"]}
        whole: Iterator[Message] = iter([{"type": "http.request", "body": body}])

        async def receive_again() -> Message:
            return next(whole, None) or await receive()

        await self.app(scope, receive_again, send)


def is_json(body: bytes) -> bool:
    """Whether these bytes are JSON, in whatever shape."""
    try:
        json.loads(body)
    except (ValueError, RecursionError):
        return False
    return True
