"""Six faults of the site. The tests in own_tests/ must notice at least five of them.

A fault is a middleware. It changes a request or a response, and never the site's code.
This command runs your tests with one fault: `.venv/bin/python -m tests.fault_runs missing`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from html import escape
from importlib import import_module
from typing import Any

from fastapi.responses import JSONResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

# What a fault must know about the site
ARTICLES = re.compile(r"/api/articles")  # the URL that lists articles, newest first, and publishes an article
ARTICLE = re.compile(r"/api/articles/(?!feed$)[^/]+")
TEXTS = ("title", "description", "body")

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

    async def send(self, method: str = "", content: Any = None) -> Response:
        """Send the request to the site, and return the response. The method and the JSON can be replaced."""
        body = self.body if content is None else json.dumps(content).encode()
        headers = [header for header in self.scope["headers"] if header[0] != b"content-length"]
        scope = {
            **self.scope,
            "method": method or self.scope["method"],
            "headers": [*headers, (b"content-length", str(len(body)).encode())],
            "state": dict(self.scope.get("state", {})),
        }
        response, parts = Response(), list[bytes]()
        waiting: list[Message] = [{"type": "http.request", "body": body}]

        async def receive() -> Message:
            return waiting.pop() if waiting else {"type": "http.disconnect"}

        async def keep(message: Message) -> None:
            if message["type"] == "http.response.start":
                response.status_code = message["status"]
                response.raw_headers = list(message["headers"])
            elif message["type"] == "http.response.body":
                parts.append(message.get("body", b""))

        await self.app(scope, receive, keep)
        response.body = b"".join(parts)
        return response


async def missing(visit: Visit) -> Response:
    return await with_list(visit, lambda articles: articles[1:])


async def in_reverse(visit: Visit) -> Response:
    return await with_list(visit, lambda articles: articles[::-1])


async def accepted(visit: Visit) -> Response:
    response = await visit.send()
    if visit.is_to("POST", ARTICLES) and response.status_code == INVALID:
        sent = json.loads(visit.body).get("article", {})
        return JSONResponse({"article": {"slug": "article", "tagList": [], **sent}}, CREATED)
    return response


async def escaped(visit: Visit) -> Response:
    def change(content: Any) -> Any:
        for article in [*content.get("articles", []), *filter(None, [content.get("article")])]:
            article.update({name: escape(article[name]) for name in TEXTS if isinstance(article.get(name), str)})
        return content

    return await with_json(visit, change)


async def twice(visit: Visit) -> Response:
    response = await visit.send()
    if visit.is_to("POST", ARTICLES):
        await visit.send()
    return response


async def swallowed(visit: Visit) -> Response:
    if not visit.is_to("PUT", ARTICLE):
        return await visit.send()
    before = json.loads((await visit.send("GET")).body).get("article", {})
    response = await visit.send()
    if response.status_code == OK:
        await visit.send(content={"article": {name: before[name] for name in TEXTS}})
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
        "a new article is missing from the list",
        "Publish an article, get `/api/articles`, and expect the title there.",
        missing,
    ),
    Fault(
        "reversed",
        "the list shows the oldest article first",
        "Publish two articles, and expect the newer article before the older article.",
        in_reverse,
    ),
    Fault(
        "accepted",
        "an article without a title gets the response of a valid article",
        "Send an article with a blank title, and expect status 422.",
        accepted,
    ),
    Fault(
        "escaped",
        "the API changes `<` in a title to `&lt;`",
        "Publish an article with `<b>` in its title, and expect the same title in the response.",
        escaped,
    ),
    Fault(
        "twice",
        "a request that is sent once publishes two articles",
        "Publish one article, and expect exactly one article in the list.",
        twice,
    ),
    Fault(
        "swallowed",
        "an edited article keeps its old text",
        "Edit an article, read it again, and expect the new text.",
        swallowed,
    ),
)
active: Fault | None = None


class FaultMiddleware:
    """The site with the active fault."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if active is None or scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        body, more = b"", True
        while more:
            message = await receive()
            body, more = body + message.get("body", b""), message.get("more_body", False)
        response = await active.change(Visit(self._app, scope, body))
        await response(scope, receive, send)


def install() -> None:
    """Add the middleware to the site, before its first request."""
    import_module("conduit.main").app.add_middleware(FaultMiddleware)


async def with_json(visit: Visit, change: Callable[[Any], Any]) -> Response:
    """Return the site's response. If it is successful JSON of articles, change the JSON."""
    response = await visit.send()
    is_json = response.headers.get("content-type", "").startswith("application/json")
    if is_json and response.status_code in (OK, CREATED) and visit.scope["path"].startswith("/api/articles"):
        content = json.dumps(change(json.loads(response.body))).encode()
        response.body = content
        response.headers["content-length"] = str(len(content))
    return response


async def with_list(visit: Visit, change: Callable[[list[Any]], list[Any]]) -> Response:
    """Return the site's response. If it is the list of articles, change the list."""
    if not visit.is_to("GET", ARTICLES):
        return await visit.send()
    return await with_json(visit, lambda content: {**content, "articles": change(content["articles"])})
