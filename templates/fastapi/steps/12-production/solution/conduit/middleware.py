"""Middleware: code that runs for every request, around the endpoints."""

from fastapi import FastAPI
from fastapi.middleware.cors import CORSMiddleware
from fastapi.responses import JSONResponse
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from conduit.logs import LogMiddleware, log_json
from conduit.settings import Settings

# A page may load files of this site, and pictures from any site. No other site may show it in a frame.
CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'self'",
        "img-src 'self' data: https: http:",
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


def add_middleware(app: FastAPI, settings: Settings) -> None:
    """Add all middleware. The last one is the outermost: it sees a request first and a response last."""
    app.add_middleware(
        CORSMiddleware,
        allow_origins=settings.cors_origins,
        allow_methods=["*"],
        allow_headers=["Authorization", "Content-Type"],
    )
    app.add_middleware(SecurityMiddleware)
    if settings.production:
        log_json()
        app.add_middleware(LogMiddleware)
    # Your own lines go below this one.


class SecurityMiddleware:
    """Adds secure headers to each response. Rejects the character NUL in URLs, because PostgreSQL can't compare it."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                for name, value in HEADERS.items():
                    headers.setdefault(name, value)
            await send(message)

        app = self.app
        if scope["type"] == "http" and ("\0" in scope["path"] or b"%00" in scope["query_string"]):
            app = JSONResponse({"errors": {"path": ["not found"]}}, 404)
        await app(scope, receive, send_with_headers)
