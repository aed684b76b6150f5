"""What protects the site and those who use it, on every answer."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from starlette.datastructures import Headers, MutableHeaders
from starlette.exceptions import HTTPException
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
    app.add_middleware(LimitBody, longest=app.state.settings.max_body_size)
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


class LimitBody:
    """Refuses a body that is too large, whether its length is told or only found out on the way."""

    def __init__(self, app: ASGIApp, longest: int) -> None:
        self.app = app
        self.longest = longest

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        told = Headers(scope=scope).get("Content-Length", "") if scope["type"] == "http" else ""
        if told.isdecimal() and int(told) > self.longest:
            refusal = JSONResponse(errors(message_for(413)), 413)
            await refusal(scope, receive, send)
            return
        received = 0

        async def receive_so_far() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self.longest:
                raise HTTPException(413)
            return message

        await self.app(scope, receive_so_far, send)
