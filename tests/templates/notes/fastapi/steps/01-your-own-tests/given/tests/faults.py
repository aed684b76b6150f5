"""Six faults of the API. The tests in own_tests/ must notice at least five of them.

A fault sits between the test client and the site. It changes a request or a response, and never the site's code.
This command runs your tests with one fault: `.venv/bin/python -m tests.fault_runs missing`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

import anyio
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# What a fault must know about the site
LIST, ITEM = "notes", "note"  # the keys of the list, newest first, and of a single note
CREATE = re.compile(r"/api/notes")  # the URL that creates a note
EDIT = re.compile(r"/api/notes/\d+")

OK, CREATED, INVALID = 200, 201, 422
OPTIONS: tuple[str, ...] = ()  # more options for pytest


@dataclass(frozen=True)
class Visit:
    """A request, and the site that responds to it."""

    app: ASGIApp
    scope: Scope
    body: bytes

    def is_to(self, method: str, path: re.Pattern[str]) -> bool:
        """True if the request has this method and path."""
        return self.scope["method"] == method and bool(path.fullmatch(self.scope["path"]))

    def item(self) -> dict[str, Any]:
        """Return the note that the client sent, or an empty one."""
        return as_object(as_object(as_json(self.body)).get(ITEM))

    async def send(self, method: str = "", data: object = None) -> Response:
        """Send the request to the site, and return the response. The method and the JSON can be replaced."""
        body = b"" if method == "GET" else self.body if data is None else json.dumps(data).encode()
        headers = [header for header in self.scope["headers"] if header[0] != b"content-length"]
        headers.append((b"content-length", b"%d" % len(body)))
        scope = {**self.scope, "method": method or self.scope["method"], "headers": headers}
        waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]
        sent: list[Message] = []

        async def receive() -> Message:
            if not waiting:
                await anyio.sleep_forever()  # the client stays connected
            return waiting.pop()

        async def keep(message: Message) -> None:
            sent.append(message)

        await self.app(scope, receive, keep)
        response = Response(b"".join(message.get("body", b"") for message in sent), sent[0]["status"])
        response.raw_headers = list(sent[0]["headers"])
        return response


async def missing(visit: Visit) -> Response:
    return with_list(await visit.send(), lambda items: items[1:])


async def in_reverse(visit: Visit) -> Response:
    return with_list(await visit.send(), lambda items: items[::-1])


async def accepted(visit: Visit) -> Response:
    response = await visit.send()
    is_rejected = visit.is_to("POST", CREATE) and response.status_code == INVALID
    return JSONResponse({ITEM: {"id": 1, **visit.item()}}, CREATED) if is_rejected else response


async def unescaped(visit: Visit) -> Response:
    response = await visit.send()
    if is_json(response):
        return with_body(response, re.sub(rb'\\(["\\])', rb"\1", response.body))
    return response


async def twice(visit: Visit) -> Response:
    response = await visit.send()
    if visit.is_to("POST", CREATE):
        await visit.send()
    return response


async def swallowed(visit: Visit) -> Response:
    if not visit.is_to("PUT", EDIT):
        return await visit.send()
    before = as_object(as_object(as_json((await visit.send("GET")).body)).get(ITEM))
    response = await visit.send()
    if response.status_code == OK:
        await visit.send(data={ITEM: {key: before[key] for key in visit.item() if key in before}})
    return response


@dataclass(frozen=True)
class Fault:
    """A fault: what a client notices, and how a test can notice it."""

    name: str
    text: str
    advice: str
    change: Callable[[Visit], Awaitable[Response]]


FAULTS = (
    Fault(
        "missing",
        "a new note is missing from the list",
        "Add a note, get the list, and expect the note there.",
        missing,
    ),
    Fault(
        "reversed",
        "the list is in reverse order",
        "Add two notes, and expect the newer note before the older note.",
        in_reverse,
    ),
    Fault(
        "accepted",
        "an invalid note gets the response of a valid note",
        "Send a blank note, and expect status 422.",
        accepted,
    ),
    Fault(
        "unescaped",
        "a quotation mark in a note breaks the JSON",
        'Add a note with `"` in it, get the list, and expect the same text.',
        unescaped,
    ),
    Fault(
        "twice",
        "a request that is sent once adds two notes",
        "Add one note, and expect exactly one note on the list.",
        twice,
    ),
    Fault(
        "swallowed",
        "an edited note keeps its old text",
        "Edit a note, get it again, and expect the new text.",
        swallowed,
    ),
)
active: Fault | None = None


class FaultySite:
    """The site with the active fault."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if active is None or scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        visit = Visit(self._app, scope, await Request(scope, receive).body())
        response = await active.change(visit)
        await response(scope, receive, send)


def install() -> None:
    """Put a FaultySite around each site that `create_app` creates later."""
    conduit = import_module("conduit")
    create_app = conduit.create_app

    def create_faulty_app(*args: Any, **settings: Any) -> Any:
        app = create_app(*args, **settings)
        app.add_middleware(FaultySite)
        return app

    conduit.create_app = create_faulty_app


def with_list(response: Response, change: Callable[[list[Any]], list[Any]]) -> Response:
    """Return a response with other items in its list. A response without the list stays the same."""
    content = as_object(as_json(response.body)) if is_json(response) else {}
    if not isinstance(content.get(LIST), list):
        return response
    return with_body(response, json.dumps({**content, LIST: change(content[LIST])}).encode())


def with_body(response: Response, body: bytes) -> Response:
    """Return a response with another body, and the same status and headers."""
    changed = Response(body, response.status_code)
    headers = [header for header in response.raw_headers if header[0].lower() != b"content-length"]
    changed.raw_headers = [*headers, (b"content-length", b"%d" % len(body))]
    return changed


def is_json(response: Response) -> bool:
    """True if the body of a response is JSON."""
    return response.headers.get("content-type", "").startswith("application/json")


def as_json(body: bytes) -> object:
    """Return the content of a body, or None if it isn't JSON."""
    try:
        return json.loads(body)
    except ValueError:
        return None


def as_object(content: object) -> dict[str, Any]:
    """Return a JSON object, or an empty one for other content."""
    return content if isinstance(content, dict) else {}
