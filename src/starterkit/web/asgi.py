"""The guide as an ASGI app: its page, its events and the actions of its buttons."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response, StreamingResponse
from starlette.routing import Route
from starlette.types import ASGIApp

from starterkit.web.events import Events
from starterkit.web.safety import HOST, Access, Guarded

_STATIC = Path(__file__).parent / "static"
_TYPES = {"guide.css": "text/css", "guide.js": "text/javascript"}
_LONGEST_BODY = 10_000


@dataclass(frozen=True)
class Handlers:
    """What the app calls. `act` runs on another thread, and raises `KeyError` for an unknown action."""

    title: str
    snapshot: Callable[[], dict[str, Any]]
    act: Callable[[str, dict[str, Any]], dict[str, Any]]


def guide_app(access: Access, events: Events, handlers: Handlers) -> ASGIApp:
    """Return the app of the guide, which only answers its own page."""

    async def page(request: Request) -> Response:
        if request.url.hostname != HOST:  # a frame of 127.0.0.1 in a page of localhost gets no cookies
            return RedirectResponse(access.url + "/")
        html = (_STATIC / "guide.html").read_text(encoding="utf-8")
        values = {"{token}": access.token, "{site}": access.site_url, "{title}": handlers.title}
        for name, value in values.items():
            html = html.replace(name, escape(value))
        return Response(html, media_type="text/html")

    async def static(request: Request) -> Response:
        name = request.url.path.removeprefix("/")
        return Response((_STATIC / name).read_bytes(), media_type=_TYPES[name])

    async def stream(_: Request) -> Response:
        return StreamingResponse(events.stream(handlers.snapshot), media_type="text/event-stream")

    async def act(request: Request) -> Response:
        body = b""
        async for chunk in request.stream():
            body += chunk
            if len(body) > _LONGEST_BODY:
                return JSONResponse({"error": {"message": "The request is too large.", "fix": ""}}, 413)
        try:
            options = json.loads(body or b"{}")
        except ValueError:
            options = None
        if not isinstance(options, dict):
            return JSONResponse({"error": {"message": "The request isn't JSON.", "fix": ""}}, 400)
        try:
            result = await run_in_threadpool(handlers.act, request.path_params["name"], options)
        except KeyError:
            return JSONResponse({"error": {"message": "Unknown action.", "fix": ""}}, 404)
        return JSONResponse(result, 409 if "error" in result else 200)

    routes = [
        Route("/", page),
        *(Route(f"/{name}", static) for name in _TYPES),
        Route("/events", stream),
        Route("/api/{name}", act, methods=["POST"]),
    ]
    return Guarded(Starlette(routes=routes), access)
