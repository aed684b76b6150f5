"""The API of the site, as a program sees it.

`Site` is a client. It sends requests through the operations of the running site, and reads the JSON of the responses.
A failure says what a test expected from which request, and what it found.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from typing import Any
from urllib.parse import quote, urlencode

from tests import support
from tests.support.results import Finished, Queries, Response

__tracebackhide__ = True  # a failure points to the line of the test, not into this file

PASSWORD = "correct horse battery staple"
JSON = {"Content-Type": "application/json"}
ABSENT = object()  # instead of a value that isn't in the JSON


def expect(fact: object, message: str) -> None:
    """Fail with this message, unless the fact is true."""
    if not fact:
        raise AssertionError(message)


def failure(expected: str, found: str, *more: str) -> str:
    """The message of a failure. More lines may follow."""
    return "\n".join(filter(None, (f"Expected {expected}. Found {found}.", *more)))


class Site:
    """The site, as one client sees it. The client sends its token with each request, if it has one."""

    def __init__(self, server: support.Site, token: str = "", made: set[str] | None = None) -> None:
        self.server = server  # the running site
        self.token = token
        self.name = self.email = self.password = ""
        self._made = set() if made is None else made  # the URLs that exist only in this test
        self._document: Any = None  # /openapi.json, read once

    # Other clients

    @property
    def anonymous(self) -> Site:
        """Another client, without a token."""
        return Site(self.server, made=self._made)

    def with_token(self, token: str) -> Site:
        """Another client, with this token."""
        return Site(self.server, token, self._made)

    def register(self, name: str, password: str = PASSWORD) -> Site:
        """Another client, who has created an account and sends its token."""
        user = self.anonymous
        user.name, user.email, user.password = name, f"{quote(name)}@example.org".lower(), password
        fields = {"username": name, "email": user.email, "password": password}
        user.token = user.post("/api/users", user=fields).gives("user", "token", status=201)
        self._made.add(f"/api/profiles/{name}")
        return user

    def again(self) -> Site:
        """This client in another test."""
        site = Site(self.server, self.token, set(self._made))
        site.name, site.email, site.password = self.name, self.email, self.password
        return site

    # Requests

    def get(self, url: str, **query: object) -> Reply:
        """The response to a GET request. The query parameters are added to the URL."""
        return self.send("GET", f"{url}?{urlencode(query)}" if query else url)

    def post(self, url: str, **body: object) -> Reply:
        """The response to a POST request with this JSON object, or without a body."""
        return self._send_json("POST", url, body)

    def put(self, url: str, **body: object) -> Reply:
        """The response to a PUT request with this JSON object."""
        return self._send_json("PUT", url, body)

    def delete(self, url: str) -> Reply:
        """The response to a DELETE request."""
        return self.send("DELETE", url)

    def send(self, method: str, url: str, headers: Mapping[str, str] | None = None, body: bytes = b"") -> Reply:
        """The response to any request. Other headers replace the client's own."""
        own = {"Authorization": f"Token {self.token}"} if self.token else {}
        response = self.server.request(method, url, {**own, **(headers or {})}, body)
        return Reply(method, url, response, self.note_about(url))

    def _send_json(self, method: str, url: str, body: object) -> Reply:
        if not body:
            return self.send(method, url)
        return self.send(method, url, JSON, json.dumps(body).encode())

    # What clients do

    def publish(self, title: str, **fields: object) -> Any:
        """Publish an article. Return the article in the response."""
        fields = {"title": title, "description": "In short.", "body": "At length.", **fields}
        article = self.post("/api/articles", article=fields).gives("article", status=201)
        self._made.add(url_of(article))
        return article

    def edit(self, article: Object, **fields: object) -> Reply:
        """Change some fields of an article."""
        return self.put(url_of(article), article=fields)

    def read(self, article: Object) -> Any:
        """Read an article at its URL."""
        return self.get(url_of(article)).gives("article")

    def comment(self, article: Object, body: str) -> Any:
        """Write a comment on an article. Return the comment in the response."""
        return self.post(comments_of(article), comment={"body": body}).gives("comment", status=201)

    def sign_in(self, email: str, password: str) -> Reply:
        """Send an e-mail and a password."""
        return self.anonymous.post("/api/users/login", user={"email": email, "password": password})

    # What clients see

    def lists(self, *titles: str, url: str = "/api/articles", **query: object) -> None:
        """The list of articles has exactly these titles, in this order."""
        reply = self.get(url, **query)
        found = [article["title"] for article in reply.gives("articles")]
        expected = f"these articles from {reply.request}: {as_line(titles)}" if titles else f"no article in {url}"
        expect(found == list(titles), failure(expected, as_line(found)))

    def listed(self, article: Object) -> Any:
        """This article in the list of articles."""
        reply = self.get("/api/articles")
        found = [each for each in reply.gives("articles") if each["slug"] == article["slug"]]
        expect(found, failure(f"the article {article['slug']} from {reply.request}", "none"))
        return found[0]

    def has_comments(self, article: Object, *bodies: str) -> None:
        """The article has exactly these comments, in this order."""
        reply = self.get(comments_of(article))
        found = [comment["body"] for comment in reply.gives("comments")]
        expected = f"these comments from {reply.request}: {as_line(bodies)}" if bodies else f"no comment in {reply.url}"
        expect(found == list(bodies), failure(expected, as_line(found)))

    def documented(self, method: str, url: str, status: int, *keys: str) -> Object:
        """The documentation describes an endpoint: its summary, this status, and the keys of the response.

        In the URL, `{}` stands for a path parameter. Return the description.
        """
        self._document = document = self._document or self.get("/openapi.json").gives()
        pattern = re.compile(re.escape(url).replace(r"\{\}", r"\{[^/{}]+\}"))
        paths = {path: methods for path, methods in document["paths"].items() if pattern.fullmatch(path)}
        found = [methods[method.lower()] for methods in paths.values() if method.lower() in methods]
        name = f"{method} {url.replace('{}', '{…}')}"
        expect(found, failure(f"{name} in the documentation", "none"))
        statuses = found[0]["responses"]
        expect(
            str(status) in statuses, failure(f"status {status} for {name} in the documentation", ", ".join(statuses))
        )
        schema = statuses[str(status)].get("content", {}).get("application/json", {}).get("schema", {})
        described = set(keys_in(schema, document))
        missing = [key for key in keys if key not in described]
        found_keys = ", ".join(sorted(described)) or "none"
        expected = f"the keys {', '.join(missing)} in the response of {name} in the documentation"
        expect(not missing, failure(expected, found_keys))
        return found[0]

    def requires_token(self, method: str, url: str, status: int) -> None:
        """The documentation shows a padlock for this endpoint."""
        security = self.documented(method, url, status).get("security", [])
        name = f"{method} {url.replace('{}', '{…}')}"
        found = "an optional token" if security else "none"
        is_required = security and {} not in security
        expect(is_required, failure(f"a padlock for {name} on /docs (`security` in /openapi.json)", found))

    # Other operations

    def run(self, *command: str) -> Finished:
        """Run a command of the site, for example `init-db`. It must succeed."""
        finished = self.server.run(*command)
        program = "" if command[0] == "alembic" else "python -m conduit "
        expected = f"the command `{program}{' '.join(command)}` to succeed"
        expect(finished.code == 0, failure(expected, f"exit code {finished.code}", finished.output.strip()[-1000:]))
        return finished

    def just_before_saving(self, action: Callable[[], object]) -> AbstractContextManager[None]:
        """Do something at the moment before the site writes to its database."""
        return self.server.hook(action)

    def queries(self, url: str) -> Queries:
        """The work of the database for a GET request to this URL. The first request doesn't count."""
        self.get(url).gives()
        with self.server.queries() as queries:
            self.get(url).gives()
        return queries

    @contextmanager
    def most_queries(self, most: int, url: str) -> Iterator[None]:
        """Fail if the site needs more queries than this in the block, which reads this URL."""
        with self.server.queries() as queries:
            yield
        repeated = max(queries.statements, key=queries.statements.count, default="")
        times = queries.statements.count(repeated)
        found = str(len(queries.statements))
        note = f"This query was sent {times} times: {' '.join(repeated.split())[:300]}" if times > 1 else ""
        expect(len(queries.statements) <= most, failure(f"at most {most} queries for {url}", found, note))

    def note_about(self, url: str) -> str:
        """A line about a URL that exists only in the test, so nobody looks for it on the site."""
        for path in sorted(self._made, key=len, reverse=True):
            if f"{re.split('[?#]', url)[0]}/".startswith(f"{path}/"):
                return f"{path} exists only in this test."
        return ""


class Reply:
    """The response to a request."""

    def __init__(self, method: str, url: str, response: Response, note: str = "") -> None:
        self.url = url
        self.note = note
        self.request = f"{method} {url if len(url) < 200 else url[:200] + '…'}"
        self.status = response.status
        self.headers = response.headers
        self.text = response.body.decode("utf-8", "replace")
        self.json: Any = None
        if response.headers.get_content_subtype() == "json" and self.text:
            self.json = self._located(json.loads(self.text), "")

    def _located(self, value: Any, path: str) -> Any:
        if isinstance(value, dict):
            return Object({key: self._located(part, below(path, key)) for key, part in value.items()}, self, path)
        if isinstance(value, list):
            return [self._located(part, f"{path}[{index}]") for index, part in enumerate(value)]
        return value

    def gives(self, *keys: str, status: int = 200) -> Any:
        """The JSON of a response with this status, or the part of it under these keys."""
        self._expect_an_endpoint()
        expect(self.status == status, self.instead_of(f"status {status} from {self.request}"))
        expect(self.json is not None, failure(f"JSON from {self.request}", shown(self.text), self.note))
        part = self.json
        for key in keys:
            expected = f"the key {key} in the JSON from {self.request}"
            expect(isinstance(part, dict), failure(expected, "no JSON object", self.note))
            part = part[key]
        return part

    def is_empty(self) -> None:
        """The response has status 204 and no body."""
        self._expect_an_endpoint()
        expect(self.status == 204, self.instead_of(f"status 204 from {self.request}"))
        expect(not self.text, failure(f"no body from {self.request}", shown(self.text), self.note))

    def succeeds(self) -> None:
        """The response has status 200."""
        expect(self.status == 200, self.instead_of(f"status 200 from {self.request}"))

    def rejected(self, status: int, *fields: str, **messages: str) -> None:
        """The response is an error with this status. It has a message for each field, and these messages."""
        if status != 405 and messages != {"path": "not found"}:
            self._expect_an_endpoint()
        about = [f"a message about {field}" for field in fields]
        about += [f'{{"{name}": ["{message}"]}}' for name, message in messages.items()]
        expected = " and ".join([f"status {status}", *about]) + f" from {self.request}"
        expect(self.status == status, self.instead_of(expected))
        errors = self.json.get("errors") if isinstance(self.json, dict) else None
        shape = f'{{"errors": {{NAME: [MESSAGE]}}}} from {self.request}'
        expect(are_errors(errors), failure(shape, shorter(self.text, 200) or "no body"))
        assert isinstance(errors, dict)
        told = all(message in errors.get(name, []) for name, message in messages.items())
        expect(told and errors.keys() >= set(fields), self.instead_of(expected))

    def has_header(self, name: str, *parts: str) -> None:
        """The header contains one of these parts."""
        value = self.headers.get(name) or "none"
        expected = f"{' or '.join(parts)} in the header {name} from {self.request}"
        expect(any(part in value for part in parts), failure(expected, value))

    def instead_of(self, expected: str) -> str:
        """The message of a failure: what the test expected from this request, and what it found."""
        found = f"status {self.status}"
        if self._has_no_endpoint and not expected.startswith("status"):
            found = f"none ({found})"
        elif self.reasons:
            found += f" ({shorter(self.reasons, 300)})"
        return failure(expected, found, self.note)

    @property
    def reasons(self) -> str:
        """The messages of an error, as a text."""
        errors = self.json.get("errors", self.json) if isinstance(self.json, dict) and self.status >= 400 else {}
        errors = errors if isinstance(errors, dict) else {"errors": errors}
        return ", ".join(f"{name}: {shown(why[0] if are_errors({name: why}) else why)}" for name, why in errors.items())

    @property
    def _has_no_endpoint(self) -> bool:
        errors = self.json.get("errors") if isinstance(self.json, dict) else None
        return self.status == 405 or (self.status == 404 and (errors is None or errors == {"path": ["not found"]}))

    def _expect_an_endpoint(self) -> None:
        expect(not self._has_no_endpoint, self.instead_of(f"an endpoint for {self.request}"))


class Object(dict[str, Any]):
    """A JSON object. It knows its response, and its path there. If a key is missing, the test fails with a message."""

    def __init__(self, fields: dict[str, Any], reply: Reply, path: str = "") -> None:
        super().__init__(fields)
        self.reply, self.path = reply, path

    def __missing__(self, key: str) -> Any:
        where = f"{self.path} from" if self.path else "the JSON from"
        expected = f"the key {key} in {where} {self.reply.request}"
        raise AssertionError(failure(expected, ", ".join(self) or "none", self.reply.note))

    def has(self, **fields: object) -> None:
        """The object has these values. It may have more keys."""
        for name, value in fields.items():
            equal(self[name], value, below(self.path, name), self.reply)

    def lacks(self, *keys: str) -> None:
        """The object has none of these keys."""
        where = f"{self.path} from" if self.path else "the JSON from"
        for key in keys:
            expect(key not in self, failure(f"no {key} in {where} {self.reply.request}", "one", self.reply.note))


def url_of(article: Object) -> str:
    """The URL of an article."""
    return f"/api/articles/{article['slug']}"


def comments_of(article: Object) -> str:
    """The URL of an article's comments."""
    return f"{url_of(article)}/comments"


def profile_of(name: str) -> str:
    """The URL of a user's profile."""
    return f"/api/profiles/{quote(name, safe='')}"


def equal(found: Any, expected: object, path: str = "", reply: Reply | None = None) -> None:
    """A part of the JSON has this value. A failure shows the first difference, with its path."""
    if isinstance(found, Object) and not reply:
        path, reply = found.path, found.reply
    if difference := first_difference(found, expected, path):
        name, found, expected = difference
        what = f"no {name or 'JSON'}" if expected is ABSENT else f"{name or 'the JSON'} to be {shown(expected)}"
        where, note = (f" from {reply.request}", reply.note) if reply else ("", "")
        raise AssertionError(failure(f"{what}{where}", shown(found), note))


def first_difference(found: Any, expected: Any, path: str) -> tuple[str, Any, Any] | None:
    """The first path at which two JSON values differ, with both values."""
    if isinstance(found, list) and isinstance(expected, list) and len(found) == len(expected):
        parts = [(f"{path}[{at}]", *pair) for at, pair in enumerate(zip(found, expected, strict=True))]
        if any(isinstance(each, dict) for each in found):
            return next(filter(None, (first_difference(one, other, name) for name, one, other in parts)), None)
    if isinstance(found, dict) and isinstance(expected, dict):
        for key in {**expected, **found}:
            parts_here = found.get(key, ABSENT), expected.get(key, ABSENT)
            if difference := first_difference(*parts_here, below(path, key)):
                return difference
        return None
    same = found == expected and isinstance(found, bool) == isinstance(expected, bool)
    return None if same else (path, found, expected)


def keys_in(schema: Any, document: Mapping[str, Any]) -> Iterator[str]:
    """The keys of the JSON objects that a schema in /openapi.json describes."""
    if isinstance(schema, list):
        for part in schema:
            yield from keys_in(part, document)
    if isinstance(schema, dict):
        if "$ref" in schema:
            schema = document["components"]["schemas"][schema["$ref"].rpartition("/")[2]]
        yield from schema.get("properties", {})
        for part in (*schema.get("properties", {}).values(), *map(schema.get, ("items", "anyOf", "allOf", "oneOf"))):
            yield from keys_in(part, document)


def are_errors(errors: object) -> bool:
    """True if this is a JSON object in which each value is a list of messages."""
    if not isinstance(errors, dict) or not errors:
        return False
    reasons = [why for why in errors.values() if isinstance(why, list) and why]
    return len(reasons) == len(errors) and all(isinstance(each, str) for why in reasons for each in why)


def below(path: str, key: str) -> str:
    """The path of a key in the JSON object at this path."""
    return f"{path}.{key}" if path else key


def as_line(texts: Iterable[str]) -> str:
    """Some texts in a line."""
    return shorter(", ".join(texts), 300) or "none"


def shown(value: object) -> str:
    """A value as JSON, shortened if it is long."""
    return "none" if value is ABSENT else shorter(json.dumps(value, ensure_ascii=False, default=repr), 200)


def shorter(text: str, most: int) -> str:
    """A text, shortened if it is long."""
    return text if len(text) <= most else f"{text[:most]}… ({len(text)} characters)"
